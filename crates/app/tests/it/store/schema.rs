//! Row-level security stands on every tenant table, for every role that serves.

use dealwright_testkit::TestDb;

#[tokio::test]
async fn every_tenant_table_is_forced_under_row_level_security() {
    let db = TestDb::new().await;
    let mut owner = db.database.maintenance().await.unwrap();
    let open: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(open, Vec::<String>::new());
    let keyed: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and a.attnum <> 1
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname not in ('event_pending', 'event_position', 'job')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(keyed, Vec::<String>::new(), "tenant tables begin with org_id");
}

#[tokio::test]
async fn no_serving_role_escapes_row_level_security() {
    let db = TestDb::new().await;
    for options in [&db.roles.app, &db.roles.system, &db.roles.migrator] {
        let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(options).await.unwrap();
        let (role, loose): (String, bool) = sqlx::query_as(
            "select current_user::text, rolsuper or rolbypassrls from pg_roles where rolname = current_user",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert!(!loose, "{role}");
    }
    let mut app = <sqlx::PgConnection as sqlx::Connection>::connect_with(&db.roles.app).await.unwrap();
    for climb in [
        "set role dealwright_migrator",
        "set role dealwright_system",
        "set role dealwright_search",
        "set session authorization dealwright_migrator",
    ] {
        assert!(sqlx::query(sqlx::AssertSqlSafe(climb.to_owned())).execute(&mut app).await.is_err(), "{climb}");
    }
}

#[tokio::test]
async fn without_an_actor_there_are_no_rows() {
    let app = dealwright_testkit::TestApp::new().await;
    app.admin.opportunity("Hidden", serde_json::json!({})).await;
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&app.db.roles.app).await.unwrap();
    for table in
        ["opportunity", "stage", "app_user", "event", "organisation", "search_word", "opportunity_rollup_delta"]
    {
        let sql = format!("select count(*) from {table}");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn events_can_only_be_added() {
    let app = dealwright_testkit::TestApp::new().await;
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&app.db.roles.app).await.unwrap();
    for sql in ["update event set type = 'x'", "delete from event", "truncate event"] {
        let error = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}");
    }
}

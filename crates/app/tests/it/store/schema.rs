//! Row-level security stands on every tenant table, for every role that serves.

use dealwright_store::bundle::{self, Dirs};
use dealwright_store::migrate::{self, Passwords};
use dealwright_store::postgres::{Options, PrivatePostgres, Profile};
use dealwright_testkit::TestDb;
use sqlx::{Connection as _, Executor as _, PgConnection};

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

/// A cluster of one's own, with an administrator who is no superuser.
#[tokio::test]
async fn an_administrator_who_is_no_superuser_can_set_up_where_the_extension_is_there() {
    let db = TestDb::new().await; // sees to it that PostgreSQL is fetched
    drop(db);
    let dirs = Dirs::from_env();
    let install_dir = bundle::ensure(&bundle::POSTGRES, &dirs, &|_| {}).await.unwrap();
    let data_dir = std::env::temp_dir().join(format!("dealwright-own-{}", std::process::id()));
    let options = Options {
        data_dir: data_dir.clone(),
        install_dir,
        state_dir: dirs.shared,
        profile: Profile::Test,
        tcp_port: None,
    };
    let server = PrivatePostgres::start(&options).await.unwrap();
    let superuser = server.superuser("postgres");
    let mut root = PgConnection::connect_with(&superuser).await.unwrap();
    root.execute("create role crm_admin login createrole createdb password 'x'").await.unwrap();
    root.execute("create database crm owner crm_admin").await.unwrap();
    let admin = superuser.clone().username("crm_admin").password("x");
    let passwords = Passwords { migrator: "m".into(), app: "a".into(), system: "s".into() };

    let refused = migrate::bootstrap(&admin, "crm", &passwords).await.unwrap_err();
    assert!(refused.to_string().contains("create extension if not exists vector"), "{refused}");

    let mut inside = PgConnection::connect_with(&superuser.clone().database("crm")).await.unwrap();
    inside.execute("create extension vector").await.unwrap();
    for _ in 0..2 {
        let roles = migrate::bootstrap(&admin, "crm", &passwords).await.unwrap();
        migrate::migrate(&roles).await.unwrap();
        assert!(migrate::is_current(&roles).await.unwrap());
    }

    // One that was raised above row-level security: the start refuses, for it can't take that away.
    root.execute("alter role dealwright_app bypassrls").await.unwrap();
    assert!(migrate::bootstrap(&admin, "crm", &passwords).await.is_err());
    server.stop().await;
    std::fs::remove_dir_all(data_dir).unwrap();
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

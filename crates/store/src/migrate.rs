//! The schema: numbered migrations that run once, then the replaceable files (functions, policies, triggers) whenever
//! they change. Under an advisory lock, so that nodes which start together do not collide.

use aws_lc_rs::digest::{SHA256, digest};
use dealwright_kernel::{Error, Result};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use crate::Roles;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Functions, policies, views and triggers, in the order in which they are applied.
const SCHEMA: &[&str] = &[
    include_str!("../schema/10_functions.sql"),
    include_str!("../schema/20_policies.sql"),
    include_str!("../schema/30_triggers.sql"),
    include_str!("../schema/40_search.sql"),
    include_str!("../schema/50_import.sql"),
    include_str!("../schema/60_ai.sql"),
    include_str!("../schema/62_people.sql"),
    include_str!("../schema/64_sharing.sql"),
    include_str!("../schema/66_keys_audit.sql"),
    include_str!("../schema/68_signin.sql"),
    include_str!("../schema/69_connected_apps.sql"),
    include_str!("../schema/70_oidc_scim.sql"),
    include_str!("../schema/72_master_data.sql"),
    include_str!("../schema/74_rules.sql"),
    include_str!("../schema/76_passkeys.sql"),
    include_str!("../schema/78_custom_fields.sql"),
    include_str!("../schema/80_domains.sql"),
    include_str!("../schema/82_leads.sql"),
    include_str!("../schema/84_views.sql"),
    include_str!("../schema/86_deals.sql"),
    include_str!("../schema/88_trash.sql"),
    include_str!("../schema/86_matching.sql"),
    include_str!("../schema/88_merges.sql"),
    include_str!("../schema/90_sweeps.sql"),
    include_str!("../schema/92_activities.sql"),
    include_str!("../schema/86_assignment.sql"),
    include_str!("../schema/88_web_forms.sql"),
    include_str!("../schema/92_files.sql"),
    include_str!("../schema/93_tasks.sql"),
    include_str!("../schema/94_mail.sql"),
    include_str!("../schema/95_people_over_time.sql"),
    include_str!("../schema/96_presence.sql"),
    include_str!("../schema/96_lifecycle.sql"),
    include_str!("../schema/96_notifications.sql"),
    include_str!("../schema/98_automations.sql"),
    include_str!("../schema/97_sla.sql"),
    include_str!("../schema/97_approvals.sql"),
    include_str!("../schema/97_push.sql"),
    include_str!("../schema/98_knowledge.sql"),
    include_str!("../schema/99_insight.sql"),
    include_str!("../schema/99_governance.sql"),
    include_str!("../schema/99_outside.sql"),
    include_str!("../schema/99_routines.sql"),
    include_str!("../schema/99_observability.sql"),
];

const LOCK: i64 = 0x6465_616c_0002;

/// The passwords of the three roles that log in.
#[derive(Clone, Debug)]
pub struct Passwords {
    pub migrator: String,
    pub app: String,
    pub system: String,
}

/// Makes the roles, the database and its extensions, as an administrator of the server. Repeatable. A superuser may do
/// all of it; one with CREATEROLE and CREATEDB may too, where a superuser has made the extension `vector` in the database.
///
/// # Errors
/// 503, saying what to do, when the administrator may not do so, or an extension is not installed.
pub async fn bootstrap(admin: &PgConnectOptions, database: &str, passwords: &Passwords) -> Result<Roles> {
    let mut server = PgConnection::connect_with(admin).await?;
    for (role, password) in [
        ("dealwright_migrator", &passwords.migrator),
        ("dealwright_app", &passwords.app),
        ("dealwright_system", &passwords.system),
    ] {
        ensure_role(&mut server, role, Some(password)).await?;
    }
    ensure_role(&mut server, "dealwright_search", None).await?;
    server.execute("grant dealwright_search to dealwright_migrator").await?;
    server.execute("grant dealwright_migrator to current_user").await?;
    let exists = sqlx::query_scalar::<_, bool>("select exists (select from pg_database where datname = $1)")
        .bind(database)
        .fetch_one(&mut server)
        .await?;
    if !exists {
        let sql = format!("create database {} owner dealwright_migrator", quoted(database));
        server
            .execute(sqlx::AssertSqlSafe(sql))
            .await
            .map_err(|e| refused(format!("create the database {database}"), &e))?;
    }
    server.close().await?;

    let mut inside = PgConnection::connect_with(&admin.clone().database(database)).await?;
    for extension in ["vector", "pg_trgm", "unaccent", "btree_gin"] {
        let exists = sqlx::query_scalar::<_, bool>("select exists (select from pg_extension where extname = $1)")
            .bind(extension)
            .fetch_one(&mut inside)
            .await?;
        if !exists {
            let sql = format!("create extension if not exists {extension}");
            inside
                .execute(sqlx::AssertSqlSafe(sql.clone()))
                .await
                .map_err(|e| refused(format!("{sql} (in the database {database}; a superuser can do it once)"), &e))?;
        }
    }
    // A database that was made for us belongs to its maker.
    let grants = format!(
        "grant create on database {} to dealwright_migrator; grant all on schema public to dealwright_migrator",
        quoted(database)
    );
    inside.execute(sqlx::AssertSqlSafe(grants)).await?;
    inside.close().await?;

    let login = |role: &str, password: &str| admin.clone().database(database).username(role).password(password);
    Ok(Roles {
        migrator: login("dealwright_migrator", &passwords.migrator),
        app: login("dealwright_app", &passwords.app),
        system: login("dealwright_system", &passwords.system),
    })
}

async fn ensure_role(server: &mut PgConnection, role: &str, password: Option<&String>) -> Result<()> {
    let exists = sqlx::query_scalar::<_, bool>("select exists (select from pg_roles where rolname = $1)")
        .bind(role)
        .fetch_one(&mut *server)
        .await?;
    let login =
        password.map_or_else(|| "nologin".to_owned(), |p| format!("login password '{}'", p.replace('\'', "''")));
    let verb = if exists { "alter" } else { "create" };
    let sql = format!("{verb} role {} {login}", quoted(role));
    let may = |e: sqlx::Error| refused(format!("{verb} the role {role}"), &e);
    server.execute(sqlx::AssertSqlSafe(sql)).await.map_err(may)?;
    // Row-level security binds neither; only a superuser may take these away, and nobody else can have given them.
    let above = sqlx::query_scalar::<_, bool>("select rolsuper or rolbypassrls from pg_roles where rolname = $1")
        .bind(role)
        .fetch_one(&mut *server)
        .await?;
    if above {
        let sql = format!("alter role {} nosuperuser nobypassrls", quoted(role));
        server.execute(sqlx::AssertSqlSafe(sql)).await.map_err(may)?;
    }
    Ok(())
}

fn refused(what: String, error: &sqlx::Error) -> Error {
    Error::unavailable("database_setup", format!("PostgreSQL refused to {what}: {error}"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Brings the schema up to date, and says what it did.
///
/// # Errors
/// When a migration that ran before has been edited since, or one fails: nothing of it is kept then.
pub async fn migrate(roles: &Roles) -> Result<Outcome> {
    let mut db = PgConnection::connect_with(&roles.migrator).await?;
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut db).await?;
    let before = applied(&mut db).await?;
    MIGRATIONS.run(&mut db).await.map_err(Error::internal)?;
    let after = applied(&mut db).await?;
    let replaced = replace_schema(&mut db, after > before).await?;
    sqlx::query("select pg_advisory_unlock($1)").bind(LOCK).execute(&mut db).await?;
    db.close().await?;
    Ok(Outcome { migrations: after - before, replaced })
}

/// What a run of [`migrate`] changed.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub migrations: i64,
    /// Whether functions and policies were applied again.
    pub replaced: bool,
}

async fn applied(db: &mut PgConnection) -> Result<i64> {
    let table =
        sqlx::query_scalar::<_, bool>("select to_regclass('_sqlx_migrations') is not null").fetch_one(&mut *db).await?;
    if !table {
        return Ok(0);
    }
    Ok(sqlx::query_scalar::<_, i64>("select count(*) from _sqlx_migrations where success").fetch_one(db).await?)
}

async fn replace_schema(db: &mut PgConnection, force: bool) -> Result<bool> {
    let digest = hex::encode(digest(&SHA256, SCHEMA.concat().as_bytes()).as_ref());
    db.execute("create table if not exists schema_digest (one boolean primary key default true check (one), digest text not null)").await?;
    let current = sqlx::query_scalar::<_, String>("select digest from schema_digest").fetch_optional(&mut *db).await?;
    if !force && current.as_deref() == Some(digest.as_str()) {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    for file in SCHEMA {
        tx.execute(*file).await?;
    }
    sqlx::query(
        "insert into schema_digest (digest) values ($1) on conflict (one) do update set digest = excluded.digest",
    )
    .bind(&digest)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether every migration of this build has run.
///
/// # Errors
/// When the database is gone.
pub async fn is_current(roles: &Roles) -> Result<bool> {
    let mut db = PgConnection::connect_with(&roles.migrator).await?;
    let done = applied(&mut db).await?;
    db.close().await?;
    Ok(usize::try_from(done).is_ok_and(|n| n >= MIGRATIONS.iter().count()))
}

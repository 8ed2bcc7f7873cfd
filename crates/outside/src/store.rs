//! The SQL of tool servers and their tools.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Offered, OutsideTool, State, ToolServer};

#[derive(Debug)]
struct Row {
    id: Uuid,
    name: String,
    url: String,
    has_secret: bool,
    enabled: bool,
    checked_at: Option<DateTime<Utc>>,
    problem: Option<String>,
    version: i64,
}

/// The servers by name; all, or the one with this id.
pub(crate) async fn list(tx: &mut Tx, id: Option<Uuid>) -> Result<Vec<ToolServer>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        "select id, name, url, has_secret, enabled, checked_at, problem, version from tool_server
         where org_id = $1 and ($2::uuid is null or id = $2) order by name limit 100",
        org,
        id
    )
    .fetch_all(tx.db())
    .await?;
    let tools = sqlx::query!(
        "select server_id, name, about, arguments, reads_only, fingerprint, allowed, gone from outside_tool
         where org_id = $1 and ($2::uuid is null or server_id = $2) order by name limit 2000",
        org,
        id
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let of = tools.iter().filter(|tool| tool.server_id == row.id);
            let tools = of.map(|tool| OutsideTool {
                full_name: format!("{}.{}", row.name, tool.name),
                name: tool.name.clone(),
                about: tool.about.clone(),
                arguments: tool.arguments.clone(),
                state: match (&tool.allowed, tool.gone, tool.reads_only) {
                    (_, true, _) => State::Gone,
                    (Some(allowed), false, true) if *allowed == tool.fingerprint => State::Allowed,
                    (Some(_), false, _) => State::Changed,
                    (None, false, true) => State::Off,
                    (None, false, false) => State::Writes,
                },
                fingerprint: tool.fingerprint.clone(),
            });
            ToolServer {
                tools: tools.collect(),
                id: row.id,
                name: row.name,
                url: row.url,
                has_secret: row.has_secret,
                enabled: row.enabled,
                checked_at: row.checked_at,
                problem: row.problem,
                version: row.version,
            }
        })
        .collect())
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<ToolServer>> {
    Ok(list(tx, Some(id)).await?.pop())
}

/// A server to be added.
#[derive(Debug)]
pub(crate) struct NewServer<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub url: &'a str,
    pub secret: Option<&'a [u8]>,
    pub by: UserId,
}

/// Adds a server; false when there is one of this name.
pub(crate) async fn insert(tx: &mut Tx, new: &NewServer<'_>) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let done = sqlx::query!(
        "insert into tool_server (org_id, id, name, url, secret, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id, name) do nothing",
        org,
        new.id,
        new.name,
        new.url,
        new.secret,
        new.by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a server is changed to.
#[derive(Debug)]
pub(crate) struct Changed<'a> {
    pub url: &'a str,
    /// None leaves the secret; an empty one takes it away.
    pub secret: Option<&'a [u8]>,
    pub enabled: bool,
}

/// Changes a server that is still at `version`; false when it is not.
pub(crate) async fn update(tx: &mut Tx, id: Uuid, version: i64, to: &Changed<'_>) -> Result<bool> {
    let org = tx.org().0;
    let done = match to.secret {
        None => sqlx::query!(
            "update tool_server set url = $4, enabled = $5, version = version + 1 where org_id = $1 and id = $2 and version = $3",
            org,
            id,
            version,
            to.url,
            to.enabled,
        )
        .execute(tx.db())
        .await?,
        Some(secret) => sqlx::query!(
            "update tool_server set url = $4, enabled = $5, secret = $6, version = version + 1 where org_id = $1 and id = $2 and version = $3",
            org,
            id,
            version,
            to.url,
            to.enabled,
            Some(secret).filter(|secret| !secret.is_empty()),
        )
        .execute(tx.db())
        .await?,
    };
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from tool_server where org_id = $1 and id = $2", org, id).execute(tx.db()).await?;
    Ok(())
}

/// Switches every tool of a server off.
pub(crate) async fn forget_allowed(tx: &mut Tx, id: Uuid) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("update outside_tool set allowed = null where org_id = $1 and server_id = $2", org, id)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Writes what a look at a server came to: its tools as they are, those that are gone marked so. What was allowed stays
/// allowed only as far as it is the same.
pub(crate) async fn looked(tx: &mut Tx, id: Uuid, tools: &[Offered], problem: Option<&str>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update tool_server set checked_at = $3, problem = $4 where org_id = $1 and id = $2",
        org,
        id,
        now,
        problem,
    )
    .execute(tx.db())
    .await?;
    if problem.is_some() {
        return Ok(());
    }
    let names: Vec<String> = tools.iter().map(|tool| tool.name.clone()).collect();
    sqlx::query!(
        "update outside_tool set gone = true where org_id = $1 and server_id = $2 and name <> all ($3)",
        org,
        id,
        &names,
    )
    .execute(tx.db())
    .await?;
    // One after the other: a server may name one twice.
    for tool in tools {
        sqlx::query!(
            "insert into outside_tool (org_id, server_id, name, about, arguments, reads_only, fingerprint)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (org_id, server_id, name) do update
             set about = excluded.about, arguments = excluded.arguments, reads_only = excluded.reads_only, fingerprint = excluded.fingerprint, gone = false",
            org,
            id,
            tool.name,
            tool.about,
            Value::Object(tool.arguments.clone()),
            tool.reads_only,
            tool.fingerprint,
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}

/// Allows what was looked at, or switches it off; false when the tool is not that any more.
pub(crate) async fn allow(tx: &mut Tx, id: Uuid, tool: &str, fingerprint: &str, on: bool) -> Result<bool> {
    let org = tx.org().0;
    let done = sqlx::query!(
        "update outside_tool set allowed = case when $5 then fingerprint end
         where org_id = $1 and server_id = $2 and name = $3 and (not $5 or (fingerprint = $4 and reads_only and not gone))",
        org,
        id,
        tool,
        fingerprint,
        on,
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The names of the servers: a request that begins with one of them is for a tool of it.
///
/// # Errors
/// When the database is gone.
pub async fn servers(tx: &mut Tx) -> Result<Vec<String>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!("select name from tool_server where org_id = $1", org).fetch_all(tx.db()).await?)
}

/// A tool that may be called.
#[derive(Debug)]
pub(crate) struct Callable {
    pub server: Uuid,
    pub url: String,
    pub has_secret: bool,
    pub arguments: Map<String, Value>,
    pub fingerprint: String,
}

/// The allowed tool of an enabled server.
pub(crate) async fn callable(tx: &mut Tx, server: &str, tool: &str) -> Result<Option<Callable>> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select s.id, s.url, s.has_secret, t.arguments, t.fingerprint
           from tool_server s join outside_tool t on t.org_id = s.org_id and t.server_id = s.id
           where s.org_id = $1 and s.name = $2 and t.name = $3 and s.enabled and not t.gone and t.reads_only and t.allowed = t.fingerprint"#,
        org,
        server,
        tool,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        let arguments = serde_json::from_value(row.arguments).map_err(Error::internal)?;
        Ok(Callable {
            server: row.id,
            url: row.url,
            has_secret: row.has_secret,
            arguments,
            fingerprint: row.fingerprint,
        })
    })
    .transpose()
}

/// A server's sealed secret.
pub(crate) async fn secret(tx: &mut SystemTx, org: OrgId, server: Uuid) -> Result<Option<Vec<u8>>> {
    let row = sqlx::query_scalar!("select secret from tool_server where org_id = $1 and id = $2", org.0, server);
    Ok(row.fetch_optional(tx.db()).await?.flatten())
}

/// Notes what a tool has become, so that it stays off until somebody looks; whether it was allowed until now.
pub(crate) async fn changed(
    tx: &mut SystemTx,
    org: OrgId,
    server: Uuid,
    tool: &str,
    now: Option<&Offered>,
) -> Result<bool> {
    let done =
        match now {
            None => sqlx::query!(
                "update outside_tool set gone = true where org_id = $1 and server_id = $2 and name = $3 and not gone",
                org.0,
                server,
                tool
            )
            .execute(tx.db())
            .await?,
            Some(now) => {
                sqlx::query!(
                    "update outside_tool set about = $4, arguments = $5, reads_only = $6, fingerprint = $7
             where org_id = $1 and server_id = $2 and name = $3 and fingerprint <> $7",
                    org.0,
                    server,
                    tool,
                    now.about,
                    Value::Object(now.arguments.clone()),
                    now.reads_only,
                    now.fingerprint,
                )
                .execute(tx.db())
                .await?
            }
        };
    Ok(done.rows_affected() == 1)
}

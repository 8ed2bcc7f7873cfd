//! The SQL of claimed domains.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{ClaimedDomain, Proof, record_name, record_value};

struct Row {
    domain: String,
    token: String,
    verified_at: Option<DateTime<Utc>>,
    proof: Option<String>,
    checked_at: Option<DateTime<Utc>>,
    problem: Option<String>,
}

impl From<Row> for ClaimedDomain {
    fn from(row: Row) -> Self {
        Self {
            record_name: record_name(&row.domain),
            record_value: record_value(&row.token),
            domain: row.domain,
            verified_at: row.verified_at,
            proof: row.proof.as_deref().map(Proof::parse),
            checked_at: row.checked_at,
            problem: row.problem,
        }
    }
}

/// The organisation's domains by name, or the one that is named.
pub(super) async fn claimed(tx: &mut Tx, domain: Option<&str>) -> Result<Vec<ClaimedDomain>> {
    let rows = sqlx::query_as!(
        Row,
        "select domain, token, verified_at, proof, checked_at, problem from claimed_domain
         where org_id = $1 and ($2::text is null or domain = $2) order by domain",
        tx.org().0,
        domain,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(ClaimedDomain::from).collect())
}

fn taken() -> Error {
    let detail = "another organisation of this server signs in people of one of these domains";
    Error::conflict("domain_taken", detail).on("domains")
}

/// Claims domains. The server's only organisation needs no proof: nobody else's people could be let in by it.
///
/// # Errors
/// 409 `domain_taken`, when another organisation has proved one.
pub(crate) async fn claim(tx: &mut Tx, domains: &[String]) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let elsewhere = sqlx::query_scalar!(r#"select app.proven_elsewhere($1) as "is!""#, domains);
    if elsewhere.fetch_one(tx.db()).await? {
        return Err(taken());
    }
    sqlx::query!(
        "insert into claimed_domain (org_id, domain, claimed_at, verified_at, proof)
         select $1, d, $3::timestamptz, case when sole then $3::timestamptz end, case when sole then 'sole' end
         from unnest($2::text[]) as d, app.sole_organisation() as sole order by d
         on conflict (org_id, domain) do nothing",
        org,
        domains,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("claimed_domain_key", taken)?;
    Ok(())
}

/// Gives up the domains that no provider names any more.
pub(crate) async fn release(tx: &mut Tx) -> Result<()> {
    sqlx::query!(
        "delete from claimed_domain c where c.org_id = $1
         and not exists (select from identity_provider_domain d where d.org_id = c.org_id and d.domain = c.domain)",
        tx.org().0,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Remembers that the record was there.
///
/// # Errors
/// 409 `domain_taken`, when another organisation was first.
pub(super) async fn proved(tx: &mut Tx, domain: &str) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update claimed_domain set verified_at = $3, proof = 'dns', checked_at = $3, problem = null where org_id = $1 and domain = $2",
        org,
        domain,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("claimed_domain_key", taken)?;
    Ok(())
}

/// Remembers that it was not, and why.
pub(super) async fn not_proved(tx: &mut Tx, domain: &str, problem: &str) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let problem: String = problem.chars().take(500).collect();
    sqlx::query!(
        "update claimed_domain set checked_at = $3, problem = $4 where org_id = $1 and domain = $2",
        org,
        domain,
        now,
        problem,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

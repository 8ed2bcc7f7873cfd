//! What names can mean, read under the actor's eyes: the organisation's vocabulary and the candidates for a name.

use chrono::NaiveDate;
use dealwright_access::{Context, Object, people};
use dealwright_crm::{choice, pipeline, search};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::StageKind as Kind;
use uuid::Uuid;

use super::nearest::Described;
use crate::resolve::record::{Candidate, RecordType, core, fit};
use crate::resolve::vocabulary::{Choice, Named, Person, Stage, StageKind, Vocabulary};

/// Reads the organisation's own words.
///
/// # Errors
/// When the database is gone.
pub async fn vocabulary(cx: &Context, tx: &mut Tx) -> Result<Vocabulary> {
    let actor = cx.actor();
    let stages = pipeline::store::stages(tx).await?;
    let stages = stages
        .into_iter()
        .map(|s| Stage { id: s.id.0, name: s.name, kind: kind(s.kind), pipeline_id: s.pipeline_id.0 })
        .collect();
    let users = people::store::users(tx).await?;
    let people = users
        .into_iter()
        .filter(|u| u.active)
        .map(|u| Person { id: u.id.0, name: u.name, email: u.email, team_id: u.team_id.map(|t| t.0) })
        .collect();
    let teams = people::store::teams(tx).await?.into_iter().map(|t| Named { id: t.id.0, name: t.name }).collect();
    let (statuses, choices): (Vec<_>, Vec<_>) =
        choice::store::list(tx).await?.into_iter().partition(|c| c.kind == "lead_status");
    let lead_statuses = statuses.into_iter().map(|c| Named { id: c.id.0, name: c.name }).collect();
    let choices = choices.into_iter().map(|c| Choice { id: c.id.0, kind: c.kind, name: c.name }).collect();
    let products = sqlx::query!("select id, name from product where org_id = $1 and deleted_at is null order by length(name) desc, id limit 1000", tx.org().0)
        .fetch_all(tx.db())
        .await?
        .into_iter()
        .map(|p| Named { id: p.id, name: p.name })
        .collect();
    Ok(Vocabulary {
        me: Some(Named { id: actor.user.0, name: actor.name.clone() }),
        stages,
        people,
        teams,
        choices,
        lead_statuses,
        products,
        records: Vec::new(),
        currency: actor.currency.to_string(),
    })
}

const fn kind(kind: Kind) -> StageKind {
    match kind {
        Kind::Open => StageKind::Open,
        Kind::Won => StageKind::Won,
        Kind::Lost => StageKind::Lost,
    }
}

/// Whether an account or a lead that the actor may see is in a country of that name.
///
/// # Errors
/// When the database is gone.
pub async fn is_country(tx: &mut Tx, words: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from account where org_id = $1 and country_key = lower($2) and deleted_at is null)
               or exists (select from lead where org_id = $1 and country_key = lower($2) and deleted_at is null) as "found!""#,
        tx.org().0,
        words.trim(),
    )
    .fetch_one(tx.db())
    .await?;
    Ok(found)
}

/// Which kinds of record may be meant beside deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub accounts: bool,
    pub contacts: bool,
    pub leads: bool,
}

impl Wanted {
    /// Deals alone.
    pub const NONE: Self = Self { accounts: false, contacts: false, leads: false };
}

/// The most deals that are compared with a name.
const MOST: i64 = 200;

/// Records that a name might mean, latest first.
///
/// # Errors
/// When the database is gone.
pub async fn candidates(cx: &Context, tx: &mut Tx, name: &str, wanted: Wanted) -> Result<Vec<Candidate>> {
    let words = core(name);
    let mut found = Vec::new();
    if wanted.accounts {
        found.extend(accounts(cx, tx, name).await?);
    }
    if wanted.contacts {
        found.extend(contacts(cx, tx, name).await?);
    }
    if wanted.leads {
        found.extend(leads(cx, tx, name).await?);
    }
    let mut ids = search::opportunities(tx, cx.actor(), &words).await?;
    if let Ok(id) = name.trim().parse::<Uuid>() {
        ids.push(id);
    }
    let mut of_deals = deals(cx, tx, &ids, &[], name).await?;
    if !of_deals.iter().any(|deal| fit(name, deal) > 0) {
        // "the GTX Pro deal at Isdom": no deal's name has all the words, but its account and its products do.
        let mut of_accounts = Vec::new();
        for word in words.split(' ').filter(|w| w.len() > 2) {
            of_accounts.extend(search::accounts(tx, cx.actor(), word).await?);
        }
        of_deals = deals(cx, tx, &ids, &of_accounts, name).await?;
    }
    found.extend(of_deals);
    Ok(found)
}

async fn deals(cx: &Context, tx: &mut Tx, ids: &[Uuid], accounts: &[Uuid], name: &str) -> Result<Vec<Candidate>> {
    let me = cx.actor().user.0;
    let hides = |field| cx.actor().fields.hides(Object::Opportunity, field);
    let external_id = (!hides("external_id")).then(|| name.trim().to_owned());
    let rows = sqlx::query!(
        r#"select t.id, t.name, a.name as "account?", t.external_id, s.kind, s.name as stage, t.owner_id, u.name as owner,
                  array(select p.name from opportunity_line l join product p on p.org_id = l.org_id and p.id = l.product_id
                        where l.org_id = t.org_id and l.opportunity_id = t.id) as "products!: Vec<String>"
           from opportunity t
           join stage s on s.org_id = t.org_id and s.id = t.stage_id
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           where t.org_id = $1 and t.deleted_at is null and (t.id = any ($2) or t.account_id = any ($3) or t.external_id = $4)
           order by (s.kind = 'open') desc, (t.owner_id = $5) desc, t.updated_at desc, t.id limit $6"#,
        tx.org().0,
        ids,
        accounts,
        external_id,
        me,
        MOST,
    )
    .fetch_all(tx.db())
    .await?;
    let mut all: Vec<(Candidate, String)> = rows
        .into_iter()
        .map(|mut r| {
            if hides("external_id") {
                r.external_id = None;
            }
            if hides("products") {
                r.products.clear();
            }
            let aliases = r.account.into_iter().chain(r.external_id.clone()).chain(r.products).collect();
            let detail =
                [Some(r.stage), Some(r.owner), r.external_id].into_iter().flatten().collect::<Vec<_>>().join(", ");
            (
                Candidate {
                    kind: RecordType::Opportunity,
                    id: r.id,
                    name: r.name,
                    aliases,
                    open: r.kind == "open",
                    mine: r.owner_id == me,
                },
                detail,
            )
        })
        .collect();
    // Deals of one name are told apart by what else is known of them.
    let names: Vec<String> = all.iter().map(|(c, _)| c.name.clone()).collect();
    for (candidate, detail) in &mut all {
        if names.iter().filter(|n| **n == candidate.name).count() > 1 {
            candidate.aliases.push(candidate.name.clone());
            candidate.name = format!("{} ({detail})", candidate.name);
        }
    }
    Ok(all.into_iter().map(|(c, _)| c).collect())
}

/// Accounts that a name might mean.
///
/// # Errors
/// When the database is gone.
pub async fn accounts(cx: &Context, tx: &mut Tx, name: &str) -> Result<Vec<Candidate>> {
    let ids = search::accounts(tx, cx.actor(), &core(name)).await?;
    let hidden = cx.actor().fields.hides(Object::Account, "domain");
    let rows = sqlx::query!(
        "select id, name, domain, owner_id from account where org_id = $1 and id = any ($2) and deleted_at is null order by updated_at desc, id limit 50",
        tx.org().0,
        &ids,
    )
    .fetch_all(tx.db())
    .await?;
    let aliases = |domain: Option<String>| {
        let domain = domain.filter(|_| !hidden);
        domain.and_then(|d| d.split('.').next().map(str::to_owned)).into_iter().collect()
    };
    Ok(rows
        .into_iter()
        .map(|r| Candidate {
            kind: RecordType::Account,
            id: r.id,
            name: r.name,
            aliases: aliases(r.domain),
            open: true,
            mine: false,
        })
        .collect())
}

async fn contacts(cx: &Context, tx: &mut Tx, name: &str) -> Result<Vec<Candidate>> {
    let ids = search::contacts(tx, cx.actor(), &core(name)).await?;
    let rows = sqlx::query!("select id, name from contact where org_id = $1 and id = any ($2) and deleted_at is null order by updated_at desc, id limit 50", tx.org().0, &ids)
        .fetch_all(tx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| Candidate {
            kind: RecordType::Contact,
            id: r.id,
            name: r.name,
            aliases: Vec::new(),
            open: true,
            mine: false,
        })
        .collect())
}

/// Leads that a name might mean, by the person or the company; without those that became something else.
async fn leads(cx: &Context, tx: &mut Tx, name: &str) -> Result<Vec<Candidate>> {
    let ids = search::leads(tx, cx.actor(), &core(name)).await?;
    let rows = sqlx::query!(
        "select id, name, company, owner_id from lead where org_id = $1 and id = any ($2) and deleted_at is null and converted_at is null
         order by updated_at desc, id limit 50",
        tx.org().0,
        &ids,
    )
    .fetch_all(tx.db())
    .await?;
    let hidden = cx.actor().fields.hides(Object::Lead, "company");
    Ok(rows
        .into_iter()
        .map(|r| Candidate {
            kind: RecordType::Lead,
            id: r.id,
            name: r.name,
            aliases: r.company.filter(|_| !hidden).into_iter().collect(),
            open: true,
            mine: r.owner_id == cx.actor().user.0,
        })
        .collect())
}

/// The open deals that a description is compared with: the actor's own first, then what was changed last.
///
/// # Errors
/// When the database is gone.
pub async fn described(cx: &Context, tx: &mut Tx) -> Result<Vec<Described>> {
    let rows = sqlx::query!(
        r#"select t.id, t.name, a.name as "account?", c.name as "industry?"
           from opportunity t
           join stage s on s.org_id = t.org_id and s.id = t.stage_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           left join choice c on c.org_id = a.org_id and c.id = a.industry_id
           where t.org_id = $1 and t.deleted_at is null and t.archived_at is null and s.kind = 'open'
           order by (t.owner_id = $2) desc, t.updated_at desc, t.id limit 50"#,
        tx.org().0,
        cx.actor().user.0,
    )
    .fetch_all(tx.db())
    .await?;
    let hidden = cx.actor().fields.hides(Object::Account, "industry_id");
    let words = |parts: [Option<&str>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Ok(rows
        .into_iter()
        .map(|r| {
            let account = r.account.as_deref().filter(|a| !r.name.contains(a));
            let industry = r.industry.as_deref().filter(|_| !hidden);
            let words = words([Some(r.name.as_str()), account, industry]);
            Described { id: r.id, name: r.name, words }
        })
        .collect())
}

/// What linking needs to know of a deal.
#[derive(Debug)]
pub struct Deal {
    pub name: String,
    pub pipeline_id: Uuid,
    pub currency: Option<String>,
    pub close_date: Option<NaiveDate>,
    pub lost_reason_id: Option<Uuid>,
}

/// A deal the actor may see.
///
/// # Errors
/// When the database is gone.
pub async fn deal(cx: &Context, tx: &mut Tx, id: Uuid) -> Result<Option<Deal>> {
    let hides = |field| cx.actor().fields.hides(Object::Opportunity, field);
    let found = sqlx::query_as!(
        Deal,
        "select name, pipeline_id, currency, close_date, lost_reason_id from opportunity where org_id = $1 and id = $2 and deleted_at is null",
        tx.org().0,
        id,
    );
    let found = found.fetch_optional(tx.db()).await?;
    Ok(found.map(|deal| Deal {
        currency: deal.currency.filter(|_| !hides("amount")),
        close_date: deal.close_date.filter(|_| !hides("close_date")),
        lost_reason_id: deal.lost_reason_id.filter(|_| !hides("lost_reason_id")),
        ..deal
    }))
}

/// Whether any deal the actor may see has a line of the product.
///
/// # Errors
/// When the database is gone.
pub async fn product_is_used(tx: &mut Tx, product: Uuid) -> Result<bool> {
    let used = sqlx::query_scalar!(
        r#"select exists (select from opportunity_line where org_id = $1 and product_id = $2) as "used!""#,
        tx.org().0,
        product
    );
    Ok(used.fetch_one(tx.db()).await?)
}

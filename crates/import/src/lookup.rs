//! What the importer can see of the organisation, by which raw values are matched and rows find their records.

use std::collections::HashMap;

use dealwright_access::{Actor, Object as Guarded};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use super::check::{Decisions, Lookups, StageKind, key, stage};
use super::field::{Object, OptionKind};
use super::read::Table;
use super::values::email;
use super::values::matching::{Candidate, Lookup};

/// So many accounts or contacts are compared at most; larger organisations match by exact names of the file only.
const MOST: i64 = 250_000;

/// Everything a check of `object` with these mapped fields needs.
pub async fn load(
    tx: &mut Tx,
    actor: &Actor,
    object: Object,
    table: &Table,
    mapped: &[Option<String>],
    decisions: &Decisions,
) -> Result<Lookups> {
    let has = |field: &str| mapped.iter().flatten().any(|key| key == field);
    let mut lookups = Lookups {
        stages: stages(tx).await?,
        pipelines: pipelines(tx).await?,
        users: users(tx).await?,
        products: products(tx).await?,
        options: options(tx).await?,
        ..Lookups::default()
    };
    let (related, person) = (has("related_to"), has("person"));
    if has("account") || has("parent") || related {
        lookups.accounts = accounts(tx, actor).await?;
    }
    if has("primary_contact") || has("contact") || related || person {
        lookups.contacts = contacts(tx, actor).await?;
    }
    if has("opportunity") || related {
        let named = named(table, mapped, &["opportunity", "related_to"]);
        lookups.opportunities = opportunities(tx, actor, &named, decisions).await?;
    }
    if has("lead") || related || person {
        let named = named(table, mapped, &["lead", "related_to", "person"]);
        lookups.leads = leads(tx, actor, &named, decisions).await?;
    }
    lookups.existing = match object {
        Object::Opportunity => opportunity_keys(tx, table, mapped).await?,
        Object::Account => account_keys(tx, table, mapped).await?,
        Object::Contact => contact_keys(tx, table, mapped).await?,
        Object::Lead => lead_keys(tx, table, mapped).await?,
        Object::Task => task_keys(tx, table, mapped).await?,
        Object::Activity => activity_keys(tx, table, mapped).await?,
        Object::Product => product_keys(tx).await?,
        Object::User => user_keys(tx).await?,
    };
    Ok(lookups)
}

/// What is enough for suggesting fields by content.
pub async fn load_names(tx: &mut Tx) -> Result<Lookups> {
    Ok(Lookups {
        stages: stages(tx).await?,
        users: users(tx).await?,
        products: products(tx).await?,
        ..Lookups::default()
    })
}

async fn stages(tx: &mut Tx) -> Result<Lookup> {
    let rows = sqlx::query!(
        "select s.id, s.name, s.kind from stage s join pipeline p on p.org_id = s.org_id and p.id = s.pipeline_id order by p.archived_at is not null, p.position, p.id, s.position"
    )
    .fetch_all(tx.db())
    .await?;
    // A name in several pipelines means the first pipeline's stage.
    let mut seen = std::collections::HashSet::new();
    let rows = rows.into_iter().filter(|row| seen.insert(row.name.to_lowercase()));
    let kind = |kind: &str| match kind {
        "won" => StageKind::Won,
        "lost" => StageKind::Lost,
        _ => StageKind::Open,
    };
    Ok(Lookup::new(rows.map(|row| stage(row.id, &row.name, kind(&row.kind))).collect()))
}

async fn pipelines(tx: &mut Tx) -> Result<Lookup> {
    let rows = sqlx::query!("select id, name from pipeline order by archived_at is not null, position, id")
        .fetch_all(tx.db())
        .await?;
    Ok(Lookup::new(rows.into_iter().map(|row| Candidate::new(row.id, row.name)).collect()))
}

async fn users(tx: &mut Tx) -> Result<Lookup> {
    let rows = sqlx::query!("select id, name, email from app_user where active order by id").fetch_all(tx.db()).await?;
    Ok(Lookup::new(rows.into_iter().map(|row| Candidate::new(row.id, row.name).alias(Some(row.email))).collect()))
}

async fn products(tx: &mut Tx) -> Result<Lookup> {
    let rows = sqlx::query!("select id, name, code from product where deleted_at is null order by id")
        .fetch_all(tx.db())
        .await?;
    Ok(Lookup::new(rows.into_iter().map(|row| Candidate::new(row.id, row.name).alias(row.code)).collect()))
}

async fn options(tx: &mut Tx) -> Result<HashMap<OptionKind, Lookup>> {
    let rows = sqlx::query!(
        // Nobody says that a lead is converted but its conversion.
        "select id, kind, name from choice where category is distinct from 'converted' order by kind, position, id"
    )
    .fetch_all(tx.db())
    .await?;
    let mut kinds: HashMap<OptionKind, Vec<Candidate>> = HashMap::new();
    for row in rows {
        if let Some(kind) = OptionKind::from_key(&row.kind) {
            kinds.entry(kind).or_default().push(Candidate::new(row.id, row.name));
        }
    }
    Ok(kinds.into_iter().map(|(kind, candidates)| (kind, Lookup::new(candidates))).collect())
}

/// Found by name, and by what else the actor may see.
async fn accounts(tx: &mut Tx, actor: &Actor) -> Result<Lookup> {
    let shown = |field, value: Option<String>| value.filter(|_| !actor.fields.hides(Guarded::Account, field));
    let rows = sqlx::query!("select id, name, external_id, domain from account where org_id = $1 and deleted_at is null order by id limit $2", tx.org().0, MOST)
        .fetch_all(tx.db())
        .await?;
    let candidates = rows.into_iter().map(|row| {
        let (external_id, domain) = (shown("external_id", row.external_id), shown("domain", row.domain));
        Candidate::new(row.id, row.name).alias(external_id).alias(domain)
    });
    Ok(Lookup::new(candidates.collect()))
}

async fn contacts(tx: &mut Tx, actor: &Actor) -> Result<Lookup> {
    let shown = |field, value: Option<String>| value.filter(|_| !actor.fields.hides(Guarded::Contact, field));
    let rows = sqlx::query!("select id, name, external_id, email from contact where org_id = $1 and deleted_at is null order by id limit $2", tx.org().0, MOST)
        .fetch_all(tx.db())
        .await?;
    let candidates = rows.into_iter().map(|row| {
        let (external_id, email) = (shown("external_id", row.external_id), shown("email", row.email));
        Candidate::new(row.id, row.name).alias(external_id).alias(email)
    });
    Ok(Lookup::new(candidates.collect()))
}

/// Of opportunities, of which there may be very many, those that the file names, and those that were chosen.
async fn opportunities(tx: &mut Tx, actor: &Actor, named: &[String], decisions: &Decisions) -> Result<Lookup> {
    let shown = |value: Option<String>| value.filter(|_| !actor.fields.hides(Guarded::Opportunity, "external_id"));
    let (org, chosen) = (tx.org().0, decisions.chosen());
    let mut candidates = Vec::new();
    for (names, chosen) in in_runs(named, &chosen) {
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let rows = sqlx::query!(
            "select id, name, external_id from opportunity
             where org_id = $1 and (name_sort = any ($2) or external_id = any ($3) or id = any ($4)) and deleted_at is null order by id",
            org,
            &lower,
            names,
            chosen,
        )
        .fetch_all(tx.db())
        .await?;
        candidates.extend(rows.into_iter().map(|r| Candidate::new(r.id, r.name).alias(shown(r.external_id))));
    }
    Ok(Lookup::new(each_once(candidates)))
}

/// The leads that the file names, by what else the actor may see too, and those that were chosen.
async fn leads(tx: &mut Tx, actor: &Actor, named: &[String], decisions: &Decisions) -> Result<Lookup> {
    let shown = |field, value: Option<String>| value.filter(|_| !actor.fields.hides(Guarded::Lead, field));
    let (org, chosen) = (tx.org().0, decisions.chosen());
    let mut candidates = Vec::new();
    for (names, chosen) in in_runs(named, &chosen) {
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let rows = sqlx::query!(
            "select id, name, external_id, email from lead
             where org_id = $1 and (name_sort = any ($2) or external_id = any ($3) or email = any ($2) or id = any ($4))
               and deleted_at is null and converted_at is null order by id",
            org,
            &lower,
            names,
            chosen,
        )
        .fetch_all(tx.db())
        .await?;
        candidates.extend(rows.into_iter().map(|r| {
            let (external_id, email) = (shown("external_id", r.external_id), shown("email", r.email));
            Candidate::new(r.id, r.name).alias(external_id).alias(email)
        }));
    }
    Ok(Lookup::new(each_once(candidates)))
}

/// The values of several columns, in runs; the chosen ids go with the first.
fn in_runs<'a>(named: &'a [String], chosen: &'a [Uuid]) -> Vec<(&'a [String], &'a [Uuid])> {
    let runs = named.chunks(CHUNK).chain(named.is_empty().then_some(&[][..]));
    runs.enumerate().map(|(nth, run)| (run, if nth == 0 { chosen } else { &[] })).collect()
}

fn each_once(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut seen = std::collections::HashSet::new();
    candidates.retain(|candidate| seen.insert(candidate.id));
    candidates
}

fn named(table: &Table, mapped: &[Option<String>], fields: &[&str]) -> Vec<String> {
    fields.iter().flat_map(|field| runs(table, mapped, field)).flatten().collect()
}

type Keys = HashMap<String, Uuid>;

/// So many keys are asked for in one statement.
const CHUNK: usize = 5_000;

/// The different values that the file has for a field, in runs.
fn runs(table: &Table, mapped: &[Option<String>], field: &str) -> Vec<Vec<String>> {
    let Some(column) = mapped.iter().position(|key| key.as_deref() == Some(field)) else { return Vec::new() };
    let distinct: std::collections::BTreeSet<&str> =
        (0..table.len()).map(|row| table.cell(row, column)).filter(|cell| !cell.is_empty()).collect();
    let values: Vec<String> = distinct.into_iter().map(str::to_owned).collect();
    values.chunks(CHUNK).map(<[String]>::to_vec).collect()
}

async fn opportunity_keys(tx: &mut Tx, table: &Table, mapped: &[Option<String>]) -> Result<Keys> {
    let org = tx.org().0;
    let mut keys = Keys::new();
    for ids in runs(table, mapped, "external_id") {
        let rows = sqlx::query!(
            r#"select id, external_id as "external_id!" from opportunity where org_id = $1 and external_id = any ($2) and deleted_at is null"#,
            org,
            &ids,
        )
        .fetch_all(tx.db())
        .await?;
        keys.extend(rows.into_iter().map(|row| (key::external_id(&row.external_id), row.id)));
    }
    Ok(keys)
}

async fn account_keys(tx: &mut Tx, table: &Table, mapped: &[Option<String>]) -> Result<Keys> {
    let org = tx.org().0;
    let mut keys = Keys::new();
    for ids in runs(table, mapped, "external_id") {
        let rows = sqlx::query!(
            r#"select id, external_id as "external_id!" from account where org_id = $1 and external_id = any ($2) and deleted_at is null"#,
            org,
            &ids,
        )
        .fetch_all(tx.db())
        .await?;
        keys.extend(rows.into_iter().map(|row| (key::external_id(&row.external_id), row.id)));
    }
    for names in runs(table, mapped, "name") {
        let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let rows = sqlx::query!(
            "select id, name, external_id from account where org_id = $1 and name_sort = any ($2) and deleted_at is null order by id",
            org,
            &names,
        )
        .fetch_all(tx.db())
        .await?;
        for row in rows {
            keys.entry(key::name(&row.name)).or_insert(row.id);
            if row.external_id.is_none() {
                keys.entry(key::unclaimed_name(&row.name)).or_insert(row.id);
            }
        }
    }
    Ok(keys)
}

async fn contact_keys(tx: &mut Tx, table: &Table, mapped: &[Option<String>]) -> Result<Keys> {
    let org = tx.org().0;
    let mut keys = Keys::new();
    for ids in runs(table, mapped, "external_id") {
        let rows = sqlx::query!(
            r#"select id, external_id as "external_id!" from contact where org_id = $1 and external_id = any ($2) and deleted_at is null"#,
            org,
            &ids,
        )
        .fetch_all(tx.db())
        .await?;
        keys.extend(rows.into_iter().map(|row| (key::external_id(&row.external_id), row.id)));
    }
    for addresses in runs(table, mapped, "email") {
        let addresses: Vec<String> = addresses.iter().filter_map(|raw| email::normalise(raw)).collect();
        let rows = sqlx::query!(
            r#"select id, email as "email!" from contact where org_id = $1 and lower(email) = any ($2) and deleted_at is null order by id"#,
            org,
            &addresses,
        )
        .fetch_all(tx.db())
        .await?;
        for row in rows {
            keys.entry(key::email(&row.email)).or_insert(row.id);
        }
    }
    Ok(keys)
}

/// Leads that are none any more are not found: what they have become is another record.
async fn lead_keys(tx: &mut Tx, table: &Table, mapped: &[Option<String>]) -> Result<Keys> {
    let org = tx.org().0;
    let mut keys = Keys::new();
    for ids in runs(table, mapped, "external_id") {
        let rows = sqlx::query!(
            r#"select id, external_id as "external_id!" from lead
               where org_id = $1 and external_id = any ($2) and deleted_at is null and converted_at is null"#,
            org,
            &ids,
        )
        .fetch_all(tx.db())
        .await?;
        keys.extend(rows.into_iter().map(|row| (key::external_id(&row.external_id), row.id)));
    }
    for addresses in runs(table, mapped, "email") {
        let addresses: Vec<String> = addresses.iter().filter_map(|raw| email::normalise(raw)).collect();
        let rows = sqlx::query!(
            r#"select id, email as "email!" from lead
               where org_id = $1 and email = any ($2) and deleted_at is null and converted_at is null order by id"#,
            org,
            &addresses,
        )
        .fetch_all(tx.db())
        .await?;
        for row in rows {
            keys.entry(key::email(&row.email)).or_insert(row.id);
        }
    }
    Ok(keys)
}

async fn task_keys(tx: &mut Tx, table: &Table, mapped: &[Option<String>]) -> Result<Keys> {
    let org = tx.org().0;
    let mut keys = Keys::new();
    for ids in runs(table, mapped, "external_id") {
        let rows = sqlx::query!(
            r#"select id, external_id as "external_id!" from task where org_id = $1 and external_id = any ($2) and deleted_at is null"#,
            org,
            &ids,
        )
        .fetch_all(tx.db())
        .await?;
        keys.extend(rows.into_iter().map(|row| (key::external_id(&row.external_id), row.id)));
    }
    Ok(keys)
}

async fn activity_keys(tx: &mut Tx, table: &Table, mapped: &[Option<String>]) -> Result<Keys> {
    let org = tx.org().0;
    let mut keys = Keys::new();
    for ids in runs(table, mapped, "external_id") {
        let rows = sqlx::query!(
            r#"select id, external_id as "external_id!" from activity where org_id = $1 and external_id = any ($2) and deleted_at is null"#,
            org,
            &ids,
        )
        .fetch_all(tx.db())
        .await?;
        keys.extend(rows.into_iter().map(|row| (key::external_id(&row.external_id), row.id)));
    }
    Ok(keys)
}

async fn product_keys(tx: &mut Tx) -> Result<Keys> {
    let rows = sqlx::query!("select id, name, code from product where deleted_at is null order by id")
        .fetch_all(tx.db())
        .await?;
    let mut keys = Keys::new();
    for row in rows {
        keys.entry(key::name(&row.name)).or_insert(row.id);
        if let Some(code) = row.code {
            keys.entry(key::code(&code)).or_insert(row.id);
        }
    }
    Ok(keys)
}

async fn user_keys(tx: &mut Tx) -> Result<Keys> {
    let rows = sqlx::query!("select id, name, email from app_user order by id").fetch_all(tx.db()).await?;
    let mut keys = Keys::new();
    for row in rows {
        keys.entry(key::name(&row.name)).or_insert(row.id);
        keys.insert(key::email(&row.email), row.id);
    }
    Ok(keys)
}

//! `search_records` and `get_record`: accounts, contacts and leads.

use dealwright_access::policy::{Needs, Permission, ReadAccount, ReadContact, ReadOpportunity};
use dealwright_access::{Actor, Context, Object};
use dealwright_crm::list::ListQuery;
use dealwright_crm::{account, choice, contact, lead};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Effect, Output, Running, Tool};
use crate::planner::RecordKind;
use crate::resolve::record::RecordType;

/// Lists accounts, contacts or leads.
#[derive(Debug)]
pub struct SearchRecords;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordsArgs {
    pub kind: RecordKind,
    /// Words of the name, company, e-mail address or phone number.
    #[serde(default)]
    pub q: Option<String>,
    /// Conditions as the lists of the API take them: `["owner_id", "me"]`, `["created_at.gte", "2026-01-01"]`.
    #[serde(default)]
    pub filter: Vec<(String, String)>,
    /// As the lists of the API take it: `-updated_at`.
    #[serde(default)]
    pub sort: Option<String>,
    /// 1 to 50; 10 when absent.
    #[serde(default)]
    pub limit: Option<u16>,
}

const DEFAULT: u16 = 10;

/// The most conditions of one call.
const MOST_CONDITIONS: usize = 20;

impl Tool for SearchRecords {
    const NAME: &'static str = "search_records";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadAccount::PERMISSION;
    const PERMISSIONS: &'static [Permission] = &RecordKind::READ;
    const ABOUT: &'static str =
        "List accounts, contacts or leads by words, owner or any other condition of their lists, with their count.";
    type Args = RecordsArgs;

    fn needs(args: &RecordsArgs) -> Vec<Permission> {
        vec![args.kind.record_type().read()]
    }

    async fn run(running: Running<'_>, tx: &mut Tx, args: RecordsArgs) -> Result<Output> {
        if args.filter.len() > MOST_CONDITIONS {
            return Err(Error::field("filter", "too_many", "at most 20 conditions"));
        }
        let reserved = |name: &str| matches!(name, "cursor" | "limit" | "count" | "sort" | "q");
        if args.filter.iter().any(|(name, _)| reserved(name)) {
            return Err(Error::field(
                "filter",
                "unknown_field",
                "conditions only; words, order and limit are arguments",
            ));
        }
        let mut asked = args.filter.clone();
        asked.push(("limit".into(), args.limit.unwrap_or(DEFAULT).clamp(1, 50).to_string()));
        asked.push(("count".into(), "true".into()));
        asked.extend(args.q.iter().map(|q| ("q".to_owned(), q.clone())));
        asked.extend(args.sort.iter().map(|sort| ("sort".to_owned(), sort.clone())));
        let (count, items) = page(running.cx, tx, args.kind, &asked).await?;
        let noun = args.kind.noun(count);
        Ok(Output {
            count,
            summary: format!("{count} {noun}"),
            result: json!({ "kind": args.kind, "count": count, "items": items }),
            proposal: None,
        })
    }
}

async fn page(cx: &Context, tx: &mut Tx, kind: RecordKind, asked: &[(String, String)]) -> Result<(i64, Vec<Value>)> {
    let (actor, today) = (cx.actor(), tx.now().date_naive());
    let (total, items) = match kind {
        RecordKind::Account => {
            let query = ListQuery::read(asked, &account::list::CATALOGUE, actor, today)?;
            let page = account::list::page(cx, tx, &query).await?;
            (page.total, page.items.iter().map(shown).collect::<Result<Vec<_>>>()?)
        }
        RecordKind::Contact => {
            let query = ListQuery::read(asked, &contact::list::CATALOGUE, actor, today)?;
            let page = contact::list::page(cx, tx, &query).await?;
            (page.total, page.items.iter().map(shown).collect::<Result<Vec<_>>>()?)
        }
        RecordKind::Lead => {
            let query = ListQuery::read(asked, &lead::list::CATALOGUE, actor, today)?;
            let page = lead::list::page(cx, tx, &query).await?;
            (page.total, page.items.iter().map(shown).collect::<Result<Vec<_>>>()?)
        }
    };
    let mut items = items;
    name_choices(tx, &mut items).await?;
    Ok((total.total.unwrap_or_default(), items))
}

/// What an answer can speak of, of a record as the API shows it.
const TOLD: [&str; 24] = [
    "id",
    "name",
    "company",
    "title",
    "email",
    "phone",
    "website",
    "domain",
    "country",
    "employees",
    "annual_revenue",
    "founded_year",
    "rating",
    "status",
    "industry_id",
    "region_id",
    "source_id",
    "account",
    "parent",
    "owner",
    "tags",
    "converted",
    "created_at",
    "updated_at",
];

/// A record with names in the place of references; hidden fields are null already, and left out.
fn shown<T: Serialize>(record: &T) -> Result<Value> {
    let Value::Object(all) = serde_json::to_value(record).map_err(Error::internal)? else { return Ok(Value::Null) };
    let told = all.into_iter().filter(|(field, value)| TOLD.contains(&field.as_str()) && !value.is_null());
    Ok(Value::Object(told.map(|(field, value)| (field, plain(value))).collect::<Map<_, _>>()))
}

/// `{"id", "name"}` is its name.
fn plain(value: Value) -> Value {
    match &value {
        Value::Object(reference) if reference.len() == 2 && reference.contains_key("id") => {
            reference.get("name").cloned().unwrap_or(value)
        }
        _ => value,
    }
}

/// The names of managed values instead of their ids.
async fn name_choices(tx: &mut Tx, items: &mut [Value]) -> Result<()> {
    const FIELDS: [(&str, &str); 3] = [("industry_id", "industry"), ("region_id", "region"), ("source_id", "source")];
    let has = |item: &Value| FIELDS.iter().any(|(id, _)| item.get(id).is_some());
    if !items.iter().any(has) {
        return Ok(());
    }
    let choices = choice::store::list(tx).await?;
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        for (id, name) in FIELDS {
            let of = item.remove(id).and_then(|id| id.as_str()?.parse::<Uuid>().ok());
            let named = of.and_then(|of| choices.iter().find(|c| c.id.0 == of));
            named.map(|choice| item.insert(name.to_owned(), json!(choice.name)));
        }
    }
    Ok(())
}

/// Reads one account, contact or lead.
#[derive(Debug)]
pub struct GetRecord;

/// A record by its type and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordArgs {
    pub kind: RecordKind,
    pub id: Uuid,
}

impl Tool for GetRecord {
    const NAME: &'static str = "get_record";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadAccount::PERMISSION;
    const PERMISSIONS: &'static [Permission] = &RecordKind::READ;
    const ABOUT: &'static str = "Read one account, contact or lead: its fields, open deals and people.";
    type Args = RecordArgs;

    fn needs(args: &RecordArgs) -> Vec<Permission> {
        vec![args.kind.record_type().read()]
    }

    async fn run(running: Running<'_>, tx: &mut Tx, args: RecordArgs) -> Result<Output> {
        let mut record = match args.kind {
            RecordKind::Account => shown(
                &account::store::find(tx, args.id.into(), false)
                    .await?
                    .or_not_found("account")?
                    .allowing(running.cx.actor()),
            )?,
            RecordKind::Contact => shown(
                &contact::store::find(tx, args.id.into(), false)
                    .await?
                    .or_not_found("contact")?
                    .allowing(running.cx.actor()),
            )?,
            RecordKind::Lead => shown(
                &lead::store::find(tx, args.id.into(), false).await?.or_not_found("lead")?.allowing(running.cx.actor()),
            )?,
        };
        name_choices(tx, std::slice::from_mut(&mut record)).await?;
        let around = around(running.cx.actor(), tx, args.kind.record_type(), args.id).await?;
        if let Value::Object(fields) = &mut record {
            fields.insert("kind".into(), json!(args.kind));
            fields.extend(around);
        }
        let name = record.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Output { result: record, count: 1, summary: name, proposal: None })
    }
}

/// What stands around an account or a contact: open deals with their sum, and the people of an account.
async fn around(actor: &Actor, tx: &mut Tx, kind: RecordType, id: Uuid) -> Result<Map<String, Value>> {
    let mut around = Map::new();
    let (account, contact) = match kind {
        RecordType::Account => (Some(id), None),
        RecordType::Contact => (None, Some(id)),
        RecordType::Lead | RecordType::Opportunity => return Ok(around),
    };
    if actor.require(ReadOpportunity::PERMISSION).is_ok() {
        let deals = sqlx::query!(
            r#"select count(*) as "count!", coalesce(sum(t.amount_base), 0)::bigint as "sum!" from opportunity t
               join stage s on s.org_id = t.org_id and s.id = t.stage_id
               where t.org_id = $1 and t.deleted_at is null and s.kind = 'open'
                 and (t.account_id = $2 or t.primary_contact_id = $3)"#,
            tx.org().0,
            account,
            contact,
        )
        .fetch_one(tx.db())
        .await?;
        around.insert("open_deals".into(), json!(deals.count));
        if !actor.fields.hides(Object::Opportunity, "amount") {
            around.insert("open_amount".into(), json!(Money::new(deals.sum, actor.currency)));
        }
    }
    if let Some(account) = account {
        let children = sqlx::query!(
            "select id, name from account where org_id = $1 and parent_id = $2 and deleted_at is null order by name_sort, id limit 10",
            tx.org().0,
            account,
        )
        .fetch_all(tx.db())
        .await?;
        let children = children.into_iter().map(|child| json!({ "id": child.id, "name": child.name }));
        around.insert("subsidiaries".into(), children.collect());
    }
    if let Some(account) = account.filter(|_| actor.require(ReadContact::PERMISSION).is_ok()) {
        let people = sqlx::query!(
            "select id, name, title from contact where org_id = $1 and account_id = $2 and deleted_at is null order by updated_at desc, id limit 5",
            tx.org().0,
            account,
        )
        .fetch_all(tx.db())
        .await?;
        let hidden = actor.fields.hides(Object::Contact, "title");
        let people =
            people.into_iter().map(|p| json!({ "id": p.id, "name": p.name, "title": p.title.filter(|_| !hidden) }));
        around.insert("people".into(), people.collect());
    }
    Ok(around)
}

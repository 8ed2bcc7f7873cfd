//! Writes the demo company, with its history at the times it is said to have happened. Runs as the schema's owner, on a
//! connection of its own: it is how a demonstration begins, not how anybody works.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::policy::Builtin;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Clock, Error, Result};
use dealwright_store::Database;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{
    Activity, ActivityKind, Company, INDUSTRIES, LOSS_REASONS, OPPORTUNITY_TYPES, Opportunity, Priority, REGIONS, Role,
    SOURCES, STAGES, lead,
};

/// Everything that an index of the company stands for in the database.
pub(super) struct Ids {
    pub(super) org: Uuid,
    teams: Vec<Uuid>,
    pub(super) people: Vec<Uuid>,
    stages: Vec<Uuid>,
    products: Vec<Uuid>,
    accounts: Vec<Uuid>,
    contacts: Vec<Uuid>,
    opportunities: Vec<Uuid>,
    pipeline: Uuid,
    choices: HashMap<(String, String), Uuid>,
}

/// Fills an organisation that has its master data and its administrator, and nothing else.
///
/// # Errors
/// When the database refuses or is gone.
pub async fn write(
    database: &Database,
    org: OrgId,
    admin: UserId,
    password_hash: &str,
    company: &Company,
) -> Result<()> {
    let clock = database.clock();
    let mut connection = database.maintenance().await?;
    let mut tx = connection.begin().await?;
    let choices = choices(&mut tx, org.0, clock).await?;
    let new = |n: usize| (0..n).map(|_| clock.new_id()).collect::<Vec<_>>();
    let (pipeline, stages) = stages(&mut tx, org.0).await?;
    let mut ids = Ids {
        org: org.0,
        teams: new(company.teams.len()),
        people: new(company.people.len()),
        stages,
        products: new(company.products.len()),
        accounts: new(company.accounts.len()),
        contacts: new(company.contacts.len()),
        opportunities: new(company.opportunities.len()),
        pipeline,
        choices,
    };
    let first_admin = company.people.iter().position(|p| p.role == Role::Administrator);
    if let Some(slot) = first_admin.and_then(|i| ids.people.get_mut(i)) {
        *slot = admin.0;
    }
    people(&mut tx, &ids, company, admin, password_hash).await?;
    records(&mut tx, &ids, company).await?;
    deals(&mut tx, &ids, company).await?;
    happenings(&mut tx, &ids, company, clock).await?;
    lead::write(&mut tx, &ids, company, clock).await?;
    // Deals were written where they stand by now: the way there is in their events.
    sqlx::query("select app.recount_stages($1)").bind(org.0).execute(&mut *tx).await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

pub(super) fn at<T: Copy>(ids: &[T], index: usize) -> Result<T> {
    ids.get(index).copied().ok_or_else(|| Error::internal("the demo company refers to what it does not have"))
}

impl Ids {
    pub(super) fn choice(&self, kind: &str, names: &[&str], index: usize) -> Result<Uuid> {
        let name = names.get(index).copied().unwrap_or_default();
        self.choices
            .get(&(kind.to_owned(), name.to_lowercase()))
            .copied()
            .ok_or_else(|| Error::internal(format!("no {kind} {name:?}")))
    }

    pub(super) fn team_of(&self, company: &Company, person: usize) -> Result<Uuid> {
        at(&self.teams, company.people.get(person).map_or(0, |p| p.team))
    }
}

/// Inserts rows given as JSON objects; `columns` are `name type` pairs of what each object holds.
pub(super) async fn insert(
    db: &mut PgConnection,
    table: &str,
    org: Uuid,
    columns: &str,
    rows: Vec<Value>,
) -> Result<()> {
    let names: Vec<&str> = columns.split(", ").filter_map(|c| c.split(' ').next()).collect();
    let values = names.iter().map(|n| format!("r.{n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "insert into {table} (org_id, {}) select $1, {values} from jsonb_to_recordset($2) as r ({columns})",
        names.join(", ")
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(org).bind(Value::Array(rows)).execute(db).await?;
    Ok(())
}

async fn stages(db: &mut PgConnection, org: Uuid) -> Result<(Uuid, Vec<Uuid>)> {
    let rows: Vec<(Uuid, Uuid, String)> =
        sqlx::query_as("select id, pipeline_id, name from stage where org_id = $1").bind(org).fetch_all(db).await?;
    let pipeline = rows.first().map(|r| r.1).ok_or_else(|| Error::internal("the organisation has no pipeline"))?;
    let find = |name: &str| {
        rows.iter().find(|r| r.2 == name).map(|r| r.0).ok_or_else(|| Error::internal(format!("no stage {name:?}")))
    };
    Ok((pipeline, STAGES.iter().map(|s| find(s.name)).collect::<Result<_>>()?))
}

/// The managed lists' values by kind and name; those of the demo are added where they are missing.
async fn choices(db: &mut PgConnection, org: Uuid, clock: &Clock) -> Result<HashMap<(String, String), Uuid>> {
    let lists: [(&str, &[&str]); 5] = [
        ("industry", &INDUSTRIES),
        ("region", &REGIONS),
        ("source", &SOURCES),
        ("opportunity_type", &OPPORTUNITY_TYPES),
        ("loss_reason", &LOSS_REASONS),
    ];
    for (kind, names) in lists {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let ids: Vec<Uuid> = names.iter().map(|_| clock.new_id()).collect();
        sqlx::query("insert into choice (org_id, id, kind, name, position) select $1, n.id, $2, n.name, 100 + n.n from unnest($3::uuid[], $4::text[]) with ordinality as n (id, name, n) on conflict do nothing")
            .bind(org).bind(kind).bind(&ids).bind(&names).execute(&mut *db).await?;
    }
    let rows: Vec<(String, String, Uuid)> =
        sqlx::query_as("select kind, lower(name), id from choice where org_id = $1").bind(org).fetch_all(db).await?;
    Ok(rows.into_iter().map(|(kind, name, id)| ((kind, name), id)).collect())
}

async fn people(db: &mut PgConnection, ids: &Ids, company: &Company, admin: UserId, password_hash: &str) -> Result<()> {
    for (i, team) in company.teams.iter().enumerate() {
        let parent = team.parent.map(|p| at(&ids.teams, p)).transpose()?;
        sqlx::query("insert into team (org_id, id, name, parent_id) values ($1, $2, $3, $4)")
            .bind(ids.org)
            .bind(at(&ids.teams, i)?)
            .bind(&team.name)
            .bind(parent)
            .execute(&mut *db)
            .await?;
    }
    for (i, person) in company.people.iter().enumerate() {
        let (id, team) = (at(&ids.people, i)?, at(&ids.teams, person.team)?);
        if id == admin.0 {
            sqlx::query("update app_user set name = $3, team_id = $4 where org_id = $1 and id = $2")
                .bind(ids.org)
                .bind(id)
                .bind(&person.name)
                .bind(team)
                .execute(&mut *db)
                .await?;
            continue;
        }
        let role = match person.role {
            Role::Administrator => Builtin::Administrator,
            Role::Manager => Builtin::SalesManager,
            Role::Rep => Builtin::SalesRep,
            Role::ReadOnly => Builtin::ReadOnly,
        };
        sqlx::query(
            "insert into app_user (org_id, id, name, email, password_hash, team_id) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(ids.org)
        .bind(id)
        .bind(&person.name)
        .bind(&person.email)
        .bind(password_hash)
        .bind(team)
        .execute(&mut *db)
        .await?;
        sqlx::query("insert into user_role (org_id, user_id, role_id) select $1, $2, id from role where org_id = $1 and builtin = $3").bind(ids.org).bind(id).bind(role.key()).execute(&mut *db).await?;
    }
    Ok(())
}

async fn records(db: &mut PgConnection, ids: &Ids, company: &Company) -> Result<()> {
    let products = company.products.iter().zip(&ids.products);
    let rows = products.map(|(p, id)| json!({ "id": id, "name": p.name, "code": p.code, "family": p.family, "price_minor": p.unit_price, "currency": company.currency }));
    insert(
        db,
        "product",
        ids.org,
        "id uuid, name text, code text, family text, price_minor bigint, currency text",
        rows.collect(),
    )
    .await?;

    let accounts = company.accounts.iter().zip(&ids.accounts).map(|(a, id)| {
        Ok(json!({
            "id": id, "name": a.name, "domain": a.domain, "website": format!("https://{}", a.domain), "phone": a.phone,
            "industry_id": ids.choice("industry", &INDUSTRIES, a.industry)?, "region_id": ids.choice("region", &REGIONS, a.region)?,
            "employees": a.employees, "revenue_minor": a.annual_revenue, "currency": company.currency, "founded_year": a.founded_year, "country": a.country,
            "owner_id": at(&ids.people, a.owner)?, "team_id": ids.team_of(company, a.owner)?, "tags": a.tags, "created_at": a.created_at, "updated_at": a.created_at,
        }))
    });
    let columns = "id uuid, name text, domain text, website text, phone text, industry_id uuid, region_id uuid, employees bigint, revenue_minor bigint, currency text, \
                   founded_year int, country text, owner_id uuid, team_id uuid, tags text[], created_at timestamptz, updated_at timestamptz";
    insert(db, "account", ids.org, columns, accounts.collect::<Result<_>>()?).await?;
    for (a, id) in company.accounts.iter().zip(&ids.accounts) {
        if let Some(parent) = a.parent {
            sqlx::query("update account set parent_id = $3 where org_id = $1 and id = $2")
                .bind(ids.org)
                .bind(id)
                .bind(at(&ids.accounts, parent)?)
                .execute(&mut *db)
                .await?;
        }
    }

    let contacts = company.contacts.iter().zip(&ids.contacts).map(|(c, id)| {
        Ok(json!({
            "id": id, "first_name": c.first_name, "last_name": c.last_name, "name": format!("{} {}", c.first_name, c.last_name), "title": c.title, "email": c.email,
            "phone": c.phone, "account_id": at(&ids.accounts, c.account)?, "owner_id": at(&ids.people, c.owner)?, "team_id": ids.team_of(company, c.owner)?,
            "created_at": c.created_at, "updated_at": c.created_at,
        }))
    });
    let columns = "id uuid, first_name text, last_name text, name text, title text, email text, phone text, account_id uuid, owner_id uuid, team_id uuid, \
                   created_at timestamptz, updated_at timestamptz";
    insert(db, "contact", ids.org, columns, contacts.collect::<Result<_>>()?).await
}

async fn deals(db: &mut PgConnection, ids: &Ids, company: &Company) -> Result<()> {
    let last_touched = |i: usize, o: &Opportunity| {
        let latest = company.activities.iter().filter(|a| a.opportunity == i).map(|a| a.at).max();
        latest.map_or(o.stage_entered_at(), |at| at.max(o.stage_entered_at()))
    };
    let rows = company.opportunities.iter().enumerate().zip(&ids.opportunities).map(|((i, o), id)| {
        Ok(json!({
            "id": id, "name": o.name, "account_id": at(&ids.accounts, o.account)?, "primary_contact_id": at(&ids.contacts, o.contact)?, "pipeline_id": ids.pipeline,
            "stage_id": at(&ids.stages, o.stage)?, "amount_minor": o.amount, "currency": company.currency, "amount_base": o.amount, "close_date": o.close_date,
            "probability": o.probability, "forecast_category": o.forecast_category, "type_id": ids.choice("opportunity_type", &OPPORTUNITY_TYPES, o.kind)?,
            "source_id": ids.choice("source", &SOURCES, o.source)?,
            "industry_id": ids.choice("industry", &INDUSTRIES, company.accounts.get(o.account).map_or(0, |a| a.industry))?,
            "region_id": ids.choice("region", &REGIONS, company.accounts.get(o.account).map_or(0, |a| a.region))?,
            "owner_id": at(&ids.people, o.owner)?, "team_id": ids.team_of(company, o.owner)?, "next_step": o.next_step,
            "follow_up_date": o.next_step.filter(|_| i % 3 == 0).map(|_| (last_touched(i, o) + TimeDelta::days(12)).date_naive()),
            "lost_reason_id": o.loss_reason.map(|r| ids.choice("loss_reason", &LOSS_REASONS, r)).transpose()?, "lost_notes": o.lost_notes, "tags": o.tags,
            "created_at": o.created_at(), "updated_at": last_touched(i, o), "stage_entered_at": o.stage_entered_at(), "closed_at": o.closed_at(),
        }))
    });
    let columns = "id uuid, name text, account_id uuid, primary_contact_id uuid, pipeline_id uuid, stage_id uuid, amount_minor bigint, currency text, amount_base bigint, \
                   close_date date, probability bigint, forecast_category text, type_id uuid, source_id uuid, industry_id uuid, region_id uuid, owner_id uuid, team_id uuid, \
                   next_step text, follow_up_date date, lost_reason_id uuid, lost_notes text, tags text[], created_at timestamptz, updated_at timestamptz, stage_entered_at timestamptz, closed_at timestamptz";
    insert(db, "opportunity", ids.org, columns, rows.collect::<Result<_>>()?).await?;
    let mut lines = Vec::new();
    for (o, id) in company.opportunities.iter().zip(&ids.opportunities) {
        for (position, line) in o.lines.iter().enumerate() {
            lines.push(json!({
                "id": Uuid::new_v4(), "opportunity_id": id, "product_id": at(&ids.products, line.product)?, "position": position, "quantity": line.quantity,
                "price_minor": line.unit_price, "currency": company.currency, "discount": f64::from(line.discount) / 10.0,
            }));
        }
    }
    let columns = "id uuid, opportunity_id uuid, product_id uuid, position int, quantity numeric, price_minor bigint, currency text, discount numeric";
    insert(db, "opportunity_line", ids.org, columns, lines).await
}

/// An event as the log holds it.
struct Happening {
    /// Its id, if something refers to it.
    id: Option<Uuid>,
    kind: &'static str,
    at: DateTime<Utc>,
    by: usize,
    subject: (&'static str, Uuid, String),
    opportunity: usize,
    changes: Value,
    data: Value,
}

async fn happenings(db: &mut PgConnection, ids: &Ids, company: &Company, clock: &Clock) -> Result<()> {
    let mut events = Vec::new();
    for (i, (o, id)) in company.opportunities.iter().zip(&ids.opportunities).enumerate() {
        for (n, entered) in o.history.iter().enumerate() {
            let subject = ("opportunity", *id, o.name.clone());
            let before = n.checked_sub(1).and_then(|b| o.history.get(b));
            let (kind, changes, data) = match before {
                None => ("opportunity.created", json!([]), json!({ "stage_id": at(&ids.stages, entered.stage)? })),
                Some(before) => ("opportunity.moved", moved(ids, before.stage, entered.stage)?, json!({})),
            };
            events.push(Happening {
                id: None,
                kind,
                at: entered.at,
                by: o.owner,
                subject,
                opportunity: i,
                changes,
                data,
            });
        }
    }
    activities(db, ids, company, clock, &mut events).await?;
    tasks(db, ids, company, clock, &mut events).await?;
    let rows = events.into_iter().map(|e| {
        let deal = company.opportunities.get(e.opportunity).ok_or_else(|| Error::internal("an event of no deal"))?;
        let (object, subject, name) = e.subject;
        Ok(json!({
            "id": e.id.unwrap_or_else(|| clock.new_id()), "type": e.kind, "at": e.at, "actor_kind": "user", "actor_id": at(&ids.people, e.by)?,
            "actor_name": company.people.get(e.by).map(|p| p.name.as_str()), "subject_type": object, "subject_id": subject, "subject_name": name, "subject_version": 1,
            "opportunity_id": at(&ids.opportunities, e.opportunity)?, "account_id": at(&ids.accounts, deal.account)?, "contact_id": at(&ids.contacts, deal.contact)?,
            "changes": e.changes, "data": e.data,
        }))
    });
    let columns = "id uuid, type text, at timestamptz, actor_kind text, actor_id uuid, actor_name text, subject_type text, subject_id uuid, subject_name text, \
                   subject_version bigint, opportunity_id uuid, account_id uuid, contact_id uuid, changes jsonb, data jsonb";
    insert(db, "event", ids.org, columns, rows.collect::<Result<_>>()?).await
}

fn moved(ids: &Ids, from: usize, to: usize) -> Result<Value> {
    let stage = |i: usize| STAGES.get(i).ok_or_else(|| Error::internal("no such stage"));
    let (old, new) = (stage(from)?, stage(to)?);
    Ok(json!([
        { "field": "stage_id", "old": at(&ids.stages, from)?, "new": at(&ids.stages, to)?, "old_label": old.name, "new_label": new.name },
        { "field": "probability", "old": old.probability, "new": new.probability },
    ]))
}

/// What became of it; the same each time.
fn outcome(ids: &Ids, a: &Activity) -> Option<Uuid> {
    let (list, name) = match (a.kind, a.minutes) {
        (ActivityKind::Call, Some(minutes)) if minutes > 3 => ("call_outcome", "connected"),
        (ActivityKind::Call, _) => ("call_outcome", "left message"),
        (ActivityKind::Meeting, _) => ("meeting_outcome", "held"),
        _ => return None,
    };
    ids.choices.get(&(list.to_owned(), name.to_owned())).copied()
}

async fn activities(
    db: &mut PgConnection,
    ids: &Ids,
    company: &Company,
    clock: &Clock,
    events: &mut Vec<Happening>,
) -> Result<()> {
    let kind = |a: &Activity| match a.kind {
        ActivityKind::Note => "note",
        ActivityKind::Call => "call",
        ActivityKind::Email => "email",
        ActivityKind::Meeting => "meeting",
    };
    let mut rows = Vec::new();
    for a in &company.activities {
        let (id, entry) = (clock.new_id(), clock.new_id());
        let direction = a.incoming.map(|incoming| if incoming { "in" } else { "out" });
        let deal = company.opportunities.get(a.opportunity).ok_or_else(|| Error::internal("an activity of no deal"))?;
        rows.push(json!({
            "id": id, "kind": kind(a), "subject": (!a.subject.is_empty()).then_some(&a.subject), "body": a.body, "direction": direction,
            "duration_minutes": a.minutes, "occurred_at": a.at,
            "owner_id": at(&ids.people, a.by)?, "opportunity_id": at(&ids.opportunities, a.opportunity)?, "account_id": at(&ids.accounts, deal.account)?,
            "contact_id": at(&ids.contacts, deal.contact)?, "created_at": a.at, "updated_at": a.at,
            "entry_id": entry, "outcome_id": outcome(ids, a), "team_id": ids.team_of(company, a.by)?,
        }));
        let data = json!({ "activity_id": id, "kind": kind(a) });
        let subject = ("activity", id, a.subject.clone());
        events.push(Happening {
            id: Some(entry),
            kind: "activity.logged",
            at: a.at,
            by: a.by,
            subject,
            opportunity: a.opportunity,
            changes: json!([]),
            data,
        });
    }
    let columns = "id uuid, kind text, subject text, body text, direction text, duration_minutes int, occurred_at timestamptz, owner_id uuid, opportunity_id uuid, \
                   account_id uuid, contact_id uuid, created_at timestamptz, updated_at timestamptz, entry_id uuid, outcome_id uuid, team_id uuid";
    insert(db, "activity", ids.org, columns, rows).await
}

async fn tasks(
    db: &mut PgConnection,
    ids: &Ids,
    company: &Company,
    clock: &Clock,
    events: &mut Vec<Happening>,
) -> Result<()> {
    let mut rows = Vec::new();
    for t in &company.tasks {
        let id = clock.new_id();
        let priority = match t.priority {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
        };
        let deal = company.opportunities.get(t.opportunity).ok_or_else(|| Error::internal("a task of no deal"))?;
        rows.push(json!({
            "id": id, "title": t.title, "due_date": t.due, "priority": priority, "assignee_id": at(&ids.people, t.assignee)?, "team_id": ids.team_of(company, t.assignee)?,
            "opportunity_id": at(&ids.opportunities, t.opportunity)?, "account_id": at(&ids.accounts, deal.account)?, "done_at": t.done_at, "created_at": t.created_at,
            "updated_at": t.done_at.unwrap_or(t.created_at),
        }));
        let subject = || ("task", id, t.title.clone());
        let happened = |kind, at| Happening {
            id: None,
            kind,
            at,
            by: t.assignee,
            subject: subject(),
            opportunity: t.opportunity,
            changes: json!([]),
            data: json!({}),
        };
        events.push(happened("task.created", t.created_at));
        events.extend(t.done_at.map(|done| happened("task.completed", done)));
    }
    let columns = "id uuid, title text, due_date date, priority text, assignee_id uuid, team_id uuid, opportunity_id uuid, account_id uuid, done_at timestamptz, \
                   created_at timestamptz, updated_at timestamptz";
    insert(db, "task", ids.org, columns, rows).await
}

/// The demo company as of `now`.
#[must_use]
pub fn company(now: DateTime<Utc>) -> Company {
    super::company::company(now.date_naive()).by(now)
}

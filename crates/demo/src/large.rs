//! Writes a large organisation for measuring, as the owner of the schema, past indexes and triggers: those are put
//! back at the end, and what triggers keep (search, tags, totals) is computed for all rows at once. All in one
//! transaction; meanwhile other users of the database wait.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::organisation::{self, NewOrganisation};
use dealwright_access::people::{self, store::NewUser};
use dealwright_access::policy::Builtin;
use dealwright_access::{Access, Context};
use dealwright_kernel::id::{OrgId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use super::scale::{Batch, Scale, scale};
use super::{INDUSTRIES, LOSS_REASONS, OPPORTUNITY_TYPES, REGIONS, Role, SOURCES, STAGES};
use dealwright_crm::{choice, pipeline};

/// Rows in one statement.
const BATCH: usize = 10_000;

/// The sequencer's lock (`store::sequencer`): positions are given here, once for all.
const SEQUENCER: i64 = 0x6465_616c_0001;

/// Makes an organisation of so many opportunities, its accounts, contacts, people and events. Everyone signs in with
/// `password`: `user000@scale.test` is its administrator, numbers from 027 on are reps. `tell` hears what is being done.
///
/// # Errors
/// 409 when there is such an organisation already; when the database is gone.
pub async fn seed_scale(
    access: &Access,
    opportunities: usize,
    password: &str,
    tell: impl Fn(&str) + Send + Sync,
) -> Result<OrgId> {
    let scale = scale(opportunities, access.clock().today());
    tell("people and teams");
    let (org, admin) = found(access, &scale, password).await?;
    let cx = access.context_for(org, admin).await?;
    let ids = Arc::new(people_and_lists(&cx, &scale, password).await?);
    let mut connection = access.database().maintenance().await?;
    let mut tx = connection.begin().await?;
    for setting in [
        "maintenance_work_mem = '512MB'",
        "work_mem = '128MB'",
        "synchronous_commit = off",
        "max_parallel_maintenance_workers = 2",
    ] {
        tx.execute(AssertSqlSafe(format!("set local {setting}"))).await?;
    }
    let put_aside = put_aside(&mut tx).await?;
    tell("accounts");
    accounts(&mut tx, org, scale, &ids).await?;
    tell("contacts");
    contacts(&mut tx, org, scale, &ids).await?;
    tell("opportunities");
    deals(&mut tx, org, scale, &ids).await?;
    tell("search words, tags, totals, history");
    derive(&mut tx, org).await?;
    for (number, statement) in put_aside.iter().enumerate() {
        if number % 8 == 0 {
            tell(&format!("indexes and constraints, {number} of {}", put_aside.len()));
        }
        tx.execute(AssertSqlSafe(statement.clone())).await?;
    }
    tx.commit().await?;
    tell("statistics");
    connection
        .execute(
            "vacuum (analyze) account, contact, opportunity, opportunity_tag, opportunity_rollup, event, search_word",
        )
        .await?;
    connection.close().await?;
    Ok(org)
}

async fn found(access: &Access, scale: &Scale, password: &str) -> Result<(OrgId, UserId)> {
    let people = scale.people();
    let admin = people.first().ok_or_else(|| Error::internal("a large organisation has people"))?;
    let organisation = NewOrganisation {
        name: format!("Scale {}", scale.opportunities),
        currency: Currency::USD,
        demo: true,
        admin_name: admin.name.clone(),
        admin_email: admin.email.clone(),
        admin_password: password.to_owned(),
    };
    organisation::create(access, organisation, false).await
}

/// Ids by position.
struct Ids {
    people: Vec<Uuid>,
    /// The team of each person.
    team_of: Vec<Uuid>,
    accounts: Vec<Uuid>,
    contacts: Vec<Uuid>,
    pipeline: Uuid,
    stages: Vec<Uuid>,
    industries: Vec<Uuid>,
    regions: Vec<Uuid>,
    sources: Vec<Uuid>,
    types: Vec<Uuid>,
    loss_reasons: Vec<Uuid>,
}

fn at(ids: &[Uuid], index: usize) -> Uuid {
    ids.get(index).copied().unwrap_or_default()
}

async fn people_and_lists(cx: &Context, scale: &Scale, password: &str) -> Result<Ids> {
    let mut tx = cx.begin().await?;
    choice::store::provision(&mut tx).await?;
    let lists: [(&str, &[&str]); 5] = [
        ("industry", &INDUSTRIES),
        ("region", &REGIONS),
        ("source", &SOURCES),
        ("opportunity_type", &OPPORTUNITY_TYPES),
        ("loss_reason", &LOSS_REASONS),
    ];
    for (kind, names) in lists {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        choice::store::insert(&mut tx, kind, &names).await?;
    }
    let choices = choice::store::list(&mut tx).await?;
    let find = |kind: &str, names: &[&str]| -> Vec<Uuid> {
        let one =
            |name: &&str| choices.iter().find(|choice| choice.kind == kind && choice.name.eq_ignore_ascii_case(name));
        names.iter().filter_map(|name| one(name).map(|choice| choice.id.0)).collect()
    };
    let pipeline = pipeline::store::find(&mut tx, None).await?;
    let stage = |name: &str| pipeline.stages.iter().find(|stage| stage.name == name).map(|stage| stage.id.0);

    let teams: Vec<(Uuid, super::Team)> = scale.teams().into_iter().map(|team| (tx.new_id(), team)).collect();
    for (id, team) in &teams {
        let parent = team.parent.and_then(|parent| teams.get(parent)).map(|(id, _)| TeamId(*id));
        people::store::insert_team(&mut tx, TeamId(*id), &team.name, parent).await?;
    }
    let hash = organisation::hash_password(password).await?;
    let (mut ids, mut team_of, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for person in scale.people() {
        let team = teams.get(person.team).map(|(id, _)| *id).unwrap_or_default();
        team_of.push(team);
        let role = match person.role {
            Role::Administrator => {
                people::store::set_team(&mut tx, cx.actor().user, Some(TeamId(team))).await?;
                ids.push(cx.actor().user.0);
                continue;
            }
            Role::Manager => Builtin::SalesManager,
            Role::Rep => Builtin::SalesRep,
            Role::ReadOnly => Builtin::ReadOnly,
        };
        let id = tx.new_id();
        ids.push(id);
        users.push(NewUser {
            id: UserId(id),
            name: person.name,
            email: person.email,
            password_hash: Some(hash.clone()),
            team: Some(TeamId(team)),
            role,
            import: None,
        });
    }
    people::store::insert_users(&mut tx, &users).await?;
    let fresh = |count: usize| (0..count).map(|_| tx.new_id()).collect::<Vec<_>>();
    let ids = Ids {
        people: ids,
        team_of,
        accounts: fresh(scale.account_count()),
        contacts: fresh(scale.contact_count()),
        pipeline: pipeline.id.0,
        stages: STAGES.iter().filter_map(|known| stage(known.name)).collect(),
        industries: find("industry", &INDUSTRIES),
        regions: find("region", &REGIONS),
        sources: find("source", &SOURCES),
        types: find("opportunity_type", &OPPORTUNITY_TYPES),
        loss_reasons: find("loss_reason", &LOSS_REASONS),
    };
    tx.commit(ids).await.map(dealwright_store::Committed::into_inner)
}

/// Drops the indexes and foreign keys of the large tables and stops their triggers; returns the statements that put
/// everything back. Primary keys stay.
async fn put_aside(tx: &mut PgConnection) -> Result<Vec<String>> {
    const TABLES: [&str; 4] = ["account", "contact", "opportunity", "event"];
    let mut back = Vec::new();
    for table in TABLES {
        tx.execute(AssertSqlSafe(format!("alter table {table} disable trigger user"))).await?;
        let keys: Vec<(String, String)> = sqlx::query_as(
            "select conname::text, pg_get_constraintdef(oid) from pg_constraint where conrelid = $1::regclass and contype = 'f' order by conname",
        )
        .bind(table)
        .fetch_all(&mut *tx)
        .await?;
        let indexes: Vec<(String, String)> = sqlx::query_as(
            "select c.relname::text, pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
             where i.indrelid = $1::regclass and not exists (select from pg_constraint k where k.conindid = i.indexrelid) order by c.relname",
        )
        .bind(table)
        .fetch_all(&mut *tx)
        .await?;
        for (name, _) in &keys {
            tx.execute(AssertSqlSafe(format!("alter table {table} drop constraint \"{name}\""))).await?;
        }
        for (name, _) in &indexes {
            tx.execute(AssertSqlSafe(format!("drop index \"{name}\""))).await?;
        }
        back.extend(indexes.into_iter().map(|(_, definition)| definition));
        back.extend(
            keys.into_iter()
                .map(|(name, definition)| format!("alter table {table} add constraint \"{name}\" {definition}")),
        );
        back.push(format!("alter table {table} enable trigger user"));
    }
    Ok(back)
}

/// Makes the next batch on another core while PostgreSQL takes this one.
async fn next<T: Send + 'static>(
    batch: Option<Batch>,
    make: impl Fn(Batch) -> Vec<T> + Send + 'static,
) -> Result<Option<Vec<T>>> {
    match batch {
        Some(batch) => tokio::task::spawn_blocking(move || Some(make(batch))).await.map_err(Error::internal),
        None => Ok(None),
    }
}

async fn accounts(tx: &mut PgConnection, org: OrgId, scale: Scale, ids: &Arc<Ids>) -> Result<()> {
    for batch in Scale::batches(scale.account_count(), BATCH) {
        let rows = scale.accounts(batch);
        let of = |f: &dyn Fn(&super::scale::ScaleAccount) -> Uuid| rows.iter().map(f).collect::<Vec<Uuid>>();
        sqlx::query!(
            "insert into account (org_id, id, name, domain, industry_id, region_id, employees, revenue_minor, currency, founded_year, country, owner_id, team_id,
                 search, created_at, updated_at)
             select $1, e.id, e.name, e.domain, e.industry, e.region, e.employees, e.revenue, 'USD', e.founded, e.country, e.owner, e.team,
                 to_tsvector('simple', app.fold(concat_ws(' ', e.name, e.domain, split_part(e.domain, '.', 1)))), e.created, e.created
             from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[], $9::int[], $10::text[], $11::uuid[],
                 $12::uuid[], $13::timestamptz[]) as e (id, name, domain, industry, region, employees, revenue, founded, country, owner, team, created)",
            org.0,
            ids.accounts.get(batch.first..batch.first + batch.len).unwrap_or_default(),
            &rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.domain.clone()).collect::<Vec<_>>(),
            &of(&|row| at(&ids.industries, row.industry)),
            &of(&|row| at(&ids.regions, row.region)),
            &rows.iter().map(|row| i64::from(row.employees)).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.annual_revenue).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.founded_year).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.country.to_owned()).collect::<Vec<_>>(),
            &of(&|row| at(&ids.people, row.owner)),
            &of(&|row| at(&ids.team_of, row.owner)),
            &rows.iter().map(|row| row.created_at).collect::<Vec<_>>(),
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn contacts(tx: &mut PgConnection, org: OrgId, scale: Scale, ids: &Arc<Ids>) -> Result<()> {
    for batch in Scale::batches(scale.contact_count(), BATCH) {
        let rows = scale.contacts(batch);
        let of = |f: &dyn Fn(&super::scale::ScaleContact) -> Uuid| rows.iter().map(f).collect::<Vec<Uuid>>();
        sqlx::query!(
            "insert into contact (org_id, id, first_name, last_name, name, title, email, phone, account_id, owner_id, team_id, search, created_at, updated_at)
             select $1, e.id, e.first, e.last, e.first || ' ' || e.last, e.title, e.email, e.phone, e.account, e.owner, e.team,
                 to_tsvector('simple', app.fold(concat_ws(' ', e.first, e.last, e.title, e.email, split_part(e.email, '@', 1), a.name))), e.created, e.created
             from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $11::timestamptz[])
                 as e (id, first, last, title, email, phone, account, owner, team, created)
             join account a on a.org_id = $1 and a.id = e.account",
            org.0,
            ids.contacts.get(batch.first..batch.first + batch.len).unwrap_or_default(),
            &rows.iter().map(|row| row.first_name.to_owned()).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.last_name.to_owned()).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.title.to_owned()).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.email.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.phone.clone()).collect::<Vec<_>>(),
            &of(&|row| at(&ids.accounts, row.account)),
            &of(&|row| at(&ids.people, row.owner)),
            &of(&|row| at(&ids.team_of, row.owner)),
            &rows.iter().map(|row| row.created_at).collect::<Vec<_>>(),
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Opportunities as columns, ready for `unnest`.
#[derive(Default)]
struct Columns {
    id: Vec<Uuid>,
    name: Vec<String>,
    account: Vec<Uuid>,
    contact: Vec<Option<Uuid>>,
    stage: Vec<Uuid>,
    amount: Vec<Option<i64>>,
    close: Vec<NaiveDate>,
    probability: Vec<i64>,
    category: Vec<String>,
    kind: Vec<Uuid>,
    source: Vec<Uuid>,
    industry: Vec<Uuid>,
    region: Vec<Uuid>,
    owner: Vec<Uuid>,
    team: Vec<Uuid>,
    reason: Vec<Option<Uuid>>,
    tag: Vec<Option<String>>,
    created: Vec<DateTime<Utc>>,
    updated: Vec<DateTime<Utc>>,
    entered: Vec<DateTime<Utc>>,
    closed: Vec<Option<DateTime<Utc>>>,
}

fn columns(scale: Scale, ids: &Ids, clock: &dealwright_kernel::Clock, batch: Batch) -> Columns {
    let mut all = Columns::default();
    for row in scale.opportunities(batch) {
        all.id.push(clock.new_id());
        all.name.push(row.name);
        all.account.push(at(&ids.accounts, row.account));
        all.contact.push(row.contact.map(|contact| at(&ids.contacts, contact)));
        all.stage.push(at(&ids.stages, row.stage));
        all.amount.push(row.amount);
        all.close.push(row.close_date);
        all.probability.push(row.probability.into());
        all.category.push(row.forecast_category.to_owned());
        all.kind.push(at(&ids.types, row.kind));
        all.source.push(at(&ids.sources, row.source));
        all.industry.push(at(&ids.industries, row.industry));
        all.region.push(at(&ids.regions, row.region));
        all.owner.push(at(&ids.people, row.owner));
        all.team.push(at(&ids.team_of, row.owner));
        all.reason.push(row.loss_reason.map(|reason| at(&ids.loss_reasons, reason)));
        all.tag.push(row.tag.map(str::to_owned));
        all.created.push(row.created_at);
        all.updated.push(row.updated_at);
        all.entered.push(row.stage_entered_at);
        all.closed.push(row.closed_at);
    }
    all
}

async fn deals(tx: &mut PgConnection, org: OrgId, scale: Scale, ids: &Arc<Ids>) -> Result<()> {
    let clock = dealwright_kernel::Clock::default();
    let make = {
        let (ids, clock) = (Arc::clone(ids), clock.clone());
        move |batch: Batch| vec![columns(scale, &ids, &clock, batch)]
    };
    let mut batches = Scale::batches(scale.opportunities, BATCH);
    let mut ready = next(batches.next(), make.clone()).await?;
    while let Some(made) = ready {
        let upcoming = tokio::spawn(next(batches.next(), make.clone()));
        for columns in made {
            insert_deals(tx, org, ids.pipeline, &columns).await?;
        }
        ready = upcoming.await.map_err(Error::internal)??;
    }
    Ok(())
}

#[expect(clippy::as_conversions, reason = "tells the query macro that elements may be null; nothing is converted")]
async fn insert_deals(tx: &mut PgConnection, org: OrgId, pipeline: Uuid, c: &Columns) -> Result<()> {
    sqlx::query!(
        "insert into opportunity (org_id, id, name, account_id, primary_contact_id, pipeline_id, stage_id, amount_minor, currency, amount_base, close_date,
             probability, forecast_category, type_id, source_id, industry_id, region_id, owner_id, team_id, lost_reason_id, tags, search, created_at,
             updated_at, stage_entered_at, closed_at)
         select $1, e.id, e.name, e.account, e.contact, $2, e.stage, e.amount, case when e.amount is not null then 'USD' end, e.amount, e.close,
             e.probability, e.category, e.kind, e.source, e.industry, e.region, e.owner, e.team, e.reason,
             case when e.tag is null then '{}' else array[e.tag] end,
             to_tsvector('simple', app.fold(concat_ws(' ', e.name, a.name))), e.created, e.updated, e.entered, e.closed
         from unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bigint[], $9::date[], $10::bigint[], $11::text[], $12::uuid[],
             $13::uuid[], $14::uuid[], $15::uuid[], $16::uuid[], $17::uuid[], $18::uuid[], $19::text[], $20::timestamptz[], $21::timestamptz[],
             $22::timestamptz[], $23::timestamptz[])
             as e (id, name, account, contact, stage, amount, close, probability, category, kind, source, industry, region, owner, team, reason, tag, created,
             updated, entered, closed)
         join account a on a.org_id = $1 and a.id = e.account",
        org.0,
        pipeline,
        &c.id,
        &c.name,
        &c.account,
        &c.contact as &[Option<Uuid>],
        &c.stage,
        &c.amount as &[Option<i64>],
        &c.close,
        &c.probability,
        &c.category,
        &c.kind,
        &c.source,
        &c.industry,
        &c.region,
        &c.owner,
        &c.team,
        &c.reason as &[Option<Uuid>],
        &c.tag as &[Option<String>],
        &c.created,
        &c.updated,
        &c.entered,
        &c.closed as &[Option<DateTime<Utc>>],
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What triggers would have kept row by row, and each deal's first event.
async fn derive(tx: &mut PgConnection, org: OrgId) -> Result<()> {
    sqlx::query!(
        "insert into opportunity_tag (org_id, tag, opportunity_id, created_at, owner_id)
         select org_id, t.tag, id, created_at, owner_id from opportunity, unnest(tags) as t (tag) where org_id = $1",
        org.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into opportunity_rollup (org_id, stage_id, owner_id, team_id, n, amount_base)
         select org_id, stage_id, owner_id, team_id, count(*), coalesce(sum(amount_base), 0) from opportunity where org_id = $1 group by 1, 2, 3, 4",
        org.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into opportunity_stage_total (org_id, stage_id, n, amount_base)
         select org_id, stage_id, sum(n), sum(amount_base) from opportunity_rollup where org_id = $1 group by 1, 2",
        org.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into stage_entry (org_id, id, opportunity_id, stage_id, entered_at)
         select org_id, gen_random_uuid(), id, stage_id, stage_entered_at from opportunity where org_id = $1",
        org.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        r#"insert into search_word (org_id, word)
           select $1, w.word from (
               select distinct unnest(tsvector_to_array(search)) as word from account where org_id = $1
               union select distinct unnest(tsvector_to_array(search)) from contact where org_id = $1
               union select distinct unnest(tsvector_to_array(search)) from opportunity where org_id = $1) as w
           where app.is_word(w.word) on conflict do nothing"#,
        org.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into event (org_id, id, type, at, actor_kind, actor_id, actor_name, subject_type, subject_id, subject_name, subject_version, opportunity_id,
             account_id, contact_id, data)
         select o.org_id, o.id, 'opportunity.created', o.created_at, 'user', o.owner_id, u.name, 'opportunity', o.id, o.name, 1, o.id, o.account_id,
             o.primary_contact_id, jsonb_build_object('stage_id', o.stage_id)
         from opportunity o join app_user u on u.org_id = o.org_id and u.id = o.owner_id where o.org_id = $1",
        org.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", SEQUENCER).fetch_one(&mut *tx).await?;
    sqlx::query!(
        "insert into event_position (position, org_id, event_id)
         select (select coalesce(max(position), 0) from event_position) + row_number() over (order by at, id), org_id, id
         from event where org_id = $1 and type = 'opportunity.created'",
        org.0
    )
    .execute(&mut *tx)
    .await?;
    // Consumers that had seen everything need not see made-up history.
    sqlx::query!("update event_consumer set position = (select max(position) from event_position)")
        .execute(&mut *tx)
        .await?;
    Ok(())
}

//! Which entries stand on a timeline, and in what order; bounded, whatever is asked for and whatever is hidden.
//!
//! A record's entries come from several places: its own events, those of the leads and of merged records behind it, and
//! activities in which a contact took part. `app.look` reads each along an index of its own, newest first, and answers ids of
//! a bounded number of them; those that are wanted are read here, once, under the policies of whoever asks: what an event
//! is about is looked at for each, which is most of what a timeline costs. A page may be short, even empty, and still have a
//! next one.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::EventId;
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::ask::Asked;

/// The most entries that one look is for.
pub const LOOKS: i32 = 500;

/// How many looks there are for one page, when what they find is hidden or not wanted.
pub const ROUNDS: usize = 4;

/// Whose timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Opportunity(Uuid),
    Account(Uuid),
    Contact(Uuid),
    Lead(Uuid),
    /// The history of one activity, not a timeline: every event of it.
    Activity(Uuid),
}

impl Of {
    /// The record's kind and id.
    #[must_use]
    pub const fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Opportunity(id) => ("opportunity", id),
            Self::Account(id) => ("account", id),
            Self::Contact(id) => ("contact", id),
            Self::Lead(id) => ("lead", id),
            Self::Activity(id) => ("activity", id),
        }
    }

    /// What kind of record it is.
    #[must_use]
    pub const fn object(self) -> &'static str {
        self.parts().0
    }
}

/// An entry that was looked at.
#[derive(Debug)]
pub struct Looked {
    pub at: DateTime<Utc>,
    pub id: Uuid,
    /// What it tells, if it is one of those that are asked for, and may be seen.
    pub event: Option<Row>,
}

/// An event as the database gives it.
#[derive(Debug)]
pub struct Row {
    pub id: EventId,
    pub kind: String,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub on_behalf_of: Option<Uuid>,
    pub for_name: Option<String>,
    pub subject_type: String,
    pub subject_id: Uuid,
    pub subject_name: String,
    pub changes: Value,
    pub data: Value,
    pub undone: bool,
}

/// Where to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window<'a> {
    /// Behind this entry.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// Among these only.
    pub among: Option<&'a [Uuid]>,
    pub at_most: i32,
}

/// The records behind one: leads that became it, records that were merged into it.
#[derive(Debug, Default)]
pub struct Behind {
    leads: Vec<Uuid>,
    merged: Vec<Uuid>,
}

/// Looks at entries, newest first.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn look(tx: &mut Tx, of: Of, behind: &Behind, asked: &Asked, window: Window<'_>) -> Result<Vec<Looked>> {
    let (object, id) = of.parts();
    let (at, after) = window.after.unzip();
    let kinds: Vec<String> = asked.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    // What is not wanted is not read: its id is left out of the join.
    let looked = sqlx::query!(
        r#"select l.at as "at!", l.id as "id!", e.id is not null as "kept!", e.type as "kind?", e.actor_kind as "actor_kind?", e.actor_id as "actor_id?",
                  e.actor_name as "actor_name?", e.on_behalf_of as "on_behalf_of?", b.name as "for_name?", e.subject_type as "subject_type?",
                  e.subject_id as "subject_id?", e.subject_name as "subject_name?", e.changes as "changes?", e.data as "data?",
                  e.id is not null and exists (select from event u where u.org_id = $1 and u.undoes = e.id) as "undone!"
           from app.look($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) l
           left join event e on e.org_id = $1 and e.id = case when l.wanted then l.id end
           left join app_user b on b.org_id = e.org_id and b.id = e.on_behalf_of
           order by l.at desc, l.id desc"#,
        tx.org().0,
        object,
        id,
        &behind.leads,
        &behind.merged,
        at,
        after,
        asked.from,
        asked.to,
        window.among,
        &kinds,
        asked.person,
        &asked.words,
        window.at_most,
    );
    let rows = looked.fetch_all(tx.db()).await?;
    let looked = rows.into_iter().map(|r| Looked {
        at: r.at,
        id: r.id,
        event: r.kept.then(|| Row {
            id: r.id.into(),
            kind: r.kind.unwrap_or_default(),
            at: r.at,
            actor_kind: r.actor_kind.unwrap_or_default(),
            actor_id: r.actor_id,
            actor_name: r.actor_name.unwrap_or_default(),
            on_behalf_of: r.on_behalf_of,
            for_name: r.for_name,
            subject_type: r.subject_type.unwrap_or_default(),
            subject_id: r.subject_id.unwrap_or_default(),
            subject_name: r.subject_name.unwrap_or_default(),
            changes: r.changes.unwrap_or_default(),
            data: r.data.unwrap_or_default(),
            undone: r.undone,
        }),
    });
    Ok(looked.collect())
}

/// What is behind a record.
///
/// # Errors
/// When the database is gone.
pub async fn behind(tx: &mut Tx, of: Of) -> Result<Behind> {
    let (object, id) = of.parts();
    if matches!(of, Of::Activity(_)) {
        return Ok(Behind::default());
    }
    let org = tx.org().0;
    let found = sqlx::query!(
        r#"with recursive merged as (
               select m.loser_id, 1 as depth from record_merge m
               where m.org_id = $1 and m.object = $2 and m.winner_id = $3 and m.undone_at is null
               union
               select m.loser_id, d.depth + 1 from merged d join record_merge m
                   on m.org_id = $1 and m.object = $2 and m.winner_id = d.loser_id and m.undone_at is null
               where d.depth < 10
           )
           select array(select app.leads_behind($2, $3)) as "leads!: Vec<Uuid>",
                  array(select loser_id from merged limit 100) as "merged!: Vec<Uuid>""#,
        org,
        object,
        id,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Behind { leads: found.leads, merged: found.merged })
}

/// Whether the actor may see the record whose timeline is asked for.
///
/// # Errors
/// When the database is gone.
pub async fn visible(tx: &mut Tx, of: Of) -> Result<bool> {
    let (org, (object, id)) = (tx.org().0, of.parts());
    let seen = sqlx::query_scalar!(
        r#"select case $2 when 'activity' then exists (select from activity a where a.org_id = $1 and a.id = $3)
                          else app.sees($2, $3) end as "seen!""#,
        org,
        object,
        id,
    );
    Ok(seen.fetch_one(tx.db()).await?)
}

//! Which entries stand on a timeline, and in what order; bounded, whatever is asked for and whatever is hidden.
//!
//! A record's entries come from several places: its own events, those of the leads and of merged records behind it, and
//! activities in which a contact took part. `app.look` reads each along an index of its own, newest first, and answers ids of
//! a bounded number of them; those that are wanted are read again here, under the policies of whoever asks. A page may be
//! short, even empty, and still have a next one.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_store::Tx;
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
#[derive(Clone, Copy, Debug)]
pub struct Looked {
    pub at: DateTime<Utc>,
    pub id: Uuid,
    /// Whether it is one of those that are asked for, and may be seen.
    pub kept: bool,
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
    let looked = sqlx::query_as!(
        Looked,
        r#"select l.at as "at!", l.id as "id!", e.id is not null as "kept!"
           from app.look($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) l
           left join event e on e.org_id = $1 and e.id = case when l.wanted then l.id end
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
    Ok(looked.fetch_all(tx.db()).await?)
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

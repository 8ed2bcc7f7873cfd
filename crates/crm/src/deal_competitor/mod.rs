//! Who else is after a deal: values of the list of competitors, each with how it stands and a note. The one that a deal
//! was lost to stands on the deal itself, and is listed here whether or not it was named before.

pub mod http;
pub mod store;

use dealwright_access::policy::Object;
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ChoiceId, EventId, OpportunityId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change::store::{References, check_references};
use crate::opportunity::parts::{self, PartChange};
use crate::opportunity::{self, Opportunity};
use crate::record::{self, Texts};
use crate::words::words;

/// The most competitors that a deal has.
pub const MAX_COMPETITORS: usize = 100;

words! {
    /// How a competitor stands in a deal.
    Standing, "standing" {
        Active = "active",
        /// Ahead of us.
        Ahead = "ahead",
        Behind = "behind",
        /// No longer in the race.
        Out = "out",
    }
}

/// A competitor in a deal.
#[derive(Debug, Serialize, ToSchema)]
pub struct DealCompetitor {
    /// A value of the list `competitor`.
    pub competitor_id: ChoiceId,
    pub name: String,
    pub standing: Standing,
    pub note: Option<String>,
    /// The deal was lost to it.
    pub lost_to: bool,
}

/// How a competitor stands in a deal. One that is in it already gets this standing and this note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompetitorPart {
    pub standing: Option<Standing>,
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// The opportunity's version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for CompetitorPart {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("note", self.note.as_deref(), 2_000);
        wrong.finish()
    }
}

/// A row as it is kept, and as events tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub competitor_id: ChoiceId,
    pub standing: Standing,
    pub note: Option<String>,
}

/// Names a competitor in a deal, or changes how it stands.
///
/// # Errors
/// 403; 409 `version_conflict`; 422 `too_many_competitors`, or when there is no such competitor.
pub async fn set(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    competitor: ChoiceId,
    part: CompetitorPart,
) -> Result<()> {
    may_write(cx)?;
    parts::at(&permit, version)?;
    let old = store::find(tx, permit.id, competitor).await?;
    let standing = part.standing.or_else(|| old.as_ref().map(|o| o.standing)).unwrap_or(Standing::Active);
    let new = Kept { competitor_id: competitor, standing, note: record::text(part.note) };
    if old.as_ref() == Some(&new) {
        return Ok(());
    }
    write(tx, &permit, version, old, Some(new), None).await.map(drop)
}

/// Takes a competitor out of a deal.
///
/// # Errors
/// 404; 409 `version_conflict`.
pub async fn remove(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    competitor: ChoiceId,
) -> Result<()> {
    may_write(cx)?;
    parts::at(&permit, version)?;
    let old = store::find(tx, permit.id, competitor).await?.or_not_found("competitor")?;
    write(tx, &permit, version, Some(old), None, None).await.map(drop)
}

/// Takes back a change of a deal's competitors.
///
/// # Errors
/// 403; 409 `nothing_to_undo` when it has changed since.
pub async fn take_back(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    change: &Change,
    undoes: EventId,
) -> Result<EventId> {
    may_write(cx)?;
    let (old, new) = parts::told::<Kept>(change)?;
    let competitor = old.as_ref().or(new.as_ref()).map(|kept| kept.competitor_id);
    let competitor = competitor.ok_or_else(|| parts::nothing("this can't be taken back"))?;
    if store::find(tx, permit.id, competitor).await? != new {
        return Err(parts::nothing("the competitors have changed since"));
    }
    let version = permit.version;
    write(tx, &permit, version, new, old, Some(undoes)).await
}

async fn write(
    tx: &mut Tx,
    permit: &Permit<Opportunity>,
    version: i64,
    old: Option<Kept>,
    new: Option<Kept>,
    undoes: Option<EventId>,
) -> Result<EventId> {
    if let Some(new) = &new {
        if old.is_none() {
            let choices = vec![("competitor_id", "competitor", new.competitor_id.0)];
            check_references(tx, &References { choices, ..References::default() }).await?;
            if store::list(tx, permit.id, false).await?.len() >= MAX_COMPETITORS {
                let why = format!("a deal has at most {MAX_COMPETITORS} competitors");
                return Err(Error::invalid("too_many_competitors", why));
            }
        }
        store::upsert(tx, permit.id, new).await?;
    } else if let Some(old) = &old {
        store::delete(tx, permit.id, old.competitor_id).await?;
    }
    let id = new.as_ref().or(old.as_ref()).map(|kept| kept.competitor_id);
    let name = match id {
        Some(id) => crate::choice::store::find(tx, id).await?.map(|c| c.name).unwrap_or_default(),
        None => String::new(),
    };
    let old = old.as_ref().map(|kept| (kept, in_words(&name, kept)));
    let new = new.as_ref().map(|kept| (kept, in_words(&name, kept)));
    let part = PartChange::of("competitor", "competitors", old, new, undoes)?;
    parts::record(tx, permit, version, part).await
}

fn in_words(name: &str, kept: &Kept) -> String {
    let note = kept.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
    format!("{name}, {}{note}", kept.standing.as_str())
}

fn may_write(cx: &Context) -> Result<()> {
    cx.actor().fields.may_write(Object::Opportunity, ["competitors"])
}

/// A deal's competitors: the one it was lost to first, then in the order of the list.
///
/// # Errors
/// 404 when the deal is absent or hidden; 403 when this is hidden from the caller.
pub async fn list(cx: &Context, tx: &mut Tx, id: OpportunityId) -> Result<(i64, Vec<DealCompetitor>)> {
    let deal = opportunity::store::find(tx, id, false).await?.or_not_found("opportunity")?;
    cx.actor().fields.may_read(Object::Opportunity, "competitors", "competitors")?;
    let tell_lost_to = !cx.actor().fields.hides(Object::Opportunity, "lost_to_id");
    Ok((deal.version, store::list(tx, id, tell_lost_to).await?))
}

//! How a message becomes an activity: once in the organisation where it is shared, by the CRM's own write path, as the person
//! whose mailbox it is.
//!
//! All that is looked up is looked up as that person. A message that a colleague has shared already, and that this person
//! may see, is not stored again: they are added to those who took part. What a colleague keeps private is not to be seen
//! here, and therefore neither found nor told of; a private copy of one's own is nobody else's to find.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::CreateActivity;
use dealwright_access::{Context, Object};
use dealwright_crm::activity::participant::{self, Who};
use dealwright_crm::activity::{ActivityKind, Direction, NewActivity, write};
use dealwright_kernel::Result;
use dealwright_kernel::id::{ActivityId, MailboxId};
use dealwright_store::Tx;
use uuid::Uuid;

use super::letter::{Attachment, Letter, Person};
use super::matching::{self, Known, Party};
use super::sieve::Sieve;

/// A message as it is to be stored.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub key: Vec<u8>,
    /// The Message-IDs' digests that it answers, and by which its conversation began.
    pub answered: Vec<Vec<u8>>,
    pub root: String,
    pub direction: Direction,
    /// Those who do not belong to the house; the first is who it is from, or to.
    pub people: Vec<Person>,
    /// Colleagues among its people.
    pub colleagues: Vec<String>,
    pub subject: Option<String>,
    pub text: Option<String>,
    pub at: DateTime<Utc>,
    pub attachments: Vec<Attachment>,
    pub private: bool,
    pub mailbox: Option<MailboxId>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is this activity, now or already.
    As(ActivityId),
    /// The CRM knows none of its people, as far as the actor may see.
    Unknown,
}

impl Parcel {
    /// A message of a mailbox, with who of its people does not belong to the house.
    #[must_use]
    pub fn of(letter: Letter, people: Vec<Person>, sieve: &Sieve, received: DateTime<Utc>) -> Self {
        let own = |p: &Person| sieve.is_own(&p.address);
        let out = letter.people.from.as_ref().is_some_and(own);
        let all = letter.people.all();
        Self {
            colleagues: all.iter().filter(|p| own(p)).map(|p| p.address.clone()).collect(),
            key: letter.key,
            answered: letter.answered,
            root: letter.root,
            direction: if out { Direction::Out } else { Direction::In },
            people,
            subject: letter.subject,
            text: letter.text,
            at: plausible(letter.sent, received),
            attachments: letter.attachments,
            private: false,
            mailbox: None,
        }
    }
}

/// When it was sent, by its own word where that can be; else when it was received.
#[must_use]
pub fn plausible(sent: Option<DateTime<Utc>>, received: DateTime<Utc>) -> DateTime<Utc> {
    let earliest = DateTime::from_timestamp(315_532_800, 0).unwrap_or(DateTime::UNIX_EPOCH);
    sent.filter(|at| *at > earliest && *at < received + TimeDelta::days(1)).unwrap_or(received)
}

/// Files a message as the actor.
///
/// # Errors
/// 403 when the actor may log no activities; when the database is gone.
pub async fn file(cx: &Context, tx: &mut Tx, parcel: &Parcel) -> Result<Filed> {
    cx.actor().require(permission::<CreateActivity>())?;
    matching::lock(tx, &parcel.key).await?;
    if let Some(own) = matching::own_copy(tx, &parcel.key).await? {
        return Ok(Filed::As(own));
    }
    if let Some(shared) = matching::shared_copy(tx, &parcel.key).await? {
        if !parcel.private {
            write::join(tx, shared, cx.actor().user).await?;
        }
        return Ok(Filed::As(shared));
    }
    let addresses: Vec<String> = parcel.people.iter().map(|p| p.address.clone()).collect();
    let hides = |object| cx.actor().fields.hides(object, "email");
    let (contacts, leads) = (!hides(Object::Contact), !hides(Object::Lead));
    let known = matching::known(tx, &addresses, contacts, leads).await?;
    let Some(main) = parcel.people.iter().find_map(|p| best(&known, &p.address)) else { return Ok(Filed::Unknown) };
    let colleagues = matching::colleagues(tx, &parcel.colleagues).await?;
    let new = activity(tx, parcel, &known, main, &colleagues).await?;
    let activity = write::create(cx, tx, new).await?;
    let thread = match matching::thread_of(tx, &parcel.answered).await? {
        Some(thread) => thread,
        None => thread_id(tx, &parcel.root),
    };
    matching::insert(tx, activity.id, thread, parcel).await?;
    Ok(Filed::As(activity.id))
}

/// Who an address is: a contact before a lead.
fn best<'a>(known: &'a [Known], address: &str) -> Option<&'a Known> {
    let of = |lead: bool| known.iter().find(|k| k.address == address && matches!(k.party, Party::Lead(_)) == lead);
    of(false).or_else(|| of(true))
}

async fn activity(
    tx: &mut Tx,
    parcel: &Parcel,
    known: &[Known],
    main: &Known,
    colleagues: &[dealwright_kernel::id::UserId],
) -> Result<NewActivity> {
    let (contact, lead) = match main.party {
        Party::Contact(id) => (Some(id), None),
        Party::Lead(id) => (None, Some(id)),
    };
    let opportunity = match contact {
        Some(contact) => matching::open_opportunity(tx, contact).await?,
        None => None,
    };
    let me = tx.user();
    let others = parcel.people.iter().filter(|p| p.address != main.address).map(|p| match best(known, &p.address) {
        Some(Known { party: Party::Contact(id), .. }) => Who { contact_id: Some(*id), ..Who::default() },
        _ => Who { address: Some(p.address.clone()), name: p.name.clone(), ..Who::default() },
    });
    let ours = colleagues.iter().filter(|id| Some(**id) != me).map(|id| Who { user_id: Some(*id), ..Who::default() });
    let participants = others
        .chain(ours)
        .filter(|who| contact.is_none() || who.contact_id != contact)
        .take(participant::MAX)
        .collect();
    Ok(NewActivity {
        kind: ActivityKind::Email,
        subject: parcel.subject.clone(),
        body: parcel.text.clone(),
        occurred_at: Some(parcel.at),
        duration_minutes: None,
        direction: Some(parcel.direction),
        outcome_id: None,
        private: parcel.private,
        participants,
        opportunity_id: opportunity,
        account_id: None,
        contact_id: contact,
        lead_id: lead,
    })
}

/// The same conversation in everybody's mailbox: by the Message-ID with which it began, so that nothing need be looked up.
#[must_use]
pub fn thread_id(tx: &Tx, root: &str) -> Uuid {
    let text = format!("{}:{root}", tx.org());
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest(&SHA256, text.as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

//! `draft_email`: the text of a letter about a record, for the person to read, change and send from their own program. Nothing
//! is ever sent from here.
//!
//! The text is made of what is known of the record, by purpose; what somebody else wrote is not quoted.

use dealwright_access::Object;
use dealwright_access::policy::{Needs, Permission, ReadContact, ReadLead};
use dealwright_crm::opportunity::Opportunity;
use dealwright_crm::{account, contact, lead, opportunity};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::task::About;
use super::{Effect, Output, Running, Tool};
use crate::planner::Purpose;
use crate::resolve::record::RecordType;

/// Drafts a letter.
#[derive(Debug)]
pub struct DraftEmail;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailArgs {
    pub about: About,
    #[serde(default)]
    pub purpose: Purpose,
    /// What it should speak of, in the user's own words.
    #[serde(default)]
    pub topic: Option<String>,
}

/// A letter that nobody has sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmailDraft {
    pub to: String,
    pub to_name: String,
    pub subject: String,
    pub body: String,
}

/// The most characters of a topic.
const TOPIC: usize = 200;

/// Whom a letter goes to, and what it can speak of.
#[derive(Debug, Default)]
struct Known {
    contact: Option<Uuid>,
    first_name: String,
    name: String,
    email: Option<String>,
    deal: Option<String>,
    next_step: Option<String>,
    company: Option<String>,
}

impl Tool for DraftEmail {
    const NAME: &'static str = "draft_email";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadContact::PERMISSION;
    const PERMISSIONS: &'static [Permission] = &[ReadContact::PERMISSION, ReadLead::PERMISSION];
    const ABOUT: &'static str = "Draft an e-mail to the contact of a deal or account, to a contact or to a lead. A person sends it from their own program.";
    type Args = EmailArgs;

    fn needs(args: &EmailArgs) -> Vec<Permission> {
        vec![if args.about.kind == RecordType::Lead { args.about.kind.read() } else { Self::PERMISSION }]
    }

    async fn run(running: Running<'_>, tx: &mut Tx, args: EmailArgs) -> Result<Output> {
        let actor = running.cx.actor();
        actor.require(args.about.kind.read())?;
        if args.topic.as_ref().is_some_and(|topic| topic.chars().count() > TOPIC) {
            return Err(Error::field("topic", "too_long", "at most 200 characters"));
        }
        let of = if args.about.kind == RecordType::Lead { Object::Lead } else { Object::Contact };
        actor.fields.may_read(of, "email", "to")?;
        let known = known(running, tx, &args.about).await?;
        let Some(to) = known.email.clone() else {
            let whom = if known.name.is_empty() { "a contact of it".to_owned() } else { known.name };
            return Err(Error::invalid("no_address", format!("no e-mail address of {whom} is known")));
        };
        let (subject, body) = written(args.purpose, args.topic.as_deref(), &known, &actor.name);
        let draft = EmailDraft { to, to_name: known.name.clone(), subject, body };
        Ok(Output {
            summary: format!("To {}", known.name),
            count: 1,
            result: json!({
                "draft": draft, "purpose": args.purpose, "type": args.about.kind, "id": args.about.id, "deal": known.deal,
                "contact": known.contact.map(|id| json!({ "id": id, "name": known.name })),
            }),
            proposal: None,
        })
    }
}

async fn known(running: Running<'_>, tx: &mut Tx, about: &About) -> Result<Known> {
    let actor = running.cx.actor();
    match about.kind {
        RecordType::Lead => {
            let lead = lead::store::find(tx, about.id.into(), false).await?.or_not_found("lead")?.allowing(actor);
            Ok(Known {
                first_name: lead.first_name.clone(),
                name: lead.name.clone(),
                email: lead.email.clone(),
                company: shown(actor.fields.hides(Object::Lead, "company"), lead.company.clone()),
                ..Known::default()
            })
        }
        RecordType::Contact => person(running, tx, about.id).await,
        RecordType::Account => {
            let account = account::store::find(tx, about.id.into(), false).await?.or_not_found("account")?;
            let contact = sqlx::query_scalar!(
                "select id from contact where org_id = $1 and account_id = $2 and deleted_at is null and email is not null order by updated_at desc, id limit 1",
                tx.org().0,
                about.id,
            )
            .fetch_optional(tx.db())
            .await?;
            match contact {
                Some(id) => person(running, tx, id).await,
                None => Ok(Known { company: Some(account.name), ..Known::default() }),
            }
        }
        RecordType::Opportunity => {
            let deal = opportunity::store::find(tx, about.id.into(), false)
                .await?
                .or_not_found("opportunity")?
                .allowing(actor);
            let contact = contact_of(tx, &deal).await?;
            let known = match contact {
                Some(id) => person(running, tx, id).await?,
                None => Known::default(),
            };
            let next_step = shown(actor.fields.hides(Object::Opportunity, "next_step"), deal.next_step.clone());
            Ok(Known { deal: Some(deal.name.clone()), next_step, ..known })
        }
    }
}

fn shown(hidden: bool, value: Option<String>) -> Option<String> {
    value.filter(|words| !hidden && !words.trim().is_empty())
}

/// The primary contact of a deal, or else the one of its account that was changed last and has an address.
async fn contact_of(tx: &mut Tx, deal: &Opportunity) -> Result<Option<Uuid>> {
    if let Some(contact) = &deal.primary_contact {
        return Ok(Some(contact.id));
    }
    let Some(account) = deal.account_id else { return Ok(None) };
    Ok(sqlx::query_scalar!(
        "select id from contact where org_id = $1 and account_id = $2 and deleted_at is null and email is not null order by updated_at desc, id limit 1",
        tx.org().0,
        account.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

async fn person(running: Running<'_>, tx: &mut Tx, id: Uuid) -> Result<Known> {
    let contact =
        contact::store::find(tx, id.into(), false).await?.or_not_found("contact")?.allowing(running.cx.actor());
    Ok(Known {
        contact: Some(id),
        first_name: contact.first_name.clone(),
        name: contact.name.clone(),
        email: contact.email.clone(),
        company: contact.account.as_ref().map(|account| account.name.clone()),
        ..Known::default()
    })
}

/// Subject and body.
fn written(purpose: Purpose, topic: Option<&str>, known: &Known, sender: &str) -> (String, String) {
    let matter = topic.or(known.deal.as_deref());
    let subject = match (purpose, matter) {
        (Purpose::FollowUp, Some(matter)) => format!("Following up: {matter}"),
        (Purpose::FollowUp, None) => "Following up".to_owned(),
        (Purpose::Introduction, _) => match &known.company {
            Some(company) => format!("Introduction: {company}"),
            None => "Introduction".to_owned(),
        },
        (Purpose::Offer, Some(matter)) => format!("Our offer: {matter}"),
        (Purpose::Offer, None) => "Our offer".to_owned(),
        (Purpose::ThankYou, Some(matter)) => format!("Thank you: {matter}"),
        (Purpose::ThankYou, None) => "Thank you".to_owned(),
        (Purpose::Meeting, Some(matter)) => format!("A time to talk: {matter}"),
        (Purpose::Meeting, None) => "A time to talk".to_owned(),
    };
    let about = matter.map_or_else(String::new, |matter| format!(" about {matter}"));
    let opening = match purpose {
        Purpose::FollowUp => {
            format!("I wanted to follow up with you{about}. Is there anything you need from me to go on?")
        }
        Purpose::Introduction => {
            format!(
                "I would like to introduce myself: I look after you from our side{about}. When would be a good time for a short call?"
            )
        }
        Purpose::Offer => {
            format!("as agreed, I am getting back to you with our offer{about}. I am glad to go through it with you.")
        }
        Purpose::ThankYou => format!("thank you for your time{about}. It was good to talk to you."),
        Purpose::Meeting => {
            format!("I would like to find a time to talk{about}. Which days suit you this week or next?")
        }
    };
    let mut opening = opening;
    if let Some(first) = opening.get(..1).map(str::to_uppercase) {
        opening.replace_range(..1, &first);
    }
    let greeting =
        if known.first_name.is_empty() { "Hello,".to_owned() } else { format!("Hello {},", known.first_name) };
    let mut body = format!("{greeting}\n\n{opening}\n");
    if let Some(step) = known.next_step.as_deref().filter(|_| matches!(purpose, Purpose::FollowUp | Purpose::ThankYou))
    {
        body.push_str(&format!("\nAs the next step I have noted: {}.\n", step.trim().trim_end_matches('.')));
    }
    body.push_str(&format!("\nBest regards\n{sender}"));
    (subject, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_what_is_known_and_no_more() {
        let known = Known {
            first_name: "Ada".into(),
            name: "Ada Lovelace".into(),
            deal: Some("Engine No. 2".into()),
            next_step: Some("Send the drawings.".into()),
            ..Known::default()
        };
        let (subject, body) = written(Purpose::FollowUp, None, &known, "Charles");
        assert_eq!(subject, "Following up: Engine No. 2");
        assert_eq!(
            body,
            "Hello Ada,\n\nI wanted to follow up with you about Engine No. 2. Is there anything you need from me to go on?\n\n\
             As the next step I have noted: Send the drawings.\n\nBest regards\nCharles"
        );
        let (subject, body) = written(Purpose::Offer, Some("the discount"), &Known::default(), "Charles");
        assert_eq!(subject, "Our offer: the discount");
        assert!(
            body.starts_with("Hello,\n\nAs agreed, I am getting back to you with our offer about the discount."),
            "{body}"
        );
    }
}

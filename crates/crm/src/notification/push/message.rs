//! What a device shows: a title, a line and a link, in its reader's language. Nothing else leaves, and no link that decides
//! anything by itself.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dealwright_kernel::id::PushSubscriptionId;
use dealwright_kernel::{Error, Result};
use serde::Serialize;
use uuid::Uuid;

use crate::notification::text::Language;
use crate::notification::{Notification, NotificationKind as Kind};

/// How much a device shows of a title, and of a line.
const TITLE: usize = 150;
const LINE: usize = 250;

/// A message before it is sealed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Message {
    /// None of a trial.
    pub id: Option<Uuid>,
    pub title: String,
    pub body: String,
    /// A page of the app.
    pub url: String,
    /// A message takes the place of the one before it that has the same: those about one record.
    pub tag: String,
    pub lang: &'static str,
    #[serde(skip)]
    pub urgency: &'static str,
}

impl Message {
    /// What is told of a notification, as its reader sees it, and of so many others about the same record.
    pub(super) fn of(language: Language, of: &Notification, others: i64) -> Self {
        let first = of.changes.first().map(|change| language.change(change)).or_else(|| of.excerpt.clone());
        let more = (others > 0).then(|| language.others(others));
        let line: Vec<String> = first.map(|line| shortened(&line, LINE)).into_iter().chain(more).collect();
        Self {
            id: Some(of.id),
            title: shortened(&language.title(of), TITLE),
            body: line.join(" · "),
            url: of.page(),
            tag: format!("{}:{}", of.record.object.as_str(), of.record.id),
            lang: language.tag(),
            urgency: urgency(of.kind),
        }
    }

    /// What is sent to see whether it arrives.
    pub(super) fn trial(language: Language) -> Self {
        Self {
            id: None,
            title: language.say("Notifications reach this browser", "Mitteilungen erreichen diesen Browser").to_owned(),
            body: language.say("You asked for this one.", "Sie haben um diese gebeten.").to_owned(),
            url: "/notifications".to_owned(),
            tag: "trial".to_owned(),
            lang: language.tag(),
            urgency: "high",
        }
    }

    pub(super) fn bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(Error::internal)
    }

    /// By what a push service tells that a message takes the place of another that it still holds (RFC 8030, section 5.4): says
    /// nothing of the record, and is another for each browser.
    pub(super) fn topic(&self, device: PushSubscriptionId) -> String {
        let hash = digest(&SHA256, format!("{device}:{}", self.tag).as_bytes());
        URL_SAFE_NO_PAD.encode(hash.as_ref().get(..24).unwrap_or_default())
    }
}

/// What cannot wait until a device is charged, and what can.
const fn urgency(kind: Kind) -> &'static str {
    match kind {
        Kind::TaskReminder | Kind::SlaWarning | Kind::SlaBreached | Kind::ApprovalWaiting | Kind::ApprovalEscalated => {
            "high"
        }
        Kind::AssignedToMe
        | Kind::Mentioned
        | Kind::FollowedRecordChanged
        | Kind::TaskDue
        | Kind::TaskOverdue
        | Kind::SharedWithMe
        | Kind::ImportFinished
        | Kind::BulkFinished
        | Kind::ProposalWaiting
        | Kind::AccountTeamAdded
        | Kind::AutomationMessage
        | Kind::AutomationPaused
        | Kind::AiAlert
        | Kind::ApprovalDecided
        | Kind::StageEntered => "normal",
    }
}

/// The first line of a text, of so many characters.
fn shortened(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::notification::{NotifiedChange, NotifiedObject, NotifiedRecord};
    use crate::record::Ref;

    fn told(name: &str) -> Notification {
        Notification {
            id: Uuid::from_u128(1),
            kind: Kind::FollowedRecordChanged,
            record: NotifiedRecord {
                object: NotifiedObject::Opportunity,
                id: Uuid::from_u128(2),
                name: name.to_owned(),
            },
            actor: Ref::of(Some(Uuid::from_u128(3)), Some("Ada".to_owned())),
            count: 1,
            others: 0,
            changes: vec![NotifiedChange {
                field: "amount".into(),
                old: json!(null),
                new: json!({ "amount": "1500.00", "currency": "EUR" }),
                old_label: None,
                new_label: None,
            }],
            activity_id: None,
            excerpt: None,
            approval: None,
            created_at: DateTime::UNIX_EPOCH,
            read_at: None,
            snoozed_until: None,
        }
    }

    #[test]
    fn it_says_what_happened_where_it_leads_and_how_many_others_there_are() {
        let message = Message::of(Language::of(Some("de")), &told("Vertrag"), 2);
        assert_eq!(
            serde_json::to_value(&message).unwrap(),
            json!({
                "id": Uuid::from_u128(1), "title": "Ada hat Vertrag geändert", "body": "Betrag: – → 1.500,00 EUR · +2 weitere",
                "url": format!("/opportunities/{}", Uuid::from_u128(2)), "tag": format!("opportunity:{}", Uuid::from_u128(2)), "lang": "de",
            })
        );
    }

    #[test]
    fn the_longest_message_fits_and_topics_are_each_browsers_own() {
        let mut longest = told(&"€".repeat(5000));
        longest.changes.clear();
        longest.excerpt = Some("€".repeat(5000));
        let message = Message::of(Language::English, &longest, 99);
        assert!(message.bytes().unwrap().len() < 2000, "{}", message.bytes().unwrap().len());
        let topics = [1, 2].map(|n| message.topic(PushSubscriptionId(Uuid::from_u128(n))));
        assert_ne!(topics[0], topics[1]);
        assert!(
            topics[0].len() == 32 && topics[0].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(shortened("one\ntwo", 10), "one");
    }
}

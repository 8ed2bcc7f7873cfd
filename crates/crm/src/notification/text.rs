//! What letters and devices say, in the reader's language: English, German; dates and money in its way of writing.

use chrono::NaiveDate;
use serde_json::Value;

use super::{Notification, NotificationKind as Kind, NotifiedChange};

/// A language that letters are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
}

impl Language {
    /// The one of a locale such as `de-AT`; English when there is no better one.
    pub(super) fn of(locale: Option<&str>) -> Self {
        match locale.and_then(|tag| tag.split(['-', '_']).next()) {
            Some("de") => Self::German,
            _ => Self::English,
        }
    }

    pub(super) const fn tag(self) -> &'static str {
        self.say("en", "de")
    }

    pub(super) const fn say(self, english: &'static str, german: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::German => german,
        }
    }

    /// What a notification is, in one sentence.
    pub(super) fn title(self, of: &Notification) -> String {
        let who =
            of.actor.as_ref().map_or_else(|| self.say("Somebody", "Jemand").to_owned(), |actor| actor.name.clone());
        let name = &of.record.name;
        let many = (of.count > 1).then(|| self.records(of.count));
        let what = many.clone().unwrap_or_else(|| name.clone());
        match (self, of.kind) {
            (Self::English, Kind::AssignedToMe) => format!("{who} assigned {what} to you"),
            (Self::German, Kind::AssignedToMe) => format!("{who} hat Ihnen {what} zugewiesen"),
            (Self::English, Kind::Mentioned) => format!("{who} mentioned you on {name}"),
            (Self::German, Kind::Mentioned) => format!("{who} hat Sie bei {name} erwähnt"),
            (Self::English, Kind::FollowedRecordChanged) if of.activity_id.is_some() => {
                format!("{who} wrote a note on {name}")
            }
            (Self::German, Kind::FollowedRecordChanged) if of.activity_id.is_some() => {
                format!("{who} hat eine Notiz zu {name} geschrieben")
            }
            (Self::English, Kind::FollowedRecordChanged) => format!("{who} changed {what}"),
            (Self::German, Kind::FollowedRecordChanged) => format!("{who} hat {what} geändert"),
            (Self::English, Kind::TaskReminder) => format!("Reminder: {name}"),
            (Self::German, Kind::TaskReminder) => format!("Erinnerung: {name}"),
            (Self::English, Kind::TaskDue) => format!("Due today: {name}"),
            (Self::German, Kind::TaskDue) => format!("Heute fällig: {name}"),
            (Self::English, Kind::TaskOverdue) => format!("Overdue since yesterday: {name}"),
            (Self::German, Kind::TaskOverdue) => format!("Seit gestern überfällig: {name}"),
            (Self::English, Kind::SharedWithMe) => format!("{who} shared {what} with you"),
            (Self::German, Kind::SharedWithMe) => format!("{who} hat {what} mit Ihnen geteilt"),
            (Self::English, Kind::ImportFinished) => format!("Your import of {name} has ended"),
            (Self::German, Kind::ImportFinished) => format!("Ihr Import von {name} ist zu Ende"),
            (Self::English, Kind::BulkFinished) => "Your change of many records is done".to_owned(),
            (Self::German, Kind::BulkFinished) => "Ihre Änderung vieler Datensätze ist fertig".to_owned(),
            (Self::English, Kind::ProposalWaiting) => format!("A proposal for {name} waits for a decision"),
            (Self::German, Kind::ProposalWaiting) => format!("Ein Vorschlag zu {name} wartet auf eine Entscheidung"),
            (Self::English, Kind::AutomationMessage) => format!("{who} on {what}"),
            (Self::German, Kind::AutomationMessage) => format!("{who} zu {what}"),
            (Self::English, Kind::AutomationPaused) => format!("The automation {name} was switched off"),
            (Self::German, Kind::AutomationPaused) => format!("Die Automation {name} wurde abgeschaltet"),
            (Self::English, Kind::AiAlert) => format!("AI alert: {name}"),
            (Self::German, Kind::AiAlert) => format!("KI-Warnung: {name}"),
            (Self::English, Kind::AccountTeamAdded) => format!("{who} added you to the team of {name}"),
            (Self::German, Kind::AccountTeamAdded) => format!("{who} hat Sie in das Team von {name} aufgenommen"),
            (Self::English, Kind::SlaWarning) => format!("Due soon by a service level: {name}"),
            (Self::German, Kind::SlaWarning) => format!("Bald fällig nach einer Servicevereinbarung: {name}"),
            (Self::English, Kind::SlaBreached) => format!("Overdue by a service level: {name}"),
            (Self::German, Kind::SlaBreached) => format!("Überfällig nach einer Servicevereinbarung: {name}"),
            (Self::English, Kind::StageEntered) => format!("{who} moved {what} on"),
            (Self::German, Kind::StageEntered) => format!("{who} hat {what} weiterbewegt"),
            (_, Kind::ApprovalWaiting | Kind::ApprovalDecided | Kind::ApprovalEscalated) => {
                let approval = of.approval.as_ref().map_or("", |approval| approval.name.as_str());
                let status = of.approval.as_ref().map_or("pending", |approval| approval.status.as_str());
                self.approval(of.kind, (&who, name, approval), status)
            }
        }
    }

    fn approval(self, kind: Kind, (who, name, approval): (&str, &str, &str), status: &str) -> String {
        match (self, kind) {
            (Self::English, Kind::ApprovalWaiting) => format!("{name} waits for your approval: {approval}"),
            (Self::German, Kind::ApprovalWaiting) => format!("{name} wartet auf Ihre Genehmigung: {approval}"),
            (Self::English, Kind::ApprovalEscalated) => format!("Nobody has decided yet: {approval} for {name}"),
            (Self::German, Kind::ApprovalEscalated) => format!("Noch nicht entschieden: {approval} für {name}"),
            (Self::English, _) => {
                let did = match status {
                    "approved" => "approved",
                    "rejected" => "rejected",
                    "recalled" => "recalled",
                    _ => return format!("{who} changed {name}: {approval} begins anew"),
                };
                format!("{who} {did} {approval} for {name}")
            }
            (Self::German, _) => {
                let did = match status {
                    "approved" => "genehmigt",
                    "rejected" => "abgelehnt",
                    "recalled" => "zurückgezogen",
                    _ => "neu begonnen",
                };
                format!("{who} hat {approval} für {name} {did}")
            }
        }
    }

    fn records(self, count: i64) -> String {
        let number = grouped(&count.to_string(), self);
        match self {
            Self::English => format!("{number} records"),
            Self::German => format!("{number} Datensätze"),
        }
    }

    /// That there is more about the same record.
    pub(super) fn others(self, count: i64) -> String {
        match self {
            Self::English => format!("+{count} more"),
            Self::German => format!("+{count} weitere"),
        }
    }

    /// A change, `Amount: €1 → €2`.
    pub(super) fn change(self, change: &NotifiedChange) -> String {
        let field = match change.field.as_str() {
            "stage_id" => self.say("Stage", "Phase"),
            "owner_id" => self.say("Owner", "Zuständig"),
            "amount" => self.say("Amount", "Betrag"),
            _ => "Status",
        };
        let old = self.value(&change.old, change.old_label.as_deref());
        let new = self.value(&change.new, change.new_label.as_deref());
        format!("{field}: {old} → {new}")
    }

    pub(super) fn value(self, value: &Value, label: Option<&str>) -> String {
        // Money has a label too, but not as the reader writes it.
        match (value.get("amount").and_then(Value::as_str), value.get("currency").and_then(Value::as_str)) {
            (Some(amount), Some(currency)) => self.money(amount, currency),
            _ => label.unwrap_or("–").to_owned(),
        }
    }

    /// `EUR 1,234.50`, `1.234,50 EUR`.
    fn money(self, amount: &str, currency: &str) -> String {
        let number = grouped(amount, self);
        match self {
            Self::English => format!("{currency} {number}"),
            Self::German => format!("{number} {currency}"),
        }
    }

    /// `November 27, 2026`, `27.11.2026`.
    pub(super) fn date(self, date: NaiveDate) -> String {
        let form = self.say("%B %-d, %Y", "%d.%m.%Y");
        date.format(form).to_string()
    }

    /// Why a letter came.
    pub(super) const fn reason(self, kind: Kind) -> &'static str {
        match kind {
            Kind::AssignedToMe => {
                self.say("You get this because it is yours now.", "Sie erhalten dies, weil Sie nun zuständig sind.")
            }
            Kind::Mentioned => {
                self.say("You get this because you were mentioned.", "Sie erhalten dies, weil Sie erwähnt wurden.")
            }
            Kind::FollowedRecordChanged => self.say(
                "You get this because you follow the record.",
                "Sie erhalten dies, weil Sie dem Datensatz folgen.",
            ),
            Kind::TaskReminder | Kind::TaskDue | Kind::TaskOverdue => {
                self.say("You get this because the task is yours.", "Sie erhalten dies, weil es Ihre Aufgabe ist.")
            }
            Kind::SharedWithMe | Kind::AccountTeamAdded => self.say(
                "You get this because something was shared with you.",
                "Sie erhalten dies, weil etwas mit Ihnen geteilt wurde.",
            ),
            Kind::ImportFinished | Kind::BulkFinished => {
                self.say("You get this because you began it.", "Sie erhalten dies, weil Sie es begonnen haben.")
            }
            Kind::AutomationMessage => self.say(
                "You get this because an automation was told to tell you.",
                "Sie erhalten dies, weil eine Automation Sie benachrichtigen soll.",
            ),
            Kind::AiAlert => self.say(
                "You get this because you govern the assistant, or because it is your budget.",
                "Sie erhalten dies, weil Sie den Assistenten verwalten oder weil es Ihr Budget ist.",
            ),
            Kind::AutomationPaused => self.say(
                "You get this because the automation acted for you.",
                "Sie erhalten dies, weil die Automation in Ihrem Namen handelte.",
            ),
            Kind::SlaWarning | Kind::SlaBreached => self.say(
                "You get this because a service level tells you.",
                "Sie erhalten dies, weil eine Servicevereinbarung es Ihnen mitteilt.",
            ),
            Kind::ApprovalWaiting | Kind::ApprovalEscalated => self.say(
                "You get this because you may decide. A link in it is good once, for seven days, and for you alone.",
                "Sie erhalten dies, weil Sie entscheiden dürfen. Ein Link darin gilt einmal, sieben Tage und nur für Sie.",
            ),
            Kind::ApprovalDecided => self.say(
                "You get this because you asked for it, or were asked.",
                "Sie erhalten dies, weil Sie darum gebeten haben oder gefragt wurden.",
            ),
            Kind::StageEntered => self.say(
                "You get this because the stage tells you of deals that enter it.",
                "Sie erhalten dies, weil die Phase Sie über neue Chancen benachrichtigt.",
            ),
            Kind::ProposalWaiting => self.say(
                "You get this because a proposal is about your record.",
                "Sie erhalten dies, weil ein Vorschlag Ihren Datensatz betrifft.",
            ),
        }
    }
}

/// Digits in groups of three, with the language's marks.
fn grouped(number: &str, language: Language) -> String {
    let (group, point) = match language {
        Language::English => (',', '.'),
        Language::German => ('.', ','),
    };
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            out.push(group);
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push(point);
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn money_and_dates_are_written_as_the_reader_writes_them() {
        let (english, german) = (Language::of(Some("en-GB")), Language::of(Some("de-AT")));
        assert_eq!(Language::of(None), english);
        let change = NotifiedChange {
            field: "amount".into(),
            old: Value::Null,
            new: json!({ "amount": "1234567.50", "currency": "EUR" }),
            old_label: None,
            new_label: None,
        };
        assert_eq!(english.change(&change), "Amount: – → EUR 1,234,567.50");
        assert_eq!(german.change(&change), "Betrag: – → 1.234.567,50 EUR");
        assert_eq!(grouped("-100", english), "-100");
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        assert_eq!((english.date(day), german.date(day)), ("March 5, 2026".to_owned(), "05.03.2026".to_owned()));
    }
}

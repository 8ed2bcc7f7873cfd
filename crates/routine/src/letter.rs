//! What a routine says by mail: the same lines as on Home.

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_store::mail::{self, Action, Letter};

use crate::find::{Found, Line};
use crate::kind::Kind;

/// Queues the letter, in the transaction of the result.
///
/// # Errors
/// When the database is gone.
pub async fn queue(cx: &Context, tx: &mut Tx, kind: Kind, found: &Found) -> Result<()> {
    let access = cx.access();
    let letter = written(kind, found, cx.actor().email.clone(), &access.settings().base_url);
    mail::queue(tx, access.keyring(), &letter).await
}

fn written(kind: Kind, found: &Found, to: String, base: &str) -> Letter {
    let mut paragraphs: Vec<String> = found.lines.iter().map(paragraph).collect();
    if found.left_out > 0 {
        paragraphs.push(format!("And {} more.", found.left_out));
    }
    let proposed = found.lines.iter().filter(|line| line.proposal_id.is_some()).count();
    if proposed > 0 {
        let words =
            if proposed == 1 { "1 task is proposed".to_owned() } else { format!("{proposed} tasks are proposed") };
        paragraphs.push(format!("{words}; nothing is changed before you say yes."));
    }
    Letter {
        to,
        subject: found.title.clone(),
        paragraphs,
        action: Some(Action { label: "Open in Dealwright".into(), url: format!("{base}/") }),
        reason: format!(
            "You get this because your organisation has switched on “{}”. You can mute it on your profile, under Agents.",
            kind.name()
        ),
    }
}

fn paragraph(line: &Line) -> String {
    line.record.as_ref().map_or_else(|| line.text.clone(), |record| format!("{}: {}", record.name, line.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_what_home_says() {
        let line = Line::of("opportunity", uuid::Uuid::nil(), "Isdom", "41 days in Proposal".into());
        let found = Found { title: "1 deal stands still".into(), lines: vec![line], left_out: 2, ..Found::default() };
        let letter = written(Kind::StalledDeals, &found, "ada@acme.test".into(), "https://crm.test");
        assert_eq!(letter.subject, "1 deal stands still");
        assert_eq!(letter.paragraphs, ["Isdom: 41 days in Proposal", "And 2 more."]);
        assert!(letter.reason.contains("“Stalled deals”"));
    }
}

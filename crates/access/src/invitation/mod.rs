//! Invitations: an administrator has added somebody, who gets a link by mail, sets a password and is in.

pub mod http;

use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_store::mail::{self, Action, Letter};

use crate::link::store::Recipient;
use crate::{Access, Actor};

/// Writes to the person who is invited.
pub(crate) async fn write_to(tx: &mut Tx, access: &Access, by: &Actor, person: &Recipient, url: String) -> Result<()> {
    let letter = Letter {
        to: person.email.clone(),
        subject: format!("{} invites you to {}", by.name, by.org_name),
        paragraphs: vec![
            format!("Hello {},", person.name),
            format!(
                "{} has made an account for you in {}’s Dealwright. Choose a password to come in.",
                by.name, by.org_name
            ),
            "The link is good once, for seven days.".into(),
        ],
        action: Some(Action { label: "Accept the invitation".into(), url }),
        reason: format!("{} ({}) sent this invitation. If you do not expect it, do nothing.", by.name, by.email),
    };
    mail::queue(tx, access.keyring(), &letter).await
}

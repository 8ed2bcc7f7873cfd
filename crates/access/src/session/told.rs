//! What the audit log hears of sessions. Never a password, never a token.

use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Clock, Result};
use dealwright_store::{ActorKind, Event, Origin, Stamp, Subject, SystemTx};
use serde_json::Value;
use uuid::Uuid;

use super::store;
use crate::Context;

/// What happened to somebody's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    SignedIn,
    /// A wrong password for a user we know.
    SignInFailed,
    /// So many of them that nobody signs in by this address for a while.
    Throttled,
    SignedOut,
    Revoked,
    /// A token that had been replaced came back: it was stolen, and the session is over.
    TokenReused,
    /// A passkey that we know was not believed.
    PasskeyRefused,
}

impl Told {
    const fn kind(self) -> &'static str {
        match self {
            Self::SignedIn => "session.signed_in",
            Self::SignInFailed => "session.sign_in_failed",
            Self::Throttled => "session.sign_in_throttled",
            Self::SignedOut => "session.signed_out",
            Self::Revoked => "session.revoked",
            Self::TokenReused => "session.token_reused",
            Self::PasskeyRefused => "session.passkey_refused",
        }
    }

    /// The event of the caller's own doing.
    pub(crate) fn event(self, cx: &Context) -> Event {
        self.of(cx.clock(), cx.actor().user.0, cx.actor().name.clone())
    }

    fn of(self, clock: &Clock, user: Uuid, name: String) -> Event {
        Event::new(clock, self.kind(), Subject { object: "user", id: user, name, version: None })
    }
}

/// Tells it of somebody who is not signed in yet, or was not let in: then nobody knows who tried.
pub(crate) async fn tell(
    tx: &mut SystemTx,
    clock: &Clock,
    (org, user): (OrgId, UserId),
    origin: &Origin,
    told: Told,
    data: Value,
) -> Result<()> {
    let name = store::name(tx, org, user).await?;
    let stamp = match told {
        Told::SignedIn | Told::SignedOut | Told::Revoked => {
            Stamp { kind: ActorKind::User, id: Some(user.0), name: name.clone(), on_behalf_of: None }
        }
        Told::SignInFailed | Told::Throttled | Told::TokenReused | Told::PasskeyRefused => {
            Stamp { kind: ActorKind::System, id: None, name: "Sign-in".to_owned(), on_behalf_of: None }
        }
    };
    tx.emit(org, &stamp, origin, clock.now(), told.of(clock, user.0, name).data(data)).await
}

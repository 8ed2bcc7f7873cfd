//! Looking at the app as somebody else: to see what they see, and to change nothing.
//!
//! It belongs to one session and ends with it. Whoever looks must be allowed to (`user.impersonate`) and be no narrower
//! than the person looked at, when it begins and at every reading of the actor after that. Writes are refused where
//! requests come in, and by PostgreSQL itself: the transactions are read-only. Start and end are events that name both.

pub mod http;
pub mod store;

use axum::http::Method;
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{SessionId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Stamp, Subject, Tx};
use sqlx::PgConnection;

use crate::actor::Viewer;
use crate::context::permission;
use crate::policy::{Grants, ImpersonateUser};
use crate::{Access, Actor, people};

/// What is a person's alone, and is not shown to who looks at the app as them.
const PRIVATE: [&str; 10] = [
    "/conversations",
    "/agent-runs",
    "/sessions",
    "/api-keys",
    "/connected-apps",
    "/oauth-clients",
    "/me/second-factor",
    "/me/passkeys",
    "/notifications",
    "/notification-preferences",
];

/// Whether a request is refused to somebody who looks at the app as another person: writes, and what is private. Lists
/// that are asked for by a body (`POST …/query`) only read.
#[must_use]
pub fn is_refused(method: &Method, path: &str) -> bool {
    let path = path.trim_start_matches("/api/v1");
    if matches!(*method, Method::GET | Method::HEAD) {
        return PRIVATE
            .iter()
            .any(|p| path.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    }
    !(*method == Method::POST && path.ends_with("/query"))
}

/// 403 `viewing_as`.
#[must_use]
pub fn refusal() -> Error {
    Error::forbidden("viewing_as", "you are looking at the app as somebody else, and can only look; stop viewing first")
}

/// The actor of a session as others should take them: themselves, or the person they look at. When they may no longer
/// look at that person there is nothing to see until they stop: they are not silently themselves again.
pub(crate) async fn seen(db: &mut PgConnection, own: Actor) -> Result<Actor> {
    let Some(session) = own.session else { return Ok(own) };
    let Some(current) = store::current(db, own.org, session).await? else { return Ok(own) };
    let Some(person) = people::store::actor(db, own.org, current.viewed).await? else { return Ok(own) };
    let allowed = may_view(&own, &person).is_ok();
    let grants = if allowed { person.grants.clone() } else { Grants::default() };
    let stamp = Stamp { on_behalf_of: Some(person.user.0), ..own.stamp };
    let viewer = Some(Viewer { id: own.user, name: own.name, since: current.since });
    Ok(Actor { grants, stamp, viewer, session: own.session, ..person })
}

/// # Errors
/// 403 `forbidden` when the person is beyond the scope, `privilege_escalation` when they may do more; 422 for oneself.
pub fn may_view(own: &Actor, person: &Actor) -> Result<()> {
    if own.user == person.user {
        return Err(Error::field("user_id", "invalid_value", "you see the app as yourself already"));
    }
    if !own.reaches(permission::<ImpersonateUser>(), person.user, person.team) {
        return Err(Error::forbidden("forbidden", "your roles do not let you view the app as this person"));
    }
    if !own.encloses(person) {
        return Err(Error::forbidden("privilege_escalation", "this person may see or do what you may not"));
    }
    Ok(())
}

/// Begins to look at the app as `person`.
///
/// # Errors
/// As [`may_view`]; 403 without a session.
pub async fn start(tx: &mut Tx, own: &Actor, person: &Actor) -> Result<()> {
    may_view(own, person)?;
    let session = own
        .session
        .ok_or_else(|| Error::forbidden("forbidden", "only somebody who is signed in can view as another"))?;
    store::insert(tx, session, own.user, person.user).await?;
    let event = event(tx, "view_started", person.user, &person.name);
    tx.emit(event);
    Ok(())
}

/// Ends what is looked at in a session; whether anything was.
///
/// # Errors
/// When the database is gone.
pub async fn end(tx: &mut Tx, session: SessionId) -> Result<bool> {
    let ended = store::end(tx, Some(session), None).await?;
    Ok(ended_events(tx, ended))
}

/// Ends every view by or of a person who leaves.
///
/// # Errors
/// When the database is gone.
pub async fn end_all(tx: &mut Tx, user: UserId) -> Result<bool> {
    let ended = store::end(tx, None, Some(user)).await?;
    Ok(ended_events(tx, ended))
}

/// Ends the views whose sessions are over, so that each has its end in the log. A job runs it now and then.
///
/// # Errors
/// When the database is gone.
pub async fn end_lapsed(access: &Access) -> Result<()> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let lapsed = store::lapsed(tx.db(), now).await?;
    tx.commit().await?;
    for (org, session, viewer) in lapsed {
        let cx = match access.context_for(org, viewer).await {
            Ok(cx) => cx,
            Err(error) if error.outcome == Outcome::NotFound => {
                tracing::info!("a view outlived its viewer's account; it ends with the account's deletion");
                continue;
            }
            Err(error) => return Err(error),
        };
        let mut tx = cx.begin().await?;
        end(&mut tx, session).await?;
        tx.commit(()).await?.into_inner();
    }
    Ok(())
}

fn ended_events(tx: &mut Tx, ended: Vec<store::Ended>) -> bool {
    let any = !ended.is_empty();
    for view in ended {
        let data = serde_json::json!({ "viewer": { "id": view.viewer, "name": view.viewer_name } });
        let event = event(tx, "view_ended", view.viewed, &view.viewed_name).data(data);
        tx.emit(event);
    }
    any
}

fn event(tx: &Tx, verb: &str, viewed: UserId, name: &str) -> Event {
    let subject = Subject { object: "user", id: viewed.0, name: name.to_owned(), version: None };
    Event::with_id(tx.new_id().into(), format!("user.{verb}"), subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_what_is_private_are_refused() {
        let refused = |method: &str, path: &str| is_refused(&method.parse().unwrap(), path);
        assert!(!refused("GET", "/api/v1/opportunities"));
        assert!(!refused("POST", "/api/v1/opportunities/query"));
        assert!(!refused("GET", "/api/v1/sessions-of-work"));
        for (method, path) in [
            ("POST", "/api/v1/opportunities"),
            ("PATCH", "/api/v1/opportunities/1/query"),
            ("DELETE", "/api/v1/tasks/1"),
            ("GET", "/api/v1/conversations/1"),
            ("GET", "/api/v1/sessions"),
        ] {
            assert!(refused(method, path), "{method} {path}");
        }
    }
}

//! Password resets. Who asks for one learns nothing: the answer is the same, and at once, whether or not there is such a
//! person, since finding out is a job's.

use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, Worker};
use dealwright_store::mail::{self, Action, Letter};
use dealwright_store::{Event, NewJob, Subject, Tx};
use serde::{Deserialize, Serialize};

use crate::link::{self, Purpose};
use crate::session::{device, entry, store, throttle};
use crate::{Access, Actor};

const JOB: &str = "password_reset";

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    email: String,
    address: String,
}

/// Registers the job that finds the person and writes to them.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    worker.on(JOB, move |job| {
        let access = access.clone();
        async move { write_to(&access, job).await }
    })
}

/// Takes the request, for whoever it is.
pub(crate) async fn ask(access: &Access, email: &str, device: &device::Device) -> Result<()> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    throttle::LINKS_BY_ADDRESS.check(&mut tx, &device.address, now).await?;
    throttle::LINKS_BY_ADDRESS.count(&mut tx, &device.address, now).await?;
    // Too many letters for one address: no more are sent, and nobody is told so.
    if !throttle::RESET_BY_EMAIL.reached(&mut tx, email, now).await? {
        throttle::RESET_BY_EMAIL.count(&mut tx, email, now).await?;
        let payload = Payload { email: email.to_owned(), address: device.address.clone() };
        tx.enqueue(NewJob::new(JOB, &payload)?.attempts(3), access.clock()).await?;
    }
    tx.commit().await
}

async fn write_to(access: &Access, job: Job) -> Result<()> {
    let Payload { email, address } = serde_json::from_value(job.payload).map_err(Error::internal)?;
    let mut tx = access.database().system().await?;
    let known = store::credential(&mut tx, &email, access.settings().demo).await?;
    tx.commit().await?;
    // Nobody of this address, or somebody who does not come in by password.
    let Some(who) = known.filter(|who| who.opens) else { return Ok(()) };
    let cx = entry::as_server(access, who.org, who.user).await?;
    let mut tx = cx.begin().await?;
    let url = link::issue(&mut tx, &access.settings().base_url, who.user, Purpose::PasswordReset).await?;
    let letter = Letter {
        to: cx.actor().email.clone(),
        subject: "Reset your password".into(),
        paragraphs: vec![
            format!("Somebody asked for a new password for {} at {}.", cx.actor().email, cx.actor().org_name),
            "The link is good once, for 30 minutes. Setting a new password ends all your sessions.".into(),
        ],
        action: Some(Action { label: "Set a new password".into(), url }),
        reason: format!(
            "The request came from {address}. If it was not you, do nothing: your password stays as it is."
        ),
    };
    mail::queue(&mut tx, access.keyring(), &letter).await?;
    tx.emit(event(&tx, cx.actor(), "user.password_reset_requested"));
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// An event about the actor themselves.
pub(crate) fn event(tx: &Tx, person: &Actor, kind: &str) -> Event {
    let subject = Subject { object: "user", id: person.user.0, name: person.name.clone(), version: None };
    Event::with_id(tx.new_id().into(), kind, subject)
}

/// Tells somebody that their password is another now.
pub(crate) async fn tell(tx: &mut Tx, access: &Access, person: &Actor) -> Result<()> {
    let letter = Letter {
        to: person.email.clone(),
        subject: "Your password was changed".into(),
        paragraphs: vec![
            format!(
                "The password for {} at {} was changed. All other sessions were ended.",
                person.email, person.org_name
            ),
            "If that was not you, reset your password at once and tell your administrator.".into(),
        ],
        action: Some(Action { label: "Sign in".into(), url: format!("{}/sign-in", access.settings().base_url) }),
        reason: "You get this letter whenever your password changes.".into(),
    };
    mail::queue(tx, access.keyring(), &letter).await
}

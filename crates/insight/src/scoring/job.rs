//! Scores follow what happens: a reader of the event log scores each lead that something happened to, and a job scores all of an
//! organisation when its rules have changed, and once a day, since days without activity pass by themselves.
//!
//! It acts in the stead of an administrator with the rights that it needs and no others. To score a lead twice does no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use dealwright_access::policy::{Action, Grants, Object, Permission, ScopeLevel};
use dealwright_access::{Access, Context};
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::bell::Bell;
use dealwright_store::database::access_changed;
use dealwright_store::job::{self, Job, NewJob, Worker};
use dealwright_store::sequencer::Consumer;
use dealwright_store::{ActorKind, Stamp, Tx};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::judge::{self, Ready};
use super::store;

/// The name of the cursor.
pub const CONSUMER: &str = "scores";
/// Scores all leads of an organisation.
const ALL: &str = "scoring.all";
/// Queues that for every organisation.
const DAILY: &str = "scoring.daily";
/// What happens within it is followed together.
const PACE: Duration = Duration::from_millis(500);
/// Events of one transaction, and leads.
const BATCH: i64 = 500;
/// How often it begins anew when access changes all the while.
const TRIES: u32 = 5;

/// The job that scores all leads of an organisation by its rules as they are.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn all(org: OrgId) -> Result<NewJob> {
    Ok(NewJob::new(ALL, &json!({}))?.unique(format!("{ALL}:{org}")))
}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (for_all, for_daily) = (access.clone(), access.clone());
    worker
        .on(ALL, move |job: Job| {
            let access = for_all.clone();
            async move {
                let org = job.org.ok_or_else(|| Error::internal("leads belong to an organisation"))?;
                score_all(&access, org).await.map(|_| ())
            }
        })
        .on(DAILY, move |_| {
            let access = for_daily.clone();
            async move { queue_all(&access).await }
        })
        .every(DAILY, TimeDelta::days(1))
}

async fn queue_all(access: &Access) -> Result<()> {
    let orgs = store::organisations(access.database()).await?;
    let mut tx = access.database().system().await?;
    for org in orgs {
        job::enqueue(tx.db(), org, all(org)?, access.clock()).await?;
    }
    tx.commit().await
}

/// Follows the event log until `stop`.
pub async fn follow(access: Access, stop: CancellationToken) {
    let mut bell = Bell::new(access.database(), &["dealwright_position"]).paced(PACE);
    loop {
        if let Err(error) = catch_up(&access).await {
            tracing::warn!(%error, "scores could not follow what happened; they do later");
        }
        if bell.wait(&stop).await.is_break() {
            return;
        }
    }
}

/// Scores the leads of all events that have a position.
///
/// # Errors
/// When the database is gone: the same events come again then.
pub async fn catch_up(access: &Access) -> Result<()> {
    let consumer = Consumer::new(access.database(), CONSUMER);
    while let Some(mut batch) = consumer.next(BATCH).await? {
        let mut leads: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
        for event in &batch.events {
            if let Some(lead) = event.lead_id {
                leads.entry(event.org.0).or_default().insert(lead);
            }
        }
        let orgs: Vec<Uuid> = leads.keys().copied().collect();
        for (org, behind) in store::behind(batch.db(), &orgs).await? {
            let ids: Vec<Uuid> = leads.get(&org.0).into_iter().flatten().copied().collect();
            let mut tx = begin(access, org, behind).await?;
            score(&mut tx, &ids).await?;
            tx.commit(()).await?.into_inner();
        }
        batch.settle().await?;
    }
    Ok(())
}

/// Scores all open leads of an organisation; how many scores have changed.
///
/// # Errors
/// When the database is gone.
pub async fn score_all(access: &Access, org: OrgId) -> Result<u64> {
    let mut tx = access.database().system().await?;
    let behind = store::behind(tx.db(), &[org.0]).await?;
    tx.commit().await?;
    let Some((_, behind)) = behind.into_iter().next() else { return Ok(0) };
    let (mut after, mut changed) = (Uuid::nil(), 0);
    loop {
        let mut tx = begin(access, org, behind).await?;
        let ids = store::page(&mut tx, after, BATCH).await?;
        let Some(last) = ids.last().copied() else {
            tx.done(()).await?;
            return Ok(changed);
        };
        after = last;
        changed += score(&mut tx, &ids).await?;
        tx.commit(()).await?.into_inner();
    }
}

/// Scores these leads by the rules in force.
async fn score(tx: &mut Tx, ids: &[Uuid]) -> Result<u64> {
    let kept = store::model(tx).await?;
    let ready = Ready::of(tx, &kept.model, kept.version).await?;
    let scored = judge::score(tx, &ready, ids).await?;
    store::keep(tx, ready.version, &scored).await
}

/// A transaction that may read what scores rest on, and write them.
async fn begin(access: &Access, org: OrgId, behind: UserId) -> Result<Tx> {
    use Object::{Account, Activity, Contact, Lead, Opportunity, Pipeline, Team, User};
    let mut grants = Grants::default();
    for object in [Lead, Activity, Account, Contact, Opportunity, Pipeline, User, Team] {
        grants.grant(Permission::new(object, Action::Read), ScopeLevel::All);
    }
    grants.grant(Permission::new(Lead, Action::Update), ScopeLevel::All);
    let mut tries = 0;
    loop {
        let stamp = Stamp { kind: ActorKind::System, id: None, name: "Lead scoring".to_owned(), on_behalf_of: None };
        let cx: Context = access.steward(org, behind, stamp, grants.clone()).await?;
        match cx.begin_unchanged().await {
            Err(error) if access_changed(&error) && tries < TRIES => tries += 1,
            begun => return begun,
        }
    }
}

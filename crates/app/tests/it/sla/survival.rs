//! Escalations whose worker is killed wherever it waits, whose database goes away under it, and what is left of it: nothing is
//! lost, and nothing done twice.

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_sla::{escalation, timer};
use dealwright_testkit::TestApp;
use serde_json::json;

use super::{count, lead, monday, rule};
use crate::killed::killed;

/// Leads of one round.
const LEADS: usize = 6;

/// Leads whose first response runs out at one o'clock: then a task is made, their owner changes, and people are told.
async fn premises() -> (TestApp, dealwright_kernel::Clock) {
    let (app, clock) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let steps = json!([
        { "when": "breach", "do": { "action": "task", "title": "Call", "due_in_days": 0 } },
        { "when": "breach", "do": { "action": "reassign", "to": { "who": "user", "user_id": rep.id } } },
        { "when": "breach", "do": { "action": "notify", "to": [{ "who": "owner" }] } },
        { "when": "after_breach", "after": { "value": 1, "unit": "hours" }, "do": { "action": "notify", "to": [{ "who": "owner" }] } },
    ]);
    rule(&app, "lead", "first_response", json!({ "steps": steps })).await;
    (app, clock)
}

async fn round(app: &TestApp, n: usize) {
    for m in 0..LEADS {
        lead(&app.admin, &format!("Lead {n} {m}"), json!({})).await;
    }
}

/// That all that was due has been done, once.
async fn is_whole(app: &TestApp, leads: usize, after: &str) {
    let leads = i64::try_from(leads).unwrap();
    let counts = [
        ("select count(*) from sla_timer", leads),
        ("select count(*) from sla_timer where breached_at is not null and escalated_ms = 3600000", leads),
        ("select count(*) from sla_step", leads * 4),
        ("select count(*) from sla_step where outcome = 'done'", leads * 4),
        ("select count(*) from task", leads),
        ("select count(*) from event where type = 'task.created'", leads),
        ("select count(*) from event where type = 'lead.updated'", leads),
        ("select count(*) from event where type = 'sla.breached'", leads),
        ("select count(*) from event where type = 'sla.escalated'", leads),
        ("select count(*) from lead where version = 2", leads),
    ];
    for (sql, expected) in counts {
        assert_eq!(count(app, sql).await, expected, "{after}: {sql}");
    }
}

/// Numbers what has been committed.
async fn sequence(app: &TestApp) {
    while dealwright_store::sequencer::sequence_once(&app.db.database).await.unwrap() > 0 {}
}

/// Killed after ever more polls, until a worker comes through without being killed: at each point where it
/// waits, in the following of the log and in the escalation.
#[tokio::test]
async fn a_worker_may_be_killed_wherever_it_waits() {
    let (app, clock) = premises().await;
    let access = &app.state.access;
    let (mut kills, mut leads) = (0, 0);
    for n in 0.. {
        round(&app, n).await;
        leads += LEADS;
        sequence(&app).await;
        let followed = killed(timer::follow::catch_up(access), n * n / 2 + 1).await;
        // Whoever comes after it does all of it.
        timer::follow::catch_up(access).await.unwrap();
        clock.advance(TimeDelta::hours(6));
        let taken = killed(escalation::run_due(access), n * n + 1).await;
        kills += usize::from(followed.is_none()) + usize::from(taken.is_none());
        // The dead worker's connections are given up in the background; what they held is free then.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        sequence(&app).await;
        timer::follow::catch_up(access).await.unwrap();
        escalation::run_due(access).await.unwrap();
        is_whole(&app, leads, &format!("killed after {n} rounds")).await;
        if followed.is_some() && taken.is_some() {
            break;
        }
    }
    assert!(kills >= 8, "only {kills} kills");
}

/// The database drops every connection, at seeded moments, while workers are at it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_may_go_away_under_them() {
    let (app, clock) = premises().await;
    let mut leads = 0;
    let mut seed = 7_u64;
    for n in 0..12 {
        round(&app, n).await;
        leads += LEADS;
        sequence(&app).await;
        let access = app.state.access.clone();
        timer::follow::catch_up(&access).await.unwrap();
        clock.advance(TimeDelta::hours(6));
        let worker = tokio::spawn(async move {
            let followed = timer::follow::catch_up(&access).await;
            followed.and(escalation::run_due(&access).await.map(|_| ()))
        });
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(std::time::Duration::from_micros(seed >> 49)).await;
        let mut db = app.db.superuser().await;
        let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        sqlx::query(kill).execute(&mut db).await.unwrap();
        _ = worker.await.unwrap();
        // Connections that died are found by the next statements; whoever comes after that finds it whole.
        let access = &app.state.access;
        for _ in 0..20 {
            sequence_quietly(&app).await;
            let followed = timer::follow::catch_up(access).await;
            if followed.and(escalation::run_due(access).await.map(|_| ())).is_ok() {
                break;
            }
        }
        // The server's own connections have died too: each is found by the request that gets it.
        for _ in 0..20 {
            app.admin.get("/leads?limit=1").await;
        }
        // One whose transaction failed on our side is put off.
        clock.advance(TimeDelta::hours(2));
        timer::follow::catch_up(access).await.unwrap();
        escalation::run_due(access).await.unwrap();
        is_whole(&app, leads, &format!("round {n}")).await;
    }
}

async fn sequence_quietly(app: &TestApp) {
    while matches!(dealwright_store::sequencer::sequence_once(&app.db.database).await, Ok(n) if n > 0) {}
}

//! The job queue: nothing is lost when a worker dies, nothing runs twice at the same time, failures stay visible.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use dealwright_kernel::{Clock, Error};
use dealwright_store::NewJob;
use dealwright_store::job::Worker;
use dealwright_testkit::{TestApp, TestOptions};
use serde_json::json;
use tokio_util::sync::CancellationToken;

async fn queue(app: &TestApp, jobs: Vec<NewJob>) {
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let mut tx = cx.begin().await.unwrap();
    jobs.into_iter().for_each(|job| tx.enqueue(job));
    tx.commit(()).await.unwrap().into_inner();
}

async fn fixed() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-11-23T09:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    (app, clock)
}

#[tokio::test]
async fn a_job_is_queued_with_its_rows_or_not_at_all() {
    let (app, _) = fixed().await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let mut tx = cx.begin().await.unwrap();
    tx.enqueue(NewJob::new("count", &json!({})).unwrap());
    tx.rollback().await.unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let worker = Worker::new(&app.db.database, 1).on("count", move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    });
    assert_eq!(worker.drain().await.unwrap(), 0);
    queue(&app, vec![NewJob::new("count", &json!({})).unwrap()]).await;
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn failures_are_retried_with_growing_pauses_and_then_stay_visible() {
    let (app, clock) = fixed().await;
    queue(&app, vec![NewJob::new("fail", &json!({})).unwrap().attempts(3)]).await;
    let worker = Worker::new(&app.db.database, 1).on("fail", |_| async { Err(Error::internal("on purpose")) });
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(worker.drain().await.unwrap(), 0, "it waits before the next attempt");
    clock.advance(TimeDelta::seconds(3));
    assert_eq!(worker.drain().await.unwrap(), 1);
    clock.advance(TimeDelta::seconds(3));
    assert_eq!(worker.drain().await.unwrap(), 0, "the second pause is longer");
    clock.advance(TimeDelta::seconds(3));
    assert_eq!(worker.drain().await.unwrap(), 1);
    clock.advance(TimeDelta::days(1));
    assert_eq!(worker.drain().await.unwrap(), 0, "three attempts were the most");
    let mut tx = app.db.database.system().await.unwrap();
    let (attempts, failed, error): (i32, bool, Option<String>) =
        sqlx::query_as("select attempts, failed_at is not null, last_error from job where kind = 'fail'")
            .fetch_one(tx.db())
            .await
            .unwrap();
    assert_eq!((attempts, failed), (3, true));
    assert!(error.is_some());
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_not_a_dead_worker() {
    let (app, _) = fixed().await;
    queue(&app, vec![NewJob::new("panic", &json!({})).unwrap(), NewJob::new("fine", &json!({})).unwrap()]).await;
    let worker = Worker::new(&app.db.database, 1)
        .on("panic", |_| async { panic!("on purpose") })
        .on("fine", |_| async { Ok(()) });
    assert_eq!(worker.drain().await.unwrap(), 2);
}

#[tokio::test]
async fn one_unfinished_job_per_key() {
    let (app, _) = fixed().await;
    let job = || NewJob::new("once", &json!({})).unwrap().unique("once:7");
    queue(&app, vec![job(), job()]).await;
    queue(&app, vec![job()]).await;
    let worker = Worker::new(&app.db.database, 1).on("once", |_| async { Ok(()) });
    assert_eq!(worker.drain().await.unwrap(), 1);
    queue(&app, vec![job()]).await;
    assert_eq!(worker.drain().await.unwrap(), 1, "a finished job frees its key");
}

/// A worker that is killed in the middle of a job leaves a lease that lapses; the next worker does all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_loses_nothing() {
    let (app, clock) = fixed().await;
    let jobs = (0..30).map(|n| NewJob::new("work", &json!({ "n": n })).unwrap()).collect();
    queue(&app, jobs).await;
    let (begun, finished) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let make = |slow: bool| {
        let (begun, finished) = (Arc::clone(&begun), Arc::clone(&finished));
        Worker::new(&app.db.database, 4).on("work", move |_| {
            let (begun, finished) = (Arc::clone(&begun), Arc::clone(&finished));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                if slow {
                    std::future::pending::<()>().await;
                }
                finished.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        })
    };
    let victim = tokio::spawn(make(true).run(CancellationToken::new()));
    while begun.load(Ordering::SeqCst) < 4 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Dropped where it stands, as a kill would: no shutdown, no release of what it had claimed.
    victim.abort();
    let rescuer = make(false);
    let before = rescuer.drain().await.unwrap();
    assert_eq!(before, 26, "four jobs are still leased to the dead worker");
    clock.advance(TimeDelta::seconds(31));
    assert_eq!(rescuer.drain().await.unwrap(), 4, "their lease has lapsed");
    assert_eq!(finished.load(Ordering::SeqCst), 30);
}

#[tokio::test]
async fn a_periodic_job_is_queued_once_a_period_over_all_workers() {
    let (app, clock) = fixed().await;
    let ran = Arc::new(AtomicUsize::new(0));
    let make = || {
        let ran = Arc::clone(&ran);
        Worker::new(&app.db.database, 1)
            .on("tick", move |_| {
                ran.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            })
            .every("tick", TimeDelta::minutes(10))
    };
    for (expected, minutes) in [(1, 0), (1, 1), (2, 10), (3, 10)] {
        clock.advance(TimeDelta::minutes(minutes));
        let stop = CancellationToken::new();
        let workers: Vec<_> = (0..3).map(|_| tokio::spawn(make().run(stop.clone()))).collect();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        while ran.load(Ordering::SeqCst) < expected && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Time for one too many.
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.cancel();
        for worker in workers {
            worker.await.unwrap();
        }
        assert_eq!(ran.load(Ordering::SeqCst), expected);
    }
}

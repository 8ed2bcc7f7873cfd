//! The event log: every consumer sees every committed event once or more, in order, with no gap.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use dealwright_store::sequencer::{Consumer, sequence_once};
use dealwright_store::{Event, Subject};
use dealwright_testkit::TestApp;
use uuid::Uuid;

const WRITERS: usize = 8;
const EACH: usize = 40;

/// Eight writers, some of whose transactions stay open for a while or are given up; three consumers, one of which fails
/// now and then. Nothing is skipped, repeated out of order, or lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_and_three_consumers() {
    let app = TestApp::new().await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let committed = Arc::new(AtomicUsize::new(0));

    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (cx, committed) = (cx.clone(), Arc::clone(&committed));
            tokio::spawn(async move {
                for n in 0..EACH {
                    let mut tx = cx.begin().await.unwrap();
                    let subject = Subject {
                        object: "test",
                        id: Uuid::from_u128(writer as u128 + 1),
                        name: format!("{n}"),
                        version: Some(n as i64),
                    };
                    tx.emit(Event::new(cx.clock(), "test.written", subject));
                    // A long transaction gets its id early and commits late.
                    if (n + writer) % 7 == 0 {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    if (n + writer) % 11 == 0 {
                        tx.rollback().await.unwrap();
                    } else {
                        tx.commit(()).await.unwrap().into_inner();
                        committed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        })
        .collect();

    let sequencer = {
        let (database, done) = (app.db.database.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            while !done.load(Ordering::SeqCst) || sequence_once(&database).await.unwrap() > 0 {
                sequence_once(&database).await.unwrap();
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        })
    };

    let consumers: Vec<_> = (0..3)
        .map(|c| {
            let (database, done, committed) = (app.db.database.clone(), Arc::clone(&done), Arc::clone(&committed));
            tokio::spawn(async move {
                let consumer = Consumer::new(&database, &format!("consumer-{c}"));
                let mut seen: Vec<(i64, Uuid, i64)> = Vec::new();
                let mut turn = 0;
                loop {
                    turn += 1;
                    if let Some(batch) = consumer.next(17).await.unwrap() {
                        let fails = c == 1 && turn % 3 == 0;
                        if !fails {
                            seen.extend(
                                batch
                                    .events
                                    .iter()
                                    .map(|e| (e.position, e.subject_id, e.subject_version.unwrap_or(-1))),
                            );
                            batch.settle().await.unwrap();
                        }
                    }
                    let tests = seen.iter().filter(|(_, subject, _)| subject.as_u128() <= WRITERS as u128).count();
                    if done.load(Ordering::SeqCst) && tests >= committed.load(Ordering::SeqCst) {
                        return seen;
                    }
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
        })
        .collect();

    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let mut stories = Vec::new();
    for consumer in consumers {
        stories.push(tokio::time::timeout(Duration::from_secs(60), consumer).await.unwrap().unwrap());
    }
    sequencer.await.unwrap();

    for seen in &stories {
        let positions: Vec<i64> = seen.iter().map(|(p, ..)| *p).collect();
        let dense: Vec<i64> = (1..=positions.len() as i64).collect();
        assert_eq!(positions, dense, "positions are dense and in order");
        let mut last: BTreeMap<Uuid, i64> = BTreeMap::new();
        for (_, subject, n) in seen.iter().filter(|(_, subject, _)| subject.as_u128() <= WRITERS as u128) {
            assert!(last.insert(*subject, *n).is_none_or(|before| before < *n), "a writer's events keep their order");
        }
    }
    assert_eq!(stories[0], stories[1]);
    assert_eq!(stories[1], stories[2]);
}

//! Measures the clocks of many deals: `scripts/bench-sla`.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use dealwright_testkit::TestApp;
use serde_json::json;

use super::count;

/// Clocks that are due in each second, and for how many seconds.
const A_SECOND: i32 = 1_000;
const SECONDS: i32 = 10;

fn rows() -> i64 {
    std::env::var("SLA_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(20_000)
}

/// Takes the indexes and triggers of deals away while they are made, and answers how the indexes are made anew: row by row
/// they take ten times as long, and how deals are made is not what is measured.
async fn without_indexes(db: &mut sqlx::PgConnection) -> Vec<String> {
    let indexes = "select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) from pg_index i
                   where i.indrelid = 'opportunity'::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)";
    let indexes: Vec<(String, String)> = sqlx::query_as(indexes).fetch_all(&mut *db).await.unwrap();
    for (drop, _) in &indexes {
        sqlx::query(sqlx::AssertSqlSafe(drop.clone())).execute(&mut *db).await.unwrap();
    }
    sqlx::query("alter table opportunity disable trigger user").execute(&mut *db).await.unwrap();
    indexes.into_iter().map(|(_, definition)| definition).collect()
}

/// Plans a clock for every deal, then lets a thousand run out in each second, and says how late the last of them was taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; scripts/bench-sla runs it"]
async fn clocks_of_many_deals() {
    // All that runs beside the requests does: what is due waits until the log has been followed.
    let app = TestApp::with_background().await;
    let rows = rows();
    let mut db = app.db.database.maintenance().await.unwrap();
    let stage = app.admin.stage("Prospecting").await;
    let deals = "insert into opportunity (org_id, id, name, pipeline_id, stage_id, probability, forecast_category, owner_id, stage_entered_at)
                 select $1, gen_random_uuid(), 'Deal ' || n, s.pipeline_id, s.id, 10, 'pipeline', $2, now() from stage s, generate_series(1, $3) as n
                 where s.org_id = $1 and s.id = $4::uuid";
    let indexes = without_indexes(&mut db).await;
    let began = Instant::now();
    sqlx::query(deals).bind(app.org.0).bind(app.admin.id.0).bind(rows).bind(stage).execute(&mut db).await.unwrap();
    for index in indexes {
        sqlx::query(sqlx::AssertSqlSafe(index)).execute(&mut db).await.unwrap();
    }
    sqlx::query("alter table opportunity enable trigger user").execute(&mut db).await.unwrap();
    sqlx::query("analyze opportunity").execute(&mut db).await.unwrap();
    println!("{rows} deals made in {:.1} s", began.elapsed().as_secs_f64());
    let calendar = app.admin.get("/sla-calendars").await.ok()["items"][0]["id"].clone();
    let steps = json!([{ "when": "breach", "do": { "action": "notify", "to": [{ "who": "owner" }] } }]);
    let body = json!({ "name": "Stages", "object": "opportunity", "measure": "time_in_stage", "target": { "value": 20, "unit": "days" },
                       "calendar_id": calendar, "warn_percent": 80, "steps": steps });
    let began = Instant::now();
    app.admin.post("/sla-rules", body).await.ok();
    let deadline = Instant::now() + Duration::from_secs(1_800);
    while count(&app, "select count(*) from sla_timer where next_at is not null").await < rows {
        assert!(Instant::now() < deadline, "not all were planned in half an hour");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let planned = began.elapsed().as_secs_f64();
    println!(
        "{rows} clocks planned in {planned:.1} s: {:.0} a second",
        f64::from(i32::try_from(rows).unwrap()) / planned
    );
    sqlx::query("analyze sla_timer").execute(&mut db).await.unwrap();

    let begin = app.db.database.clock().now() + TimeDelta::seconds(3);
    let spread = "with chosen as (select org_id, id, (row_number() over (order by id) - 1) / $2::int as second from sla_timer limit $3)
                  update sla_timer t set warned_at = $1, next_at = $1 + c.second * interval '1 second', due_at = $1 + c.second * interval '1 second',
                      running_since = $1 + c.second * interval '1 second' - interval '1 day', target_ms = 1, spent_ms = 100000000000
                  from chosen c where t.org_id = c.org_id and t.id = c.id";
    sqlx::query(spread).bind(begin).bind(A_SECOND).bind(i64::from(A_SECOND * SECONDS)).execute(&mut db).await.unwrap();
    let all = i64::from(A_SECOND * SECONDS).min(rows);
    let deadline = Instant::now() + Duration::from_secs(120);
    while count(&app, "select count(*) from sla_step").await < all {
        assert!(Instant::now() < deadline, "not all were taken in two minutes");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let lag = "select max(extract(epoch from s.at - $1) - w.second)::float8, percentile_cont(0.5) within group (order by extract(epoch from s.at - $1) - w.second)::float8
               from sla_step s join (select id, (row_number() over (order by id) - 1) / $2::int as second from sla_timer limit $3) w on w.id = s.timer_id";
    let (most, median): (f64, f64) = sqlx::query_as(lag)
        .bind(begin)
        .bind(A_SECOND)
        .bind(i64::from(A_SECOND * SECONDS))
        .fetch_one(&mut db)
        .await
        .unwrap();
    println!(
        "{A_SECOND} due in each of {SECONDS} seconds, of {rows} clocks: taken {median:.2} s late in the median, {most:.2} s at most"
    );
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select org_id, rule_id, next_at from sla_timer where next_at <= now() order by next_at limit 5000",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert!(
        plan.iter().any(|line| line.contains("sla_timer_due")),
        "what is due is not looked for along its index: {plan:?}"
    );
    assert!(most < 1.0, "{most:.2} s late for a thousand due");
    app.stop().await;
}

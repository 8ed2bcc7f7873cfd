//! Measures retrieval: `make bench-retrieval`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use dealwright_access::policy::Builtin;
use dealwright_knowledge::embedding::{Embed, Meaning};
use dealwright_knowledge::index::{follow, vectors};
use dealwright_knowledge::retrieve::{self, FoundBy, Query};
use dealwright_testkit::{Person, TestApp};
use serde::Deserialize;
use sqlx::PgConnection;

use super::{by_meaning, embedder, encoded};
use crate::sla::count;

const DEPTH: usize = 10;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// A collection as BEIR has them: corpus.jsonl, queries.jsonl, qrels.tsv.
struct Collection {
    documents: Vec<Document>,
    queries: Vec<Document>,
    relevant: HashMap<String, HashMap<String, f64>>,
}

fn lines(path: &Path) -> Vec<Document> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn collection() -> Option<(PathBuf, Collection)> {
    let folder = PathBuf::from(std::env::var_os("RETRIEVAL_DATA")?);
    let mut relevant: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("qrels.tsv")).unwrap().lines().skip(1) {
        let parts: Vec<&str> = line.split('\t').collect();
        relevant.entry(parts[0].to_owned()).or_default().insert(parts[1].to_owned(), parts[2].parse().unwrap());
    }
    let (documents, queries) = (lines(&folder.join("corpus.jsonl")), lines(&folder.join("queries.jsonl")));
    Some((folder, Collection { documents, queries, relevant }))
}

/// nDCG at ten, the gain of a document being its grade (as trec_eval reckons it).
fn ndcg(ranked: &[String], grades: &HashMap<String, f64>) -> f64 {
    let gain = |grades: &mut dyn Iterator<Item = f64>| -> f64 {
        grades.take(DEPTH).zip(1_i32..).map(|(grade, place)| grade / f64::from(place + 1).log2()).sum()
    };
    let mut best: Vec<f64> = grades.values().copied().collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let ideal = gain(&mut best.into_iter());
    if ideal == 0.0 { 0.0 } else { gain(&mut ranked.iter().map(|id| grades.get(id).copied().unwrap_or(0.0))) / ideal }
}

/// BM25 over whole documents (k1 = 1.2, b = 0.75), exactly; words as PostgreSQL's `english` has them.
struct Bm25 {
    places: HashMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
    ids: Vec<String>,
}

async fn lexemes(db: &mut PgConnection, text: &str) -> Vec<(String, i32)> {
    let sql = "select lexeme, cardinality(positions) from unnest(to_tsvector('english', app.fold($1)))";
    sqlx::query_as(sql).bind(text).fetch_all(db).await.unwrap()
}

impl Bm25 {
    async fn of(db: &mut PgConnection, documents: &[Document]) -> Self {
        let (mut places, mut lengths, mut ids) = (HashMap::new(), Vec::new(), Vec::new());
        for (at, document) in documents.iter().enumerate() {
            let words = lexemes(db, &document.text).await;
            lengths.push(f64::from(words.iter().map(|(_, n)| n).sum::<i32>()));
            ids.push(document.id.clone());
            for (word, n) in words {
                places.entry(word).or_insert_with(Vec::new).push((at, f64::from(n)));
            }
        }
        Self { places, lengths, ids }
    }

    async fn rank(&self, db: &mut PgConnection, question: &str) -> Vec<String> {
        let all = self.lengths.len() as f64;
        let mean = self.lengths.iter().sum::<f64>() / all;
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for (word, _) in lexemes(db, question).await {
            let Some(places) = self.places.get(&word) else { continue };
            let n = places.len() as f64;
            let rarity = (1.0 + (all - n + 0.5) / (n + 0.5)).ln();
            for (at, times) in places {
                let long = 0.25 + 0.75 * self.lengths[*at] / mean;
                *scores.entry(*at).or_default() += rarity * times * 2.2 / (times + 1.2 * long);
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked.into_iter().take(DEPTH).map(|(at, _)| self.ids[at].clone()).collect()
    }
}

/// The documents of the first passages, each once; their ids end their titles.
async fn documents(who: &Person, question: &str, by: &str) -> Vec<String> {
    let question: String = question.chars().take(500).collect();
    let answer = who.get(&format!("/knowledge/search?q={}&by={by}&limit=50", encoded(&question))).await.ok();
    let mut all: Vec<String> = Vec::new();
    for item in answer["items"].as_array().unwrap() {
        let id = item["citation"]["label"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all.truncate(DEPTH);
    all
}

/// How well passages are found on a public test collection: BM25 alone, the embedding alone, and both as the product ranks them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; make bench-retrieval runs it"]
async fn relevance() {
    let Some((folder, collection)) = collection() else {
        panic!(
            "RETRIEVAL_DATA names no folder with corpus.jsonl, queries.jsonl and qrels.tsv (a collection as BEIR has them)"
        );
    };
    println!("{}: {} documents, {} queries", folder.display(), collection.documents.len(), collection.queries.len());
    let app = by_meaning().await;
    let mut db = app.db.database.maintenance().await.unwrap();
    for document in &collection.documents {
        let title: String = document.title.chars().take(150).collect();
        let body = if document.text.trim().is_empty() { "-" } else { document.text.as_str() };
        sqlx::query("insert into material (org_id, id, kind, title, body, published, updated_by, created_at, updated_at) values ($1, $2, 'playbook', $3, $4, true, $5, now(), now())")
            .bind(app.org.0)
            .bind(app.db.database.clock().new_id())
            .bind(format!("{title} {}", document.id))
            .bind(body)
            .bind(app.admin.id.0)
            .execute(&mut db)
            .await
            .unwrap();
    }
    let began = Instant::now();
    follow::catch_up(&app.state.knowledge, &app.db.database).await.unwrap();
    let passages = count(&app, "select count(*) from knowledge_chunk").await;
    println!("{passages} passages cut and indexed in {:.1} s", began.elapsed().as_secs_f64());
    let tokens = count(&app, "select sum(length)::bigint from knowledge_chunk").await;
    let began = Instant::now();
    vectors::catch_up(&app.state.knowledge, &app.db.database).await.unwrap();
    let took = began.elapsed().as_secs_f64();
    println!(
        "{passages} passages embedded and stored in {took:.1} s: {:.1} passages a second, {:.0} words a second",
        passages as f64 / took,
        tokens as f64 / took
    );

    let bm25 = Bm25::of(&mut db, &collection.documents).await;
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for query in &collection.queries {
        let Some(grades) = collection.relevant.get(&query.id) else { continue };
        *sums.entry("BM25").or_default() += ndcg(&bm25.rank(&mut db, &query.text).await, grades);
        for (name, by) in
            [("words, as the product weighs them", "words"), ("embedding alone", "meaning"), ("hybrid", "both")]
        {
            *sums.entry(name).or_default() += ndcg(&documents(&app.admin, &query.text, by).await, grades);
        }
    }
    let judged = collection.queries.iter().filter(|q| collection.relevant.contains_key(&q.id)).count() as f64;
    for (name, sum) in &sums {
        println!("nDCG@10 {:.4}  {name}", sum / judged);
    }
    assert!(sums["hybrid"] >= sums["BM25"], "the hybrid is below BM25");
    assert!(sums["hybrid"] >= sums["embedding alone"], "the hybrid is below the embedding alone");
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 40) as f32 + 0.5) / (1_u32 << 24) as f32
    }

    fn normal(&mut self) -> f32 {
        (-2.0 * self.next().ln()).sqrt() * (std::f32::consts::TAU * self.next()).cos()
    }
}

const WIDTH: usize = 384;
/// Embeddings of texts lie near a surface of far fewer dimensions, in clusters.
const DEEP: usize = 32;
const CLUSTERS: usize = 500;

struct Synthetic {
    random: Random,
    basis: Vec<f32>,
    centres: Vec<f32>,
}

impl Synthetic {
    fn new() -> Self {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let basis = (0..WIDTH * DEEP).map(|_| random.normal()).collect();
        let centres = (0..CLUSTERS * DEEP).map(|_| random.normal()).collect();
        Self { random, basis, centres }
    }

    fn vector(&mut self) -> Vec<f32> {
        let cluster = ((self.random.next() * CLUSTERS as f32) as usize).min(CLUSTERS - 1);
        let inner: Vec<f32> =
            (0..DEEP).map(|d| self.centres[cluster * DEEP + d] + 0.7 * self.random.normal()).collect();
        let mut vector: Vec<f32> = (0..WIDTH)
            .map(|w| {
                inner.iter().zip(&self.basis[w * DEEP..]).map(|(x, b)| x * b).sum::<f32>() + 0.3 * self.random.normal()
            })
            .collect();
        let long = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= long);
        vector
    }
}

/// Passages that hang on one deal.
const OF_A_DEAL: i64 = 3;

async fn seed(app: &TestApp, db: &mut PgConnection, rep: &Person, passages: i64, made: &mut Synthetic) {
    let stage = app.admin.stage("Prospecting").await;
    let deals = passages / OF_A_DEAL;
    let statements = [
        "drop index knowledge_vector_384",
        "alter table opportunity disable trigger user",
        "insert into opportunity (org_id, id, name, pipeline_id, stage_id, probability, forecast_category, owner_id)
         select $1, md5('deal' || n)::uuid, 'Deal ' || n, s.pipeline_id, s.id, 10, 'pipeline', case when n % 1000 = 0 then $2 else $3 end
         from stage s, generate_series(1, $4) as n where s.org_id = $1 and s.id = $5::uuid",
        "alter table opportunity enable trigger user",
        "insert into knowledge_source (org_id, id, source, opportunity_id) select org_id, id, 'opportunity', id from opportunity where org_id = $1",
    ];
    for sql in statements {
        let query = sqlx::query(sql);
        let query = match sql.contains("$5") {
            true => query.bind(app.org.0).bind(rep.id.0).bind(app.admin.id.0).bind(deals).bind(&stage),
            false if sql.contains("$1") => query.bind(app.org.0),
            false => query,
        };
        query.execute(&mut *db).await.unwrap();
    }
    let began = Instant::now();
    let batch = 2_000;
    for from in (0..deals * OF_A_DEAL).step_by(batch) {
        let n = i64::try_from(batch).unwrap().min(deals * OF_A_DEAL - from);
        let numbers: Vec<f32> = (0..n).flat_map(|_| made.vector()).collect();
        sqlx::query(
            "with one as (
                 select n, md5('deal' || (n / 3 + 1))::uuid as deal, md5('passage' || n)::uuid as id from generate_series($2, $2 + $3 - 1) as n
             ), said as (
                 insert into knowledge_chunk (org_id, id, source, source_id, part, kind, heading, text, dated, length, words, digest)
                 select $1, o.id, 'opportunity', o.deal, n % 3, 'opportunity', 'Deal', 'Passage ' || n, now(), 3, app.passage_words('Deal', 'Passage ' || n), '\\x00'
                 from one o
             )
             insert into knowledge_vector (org_id, chunk_id, source_id, model, dimension, embedding)
             select $1, o.id, o.deal, 'synthetic', 384, ($4::real[])[(o.n - $2) * 384 + 1 : (o.n - $2 + 1) * 384]::halfvec from one o",
        )
        .bind(app.org.0)
        .bind(from)
        .bind(n)
        .bind(&numbers)
        .execute(&mut *db)
        .await
        .unwrap();
    }
    println!("{} passages seeded in {:.0} s", deals * OF_A_DEAL, began.elapsed().as_secs_f64());
    let began = Instant::now();
    for sql in [
        "set maintenance_work_mem = '3GB'",
        "set max_parallel_maintenance_workers = 2",
        "create index knowledge_vector_384 on knowledge_vector using hnsw ((embedding::halfvec(384)) halfvec_cosine_ops) where dimension = 384",
        "analyze opportunity",
        "analyze knowledge_source",
        "analyze knowledge_chunk",
        "analyze knowledge_vector",
    ] {
        sqlx::query(sql).execute(&mut *db).await.unwrap();
    }
    println!("the index of vectors built in {:.0} s", began.elapsed().as_secs_f64());
}

/// The ten nearest, by comparing with each that the person sees.
async fn exactly(db: &mut PgConnection, owner: Option<&Person>, vector: &[f32]) -> Vec<String> {
    let sql = "select c.text from (select v.chunk_id, v.org_id from knowledge_vector v
                   where $2::uuid is null or v.source_id in (select id from opportunity where owner_id = $2)
                   order by (v.embedding::halfvec(384) <=> $1::halfvec(384)) + 0 limit 10) n
               join knowledge_chunk c on c.org_id = n.org_id and c.id = n.chunk_id";
    sqlx::query_scalar(sql).bind(vector).bind(owner.map(|who| who.id.0)).fetch_all(db).await.unwrap()
}

/// How fast, and how completely, the nearest of a million passages are found, under row-level security: by somebody who sees all of
/// them, and by somebody who sees one in a thousand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; make bench-retrieval runs it"]
async fn a_million_passages() {
    let passages: i64 = std::env::var("RETRIEVAL_PASSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let queries: usize = std::env::var("RETRIEVAL_QUERIES").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let mut db = app.db.database.maintenance().await.unwrap();
    let mut made = Synthetic::new();
    seed(&app, &mut db, &rep, passages, &mut made).await;
    let asked: Vec<Vec<f32>> = (0..queries).map(|_| made.vector()).collect();
    let mut slow = Vec::new();
    for (name, who, owner) in [("sees everything", &app.admin, None), ("sees 0.1 %", &rep, Some(&rep))] {
        let cx = app.state.access.context_for(app.org, who.id).await.unwrap();
        let (mut times, mut met, mut there) = (Vec::new(), 0, 0);
        for (at, vector) in asked.iter().enumerate() {
            let meaning = Some(Meaning { model: "synthetic".into(), vector: vector.clone() });
            let query = Query { meaning, by: FoundBy::Meaning, ..Query::new("passage") };
            let began = Instant::now();
            let mut tx = cx.begin().await.unwrap();
            let found = retrieve::search(&mut tx, cx.actor(), query).await.unwrap();
            tx.done(()).await.unwrap();
            // The first ones read the index from the disk.
            if at >= queries / 10 {
                times.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            if at < 50 {
                let right = exactly(&mut db, owner, vector).await;
                there += right.len();
                met += right.iter().filter(|text| found.passages.iter().any(|p| p.text == **text)).count();
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let recall = met as f64 / there as f64;
        println!("{name}: p50 {:.1} ms, p95 {:.1} ms, recall@10 {recall:.3}", at(0.5), at(0.95));
        slow.push((name, at(0.95), recall));
    }
    for (name, p95, recall) in slow {
        assert!(p95 < 60.0, "{name}: {p95:.1} ms at the 95th percentile");
        assert!(recall >= 0.95, "{name}: recall {recall:.3}");
    }
}

/// How many texts the model in this process reads in a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; make bench-retrieval runs it"]
async fn throughput() {
    let model: Arc<dyn Embed> = Arc::new(embedder().await);
    let words =
        "the customer asked for a discount because the budget of the bank ends this year and the contract is long ";
    for (name, times) in [("short (20 words)", 1), ("full (200 words)", 10)] {
        let texts: Vec<String> = (0..8).map(|n| format!("{n} {}", words.repeat(times))).collect();
        model.embed(&texts).await.unwrap();
        let began = Instant::now();
        let mut done = 0;
        while began.elapsed().as_secs() < 5 {
            done += model.embed(&texts).await.unwrap().vectors.len();
        }
        println!("{name}: {:.1} passages a second", done as f64 / began.elapsed().as_secs_f64());
    }
}

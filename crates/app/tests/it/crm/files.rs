//! Files on records: taken in, checked, let out, and gone with what they hang on.

use dealwright_access::policy::Builtin;
use dealwright_files::Limits;
use dealwright_kernel::Clock;
use dealwright_store::NewJob;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

/// A PDF of one page with a line on it.
pub fn pdf(line: &str) -> Vec<u8> {
    let text = format!("BT /F1 12 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let (mut out, mut at) = ("%PDF-1.4\n".to_owned(), Vec::new());
    for (n, object) in objects.iter().enumerate() {
        at.push(out.len());
        out += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let start = out.len();
    out += "xref\n0 6\n0000000000 65535 f \n";
    at.iter().for_each(|a| out += &format!("{a:010} 00000 n \n"));
    out += &format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

/// Announces a file.
pub async fn announce(who: &Person, on: (&str, &Value), name: &str, size: usize) -> Answer {
    who.post("/uploads", json!({ "name": name, "size": size, on.0: on.1 })).await
}

/// Sends bytes to an upload.
pub async fn bring(who: &Person, upload: &Value, at: usize, bytes: &[u8]) -> Answer {
    let path = format!("/uploads/{}", upload["id"].as_str().unwrap());
    let request = who.request(Method::PATCH, &path).header("content-type", "application/offset+octet-stream");
    who.send(request.header("upload-offset", at.to_string()).body(bytes.to_vec())).await
}

/// Uploads a file at once; its id.
pub async fn upload(who: &Person, on: (&str, &Value), name: &str, bytes: &[u8]) -> Value {
    let made = announce(who, on, name, bytes.len()).await.ok();
    let sent = bring(who, &made, 0, bytes).await;
    assert_eq!(sent.status, 204, "{:#}", sent.body);
    let location = sent.headers["location"].to_str().unwrap();
    json!(location.rsplit('/').next().unwrap())
}

pub fn file(id: &Value) -> String {
    format!("/files/{}", id.as_str().unwrap())
}

/// A file by the link that is made for it.
pub async fn follow(who: &Person, id: &Value, body: Value) -> reqwest::Response {
    let link = who.post(&format!("{}/link", file(id)), body).await.ok();
    let url = format!("!{}", link["url"].as_str().unwrap());
    who.request(Method::GET, &url).send().await.unwrap()
}

async fn list(who: &Person, on: (&str, &Value)) -> Vec<Value> {
    let files = who.get(&format!("/files?{}={}", on.0, on.1.as_str().unwrap())).await.ok();
    files["items"].as_array().unwrap().clone()
}

/// What happens every few minutes.
async fn sweep(app: &TestApp) {
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let mut tx = cx.begin().await.unwrap();
    tx.enqueue(NewJob::new("file.sweep", &json!({})).unwrap());
    tx.commit(()).await.unwrap().into_inner();
    app.drain().await;
}

/// How many blobs are in the folder.
fn blobs(app: &TestApp) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|e| if e.path().is_dir() { count(&e.path()) } else { 1 }).sum()
    }
    count(std::path::Path::new(app.state.files.blobs.describe().trim_start_matches("the folder ")))
}

async fn verbs(who: &Person, of: &str) -> Vec<String> {
    let timeline = who.get(&format!("{of}/timeline?limit=100")).await.ok();
    let told = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap().to_owned());
    told.filter(|t| t.starts_with("file.")).collect()
}

#[tokio::test]
async fn a_file_is_brought_in_parts_looked_at_changed_and_gone() {
    let clock = Clock::fixed("2026-11-02T10:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Kestrel", json!({})).await;
    let (on, at) = (("opportunity_id", &deal["id"]), format!("/opportunities/{}", deal["id"].as_str().unwrap()));
    let bytes = pdf("The zeppelin offer of Monday");

    // In parts: from where the server is, and not from elsewhere.
    let made = announce(&rep, on, "Offer 2026.pdf", bytes.len()).await.ok();
    let half = bytes.len() / 2;
    assert_eq!(bring(&rep, &made, 0, &bytes[..half]).await.status, 204);
    let wrong = bring(&rep, &made, 0, &bytes[..half]).await;
    assert_eq!(wrong.problem(), "409 wrong_offset");
    let path = format!("/uploads/{}", made["id"].as_str().unwrap());
    let head = rep.send(rep.request(Method::HEAD, &path)).await;
    let said = |name: &str| head.headers[name].to_str().unwrap().to_owned();
    assert_eq!((said("upload-offset"), said("tus-resumable")), (half.to_string(), "1.0.0".to_owned()));
    assert_eq!(app.admin.get(&path).await.status, 404, "an upload is its person's alone");
    let too_long = bring(&rep, &made, half, &[&bytes[half..], b"x"].concat()).await;
    assert_eq!(too_long.problem(), "413 upload_too_long");
    let last = bring(&rep, &made, half, &bytes[half..]).await;
    let added = last.event();
    let id = json!(last.headers["location"].to_str().unwrap().rsplit('/').next().unwrap());
    assert_eq!(bring(&rep, &made, bytes.len(), b"").await.problem(), "409 upload_complete");

    // Nobody opens it before it has been looked at; without a scanner that is soon, and said.
    assert_eq!(rep.post(&format!("{}/link", file(&id)), json!({})).await.problem(), "409 file_withheld");
    app.drain().await;
    let one = list(&rep, on).await.remove(0);
    assert_eq!(
        (&one["state"], &one["type"], &one["preview"], &one["may"]),
        (&json!("unscanned"), &json!("application/pdf"), &json!("pdf"), &json!({ "open": true, "update": true }))
    );
    let open = follow(&rep, &id, json!({ "inline": true })).await;
    let header = |name: &str| open.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("content-disposition"), "inline; filename=\"Offer 2026.pdf\"; filename*=UTF-8''Offer%202026.pdf");
    assert_eq!((header("x-content-type-options"), header("accept-ranges")), ("nosniff".into(), "bytes".into()));
    assert!(header("content-security-policy").contains("frame-ancestors 'self'"));
    assert_eq!(open.bytes().await.unwrap(), bytes);
    let link = rep.post(&format!("{}/link", file(&id)), json!({})).await.ok();
    let url = format!("!{}", link["url"].as_str().unwrap());
    let part = app.nobody().request(Method::GET, &url).header("range", "bytes=0-7").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"].to_str().unwrap(), format!("bytes 0-7/{}", bytes.len()));
    assert!(part.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(part.bytes().await.unwrap(), bytes[..8]);
    assert_eq!(app.nobody().get(&url.replace("/files/A", "/files/B")).await.status, 404, "a forged link");
    clock.advance(chrono::Duration::seconds(61));
    assert_eq!(rep.get(&url).await.problem(), "403 link_expired");

    // Its words are found, also with a name that is only begun.
    let text = rep.get(&format!("{}/text", file(&id))).await.ok();
    assert_eq!(text["text"], "The zeppelin offer of Monday");
    for q in ["zeppelin", "offe", "2026"] {
        let found = rep.get(&format!("/search?q={q}")).await.ok();
        let hit = found["items"].as_array().unwrap().iter().find(|h| h["type"] == "file").cloned();
        assert_eq!(hit.unwrap()["on"], json!({ "type": "opportunity", "id": deal["id"] }), "{q}");
    }

    // A new version, a new name, the trash; each is told and can be taken back.
    let second = pdf("Second thoughts");
    upload(&rep, ("file_id", &id), "offer.pdf", &second).await;
    app.drain().await;
    let versions = rep.get(&format!("{}/versions", file(&id))).await.ok();
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    assert_eq!(follow(&rep, &id, json!({})).await.bytes().await.unwrap(), second);
    let older = json!({ "version_id": versions["items"][1]["id"] });
    assert_eq!(follow(&rep, &id, older).await.bytes().await.unwrap(), bytes);
    // The older one is shown again, with its words, and not; one of another file never.
    let choose = json!({ "version_id": versions["items"][1]["id"], "version": 2 });
    let chosen = rep.patch(&file(&id), choose.clone()).await;
    assert_eq!((&chosen.body["number"], &chosen.body["versions"]), (&json!(1), &json!(2)));
    assert_eq!(follow(&rep, &id, json!({})).await.bytes().await.unwrap(), bytes);
    let words = rep.get("/search?q=zeppelin").await.ok();
    assert!(words["items"].as_array().unwrap().iter().any(|h| h["type"] == "file"), "{words}");
    assert_eq!(rep.patch(&file(&id), choose).await.problem(), "409 version_conflict");
    rep.post("/undo", json!({ "event_id": chosen.event() })).await.ok();
    assert_eq!(rep.get(&file(&id)).await.ok()["number"], 2);
    let wrong = json!({ "version_id": uuid::Uuid::new_v4(), "version": 4 });
    assert_eq!(rep.patch(&file(&id), wrong).await.problem(), "404 not_found");
    assert_eq!(rep.patch(&file(&id), json!({ "version": 4 })).await.problem(), "422 invalid");
    let stale = rep.patch(&file(&id), json!({ "name": "Final.pdf", "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let renamed = rep.patch(&file(&id), json!({ "name": "Final.pdf", "version": 4 })).await;
    assert_eq!(renamed.body["name"], "Final.pdf");
    rep.post("/undo", json!({ "event_id": renamed.event() })).await.ok();
    assert_eq!(rep.get(&file(&id)).await.ok()["name"], "Offer 2026.pdf");
    let deleted = rep.delete(&file(&id)).await;
    assert_eq!(list(&rep, on).await, Vec::<Value>::new());
    assert_eq!(rep.post(&format!("{}/link", file(&id)), json!({})).await.status, 404);
    let trash = rep.get("/trash?object=file").await.ok();
    assert_eq!(
        (&trash["items"][0]["name"], &trash["items"][0]["may_restore"]),
        (&json!("Offer 2026.pdf"), &json!(true))
    );
    rep.post("/undo", json!({ "event_id": deleted.event() })).await.ok();
    rep.post("/undo", json!({ "event_id": added })).await.ok();
    rep.post(&format!("{}/restore", file(&id)), json!({})).await.ok();
    assert_eq!(list(&rep, on).await.len(), 1);
    let told = "restored deleted restored deleted renamed renamed version_chosen version_chosen version_added added";
    let told: Vec<_> = told.split(' ').map(|v| format!("file.{v}")).collect();
    assert_eq!(verbs(&rep, &at).await, told);

    // For good: its blobs go too, and those of an upload that was never completed.
    sweep(&app).await;
    assert_eq!(blobs(&app), 2);
    let broken = announce(&rep, on, "never.txt", 10).await.ok();
    bring(&rep, &broken, 0, b"half").await;
    rep.delete(&file(&id)).await;
    assert_eq!(rep.delete(&format!("/trash/file/{}", id.as_str().unwrap())).await.status, 403);
    assert_eq!(app.admin.delete(&format!("/trash/file/{}", id.as_str().unwrap())).await.status, 204);
    clock.advance(chrono::Duration::hours(25));
    sweep(&app).await;
    assert_eq!(blobs(&app), 0);
    let storage = app.admin.get("/file-storage").await.ok();
    assert_eq!((&storage["used"], &storage["files"], &storage["scanner"]), (&json!(0), &json!(0), &json!("off")));
}

#[tokio::test]
async fn what_is_not_to_be_filed_is_refused() {
    let limits = Limits { size: 2 << 20, quota: 3 << 20 };
    let app = TestApp::with(TestOptions { file_limits: Some(limits), ..TestOptions::default() }).await;
    let (rep, reader) = (app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let deal = rep.opportunity("Kestrel", json!({})).await;
    let on = ("opportunity_id", &deal["id"]);
    let id = upload(&rep, on, "notes.txt", b"Hello").await;
    app.drain().await;

    // Whoever sees the record sees its files; whoever may change it changes them.
    assert_eq!(list(&reader, on).await[0]["may"], json!({ "open": true, "update": false }));
    assert_eq!(announce(&reader, on, "a.txt", 1).await.problem(), "403 forbidden");
    assert_eq!(announce(&reader, ("file_id", &id), "a.txt", 1).await.problem(), "403 forbidden");
    assert_eq!(reader.delete(&file(&id)).await.problem(), "403 forbidden");
    assert_eq!(follow(&reader, &id, json!({})).await.text().await.unwrap(), "Hello");
    for other in [app.user(Builtin::SalesRep).await, app.stranger().await] {
        for path in [file(&id), format!("{}/versions", file(&id)), format!("{}/text", file(&id))] {
            assert_eq!(other.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(other.post(&format!("{}/link", file(&id)), json!({})).await.status, 404);
        assert_eq!(other.get(&format!("/files?opportunity_id={}", deal["id"].as_str().unwrap())).await.status, 404);
        assert_eq!(announce(&other, on, "a.txt", 1).await.status, 404);
        assert_eq!(other.get("/search?q=hello").await.ok()["items"], json!([]));
    }
    // A link lives no longer than the right to what it leads to.
    let link = rep.post(&format!("{}/link", file(&id)), json!({})).await.ok();
    let body = json!({ "owner_id": app.admin.id, "version": 1 });
    app.admin.patch(&format!("/opportunities/{}", deal["id"].as_str().unwrap()), body).await.ok();
    assert_eq!(rep.get(&format!("!{}", link["url"].as_str().unwrap())).await.status, 404);
    let who = &app.admin;

    for (name, size, problem) in [
        ("big.txt", 3 << 20, "413 file_too_large: size"),
        ("empty.txt", 0, "422 invalid: size"),
        ("run.exe", 5, "422 invalid: name"),
        ("page.html", 5, "422 invalid: name"),
        ("../etc/passwd.txt", 5, "422 invalid: name"),
        ("a\\b.txt", 5, "422 invalid: name"),
        ("", 5, "422 invalid: name"),
    ] {
        assert_eq!(announce(who, on, name, size).await.problem(), problem, "{name}");
    }
    assert_eq!(
        who.post("/uploads", json!({ "name": "a.txt", "size": 1 })).await.problem(),
        "422 invalid: opportunity_id"
    );
    let both = json!({ "name": "a.txt", "size": 1, "opportunity_id": deal["id"], "file_id": id });
    assert_eq!(who.post("/uploads", both).await.problem(), "422 invalid: opportunity_id");
    assert_eq!(who.get("/files").await.problem(), "400 invalid_query");
    // What is under way counts for the quota.
    let first = announce(who, on, "a.txt", 2 << 20).await.ok();
    assert_eq!(announce(who, on, "b.txt", 1 << 20).await.problem(), "422 invalid: size");
    assert_eq!(who.delete(&format!("/uploads/{}", first["id"].as_str().unwrap())).await.status, 204);

    // Bytes are looked at, and not believed.
    for (name, bytes, code) in [
        ("logo.png", b"<html><script>alert(1)</script></html>".as_slice(), "file_type_mismatch"),
        ("offer.pdf", b"MZ\x90\x00\x03\x00\x00\x00".as_slice(), "file_type_mismatch"),
        ("offer.docx", b"PK\x03\x04 nothing of Word".as_slice(), "file_type_mismatch"),
    ] {
        let made = announce(who, on, name, bytes.len()).await.ok();
        let sent = bring(who, &made, 0, bytes).await;
        assert_eq!((sent.status, &sent.body["errors"][0]["code"]), (422, &json!(code)), "{name}");
        assert_eq!(who.get(&format!("/uploads/{}", made["id"].as_str().unwrap())).await.status, 404);
    }
    let made = announce(who, on, "c.txt", 5).await.ok();
    let path = format!("/uploads/{}", made["id"].as_str().unwrap());
    let patch = || who.request(Method::PATCH, &path).body("x");
    assert_eq!(who.send(patch()).await.status, 415);
    let typed = || patch().header("content-type", "application/offset+octet-stream");
    assert_eq!(who.send(typed()).await.problem(), "400 invalid_header: upload-offset");
    assert_eq!(who.send(typed().header("upload-offset", "-1")).await.problem(), "400 invalid_header: upload-offset");
    let renamed = who.patch(&file(&id), json!({ "name": "notes.pdf", "version": 1 })).await;
    assert_eq!(renamed.body["errors"][0]["code"], "file_type_differs");

    // A ready-made client says by headers what it brings.
    let metadata = format!("filename bm90ZS50eHQ=,opportunity_id {}", base64(deal["id"].as_str().unwrap()));
    let request = who.request(Method::POST, "/uploads").header("tus-resumable", "1.0.0").header("upload-length", "2");
    let made = who.send(request.header("upload-metadata", metadata)).await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("note.txt")));
    assert_eq!(bring(who, &made.body, 0, b"ok").await.status, 204);
}

/// Base64, as headers have it.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |n: u32| char::from(LETTERS[n as usize & 63]);
    let coded = bytes.as_ref().chunks(3).map(|c| {
        let n = c.iter().fold(0, |n, b| (n << 8) | u32::from(*b)) << (8 * (3 - c.len()));
        let all = [letter(n >> 18), letter(n >> 12), letter(n >> 6), letter(n)];
        all[..=c.len()].iter().collect::<String>() + &"=".repeat(3 - c.len())
    });
    coded.collect()
}

#[tokio::test]
async fn files_go_where_their_record_goes() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let account =
        async |name: &str| who.post("/accounts", json!({ "name": name, "allow_duplicates": true })).await.ok();
    let (winner, loser) = (account("Acme").await, account("Acme Ltd").await);
    let id = upload(who, ("account_id", &loser["id"]), "terms.txt", b"Terms").await;
    let merge = json!({ "object": "account", "winner_id": winner["id"], "loser_id": loser["id"], "winner_version": 1, "loser_version": 1 });
    let merged = who.post("/merges", merge).await.ok();
    assert_eq!(who.get(&file(&id)).await.ok()["parent"]["id"], winner["id"]);
    who.post(&format!("/merges/{}/reversal", merged["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(who.get(&file(&id)).await.ok()["parent"]["id"], loser["id"]);

    let lead = who.post("/leads", json!({ "last_name": "Lee", "company": "Lee Ltd" })).await.ok();
    let at = format!("/leads/{}", lead["id"].as_str().unwrap());
    let id = upload(who, ("lead_id", &lead["id"]), "card.txt", b"Card").await;
    let body = json!({ "account": {}, "contact": {}, "opportunity": {}, "version": 1 });
    who.post(&format!("{at}/convert"), body).await.ok();
    let moved = who.get(&file(&id)).await.ok();
    assert_eq!(moved["parent"]["object"], "opportunity");
    let deal = moved["parent"]["id"].clone();
    assert_eq!(verbs(who, &format!("/opportunities/{}", deal.as_str().unwrap())).await, ["file.added"]);
    who.post(&format!("{at}/revert-conversion"), json!({ "version": 2 })).await.ok();
    assert_eq!(who.get(&file(&id)).await.ok()["parent"]["id"], lead["id"]);

    // With its record it is in the trash, comes back, and ends.
    app.drain().await;
    who.delete(&at).await;
    assert_eq!(who.get(&file(&id)).await.status, 404);
    assert_eq!(who.post(&format!("{}/link", file(&id)), json!({})).await.status, 404);
    who.post(&format!("{at}/restore"), json!({})).await.ok();
    assert_eq!(who.get(&file(&id)).await.status, 200);
    who.delete(&at).await;
    assert_eq!(who.delete(&format!("/trash/lead/{}", lead["id"].as_str().unwrap())).await.status, 204);
    assert_eq!(blobs(&app), 2);
    sweep(&app).await;
    assert_eq!(blobs(&app), 1);
}

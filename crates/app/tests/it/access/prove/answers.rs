//! What records, lists, boards, searches and timelines answer.

use std::collections::{BTreeMap, BTreeSet};

use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::world::{Dice, OBJECTS, Record, path};
use super::{Proof, ids, text};

impl Proof<'_> {
    async fn walk(&mut self, user: usize, object: &str, query: &str) -> BTreeSet<String> {
        let (mut all, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let page =
                self.world.users[user].person.get(&format!("/{}?limit=3{query}{cursor}", path(object))).await.ok();
            self.unnamed("a list", user, &page);
            let (before, found) = (all.len(), ids(&page));
            let n = found.len();
            all.extend(found);
            assert_eq!(all.len(), before + n, "a row stands on two pages of {object}{query}");
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    pub(super) async fn lists(&mut self, dice: &mut Dice, user: usize) {
        let world = self.world;
        for object in OBJECTS {
            let person = &world.users[user].person;
            let list = format!("/{}", path(object));
            if world.scope(user, &format!("{object}.read")) == 0 {
                self.case("a list without the right", user, person.get(&list).await.problem(), "403 forbidden");
                continue;
            }
            let seen: BTreeSet<String> = world.seen(user, object).map(|r| r.id.clone()).collect();
            let sorts: &[&str] = match object {
                "opportunity" => {
                    &["-amount", "amount", "name", "-created_at", "close_date", "-closed_at", "expected_revenue,-name"]
                }
                "task" => &["due_date", "-created_at", "updated_at"],
                _ => &["name", "-name", "created_at", "-updated_at"],
            };
            let sort = format!("&sort={}", dice.one(sorts));
            let got = self.walk(user, object, &sort).await;
            self.case(&format!("the list of {object}{sort}"), user, got, &seen);
            let counted = person.get(&format!("{list}?limit=1&count=true")).await.ok();
            self.case("a count", user, counted["total"].as_u64(), Some(seen.len()));
            let other = dice.roll(world.users.len());
            let by = if object == "task" { "assignee_id" } else { "owner_id" };
            let filter = format!("&{by}={}", world.users[other].id);
            let of_other: BTreeSet<String> =
                world.seen(user, object).filter(|r| r.owner == other).map(|r| r.id.clone()).collect();
            let got = self.walk(user, object, &filter).await;
            self.case("a filter by owner", user, got, of_other);
            if object != "task" {
                self.export(user, object, &seen).await;
            }
        }
    }

    /// The file of a view holds what the list shows.
    async fn export(&mut self, user: usize, object: &str, seen: &BTreeSet<String>) {
        let person = &self.world.users[user].person;
        let body = json!({ "object": object, "format": "csv", "columns": ["id"] });
        let file = person.request(reqwest::Method::POST, "/exports").json(&body).send().await.unwrap();
        let rows: BTreeSet<String> = file.text().await.unwrap().lines().skip(1).map(str::to_owned).collect();
        self.case("an export", user, &rows, seen);
    }

    pub(super) async fn figures(&mut self, user: usize) {
        let world = self.world;
        let person = &world.users[user].person;
        if world.scope(user, "opportunity.read") == 0 {
            return;
        }
        let totals = person.get("/opportunities?limit=1&totals=true").await.ok()["totals"].clone();
        let (mut count, mut sum, mut stages) = (0, 0, BTreeMap::<String, (i64, i64)>::new());
        for record in world.seen(user, "opportunity") {
            (count, sum) = (count + 1, sum + record.amount);
            let stage = stages.entry(record.stage.clone().unwrap_or_default()).or_default();
            *stage = (stage.0 + 1, stage.1 + record.amount);
        }
        let amount = |money: &Value| money["amount"].as_str().map_or(0, |a| a.parse::<f64>().unwrap() as i64);
        self.case("totals", user, (totals["count"].as_i64(), amount(&totals["amount"])), (Some(count), sum));
        for query in ["", "?q=word", "?owner_id=me"] {
            let board = person.get(&format!("/opportunities/board{query}")).await.ok();
            self.unnamed("a board", user, &board);
            if query == "?q=word" {
                continue;
            }
            for column in board["columns"].as_array().unwrap() {
                let stage = text(&column["stage"]["id"]);
                let mine = |r: &&Record| query.is_empty() || r.owner == user;
                let here = world.seen(user, "opportunity").filter(|r| r.stage.as_ref() == Some(&stage)).filter(mine);
                let (n, sum) = here.fold((0, 0), |(n, sum), r| (n + 1, sum + r.amount));
                self.case("a board's column", user, (column["count"].as_i64(), amount(&column["sum"])), (Some(n), sum));
                let cards = column["items"].as_array().map_or(0, Vec::len) as i64;
                self.case("a board's cards", user, cards, n.min(12));
            }
        }
    }

    pub(super) async fn records(&mut self, user: usize, n: usize) {
        let world = self.world;
        let (person, record) = (&world.users[user].person, &world.records[n]);
        let one = format!("/{}/{}", path(record.object), record.id);
        let may = |action: &str| world.scope(user, &format!("{}.{action}", record.object)) > 0;
        let expected = |action: &str, allowed: bool, then: u16| match (may(action), world.sees(user, n), allowed) {
            (false, ..) | (true, true, false) => 403,
            (true, false, _) => 404,
            (true, true, true) => then,
        };
        let sees = world.sees(user, n);
        let got = person.get(&one).await;
        self.case("get", user, got.status, expected("read", sees, 200));
        if sees {
            let may = json!({ "update": world.updates(user, n), "delete": world.deletes(user, n) });
            self.case("what may be done", user, &got.body["may"], &may);
        }
        self.case("shares", user, person.get(&format!("{one}/shares")).await.status, expected("read", sees, 200));
        let key = match record.object {
            "contact" | "lead" => "last_name",
            "task" => "title",
            _ => "name",
        };
        // Of a version that never was: what is allowed is a conflict, and changes nothing.
        let stale = person.patch(&one, json!({ key: "Changed", "version": 999 })).await;
        self.case("update", user, stale.status, expected("update", world.updates(user, n), 409));
        let request = person.request(reqwest::Method::DELETE, &one).header("if-match", "\"999\"");
        let deleted = person.send(request).await.status;
        self.case("delete", user, deleted, expected("delete", world.deletes(user, n), 409));
        if record.object == "task" {
            return;
        }
        let timeline = person.get(&format!("{one}/timeline")).await;
        self.case("timeline", user, timeline.status, expected("read", sees, 200));
        self.unnamed("a timeline", user, &timeline.body);
        let found = person.get(&format!("/search?q={}", record.word)).await.ok();
        self.case("search", user, ids(&found).contains(&record.id), sees);
        self.unnamed("a search", user, &found);
        if may("read") {
            let listed = person.get(&format!("/{}?q={}", path(record.object), record.word)).await.ok();
            self.case("a list by words", user, ids(&listed).contains(&record.id), sees);
        }
    }

    /// What the administrator is told of somebody is what they get.
    pub(super) async fn effective(&mut self, app: &TestApp, user: usize, n: usize) {
        let world = self.world;
        let record = &world.records[n];
        let asked =
            format!("/effective-access?user_id={}&object={}&id={}", world.users[user].id, record.object, record.id);
        let told = app.admin.get(&asked).await.ok();
        let allowed = |what: &str| told[what]["allowed"].as_bool().unwrap();
        let got = (allowed("read"), allowed("update"), allowed("delete"), allowed("share"));
        let updates = world.updates(user, n);
        self.case("effective access", user, got, (world.sees(user, n), updates, world.deletes(user, n), updates));
        for what in ["read", "update", "delete"] {
            let because = told[what]["because"].as_array().map_or(0, Vec::len);
            self.case("its reasons", user, because > 0, allowed(what));
        }
    }
}

//! Who sees and writes what, on every surface, against a model of the policy that is written here and shares no code with
//! the product: worlds of people, teams, roles, records, shares and account teams are made at random, and each answer of
//! the server is compared with what the model says. `ACCESS_CASES` says how many answers are to be compared
//! (`make prove-access`); a few hundred are enough for every day.

use std::collections::{BTreeMap, BTreeSet};

use dealwright_access::policy::Builtin;
use dealwright_kernel::id::TeamId;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

/// A sequence of numbers that looks random and is the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    fn once_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}

const OBJECTS: [&str; 4] = ["opportunity", "account", "contact", "task"];

fn path(object: &str) -> &'static str {
    match object {
        "opportunity" => "opportunities",
        "account" => "accounts",
        "contact" => "contacts",
        _ => "tasks",
    }
}

/// A person as the model knows them.
struct User {
    person: Person,
    id: String,
    team: Option<usize>,
    /// Of each role: scope by `object.action`.
    roles: Vec<BTreeMap<String, &'static str>>,
}

struct Record {
    object: &'static str,
    id: String,
    word: String,
    owner: usize,
    team: Option<usize>,
    account: Option<usize>,
    stage: Option<String>,
    amount: i64,
}

#[derive(Clone, Copy, PartialEq)]
enum With {
    User(usize),
    Team(usize),
}

struct Share {
    record: usize,
    with: With,
    edit: bool,
    over: bool,
}

struct Member {
    account: usize,
    user: usize,
    /// By object: whether it reaches, and whether to edit.
    levels: BTreeMap<&'static str, Option<bool>>,
}

/// Everything there is, and the policy.
struct World {
    users: Vec<User>,
    /// The team above each team.
    above: Vec<Option<usize>>,
    records: Vec<Record>,
    shares: Vec<Share>,
    members: Vec<Member>,
}

impl World {
    fn chain(&self, team: Option<usize>) -> Vec<usize> {
        let (mut chain, mut at) = (Vec::new(), team);
        while let Some(team) = at {
            chain.push(team);
            at = self.above[team];
        }
        chain
    }

    fn scope(&self, user: usize, permission: &str) -> usize {
        let widest = |role: &BTreeMap<String, &'static str>| match role.get(permission) {
            Some(&"own") => 1,
            Some(&"team") => 2,
            Some(&"all") => 3,
            _ => 0,
        };
        self.users[user].roles.iter().map(widest).max().unwrap_or(0)
    }

    fn within(&self, user: usize, permission: &str, record: &Record) -> bool {
        let mine = record.owner == user;
        match self.scope(user, permission) {
            0 => false,
            1 => mine,
            // A team's scope takes in the teams below it: those above whose record it is include mine.
            2 => mine || self.users[user].team.is_some_and(|t| self.chain(record.team).contains(&t)),
            _ => true,
        }
    }

    fn shared(&self, user: usize, n: usize, to_edit: bool) -> bool {
        let record = &self.records[n];
        let mine = self.chain(self.users[user].team);
        let by_share = self.shares.iter().any(|s| {
            let with_me = match s.with {
                With::User(u) => u == user,
                With::Team(t) => mine.contains(&t),
            };
            s.record == n && !s.over && (s.edit || !to_edit) && with_me
        });
        let account = if record.object == "account" { Some(n) } else { record.account };
        let by_team = self.members.iter().any(|m| {
            m.user == user
                && Some(m.account) == account
                && m.levels.get(record.object).copied().flatten().is_some_and(|edit| edit || !to_edit)
        });
        by_share || by_team
    }

    fn sees(&self, user: usize, n: usize) -> bool {
        let record = &self.records[n];
        let read = format!("{}.read", record.object);
        self.scope(user, &read) > 0 && (self.within(user, &read, record) || self.shared(user, n, false))
    }

    fn updates(&self, user: usize, n: usize) -> bool {
        let record = &self.records[n];
        let update = format!("{}.update", record.object);
        self.sees(user, n)
            && self.scope(user, &update) > 0
            && (self.within(user, &update, record) || self.shared(user, n, true))
    }

    fn deletes(&self, user: usize, n: usize) -> bool {
        let record = &self.records[n];
        self.sees(user, n) && self.within(user, &format!("{}.delete", record.object), record)
    }

    fn seen<'a>(&'a self, user: usize, object: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().enumerate().filter(move |(n, r)| r.object == object && self.sees(user, *n)).map(|(_, r)| r)
    }
}

async fn execute(app: &TestApp, sql: &str) {
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut db).await.unwrap();
}

/// Roles of the dice's choosing for a user who has one so far.
async fn give_roles(app: &TestApp, dice: &mut Dice, user: &mut User) {
    let org = app.org;
    execute(app, &format!("delete from user_role where user_id = '{}'", user.id)).await;
    for _ in 0..=dice.roll(2) {
        let mut grants = BTreeMap::new();
        for object in OBJECTS {
            let read = *dice.one(&["none", "own", "own", "team", "team", "all"]);
            grants.insert(format!("{object}.read"), read);
            grants.insert(format!("{object}.update"), *dice.one(&["none", "own", "team", "all"]));
            grants.insert(format!("{object}.delete"), *dice.one(&["none", "own", "team", "all"]));
        }
        for always in ["user.read", "team.read", "pipeline.read", "product.read"] {
            grants.insert(always.to_owned(), "all");
        }
        let (id, text) = (app.state.access.clock().new_id(), serde_json::to_string(&grants).unwrap());
        execute(
            app,
            &format!("insert into role (org_id, id, name, grants) values ('{org}', '{id}', 'role {id}', '{text}')"),
        )
        .await;
        execute(
            app,
            &format!("insert into user_role (org_id, user_id, role_id) values ('{org}', '{}', '{id}')", user.id),
        )
        .await;
        user.roles.push(grants);
    }
}

async fn world(app: &TestApp, dice: &mut Dice) -> World {
    let (mut teams, mut above): (Vec<TeamId>, Vec<Option<usize>>) = (Vec::new(), Vec::new());
    for n in 0..5 {
        let parent = if n == 0 || dice.once_in(4) { None } else { Some(dice.roll(n)) };
        teams.push(app.team(&format!("Team {n}"), parent.map(|p| teams[p])).await);
        above.push(parent);
    }
    let mut users = Vec::new();
    for _ in 0..7 {
        let team = if dice.once_in(5) { None } else { Some(dice.roll(teams.len())) };
        let person = app.user_in(Builtin::ReadOnly, team.map(|t| teams[t])).await;
        let mut user = User { id: person.id.to_string(), person, team, roles: Vec::new() };
        give_roles(app, dice, &mut user).await;
        users.push(user);
    }
    let stages: &[&str] = &["Prospecting", "Engaging", "Won"];
    let mut world = World { users, above, records: Vec::new(), shares: Vec::new(), members: Vec::new() };
    for n in 0..44 {
        let object = if n < 8 { "account" } else { *dice.one(&["opportunity", "opportunity", "contact", "task"]) };
        let owner = dice.roll(world.users.len());
        let account = (n >= 8 && object != "task" && !dice.once_in(4)).then(|| dice.roll(8));
        let word = format!("word{n}x{}", dice.roll(1_000_000));
        let amount = dice.roll(5) as i64 * 100;
        let account_id = account.map(|a: usize| world.records[a].id.clone());
        let owner_id = world.users[owner].id.clone();
        let stage = *dice.one(stages);
        let stage = if object == "opportunity" { Some(app.admin.stage(stage).await) } else { None };
        let body = match object {
            "opportunity" => json!({ "name": word, "owner_id": owner_id, "account_id": account_id, "stage_id": stage,
                                     "amount": { "amount": amount.to_string(), "currency": "EUR" } }),
            "account" => json!({ "name": word, "owner_id": owner_id }),
            "contact" => json!({ "last_name": word, "owner_id": owner_id, "account_id": account_id }),
            _ => json!({ "title": word, "assignee_id": owner_id }),
        };
        let made = app.admin.post(&format!("/{}", path(object)), body).await.ok();
        let team = made["team_id"].as_str().and_then(|id| teams.iter().position(|t| t.to_string() == id));
        world.records.push(Record { object, id: text(&made["id"]), word, owner, team, account, stage, amount });
    }
    share(app, dice, &mut world, &teams).await;
    world
}

async fn share(app: &TestApp, dice: &mut Dice, world: &mut World, teams: &[TeamId]) {
    for _ in 0..22 {
        let (n, edit, over) = (dice.roll(world.records.len()), dice.once_in(2), dice.once_in(6));
        let with =
            if dice.once_in(2) { With::User(dice.roll(world.users.len())) } else { With::Team(dice.roll(teams.len())) };
        let record = &world.records[n];
        let mut body = json!({ "level": if edit { "edit" } else { "read" } });
        match with {
            With::User(user) => body["user_id"] = json!(world.users[user].id),
            With::Team(team) => body["team_id"] = json!(teams[team].to_string()),
        }
        let made = app.admin.post(&format!("/{}/{}/shares", path(record.object), record.id), body).await.ok();
        if over {
            let id = text(&made["id"]);
            execute(
                app,
                &format!("update record_share set expires_at = now() - interval '1 second' where id = '{id}'"),
            )
            .await;
        }
        world.shares.retain(|s| s.record != n || s.with != with);
        world.shares.push(Share { record: n, with, edit, over });
    }
    for _ in 0..5 {
        let (account, user) = (dice.roll(8), dice.roll(world.users.len()));
        let mut level = |optional: bool| match dice.roll(if optional { 3 } else { 2 }) {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        let levels =
            BTreeMap::from([("account", level(false)), ("opportunity", level(true)), ("contact", level(true))]);
        let word = |object: &str| levels[object].map(|edit| if edit { "edit" } else { "read" });
        let body = json!({ "user_id": world.users[user].id, "role": "Engineer", "account_level": word("account"),
                           "opportunity_level": word("opportunity"), "contact_level": word("contact") });
        app.admin.post(&format!("/accounts/{}/team", world.records[account].id), body).await.ok();
        world.members.retain(|m| m.account != account || m.user != user);
        world.members.push(Member { account, user, levels });
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ids(page: &Value) -> BTreeSet<String> {
    page["items"].as_array().into_iter().flatten().map(|i| text(&i["id"])).collect()
}

/// Counts what was compared, and stops at the first answer that is not the model's.
struct Proof<'a> {
    world: &'a World,
    cases: usize,
}

impl Proof<'_> {
    fn case(
        &mut self,
        what: &str,
        user: usize,
        got: impl PartialEq + std::fmt::Debug,
        expected: impl PartialEq + std::fmt::Debug,
    ) {
        self.cases += 1;
        let (got, expected) = (format!("{got:?}"), format!("{expected:?}"));
        let User { team, roles, .. } = &self.world.users[user];
        assert_eq!(got, expected, "{what} as user {user} of team {team:?} with {roles:?}");
    }

    /// No answer names what is hidden.
    fn unnamed(&mut self, what: &str, user: usize, body: &Value) {
        let body = body.to_string();
        for n in 0..self.world.records.len() {
            let word = &self.world.records[n].word;
            if !self.world.sees(user, n) {
                assert!(!body.contains(word.as_str()), "{what} names {word} to user {user}");
            }
        }
        self.cases += 1;
    }

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

    async fn lists(&mut self, dice: &mut Dice, user: usize) {
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
        }
    }

    async fn figures(&mut self, user: usize) {
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

    async fn records(&mut self, user: usize, n: usize) {
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
            "contact" => "last_name",
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
    async fn effective(&mut self, app: &TestApp, user: usize, n: usize) {
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

#[tokio::test]
async fn answers_are_what_a_model_of_the_policy_says() {
    let wanted: usize = std::env::var("ACCESS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(600);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut cases, mut worlds) = (0, 0);
    while cases < wanted {
        let app = TestApp::new().await;
        let world = world(&app, &mut dice).await;
        if dice.once_in(2) {
            dealwright_store::job::fold_totals(&app.db.database).await.unwrap();
        }
        let mut proof = Proof { world: &world, cases: 0 };
        // A small run looks at a few people and records of each world, a large one at all.
        let thorough = wanted > 5_000;
        for user in (0..world.users.len()).filter(|user| thorough || user % 2 == 0) {
            proof.lists(&mut dice, user).await;
            proof.figures(user).await;
            for n in 0..world.records.len() {
                if thorough || dice.once_in(5) {
                    proof.records(user, n).await;
                    proof.effective(&app, user, n).await;
                }
            }
        }
        cases += proof.cases;
        worlds += 1;
    }
    println!("{cases} answers in {worlds} worlds are what the model says");
}

//! A world made at random, and the policy as the test understands it.

use std::collections::BTreeMap;

use dealwright_access::policy::Builtin;
use dealwright_kernel::id::TeamId;
use dealwright_testkit::{Person, TestApp};
use serde_json::json;

use super::text;

/// A sequence of numbers that looks random and is the same each time.
pub(super) struct Dice(u64);

impl Dice {
    /// Each seed has its own sequence.
    pub(super) fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (seed + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}

pub(super) const OBJECTS: [&str; 5] = ["opportunity", "account", "contact", "lead", "task"];

pub(super) fn path(object: &str) -> &'static str {
    match object {
        "opportunity" => "opportunities",
        "account" => "accounts",
        "contact" => "contacts",
        "lead" => "leads",
        _ => "tasks",
    }
}

/// A person as the model knows them.
pub(super) struct User {
    pub(super) person: Person,
    pub(super) id: String,
    pub(super) team: Option<usize>,
    /// Of each role: scope by `object.action`.
    pub(super) roles: Vec<BTreeMap<String, &'static str>>,
}

pub(super) struct Record {
    pub(super) object: &'static str,
    pub(super) id: String,
    pub(super) word: String,
    pub(super) owner: usize,
    pub(super) team: Option<usize>,
    pub(super) account: Option<usize>,
    pub(super) stage: Option<String>,
    pub(super) amount: i64,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum With {
    User(usize),
    Team(usize),
}

pub(super) struct Share {
    pub(super) record: usize,
    pub(super) with: With,
    pub(super) edit: bool,
    pub(super) over: bool,
}

pub(super) struct Member {
    pub(super) account: usize,
    pub(super) user: usize,
    /// By object: whether it reaches, and whether to edit.
    pub(super) levels: BTreeMap<&'static str, Option<bool>>,
}

/// Everything there is, and the policy.
pub(super) struct World {
    pub(super) users: Vec<User>,
    /// The team above each team.
    pub(super) above: Vec<Option<usize>>,
    pub(super) records: Vec<Record>,
    pub(super) shares: Vec<Share>,
    pub(super) members: Vec<Member>,
}

impl World {
    pub(super) fn chain(&self, team: Option<usize>) -> Vec<usize> {
        let (mut chain, mut at) = (Vec::new(), team);
        while let Some(team) = at {
            chain.push(team);
            at = self.above[team];
        }
        chain
    }

    pub(super) fn scope(&self, user: usize, permission: &str) -> usize {
        let widest = |role: &BTreeMap<String, &'static str>| match role.get(permission) {
            Some(&"own") => 1,
            Some(&"team") => 2,
            Some(&"all") => 3,
            _ => 0,
        };
        self.users[user].roles.iter().map(widest).max().unwrap_or(0)
    }

    pub(super) fn within(&self, user: usize, permission: &str, record: &Record) -> bool {
        let mine = record.owner == user;
        match self.scope(user, permission) {
            0 => false,
            1 => mine,
            // A team's scope takes in the teams below it: those above whose record it is include mine.
            2 => mine || self.users[user].team.is_some_and(|t| self.chain(record.team).contains(&t)),
            _ => true,
        }
    }

    pub(super) fn shared(&self, user: usize, n: usize, to_edit: bool) -> bool {
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

    pub(super) fn sees(&self, user: usize, n: usize) -> bool {
        let record = &self.records[n];
        let read = format!("{}.read", record.object);
        self.scope(user, &read) > 0 && (self.within(user, &read, record) || self.shared(user, n, false))
    }

    pub(super) fn updates(&self, user: usize, n: usize) -> bool {
        let record = &self.records[n];
        let update = format!("{}.update", record.object);
        self.sees(user, n)
            && self.scope(user, &update) > 0
            && (self.within(user, &update, record) || self.shared(user, n, true))
    }

    pub(super) fn deletes(&self, user: usize, n: usize) -> bool {
        let record = &self.records[n];
        self.sees(user, n) && self.within(user, &format!("{}.delete", record.object), record)
    }

    pub(super) fn seen<'a>(&'a self, user: usize, object: &'a str) -> impl Iterator<Item = &'a Record> {
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
            grants.insert(format!("{object}.create"), "own");
        }
        grants.insert("audit.read".to_owned(), *dice.one(&["none", "all"]));
        grants.insert("import.create".to_owned(), *dice.one(&["none", "all", "all"]));
        grants.insert("import.read".to_owned(), "own");
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

pub(super) async fn world(app: &TestApp, dice: &mut Dice) -> World {
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
        let object =
            if n < 8 { "account" } else { *dice.one(&["opportunity", "opportunity", "contact", "lead", "task"]) };
        let owner = dice.roll(world.users.len());
        let account = (n >= 8 && !matches!(object, "task" | "lead") && !dice.once_in(4)).then(|| dice.roll(8));
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
            "lead" => json!({ "last_name": word, "owner_id": owner_id }),
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

//! Demo data, large organisations to measure with, and imports from the command line.

use std::path::PathBuf;

use chrono::TimeDelta;
use dealwright_access::organisation::{self, NewOrganisation};
use dealwright_access::{Access, Context, PushHosts, Settings, people};
use dealwright_crm::account::{self, NewAccount};
use dealwright_demo as demo;
use dealwright_files::Files;
use dealwright_import::command::{self, Choices, File, Report};
use dealwright_kernel::extract::read_value;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_routine as routine;
use dealwright_sla::timer::past;
use dealwright_store::sequencer;
use serde_json::json;

use crate::database::{Failure, Running, deep};
use crate::setup::{self, DEMO_LOGINS, DEMO_PASSWORD};

/// Seeds the demo company when the server has no organisation yet.
///
/// # Errors
/// When it can't be written.
pub async fn demo_once(access: &Access, files: &Files) -> Result<(), Failure> {
    if organisation::exists(access).await.map_err(deep)? {
        return Ok(());
    }
    let company = demo::store::company(access.clock().now());
    let [(admin_email, _), ..] = DEMO_LOGINS;
    let new = NewOrganisation {
        name: company.name.into(),
        currency: company.currency.parse().map_err(deep)?,
        demo: true,
        admin_name: "Administrator".into(),
        admin_email: admin_email.into(),
        admin_password: DEMO_PASSWORD.into(),
    };
    let (org, admin) = setup::found(access, new, true).await.map_err(deep)?;
    let hash = organisation::hash_password(DEMO_PASSWORD).await.map_err(deep)?;
    if let Err(error) = demo::store::write(access.database(), org, admin, &hash, &company).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = demo::file::write(access, files, org).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = demo::approval::write(access, org, admin).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = automations(access, org, admin).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = materials(access, org, admin).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = levels(access, org, admin).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = insight(access, org, admin).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    if let Err(error) = routines(access, org, admin).await {
        organisation::discard(access, org).await.map_err(deep)?;
        return Err(deep(error));
    }
    tracing::info!(
        opportunities = company.opportunities.len(),
        accounts = company.accounts.len(),
        "the demo company has been seeded"
    );
    Ok(())
}

/// Prospects that public sources know, and the scores of the leads.
async fn insight(access: &Access, org: OrgId, admin: UserId) -> dealwright_kernel::Result<()> {
    let cx = access.context_for(org, admin).await?;
    let mut tx = cx.begin().await?;
    for (name, website) in [
        ("Corning", Some("https://www.corning.com")),
        ("Ecolab", None),
        ("Rockwell Automation", Some("https://www.rockwellautomation.com")),
        ("Fabryka Maszyn Wolin Sp. z o.o.", None),
    ] {
        let new = NewAccount { name: name.into(), website: website.map(str::to_owned), ..NewAccount::default() };
        account::write::create(&cx, &mut tx, NewAccount { allow_duplicates: true, ..new }).await?;
    }
    tx.commit(()).await?.into_inner();
    dealwright_insight::scoring::score_all(access, org).await?;
    Ok(())
}

/// Every routine on, and what each has found today for the people of the demo.
async fn routines(access: &Access, org: OrgId, admin: UserId) -> dealwright_kernel::Result<()> {
    let cx = access.context_for(org, admin).await?;
    let mut tx = cx.begin().await?;
    for kind in routine::kind::Kind::ALL {
        let shipped = routine::setting::Setting::shipped(kind);
        routine::store::setting::put(&mut tx, &routine::setting::Setting { active: true, ..shipped }).await?;
    }
    let people = people::store::users(&mut tx).await?;
    tx.commit(()).await?.into_inner();
    for person in people.iter().filter(|person| DEMO_LOGINS.iter().any(|(email, _)| *email == person.email)) {
        let cx = access.context_for(org, person.id).await?;
        // The first of them stands on top, as the newest.
        for kind in routine::kind::Kind::ALL.into_iter().rev() {
            let cause = routine::find::Cause::Trial;
            let period = dealwright_ai::today(&cx).to_string();
            routine::run::once(&cx, &routine::run::Planned { kind, user: person.id, period, cause, waited: 0 }).await?;
        }
    }
    Ok(())
}

/// What the demo company has happen by itself.
async fn automations(access: &Access, org: OrgId, admin: UserId) -> dealwright_kernel::Result<()> {
    let scopes = json!({ "opportunity": { "read": "all" }, "account": { "read": "all" }, "lead": { "read": "all" },
        "task": { "read": "all", "create": "all" } });
    let all = [
        json!({
            "name": "Large deals", "description": "When a deal grows over a hundred thousand, its owner hears of it and plans a review.",
            "object": "opportunity", "trigger": { "on": "event", "moments": ["created", "changed"], "fields": ["amount"] },
            "condition": "amount > 100000 && (previous.amount == null || previous.amount <= 100000)",
            "steps": [
                { "do": "notify", "to": [{ "who": "owner" }], "message": "{{name}} is a large deal now" },
                { "do": "create_task", "title": "Review {{name}} with {{account.name}}", "due_in_days": 3, "working_days": true },
            ],
            "scopes": scopes, "quiet_days": 7, "active": true,
        }),
        json!({
            "name": "Past their close date", "description": "On Mondays, for open deals that should have closed.",
            "object": "opportunity", "trigger": { "on": "schedule", "at": "07:00", "days": ["mon"], "time_zone": "Europe/Berlin" },
            "condition": "stage.kind == \"open\" && close_date != null && close_date < today",
            "steps": [{ "do": "create_task", "title": "Set a new close date for {{name}}, or close it", "due_in_days": 1, "working_days": true }],
            "scopes": scopes, "quiet_days": 14, "active": false,
        }),
    ];
    // What the company's past is made of has happened by now: nothing of it sets anything off.
    while sequencer::sequence_once(access.database()).await? > 0 {}
    let cx = access.context_for(org, admin).await?;
    for definition in all {
        let (tx, _) = dealwright_automation::write::create(&cx, &read_value(definition)?).await?;
        tx.commit(()).await?.into_inner();
    }
    Ok(())
}

/// What the demo company's people go by.
async fn materials(access: &Access, org: OrgId, admin: UserId) -> dealwright_kernel::Result<()> {
    let cx = access.context_for(org, admin).await?;
    let mut tx = cx.begin().await?;
    for material in demo::material::all() {
        dealwright_knowledge::material::create(&mut tx, &read_value(material)?).await?;
    }
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// The demo company's service levels, as if it had had them for half a year.
async fn levels(access: &Access, org: OrgId, admin: UserId) -> dealwright_kernel::Result<()> {
    let rules = [
        json!({
            "name": "A next step for every deal", "object": "opportunity", "measure": "next_activity",
            "target": { "value": 15, "unit": "days" }, "warn_percent": 75,
            "steps": [
                { "when": "warning", "do": { "action": "notify", "to": [{ "who": "owner" }] } },
                { "when": "breach", "do": { "action": "notify", "to": [{ "who": "owner" }, { "who": "manager" }] } },
            ],
        }),
        json!({
            "name": "No deal stands still", "object": "opportunity", "measure": "time_in_stage",
            "target": { "value": 30, "unit": "days" }, "warn_percent": 80,
            "steps": [
                { "when": "warning", "do": { "action": "notify", "to": [{ "who": "owner" }] } },
                { "when": "breach", "do": { "action": "notify", "to": [{ "who": "owner" }] } },
                { "when": "after_breach", "after": { "value": 5, "unit": "days" }, "do": { "action": "raise" } },
            ],
        }),
    ];
    let since = access.clock().now() - TimeDelta::days(180);
    for rule in rules {
        past::begin(access, org, admin, read_value(rule)?, since).await?;
    }
    Ok(())
}

/// For commands, which serve nobody, send nothing and ask nobody.
fn settings(running: &Running, demo: bool) -> Settings {
    Settings {
        demo,
        secure_cookies: false,
        keyring: running.keyring.clone(),
        base_url: String::new(),
        outbound_networks: Vec::new(),
        dns_servers: Vec::new(),
        push_hosts: PushHosts::default(),
        push_contact: String::new(),
        request_limit: None,
    }
}

/// `dealwright seed`: the demo company, or an organisation of `scale` opportunities.
///
/// # Errors
/// When it can't be written.
pub async fn run(running: &Running, files: &Files, scale: Option<u64>) -> Result<(), Failure> {
    let access = Access::new(running.database.clone(), settings(running, true));
    let Some(scale) = scale else {
        if organisation::exists(&access).await.map_err(deep)? {
            println!("There is an organisation already; the demo company is for an empty server.");
            return Ok(());
        }
        demo_once(&access, files).await?;
        println!("The demo company has been seeded; its logins have the password {DEMO_PASSWORD}.");
        return Ok(());
    };
    let opportunities = usize::try_from(scale)
        .ok()
        .filter(|n| (1..=20_000_000).contains(n))
        .ok_or("--scale takes 1 to 20000000 opportunities")?;
    demo::large::seed_scale(&access, opportunities, DEMO_PASSWORD, |words| println!("  {words}"))
        .await
        .map_err(deep)?;
    println!("Seeded {opportunities} opportunities; user000@scale.test administers them, password {DEMO_PASSWORD}.");
    Ok(())
}

/// `dealwright import`: each file to its end, in the order in which they refer to each other.
///
/// # Errors
/// What was wrong with the files.
pub async fn import(running: &Running, files: &[PathBuf], user: Option<&str>, choices: Choices) -> Result<(), Failure> {
    let dry_run = choices.dry_run;
    let access = Access::new(running.database.clone(), settings(running, false));
    let cx = importer(&access, user).await?;
    let mut read = Vec::with_capacity(files.len());
    for path in files {
        let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        read.push(File {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes,
            object: None,
        });
    }
    for report in command::import_files(&cx, read, choices).await.map_err(deep)? {
        tell(&report, dry_run);
    }
    if dry_run {
        println!("Nothing was changed. What one file would create, the next ones do not know yet.");
    }
    Ok(())
}

/// The person who imports: the one named, or else the first administrator.
async fn importer(access: &Access, email: Option<&str>) -> Result<Context, Failure> {
    let mut tx = access.database().system().await.map_err(deep)?;
    let found = sqlx::query!(
        r#"select u.org_id as "org: OrgId", u.id as "user: UserId" from app_user u
           where u.active and (lower(u.email) = lower($1)
              or ($1::text is null and exists (select from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                                               where ur.org_id = u.org_id and ur.user_id = u.id and r.builtin = 'administrator')))
           order by u.created_at limit 1"#,
        email,
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await.map_err(deep)?;
    let found = found.ok_or_else(|| match email {
        Some(email) => format!("there is no active user {email}"),
        None => "there is no organisation yet: start the server and set it up, or run: dealwright seed".to_owned(),
    })?;
    access.context_for(found.org, found.user).await.map_err(deep)
}

fn tell(report: &Report, dry_run: bool) {
    let import = &report.import;
    println!("{}: {}", import.filename, import.object.key());
    for decision in &report.decided {
        println!("  {decision}");
    }
    if dry_run {
        if let Some(check) = &import.summary {
            println!(
                "  would create {}, update {}, skip {}; errors {}, undecided {}",
                check.creates, check.updates, check.skips, check.errors, check.undecided
            );
            for problem in &check.problems {
                println!("  {} rows: {}", problem.rows, problem.message);
            }
        }
        return;
    }
    let done = &import.tally;
    println!("  created {}, updated {}, skipped {}, failed {}", done.created, done.updated, done.skipped, done.failed);
}

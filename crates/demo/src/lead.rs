//! The leads of the demo company: who asked and may become a customer. Made from a seed of their own, so that the rest of
//! the company is the same with and without them.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use dealwright_kernel::{Clock, Error, Result};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::company::working_time;
use super::random::Random;
use super::store::{Ids, at, insert};
use super::vocabulary::{COUNTRIES, FIRST_NAMES, LAST_NAMES, ROOTS, TITLES};
use super::{Company, INDUSTRIES, REGIONS, SOURCES};

const SEED: u64 = 0x001E_AD5E_ED00;
const LEADS: usize = 60;
/// Each so many works for a customer that there is already.
const KNOWN: usize = 6;

/// By the names of a new organisation; most are new or worked on.
const STATUSES: [&str; 10] =
    ["New", "New", "New", "Working", "Working", "Working", "Nurturing", "Qualified", "Qualified", "Unqualified"];
const KINDS: [&str; 6] = ["Works", "Components", "Packaging", "Systems", "Plastics", "Logistics"];
const WISHES: [&str; 6] = [
    "Asked for a price list of the arms.",
    "Saw the vision kit at a trade fair and wants a demonstration.",
    "Wants to automate a second line next year.",
    "Downloaded the guide to safe cells.",
    "Compares three suppliers; decides within the quarter.",
    "Needs training for twelve operators.",
];

/// Somebody who may become a customer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lead {
    first_name: &'static str,
    last_name: &'static str,
    company: String,
    title: &'static str,
    email: String,
    website: String,
    country: &'static str,
    rating: Option<&'static str>,
    wish: &'static str,
    status: &'static str,
    source: usize,
    industry: usize,
    region: usize,
    owner: usize,
    created_at: DateTime<Utc>,
}

/// The company's leads as of `today`.
pub(super) fn leads(company: &Company, today: NaiveDate) -> Vec<Lead> {
    let mut random = Random::new(SEED);
    let sellers: Vec<usize> =
        company.people.iter().enumerate().filter(|(_, p)| p.role == super::Role::Rep).map(|(i, _)| i).collect();
    let number = |n: i64| usize::try_from(n).unwrap_or_default();
    (0..LEADS)
        .map(|i| {
            let (first_name, last_name) = (random.word(&FIRST_NAMES), random.word(&LAST_NAMES));
            let known = (i % KNOWN == KNOWN - 1).then(|| company.accounts.get(i % company.accounts.len())).flatten();
            let (name, domain) = known.map_or_else(
                || {
                    let (root, kind) = (random.word(&ROOTS), random.word(&KINDS));
                    (format!("{root} {kind}"), format!("{}-{}.example", root.to_lowercase(), kind.to_lowercase()))
                },
                |account| (account.name.clone(), account.domain.clone()),
            );
            let days = random.between(0, 75);
            Lead {
                first_name,
                last_name,
                email: format!("{}.{}@{domain}", first_name.to_lowercase(), last_name.to_lowercase()),
                company: name,
                title: random.word(&TITLES),
                website: format!("https://{domain}"),
                country: random.word(&COUNTRIES),
                rating: [Some("hot"), Some("warm"), Some("cold"), None].get(i % 4).copied().flatten(),
                wish: random.word(&WISHES),
                status: random.word(&STATUSES),
                source: number(random.between(0, 6)),
                industry: number(random.between(0, 11)),
                region: number(random.between(0, 2)),
                owner: sellers.get(i % sellers.len().max(1)).copied().unwrap_or_default(),
                created_at: working_time(&mut random, today - Duration::days(1), days),
            }
        })
        .collect()
}

/// Writes them, each with the event that it came in.
pub(super) async fn write(db: &mut PgConnection, ids: &Ids, company: &Company, clock: &Clock) -> Result<()> {
    let all: Vec<_> = leads(company, clock.today()).into_iter().map(|lead| (clock.new_id(), lead)).collect();
    let rows = all.iter().map(|(id, l)| {
        Ok(json!({
            "id": id, "first_name": l.first_name, "last_name": l.last_name, "name": format!("{} {}", l.first_name, l.last_name),
            "company": l.company, "title": l.title, "email": l.email, "website": l.website, "country": l.country, "rating": l.rating,
            "description": l.wish, "status_id": ids.choice("lead_status", &[l.status], 0)?, "source_id": ids.choice("source", &SOURCES, l.source)?,
            "industry_id": ids.choice("industry", &INDUSTRIES, l.industry)?, "region_id": ids.choice("region", &REGIONS, l.region)?,
            "owner_id": at(&ids.people, l.owner)?, "team_id": ids.team_of(company, l.owner)?, "created_at": l.created_at, "updated_at": l.created_at,
        }))
    });
    let columns = "id uuid, first_name text, last_name text, name text, company text, title text, email text, website text, country text, \
                   rating text, description text, status_id uuid, source_id uuid, industry_id uuid, region_id uuid, owner_id uuid, team_id uuid, \
                   created_at timestamptz, updated_at timestamptz";
    insert(db, "lead", ids.org, columns, rows.collect::<Result<_>>()?).await?;
    let events = all.iter().map(|(id, l)| {
        let by = company.people.get(l.owner).ok_or_else(|| Error::internal("a lead of nobody"))?;
        Ok(json!({
            "id": clock.new_id(), "type": "lead.created", "at": l.created_at, "actor_kind": "user", "actor_id": at(&ids.people, l.owner)?,
            "actor_name": by.name, "subject_type": "lead", "subject_id": id, "subject_name": format!("{} {}", l.first_name, l.last_name),
            "subject_version": 1, "lead_id": id, "changes": [], "data": {},
        }))
    });
    let columns = "id uuid, type text, at timestamptz, actor_kind text, actor_id uuid, actor_name text, subject_type text, subject_id uuid, \
                   subject_name text, subject_version bigint, lead_id uuid, changes jsonb, data jsonb";
    insert(db, "event", ids.org, columns, events.collect::<Result<Vec<Value>>>()?).await
}

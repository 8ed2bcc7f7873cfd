//! Organisations of any size, for measuring: rows are made in batches as they are asked for, each from its own number
//! alone, so that nothing has to be kept and any batch can be made by itself.
//!
//! The shape follows what large sales organisations look like: a few people own much, most deals are small, closed
//! deals pile up over five years, and names repeat words that people search for.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use super::random::Random;
use super::vocabulary::{COUNTRIES, FIRST_NAMES, LAST_NAMES, PROJECTS, ROOTS, SITES, TITLES, TRADES};
use super::{LOSS_REASONS, LOST, OPPORTUNITY_TYPES, Person, REGIONS, Role, SOURCES, STAGES, Team, WON};

const SEED: u64 = 0x0DEA_1591_2A11;
const PEOPLE: usize = 400;
const TEAMS: usize = 25;
const YEARS: i64 = 5;

/// How large, and as of when.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub opportunities: usize,
    pub today: NaiveDate,
}

/// A run of rows: number of the first, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub first: usize,
    pub len: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScaleAccount {
    pub name: String,
    pub domain: String,
    pub industry: usize,
    pub region: usize,
    pub employees: i32,
    /// In cents.
    pub annual_revenue: i64,
    pub founded_year: i32,
    pub country: &'static str,
    pub owner: usize,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScaleContact {
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub title: &'static str,
    pub email: String,
    pub phone: String,
    pub account: usize,
    pub owner: usize,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScaleOpportunity {
    pub name: String,
    pub account: usize,
    /// A contact of that account, where it has one.
    pub contact: Option<usize>,
    pub owner: usize,
    pub stage: usize,
    /// In cents; absent on some young deals.
    pub amount: Option<i64>,
    pub close_date: NaiveDate,
    pub probability: u8,
    pub forecast_category: &'static str,
    pub kind: usize,
    pub source: usize,
    pub industry: usize,
    pub region: usize,
    pub loss_reason: Option<usize>,
    pub tag: Option<&'static str>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub stage_entered_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// An organisation with `opportunities` deals.
pub fn scale(opportunities: usize, today: NaiveDate) -> Scale {
    Scale { opportunities, today }
}

impl Scale {
    /// One for twenty deals.
    pub fn account_count(&self) -> usize {
        (self.opportunities / 20).max(1)
    }

    /// One for four deals.
    pub fn contact_count(&self) -> usize {
        (self.opportunities / 4).max(1)
    }

    /// Five regions of four teams each.
    pub fn teams(&self) -> Vec<Team> {
        const REGION_NAMES: [&str; 5] =
            ["Americas", "Central Europe", "Northern Europe", "Southern Europe", "Asia Pacific"];
        let mut teams: Vec<Team> =
            REGION_NAMES.iter().map(|name| Team { name: (*name).to_owned(), parent: None }).collect();
        for number in 0..TEAMS - REGION_NAMES.len() {
            let parent = number % REGION_NAMES.len();
            let region = REGION_NAMES.get(parent).copied().unwrap_or("");
            teams.push(Team { name: format!("{region} {}", number / REGION_NAMES.len() + 1), parent: Some(parent) });
        }
        teams
    }

    /// Four hundred: one administrator, a manager for each team, one who only reads, the rest sells. Their addresses
    /// begin with their number.
    pub fn people(&self) -> Vec<Person> {
        let mut random = Random::new(SEED);
        (0..PEOPLE)
            .map(|number| {
                let (first, last) = (random.word(&FIRST_NAMES), random.word(&LAST_NAMES));
                let role = match number {
                    0 => Role::Administrator,
                    1 => Role::ReadOnly,
                    _ if number < 2 + TEAMS => Role::Manager,
                    _ => Role::Rep,
                };
                let team = match role {
                    Role::Administrator | Role::ReadOnly => 0,
                    Role::Manager => number - 2,
                    Role::Rep => 5 + number % (TEAMS - 5),
                };
                Person { name: format!("{first} {last}"), email: format!("user{number:03}@scale.test"), role, team }
            })
            .collect()
    }

    /// Runs of `size` rows that make up `total`.
    pub fn batches(total: usize, size: usize) -> impl Iterator<Item = Batch> {
        let size = size.max(1);
        (0..total).step_by(size).map(move |first| Batch { first, len: size.min(total - first) })
    }

    pub fn accounts(&self, batch: Batch) -> Vec<ScaleAccount> {
        (batch.first..batch.first + batch.len).map(|number| self.account(number)).collect()
    }

    pub fn contacts(&self, batch: Batch) -> Vec<ScaleContact> {
        (batch.first..batch.first + batch.len).map(|number| self.contact(number)).collect()
    }

    pub fn opportunities(&self, batch: Batch) -> Vec<ScaleOpportunity> {
        (batch.first..batch.first + batch.len).map(|number| self.opportunity(number)).collect()
    }

    fn random(kind: u64, number: usize) -> Random {
        Random::at(SEED ^ (kind << 56), u64::try_from(number).unwrap_or(0))
    }

    fn industry_of(account: usize) -> usize {
        account % TRADES.len()
    }

    fn account(&self, number: usize) -> ScaleAccount {
        let mut random = Self::random(1, number);
        let name = account_name(number);
        let employees = 5 + i64::try_from(random.skewed(40_000, 4.0)).unwrap_or(0);
        let slug: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        ScaleAccount {
            domain: format!("{slug}.example"),
            industry: Self::industry_of(number),
            region: random.index(REGIONS.len()),
            employees: i32::try_from(employees).unwrap_or(50),
            annual_revenue: employees * random.between(90, 500) * 100_000,
            founded_year: i32::try_from(random.between(1930, 2023)).unwrap_or(1990),
            country: random.word(&COUNTRIES),
            owner: seller(&mut random),
            created_at: self.moment(YEARS * 365 + random.between(0, 200), &mut random),
            name,
        }
    }

    fn contact(&self, number: usize) -> ScaleContact {
        let mut random = Self::random(2, number);
        let account = number % self.account_count();
        let (first_name, last_name) = (random.word(&FIRST_NAMES), random.word(&LAST_NAMES));
        ScaleContact {
            first_name,
            last_name,
            title: random.word(&TITLES),
            email: format!("{}.{}.{number}@contact.example", first_name.to_lowercase(), last_name.to_lowercase()),
            phone: format!("+1 555 {:03} {:04}", random.between(200, 999), random.between(0, 9_999)),
            account,
            owner: Self::random(1, account).pick(&[0], 0).max(seller(&mut random)),
            created_at: self.moment(random.between(1, YEARS * 365), &mut random),
        }
    }

    fn opportunity(&self, number: usize) -> ScaleOpportunity {
        let mut random = Self::random(3, number);
        let account = random.skewed(self.account_count(), 1.6);
        let contacts_each = self.contact_count() / self.account_count();
        let contact = (contacts_each > 0 && random.chance(85))
            .then(|| account + random.index(contacts_each) * self.account_count())
            .filter(|contact| *contact < self.contact_count());
        // More deals lately: the company grows.
        let age = i64::try_from(random.skewed(usize::try_from(YEARS * 365).unwrap_or(0), 1.25)).unwrap_or(0);
        let stage = self.stage(&mut random, age);
        let created_at = self.moment(age, &mut random);
        let cycle = 10 + i64::try_from(random.skewed(170, 1.5)).unwrap_or(0);
        let open = stage != WON && stage != LOST;
        let (close_date, entered_days) = if open {
            let slip = if random.chance(12) { -random.between(1, 40) } else { random.between(1, 150) };
            (self.today + Duration::days(slip), random.between(0, age.min(90)))
        } else {
            let closed = (age - cycle).max(0);
            (self.today - Duration::days(closed), closed)
        };
        let stage_entered_at = self.moment(entered_days, &mut random).max(created_at);
        let touched = if open { random.between(0, entered_days) } else { entered_days };
        let product = random.index(PRODUCT_NAMES.len());
        ScaleOpportunity {
            name: deal_name(&mut random, number, account, product, close_date),
            account,
            contact,
            owner: seller(&mut random),
            stage,
            amount: (stage > 1 || random.chance(80)).then(|| amount(&mut random)),
            close_date,
            probability: STAGES.get(stage).map_or(0, |stage| stage.probability),
            forecast_category: match stage {
                WON => "closed",
                LOST => "omitted",
                4 => random.pick(&["commit", "best_case"], "commit"),
                3 => random.pick(&["best_case", "pipeline"], "pipeline"),
                _ => "pipeline",
            },
            kind: random.skewed(OPPORTUNITY_TYPES.len(), 1.4),
            source: random.skewed(SOURCES.len(), 1.3),
            industry: Self::industry_of(account),
            region: random.index(REGIONS.len()),
            loss_reason: (stage == LOST).then(|| random.skewed(LOSS_REASONS.len(), 1.2)),
            tag: random.chance(12).then(|| random.word(&super::vocabulary::DEAL_TAGS)),
            created_at,
            updated_at: self.moment(touched, &mut random).max(stage_entered_at),
            stage_entered_at,
            closed_at: (!open).then_some(stage_entered_at),
        }
    }

    /// Young deals are mostly open, old ones nearly all closed.
    fn stage(&self, random: &mut Random, age: i64) -> usize {
        let open = match age {
            0..30 => 90,
            30..90 => 60,
            90..180 => 25,
            180..400 => 6,
            _ => 1,
        };
        if random.chance(open) {
            return random.pick(&[0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4], 0);
        }
        if random.chance(45) { WON } else { LOST }
    }

    fn moment(&self, days: i64, random: &mut Random) -> DateTime<Utc> {
        let midnight = (self.today - Duration::days(days)).and_time(NaiveTime::MIN).and_utc();
        // Not after the working day began, so that nothing of today lies ahead.
        midnight + Duration::milliseconds(random.between(0, 8 * 3_600_000))
    }
}

const PRODUCT_NAMES: [&str; 12] = [
    "Arm A6",
    "Arm A12 Heavy",
    "Gripper Set",
    "Vision Kit",
    "Cell Controller",
    "Fleet Software",
    "Safety Fence",
    "Care Plan",
    "Operator Training",
    "Conveyor Link",
    "Palletiser",
    "Sorting Module",
];

fn account_name(number: usize) -> String {
    let root = ROOTS.get(number % ROOTS.len()).copied().unwrap_or("");
    let industry = Scale::industry_of(number);
    let trade =
        TRADES.get(industry).and_then(|trades| trades.get(number / ROOTS.len() % trades.len())).copied().unwrap_or("");
    // Roots and trades repeat after 480 accounts; a place and a number tell those apart.
    match number / (ROOTS.len() * 4) {
        0 => format!("{root} {trade}"),
        series => {
            let other = ROOTS.get((series * 7 + number) % ROOTS.len()).copied().unwrap_or("");
            format!("{root} {other} {trade} {series}")
        }
    }
}

fn deal_name(random: &mut Random, number: usize, account: usize, product: usize, close: NaiveDate) -> String {
    let product = PRODUCT_NAMES.get(product).copied().unwrap_or("");
    match random.index(5) {
        0 => format!("{product} {}, {}", random.word(&PROJECTS), random.word(&SITES)),
        1 => format!("{} {}", account_name(account), random.word(&PROJECTS)),
        2 => format!("{product}, {} units", 1 + random.skewed(200, 2.0)),
        3 => format!("{product} {} {}", random.word(&PROJECTS), close.format("%Y")),
        _ => format!("{} {product} #{number}", random.word(&ROOTS)),
    }
}

/// A few people own much: half of all is with a fifth of them. The administrator and the reader own nothing.
fn seller(random: &mut Random) -> usize {
    2 + random.skewed(PEOPLE - 2, 2.3)
}

/// In cents: from a few hundred to two million, most of them small, to round hundreds.
fn amount(random: &mut Random) -> i64 {
    let base = 5 + i64::try_from(random.skewed(20_000, 4.5)).unwrap_or(0);
    let odd = if random.chance(40) { random.between(0, 99) } else { 0 };
    (base * 100 + odd) * 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 10).unwrap()
    }

    #[test]
    fn rows_are_the_same_however_they_are_cut() {
        let scale = scale(4_000, today());
        let whole = scale.opportunities(Batch { first: 0, len: 4_000 });
        let pieces: Vec<ScaleOpportunity> =
            Scale::batches(4_000, 999).flat_map(|batch| scale.opportunities(batch)).collect();
        assert_eq!(whole, pieces);
        assert_eq!(
            (scale.account_count(), scale.contact_count(), scale.people().len(), scale.teams().len()),
            (200, 1_000, 400, 25)
        );
    }

    #[test]
    fn rows_refer_to_rows_that_exist_and_times_are_in_order() {
        let scale = scale(20_000, today());
        let contacts = scale.contacts(Batch { first: 0, len: scale.contact_count() });
        let tomorrow = (today() + Duration::days(1)).and_time(NaiveTime::MIN).and_utc();
        for deal in scale.opportunities(Batch { first: 0, len: 20_000 }) {
            assert!(deal.account < scale.account_count() && (2..PEOPLE).contains(&deal.owner));
            assert!(deal.contact.is_none_or(|contact| contacts[contact].account == deal.account));
            assert!(deal.created_at <= deal.stage_entered_at && deal.stage_entered_at <= deal.updated_at);
            assert!(deal.updated_at < tomorrow);
            assert_eq!(deal.closed_at.is_some(), deal.stage == WON || deal.stage == LOST);
        }
        let names: HashSet<String> = (0..50_000).map(account_name).collect();
        assert_eq!(names.len(), 50_000);
        let mails: HashSet<&String> = contacts.iter().map(|contact| &contact.email).collect();
        assert_eq!(mails.len(), contacts.len());
    }

    #[test]
    fn a_few_own_much_and_some_deals_are_open() {
        let deals = scale(50_000, today()).opportunities(Batch { first: 0, len: 50_000 });
        let mut owners: HashMap<usize, u32> = HashMap::new();
        for deal in &deals {
            *owners.entry(deal.owner).or_default() += 1;
        }
        let mut counts: Vec<u32> = owners.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let top: u32 = counts.iter().take(80).sum();
        assert!((20_000..35_000).contains(&top), "{top}");
        let open = deals.iter().filter(|deal| deal.stage < WON).count();
        assert!((4_000..12_000).contains(&open), "{open}");
    }

    /// Prints the rate; run alone in a release build to measure.
    #[test]
    fn making_rows_is_quick() {
        let scale = scale(1_000_000, today());
        let made: usize = Scale::batches(30_000, 5_000).map(|batch| scale.opportunities(batch).len()).sum();
        assert_eq!(made, 30_000);
    }
}

//! The company of the first run: three teams, twelve people, eighty-five customers, four hundred deals.

use std::collections::HashSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::random::Random;
use super::vocabulary::{
    ACCOUNT_TAGS, COUNTRIES, DEAL_TAGS, FIRST_NAMES, LAST_NAMES, NEXT_STEPS, ROOTS, SITES, TITLES, TRADES,
};
use super::{
    Account, Company, Contact, Entered, LOSS_REASONS, LOST, Line, Opportunity, Person, Product, Role, SOURCES, STAGES,
    Team, WON, story,
};

const SEED: u64 = 0x005E_ED0F_DEA1;
const ACCOUNTS: usize = 85;

/// How many deals are in each stage, by the positions of [`STAGES`]; 400 together.
const DEALS: [usize; 7] = [40, 34, 30, 22, 14, 150, 110];

/// People by name, e-mail, role and team.
const PEOPLE: [(&str, &str, Role, usize); 12] = [
    ("Ada Lindholm", "admin@demo.test", Role::Administrator, 0),
    ("Marcus Oyelaran", "manager@demo.test", Role::Manager, 0),
    ("Rita Solberg", "rep@demo.test", Role::Rep, 1),
    ("Owen Castellan", "readonly@demo.test", Role::ReadOnly, 0),
    ("Priya Raman", "priya@demo.test", Role::Manager, 1),
    ("Tomas Wieland", "tomas@demo.test", Role::Manager, 2),
    ("Jonas Abel", "jonas@demo.test", Role::Rep, 1),
    ("Lucia Ferrante", "lucia@demo.test", Role::Rep, 1),
    ("Kofi Danso", "kofi@demo.test", Role::Rep, 1),
    ("Elin Marsh", "elin@demo.test", Role::Rep, 2),
    ("Diego Paredes", "diego@demo.test", Role::Rep, 2),
    ("Hana Kubo", "hana@demo.test", Role::Rep, 2),
];

/// Who owns deals, the busiest first.
const SELLERS: [usize; 8] = [2, 9, 6, 7, 10, 8, 11, 4];

const PRODUCTS: [(&str, &str, &str, i64); 9] = [
    ("Arm A6", "ARM-A6", "Arms", 2_480_000),
    ("Arm A12 Heavy", "ARM-A12", "Arms", 4_650_000),
    ("Gripper Set", "GRP-SET", "Tooling", 189_000),
    ("Vision Kit", "VIS-KIT", "Sensing", 745_000),
    ("Cell Controller", "CTL-CEL", "Control", 1_230_000),
    ("Fleet Software", "SW-FLEET", "Software", 96_000),
    ("Safety Fence", "SAF-FNC", "Tooling", 64_000),
    ("Care Plan", "SRV-CARE", "Services", 312_000),
    ("Operator Training", "SRV-TRN", "Services", 145_000),
];

/// The demonstration company as of `today`: the same every time for the same day.
pub fn company(today: NaiveDate) -> Company {
    let mut random = Random::new(SEED);
    let teams = vec![
        Team { name: "Sales".to_owned(), parent: None },
        Team { name: "Sales North".to_owned(), parent: Some(0) },
        Team { name: "Sales South".to_owned(), parent: Some(0) },
    ];
    let people = PEOPLE
        .iter()
        .map(|(name, email, role, team)| Person {
            name: (*name).to_owned(),
            email: (*email).to_owned(),
            role: *role,
            team: *team,
        })
        .collect();
    let products = PRODUCTS
        .iter()
        .map(|(name, code, family, unit_price)| Product { name, code, family, unit_price: *unit_price })
        .collect();
    let accounts = accounts(&mut random, today);
    let contacts = contacts(&mut random, &accounts, today);
    let opportunities = opportunities(&mut random, &accounts, &contacts, today);
    let mut company = Company {
        name: "Tarnhelm Robotics",
        currency: "USD",
        teams,
        people,
        products,
        accounts,
        contacts,
        opportunities,
        activities: Vec::new(),
        tasks: Vec::new(),
    };
    story::write(&mut company, &mut random, today);
    company
}

impl Company {
    /// The company at a moment of its last day: what happens on that day has happened by then, in the same order.
    #[must_use]
    pub fn by(mut self, now: DateTime<Utc>) -> Self {
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let gone = (now - midnight).num_seconds();
        let settle = |at: &mut DateTime<Utc>| {
            let of_today = (*at - midnight).num_seconds();
            if of_today > 0 {
                *at = midnight + Duration::seconds(of_today * gone / 86_400);
            }
        };
        self.opportunities.iter_mut().flat_map(|o| &mut o.history).for_each(|entered| settle(&mut entered.at));
        self.activities.iter_mut().for_each(|activity| settle(&mut activity.at));
        for task in &mut self.tasks {
            settle(&mut task.created_at);
            task.done_at.iter_mut().for_each(settle);
        }
        self
    }
}

/// A time of a working day, `days` before `today`.
pub(super) fn working_time(random: &mut Random, today: NaiveDate, days: i64) -> DateTime<Utc> {
    let minutes = random.between(8 * 60, 17 * 60 + 45);
    let midnight = (today - Duration::days(days)).and_time(chrono::NaiveTime::MIN).and_utc();
    midnight + Duration::minutes(minutes)
}

fn phone(random: &mut Random) -> String {
    format!("+1 555 {:03} {:04}", random.between(200, 999), random.between(0, 9_999))
}

fn accounts(random: &mut Random, today: NaiveDate) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::with_capacity(ACCOUNTS);
    let stride = 37;
    for (number, industry) in (0..ACCOUNTS).zip((0..TRADES.len()).cycle()) {
        let root = ROOTS.get(number * stride % ROOTS.len()).copied().unwrap_or("Alder");
        let trade = TRADES.get(industry).map_or("", |trades| random.word(trades));
        let name = format!("{root} {trade}");
        let slug: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let size = random.unit();
        let employees = random.between(12, 90) + if size > 0.55 { random.between(100, 900) } else { 0 };
        let employees = if size > 0.9 { employees * 9 } else { employees };
        accounts.push(Account {
            domain: format!("{slug}.example"),
            phone: phone(random),
            industry,
            region: random.index(super::REGIONS.len()),
            // Every twelfth belongs to one that came before it.
            parent: (number % 12 == 11).then(|| number - 7),
            employees: i32::try_from(employees).unwrap_or(50),
            annual_revenue: employees * random.between(140, 420) * 100_000,
            founded_year: i32::try_from(random.between(1948, 2019)).unwrap_or(1990),
            country: random.word(&COUNTRIES),
            owner: SELLERS.get(random.skewed(SELLERS.len(), 1.5)).copied().unwrap_or(2),
            tags: if random.chance(30) { vec![random.word(&ACCOUNT_TAGS)] } else { Vec::new() },
            created_at: {
                let days = random.between(560, 900);
                working_time(random, today, days)
            },
            name,
        });
    }
    accounts
}

fn contacts(random: &mut Random, accounts: &[Account], today: NaiveDate) -> Vec<Contact> {
    let mut contacts = Vec::new();
    let mut names = HashSet::new();
    for (account, of) in accounts.iter().enumerate() {
        for _ in 0..random.between(2, 4) {
            let (mut first, mut last) = (random.word(&FIRST_NAMES), random.word(&LAST_NAMES));
            while !names.insert((first, last)) {
                (first, last) = (random.word(&FIRST_NAMES), random.word(&LAST_NAMES));
            }
            contacts.push(Contact {
                first_name: first,
                last_name: last,
                title: random.word(&TITLES),
                email: format!("{}.{}@{}", first.to_lowercase(), last.to_lowercase(), of.domain),
                phone: phone(random),
                account,
                owner: of.owner,
                created_at: {
                    let days = random.between(540, 700);
                    working_time(random, today, days)
                },
            });
        }
    }
    contacts
}

fn opportunities(
    random: &mut Random,
    accounts: &[Account],
    contacts: &[Contact],
    today: NaiveDate,
) -> Vec<Opportunity> {
    let mut stages: Vec<usize> = Vec::new();
    for (stage, count) in DEALS.iter().enumerate() {
        stages.extend(std::iter::repeat_n(stage, *count));
    }
    // Shuffled, so that neither ids nor names betray the stage.
    for at in (1..stages.len()).rev() {
        stages.swap(at, random.index(at + 1));
    }
    stages.into_iter().map(|stage| opportunity(random, accounts, contacts, today, stage)).collect()
}

fn opportunity(
    random: &mut Random,
    accounts: &[Account],
    contacts: &[Contact],
    today: NaiveDate,
    stage: usize,
) -> Opportunity {
    let account = random.skewed(accounts.len(), 1.4);
    let own: Vec<usize> =
        contacts.iter().enumerate().filter(|(_, contact)| contact.account == account).map(|(index, _)| index).collect();
    let owner = match accounts.get(account) {
        Some(account) if random.chance(80) => account.owner,
        _ => SELLERS.get(random.skewed(SELLERS.len(), 1.8)).copied().unwrap_or(2),
    };
    let (kind, lines) = lines(random);
    let history = history(random, today, stage);
    let entered = history.last().map_or(today, |entered| entered.at.date_naive());
    let open = stage != WON && stage != LOST;
    let close_date = match (open, random.chance(7)) {
        (true, true) => today - Duration::days(random.between(1, 14)),
        // The nearer to the end of the pipeline, the sooner.
        (true, false) => {
            let left = [(35, 120), (25, 110), (15, 90), (7, 60), (2, 35)];
            let (from, to) = left.get(stage).copied().unwrap_or((10, 90));
            today + Duration::days(random.between(from, to))
        }
        (false, _) => entered,
    };
    let loss_reason = (stage == LOST).then(|| random.index(LOSS_REASONS.len()));
    let probability = STAGES.get(stage).map_or(0, |stage| stage.probability);
    Opportunity {
        name: name(random, &lines, kind, close_date),
        account,
        contact: random.pick(&own, 0),
        owner,
        stage,
        amount: lines.iter().map(Line::total).sum(),
        close_date,
        probability,
        forecast_category: forecast_category(random, stage),
        kind,
        source: random.skewed(SOURCES.len(), 1.3),
        next_step: (open && random.chance(78)).then(|| random.word(&NEXT_STEPS)),
        loss_reason,
        lost_notes: loss_reason.filter(|_| random.chance(60)).map(|reason| story::loss_note(random, reason)),
        tags: if random.chance(22) { vec![random.word(&DEAL_TAGS)] } else { Vec::new() },
        lines,
        history,
    }
}

fn forecast_category(random: &mut Random, stage: usize) -> &'static str {
    match stage {
        0 => "pipeline",
        1 | 2 => {
            if random.chance(25) {
                "best_case"
            } else {
                "pipeline"
            }
        }
        3 => {
            if random.chance(60) {
                "best_case"
            } else {
                "pipeline"
            }
        }
        4 => {
            if random.chance(70) {
                "commit"
            } else {
                "best_case"
            }
        }
        WON => "closed",
        _ => "omitted",
    }
}

/// The type of the deal and what is in it: few deals are large.
fn lines(random: &mut Random) -> (usize, Vec<Line>) {
    let kind = random.pick(&[0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3], 0);
    let main = match kind {
        2 => random.pick(&[7, 5], 7),
        3 => random.pick(&[0, 3], 0),
        _ => random.pick(&[0, 0, 0, 1, 3, 3, 4, 5, 2], 0),
    };
    let most = match main {
        0 | 1 | 4 => 14,
        2 | 6 => 60,
        3 => 20,
        5 => 120,
        _ => 18,
    };
    let quantity =
        if kind == 3 { random.between(1, 2) } else { 1 + i64::try_from(random.skewed(most, 2.2)).unwrap_or(0) };
    let discount = if random.chance(35) { random.between(1, 6) * 25 } else { 0 };
    let mut lines = vec![line(main, quantity, discount)];
    for extra in [2, 3, 6, 7, 8] {
        if extra != main && random.chance(if kind == 2 { 5 } else { 22 }) {
            lines.push(line(extra, random.between(1, quantity.max(1)), discount));
        }
    }
    (kind, lines)
}

fn line(product: usize, quantity: i64, discount: i64) -> Line {
    Line {
        product,
        quantity: i32::try_from(quantity).unwrap_or(1),
        unit_price: PRODUCTS.get(product).map_or(0, |(_, _, _, price)| *price),
        discount: i32::try_from(discount).unwrap_or(0),
    }
}

fn name(random: &mut Random, lines: &[Line], kind: usize, close: NaiveDate) -> String {
    let (product, quantity) = lines.first().map_or((0, 1), |line| (line.product, line.quantity));
    let product = PRODUCTS.get(product).map_or("", |(name, ..)| *name);
    let units = if quantity == 1 { "1 unit".to_owned() } else { format!("{quantity} units") };
    match (kind, random.index(4)) {
        (2, _) => format!("{product} renewal {}", close.format("%Y")),
        (3, _) => format!("{product} pilot, {}", random.word(&SITES)),
        (1, 0) => format!("{product} expansion, {units}"),
        (_, 0 | 1) => format!("{product}, {units}"),
        (_, 2) => format!("{product} for the {}", random.word(&SITES)),
        _ => format!("{product} + {}, {}", if lines.len() > 1 { "extras" } else { "setup" }, random.word(&SITES)),
    }
}

/// When the deal entered each stage up to the one that it is in. Open deals stay closer to today; lost ones fell out
/// anywhere.
fn history(random: &mut Random, today: NaiveDate, stage: usize) -> Vec<Entered> {
    let mut path: Vec<usize> = match stage {
        WON => vec![0, 1, 2, 3, 4, WON],
        LOST => (0..=random.index(5)).chain([LOST]).collect(),
        _ => (0..=stage).collect(),
    };
    // Some stages get skipped, as people do.
    if path.len() > 3 && random.chance(30) {
        let at = 1 + random.index(path.len() - 2);
        path.remove(at);
    }
    // In the last stage since so many days; the long ones are stalled deals.
    let mut days = match stage {
        WON | LOST => random.between(1, 480),
        _ if random.chance(18) => random.between(45, 110),
        _ => random.between(0, 28),
    };
    let mut entered: Vec<Entered> = Vec::with_capacity(path.len());
    for stage in path.into_iter().rev() {
        entered.push(Entered { stage, at: working_time(random, today, days) });
        days += random.between(3, 24);
    }
    entered.reverse();
    entered
}

//! A small pipeline file with everything wrong that real ones have wrong.

use super::*;
use crate::infer;
use crate::mapping::{Known, suggest};
use crate::read::{Limits, ReadOptions, read};
use serde_json::json;

struct World {
    table: Table,
    columns: Vec<Column>,
    mapping: Vec<Option<String>>,
    object: Object,
    lookups: Lookups,
    options: Options,
    decisions: Decisions,
}

fn lookup(names: &[&str]) -> Lookup {
    Lookup::new(names.iter().map(|name| Candidate::new(Uuid::new_v4(), *name)).collect())
}

fn world(text: &str, object: Object) -> World {
    let (table, _) = read(text.as_bytes(), &ReadOptions::default(), &Limits::default()).unwrap();
    let columns = infer::columns(&table);
    let mapping = suggest(&columns, object, Known::default()).into_iter().map(|suggestion| suggestion.field).collect();
    let lookups = Lookups {
        stages: Lookup::new(vec![
            stage(Uuid::new_v4(), "Prospecting", StageKind::Open),
            stage(Uuid::new_v4(), "Engaging", StageKind::Open),
            stage(Uuid::new_v4(), "Won", StageKind::Won),
            stage(Uuid::new_v4(), "Lost", StageKind::Lost),
        ]),
        users: lookup(&["Moses Frase", "Darcel Schlecht"]),
        accounts: lookup(&["Cancity", "Isdom"]),
        products: lookup(&["GTX Basic", "GTX Pro", "MG Special"]),
        options: HashMap::from([(OptionKind::Industry, lookup(&["Technology", "Medical"]))]),
        ..Lookups::default()
    };
    World { table, columns, mapping, object, lookups, options: Options::default(), decisions: Decisions::default() }
}

impl World {
    fn plan(&self) -> Plan<'_> {
        Plan::new(self.object, &self.table, &self.columns, &self.mapping, &self.decisions, &self.options, &self.lookups)
    }

    fn check(&self) -> Check {
        self.plan().check()
    }

    fn record(&self, row: usize) -> Record {
        let plan = self.plan();
        plan.record(row, &plan.check().outcomes[row])
    }

    fn states(&self) -> Vec<&'static str> {
        self.check().outcomes.iter().map(|outcome| outcome.state.key()).collect()
    }
}

const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    A1,Moses Frase,GTX Basic,Cancity,Won,2016-10-20,2017-03-01,1054\n\
    A2,Darcel Schlecht,GTXPro,Isdom,Closed Won,2016-10-25,2017-03-11,4514\n\
    A3,Moses Frase,GTXPro,,Engaging,2016-11-05,,\n\
    A4,Moses Frase,MG Special,,Engaging,2016-11-05,,\n\
    A5,moses  frase,MG Special,,Prospecting,,,\n\
    A1,Moses Frase,GTX Basic,Cancity,Lost,2016-10-20,2017-03-01,0\n";

#[test]
fn problems_are_grouped_by_cause_and_settled_by_decisions() {
    let mut world = world(PIPELINE, Object::Opportunity);
    assert_eq!(world.states(), ["create", "error", "error", "undecided", "undecided", "skip"]);
    let summary = world.check().summary;
    let counts = (summary.rows, summary.ready, summary.errors, summary.undecided, summary.duplicates);
    assert_eq!(counts, (6, 1, 2, 2, 1));
    let said: Vec<(String, u32, u32)> =
        summary.problems.iter().map(|problem| (problem.message.clone(), problem.rows, problem.also)).collect();
    assert_eq!(
        said,
        vec![
            ("“GTXPro” is not a product".to_owned(), 2, 0),
            ("Account is empty".to_owned(), 3, 1),
            ("“A1” was in an earlier row".to_owned(), 1, 0),
        ]
    );
    let unknown = &summary.problems[0];
    assert_eq!(unknown.suggestions[0].name, "GTX Pro");
    assert_eq!(unknown.actions[0].label, "Use GTX Pro for all");
    let id = unknown.suggestions[0].id;
    assert_eq!(
        unknown.actions[0].patch,
        Some(json!({ "values": { "product": [{ "raw": "GTXPro", "decision": { "use": id } }] } }))
    );
    assert_eq!(
        summary.problems[1].detail.as_deref(),
        Some("2 Engaging, 1 Prospecting. They can come in without one and be filled later.")
    );

    world.decisions.decide("product", "GTXPro", Decision::Use(id));
    world.options.missing_account = Some(Missing::Empty);
    assert_eq!(world.states(), ["create", "create", "create", "create", "create", "skip"]);
    world.options.missing_account = Some(Missing::Skip);
    assert_eq!(world.states(), ["create", "create", "skip", "skip", "skip", "skip"]);
}

#[test]
fn a_record_has_typed_values() {
    let world = world(PIPELINE, Object::Opportunity);
    let record = world.record(0);
    assert_eq!(record.text("external_id"), Some("A1"));
    assert_eq!(record.text("name"), Some("Cancity, GTX Basic"));
    assert_eq!(record.reference("account"), world.lookups.accounts.exact("Cancity"));
    assert_eq!(record.get("close_date"), Some(&Value::Date(NaiveDate::from_ymd_opt(2017, 3, 1).unwrap())));
    assert_eq!(record.get("amount"), Some(&Value::Money { amount: Decimal::from(1054), currency: None }));
    assert_eq!(world.record(4).reference("owner"), world.lookups.users.exact("Moses Frase"));
}

#[test]
fn what_is_there_already_is_updated_or_skipped() {
    let mut world = world(PIPELINE, Object::Opportunity);
    let id = Uuid::new_v4();
    world.lookups.existing.insert(key::external_id("A1"), id);
    let outcome = &world.check().outcomes[0];
    assert_eq!((outcome.state, outcome.target), (State::Update, Some(id)));
    world.options.on_match = OnMatch::Skip;
    assert_eq!(world.check().outcomes[0].state, State::Skip);
}

#[test]
fn accounts_know_their_parents_and_resemble_an_industry() {
    let text = "account,sector,revenue,employees,subsidiary_of\n\
        Acme,technolgy,1100.04,\"2,822\",\nBluth,medical,1,1,Acme\nChum,farming,1,1,Nowhere\nChum,medical,1,1,\n,medical,1,1,\n";
    let mut world = world(text, Object::Account);
    assert_eq!(world.states(), ["error", "create", "error", "create", "error"]);
    let plan = world.plan();
    assert_eq!(world.record(1).get("parent"), Some(&Value::Named("Acme".to_owned())));
    assert_eq!(world.record(0).get("employees"), Some(&Value::Integer(2822)));
    let check = plan.check();
    assert_eq!(plan.explain(0, check.outcomes[0].problems[0]), "“technolgy” is not an industry");
    assert_eq!(plan.explain(4, check.outcomes[4].problems[0]), "Name is empty");
    let technology = world.lookups.options[&OptionKind::Industry].exact("Technology").unwrap();
    world.decisions.decide("industry", "Technolgy", Decision::Use(technology));
    world.decisions.decide("parent", "Nowhere", Decision::Empty);
    assert_eq!(world.states(), ["create", "create", "create", "skip", "error"]);
    assert_eq!(world.record(0).reference("industry"), Some(technology));
    assert_eq!(world.record(2).get("industry"), Some(&Value::Named("farming".to_owned())));
    let values = world.plan().values(&world.decisions);
    assert_eq!(values["industry"].iter().map(|value| value.count).sum::<u32>(), 5);
    assert_eq!(values["parent"][0].resolved, None);
}

#[test]
fn cells_that_cannot_be_read_are_errors_unless_told_otherwise() {
    let text = "Deal Name,Amount,Close Date,Probability,Account\n\
        One,\"1,000.50\",25/12/2024,0.5,Cancity\nTwo,lots,26/12/2024,0.1,Cancity\nThree,5,soon,0.9,Cancity\nFour,-5,27/12/2024,1,Cancity\n";
    let mut world = world(text, Object::Opportunity);
    assert_eq!(world.states(), ["create", "error", "error", "error"]);
    assert_eq!(world.record(0).get("probability"), Some(&Value::Integer(50)));
    let codes: Vec<String> = world.check().summary.problems.into_iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["invalid_amount", "out_of_range", "invalid_date"]);
    world.options.invalid = OnInvalid::Empty;
    assert_eq!(world.states(), ["create"; 4]);
    world.options.invalid = OnInvalid::Skip;
    assert_eq!(world.states(), ["create", "skip", "skip", "skip"]);
}

#[test]
fn a_date_that_could_be_either_waits_for_a_decision() {
    let text = "Deal Name,Close Date,Account\nOne,01/02/2024,Cancity\nTwo,03/04/2024,Cancity\n";
    let mut world = world(text, Object::Opportunity);
    assert_eq!(world.states(), ["undecided", "undecided"]);
    world.options.date_order = Some(DateOrder::Dmy);
    assert_eq!(world.record(0).get("close_date"), Some(&Value::Date(NaiveDate::from_ymd_opt(2024, 2, 1).unwrap())));
}

#[test]
fn contacts_are_named_and_matched_by_address() {
    let text = "Name,E-mail,Company,Title\nJo Ann Doe,JO@a.test,Cancity,CEO\n\"Roe, Ann\",ann@a.test,Newco,CFO\n,max@a.test,Isdom,CTO\n";
    let mut world = world(text, Object::Contact);
    assert_eq!(world.states(), ["create", "error", "create"]);
    world.options.missing_account = Some(Missing::Create);
    assert_eq!(world.states(), ["create", "create", "create"]);
    let names: Vec<(Option<String>, Option<String>)> = (0..3)
        .map(|row| world.record(row))
        .map(|record| (record.text("first_name").map(str::to_owned), record.text("last_name").map(str::to_owned)))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(names, [(some("Jo Ann"), some("Doe")), (some("Ann"), some("Roe")), (None, some("max"))]);
    assert_eq!(world.record(1).get("account"), Some(&Value::Named("Newco".to_owned())));
    let id = Uuid::new_v4();
    world.lookups.existing.insert(key::email("jo@a.test"), id);
    assert_eq!(world.check().outcomes[0].target, Some(id));
}

#[test]
fn a_file_of_both_is_parted_into_tasks_and_what_happened() {
    const FILE: &str = "Activity - ID,Activity - Type,Activity - Subject,Activity - Due date,Activity - Duration,Activity - Done,Activity - Organization,Activity - Note\n\
        1,Call,First pitch,2026-03-01,00:30,Done,Isdom,Went well\n\
        2,Deadline,Send offer,2026-03-02,,Done,Isdom,\n\
        3,Meeting,Demo,2026-03-03,,To do,Isdom,\n\
        4,Yodel,Odd,2026-03-03,soon,Done,Isdom,\n";
    let happened = world(FILE, Object::Activity);
    assert_eq!(happened.states(), ["create", "skip", "skip", "error"]);
    let codes: Vec<Vec<&str>> =
        happened.check().outcomes.iter().map(|outcome| outcome.problems.iter().map(|p| p.code).collect()).collect();
    assert_eq!(codes, [vec![], vec!["is_a_task"], vec!["not_done"], vec!["invalid_category", "invalid_duration"]]);
    let record = happened.record(0);
    let (kind, account) = (record.text("kind"), record.reference("account"));
    assert_eq!((kind, record.get("duration")), (Some("call"), Some(&Value::Integer(30))));
    assert_eq!(account, happened.lookups.accounts.exact("Isdom"));

    let tasks = world(FILE, Object::Task);
    assert_eq!(tasks.states(), ["skip", "create", "create", "error"]);
    assert_eq!(tasks.record(1).text("status"), Some("done"));
    assert_eq!(tasks.record(2).text("status"), Some("open"));
}

#[test]
fn what_something_is_about_is_found_among_all_and_put_where_it_belongs() {
    const EVENTS: &str = "ID,WHOID,WHATID,SUBJECT,STARTDATETIME,ENDDATETIME\n\
        1,Nadia,Big deal,Demo,2026-03-01T09:00:00Z,2026-03-01T10:30:00Z\n2,Wei,Isdom,Demo,2026-03-02T09:00:00Z,\n3,Both,Nothing known,Demo,2026-03-02T09:00:00Z,\n";
    let mut world = world(EVENTS, Object::Activity);
    world.lookups.contacts = lookup(&["Nadia", "Both"]);
    world.lookups.leads = lookup(&["Wei", "Both"]);
    world.lookups.opportunities = lookup(&["Big deal"]);
    assert_eq!(world.states(), ["create", "create", "error"]);
    let (one, two) = (world.record(0), world.record(1));
    assert_eq!(one.reference("contact"), world.lookups.contacts.exact("Nadia"));
    assert_eq!(one.reference("opportunity"), world.lookups.opportunities.exact("Big deal"));
    assert_eq!((one.text("kind"), one.get("duration")), (Some("meeting"), Some(&Value::Integer(90))));
    assert_eq!(two.reference("lead"), world.lookups.leads.exact("Wei"));
    assert_eq!(two.reference("account"), world.lookups.accounts.exact("Isdom"));
    world.options.missing_record = Some(Missing::Empty);
    assert_eq!(world.states(), ["create", "create", "create"]);
    world.options.missing_record = Some(Missing::Skip);
    assert_eq!(world.states(), ["create", "create", "skip"]);
}

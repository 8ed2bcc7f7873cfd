use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::run::{LevelStatus, Refused, Run, Status, Verdict};
use super::*;
use crate::rule::{Custom, Facts, Value};

const REQUESTER: u128 = 1;

fn person(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn level(needs: Needs) -> Level {
    let escalation = Some(Escalation { after_hours: 24, to: Approver::Manager { up: 1 } });
    Level { name: "Level".into(), approvers: vec![Approver::TeamLead], needs, escalation }
}

fn definition(order: Order, needs: &[Needs]) -> Definition {
    Definition {
        object: ApprovalObject::Opportunity,
        condition: None,
        automatic: false,
        stages: vec![],
        conversion: false,
        fields: vec!["amount".into()],
        order,
        levels: needs.iter().map(|needs| level(*needs)).collect(),
        own_requests: false,
        by_mail: true,
    }
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

/// Begins, and opens what is to be opened for these people, as the store does.
fn begun(definition: &Definition, people: &[u128]) -> Run {
    let mut run = Run::begin(definition, person(REQUESTER));
    open(&mut run, definition, people, at(0));
    run
}

fn open(run: &mut Run, definition: &Definition, people: &[u128], now: DateTime<Utc>) {
    let people: Vec<Uuid> = people.iter().copied().map(person).collect();
    for n in run.to_open(definition.order) {
        run.open(definition, n, &people, now).unwrap();
    }
}

fn say(
    run: &mut Run,
    definition: &Definition,
    by: u128,
    for_whom: &[u128],
    verdict: Verdict,
) -> Result<usize, Refused> {
    let stands_for: Vec<Uuid> = for_whom.iter().copied().map(person).collect();
    run.decide(definition, person(by), &stands_for, verdict, at(1)).map(|counted| counted.len())
}

#[test]
fn levels_come_one_after_the_other() {
    let rules = definition(Order::Sequence, &[Needs::Any, Needs::All]);
    let mut run = begun(&rules, &[2, 3]);
    assert_eq!(run.asked().collect::<Vec<_>>(), [(0, person(2)), (0, person(3))]);
    assert_eq!(say(&mut run, &rules, 4, &[], Verdict::Approve), Err(Refused::NotAsked));
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Approve), Ok(1));
    assert_eq!((run.status, run.to_open(rules.order)), (Status::Pending, vec![1]));
    open(&mut run, &rules, &[2, 3], at(1));
    assert_eq!(say(&mut run, &rules, 3, &[], Verdict::Approve), Ok(1));
    assert_eq!(say(&mut run, &rules, 3, &[], Verdict::Approve), Err(Refused::Again(Verdict::Approve)));
    assert_eq!(run.status, Status::Pending);
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Approve), Ok(1));
    assert_eq!(run.status, Status::Approved);
    // Saying it again is no error of the caller's; saying something else is.
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Approve), Err(Refused::Again(Verdict::Approve)));
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Reject), Err(Refused::Over(Status::Approved)));
}

#[test]
fn parallel_levels_are_asked_at_once_and_one_no_ends_all() {
    let rules = definition(Order::Parallel, &[Needs::Any, Needs::Any]);
    let mut run = Run::begin(&rules, person(REQUESTER));
    run.open(&rules, 0, &[person(2)], at(0)).unwrap();
    run.open(&rules, 1, &[person(3)], at(0)).unwrap();
    assert_eq!(say(&mut run, &rules, 3, &[], Verdict::Reject), Ok(1));
    assert_eq!(run.status, Status::Rejected);
    assert_eq!(run.levels[0].status, LevelStatus::Closed);
}

#[test]
fn a_quorum_is_of_different_people() {
    let rules = definition(Order::Sequence, &[Needs::Quorum(2)]);
    let mut run = begun(&rules, &[2, 3, 4]);
    // Who stands in for another says it once all the same.
    assert_eq!(say(&mut run, &rules, 2, &[3], Verdict::Approve), Ok(1));
    assert_eq!(say(&mut run, &rules, 2, &[3], Verdict::Approve), Err(Refused::Again(Verdict::Approve)));
    assert_eq!(run.status, Status::Pending);
    assert_eq!(say(&mut run, &rules, 9, &[3], Verdict::Approve), Ok(1));
    assert_eq!(run.status, Status::Approved);
    // Of three, two noes leave no two yeses.
    let mut run = begun(&rules, &[2, 3, 4]);
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Reject), Ok(1));
    assert_eq!(run.status, Status::Pending);
    assert_eq!(say(&mut run, &rules, 3, &[], Verdict::Reject), Ok(1));
    assert_eq!(run.status, Status::Rejected);
    // There are not more than there are.
    let mut run = begun(&definition(Order::Sequence, &[Needs::Quorum(5)]), &[2]);
    assert_eq!(say(&mut run, &definition(Order::Sequence, &[Needs::Quorum(5)]), 2, &[], Verdict::Approve), Ok(1));
    assert_eq!(run.status, Status::Approved);
}

#[test]
fn nobody_approves_what_they_asked_for_or_changed() {
    let mut rules = definition(Order::Sequence, &[Needs::Any]);
    let mut run = Run::begin(&rules, person(REQUESTER));
    assert_eq!(run.open(&rules, 0, &[person(REQUESTER)], at(0)), Err(Refused::Nobody(0)));
    run.open(&rules, 0, &[person(REQUESTER), person(2), person(3)], at(0)).unwrap();
    assert_eq!(run.levels[0].seats.len(), 2);
    // Not in the place of somebody else either, nor by passing it on.
    assert_eq!(say(&mut run, &rules, REQUESTER, &[2], Verdict::Approve), Err(Refused::Own));
    assert_eq!(run.delegate(&rules, person(2), &[], person(REQUESTER)), Err(Refused::Own));
    run.restart(&rules, person(2)).unwrap();
    assert_eq!((run.round, run.status), (2, Status::Pending));
    open(&mut run, &rules, &[2, 3], at(2));
    assert_eq!(say(&mut run, &rules, 2, &[3], Verdict::Approve), Err(Refused::Own));
    assert_eq!(say(&mut run, &rules, 3, &[], Verdict::Approve), Ok(1));
    rules.own_requests = true;
    let mut run = begun(&rules, &[REQUESTER]);
    assert_eq!(say(&mut run, &rules, REQUESTER, &[], Verdict::Approve), Ok(1));
}

#[test]
fn a_level_whose_people_have_left_is_stuck_until_somebody_else_is_called() {
    let able = |people: &[u128]| people.iter().copied().map(person).collect::<Vec<_>>();
    for (needs, enough, too_few) in [
        (Needs::Any, &[3][..], &[][..]),
        (Needs::All, &[2, 3, 4], &[2, 3]),
        (Needs::Quorum(2), &[2, 4], &[4]),
        // All of them, where there are fewer.
        (Needs::Quorum(9), &[2, 3, 4], &[2, 3]),
    ] {
        let rules = definition(Order::Sequence, &[needs, needs]);
        let mut run = begun(&rules, &[2, 3, 4]);
        assert_eq!(run.stuck(&rules, &able(enough)), Vec::<usize>::new(), "{needs:?}");
        assert_eq!(run.stuck(&rules, &able(too_few)), [0], "{needs:?}");
        // Whoever asked is not called; who is, decides alone.
        assert_eq!(run.call(&rules, 0, &[person(7), person(REQUESTER)]), [person(7)]);
        assert_eq!(run.stuck(&rules, &able(&[7])), Vec::<usize>::new(), "{needs:?}");
        assert_eq!(run.stuck(&rules, &able(too_few)), [0], "{needs:?}: they have left too");
        say(&mut run, &rules, 7, &[], Verdict::Approve).unwrap();
        assert_eq!(run.levels[0].status, LevelStatus::Approved, "{needs:?}");
    }
}

#[test]
fn it_can_be_passed_on_recalled_and_escalated_once() {
    let rules = definition(Order::Sequence, &[Needs::All]);
    let mut run = begun(&rules, &[2, 3]);
    assert_eq!(run.delegate(&rules, person(2), &[], person(3)), Err(Refused::Seated));
    assert_eq!(run.delegate(&rules, person(5), &[], person(4)), Err(Refused::NotAsked));
    assert_eq!(run.delegate(&rules, person(2), &[], person(4)).unwrap().len(), 1);
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Approve), Err(Refused::NotAsked));
    assert_eq!(run.next_due(), Some(at(24)));
    assert_eq!(run.overdue(at(23)), Vec::<usize>::new());
    assert_eq!(run.overdue(at(500)), [0]);
    assert_eq!(run.escalate(&rules, 0, &[person(7), person(REQUESTER)]), [person(7)]);
    assert_eq!((run.overdue(at(500)), run.next_due()), (Vec::new(), None));
    assert_eq!(run.escalate(&rules, 0, &[person(8)]), Vec::<Uuid>::new());
    // Those before still may; who it came to decides alone.
    assert_eq!(say(&mut run, &rules, 3, &[], Verdict::Approve), Ok(1));
    assert_eq!(say(&mut run, &rules, 7, &[], Verdict::Approve), Ok(1));
    assert_eq!(run.status, Status::Approved);
    assert_eq!(run.recall(), Err(Refused::Over(Status::Approved)));
    let mut run = begun(&rules, &[2]);
    run.recall().unwrap();
    assert_eq!(say(&mut run, &rules, 2, &[], Verdict::Approve), Err(Refused::Over(Status::Recalled)));
    assert_eq!(run.restart(&rules, person(2)), Err(Refused::Over(Status::Recalled)));
}

#[test]
fn a_condition_that_can_not_be_judged_needs_approval() {
    let of = |condition: Option<&str>| {
        let rules = Definition { condition: condition.map(Into::into), ..definition(Order::Sequence, &[Needs::Any]) };
        Ready::new(rules, &Custom::default())
    };
    let mut facts = Facts::default();
    facts.put("discount", Value::Int(25));
    assert!(of(None).applies(None));
    assert!(of(Some("discount > 20")).applies(Some(&facts)));
    assert!(!of(Some("discount > 30")).applies(Some(&facts)));
    assert!(of(Some("1 / 0 == 1")).applies(Some(&facts)));
    assert!(of(Some("custom.gone > 1")).applies(Some(&facts)));
}

#[test]
fn definitions_that_can_not_work_are_refused() {
    let (stage, role, who) = (StageId(person(50)), RoleId(person(60)), UserId(person(2)));
    let catalogue = facts::catalogue(ApprovalObject::Opportunity, &[]);
    let fields = ["amount".to_owned()];
    let known = Known { stages: &[stage], roles: &[role], people: &[who], fields: &fields, catalogue: &catalogue };
    let faults = |definition: &Definition| -> Vec<(String, String)> {
        check::problems(definition, &known).into_iter().map(|f| (f.field, f.code.into_owned())).collect()
    };
    let plain = definition(Order::Sequence, &[Needs::Any]);
    assert_eq!(faults(&plain), []);
    let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(faults(&Definition { levels: vec![], ..plain.clone() }), one("levels", "required"));
    assert_eq!(faults(&Definition { automatic: true, ..plain.clone() }), one("condition", "required"));
    assert_eq!(faults(&Definition { conversion: true, ..plain.clone() }), one("conversion", "invalid_value"));
    assert_eq!(faults(&Definition { fields: vec!["hat".into()], ..plain.clone() }), one("fields", "unknown_field"));
    let stages = vec![StageId(person(51))];
    assert_eq!(faults(&Definition { stages, ..plain.clone() }), one("stages", "unknown_reference"));
    let condition = Some("(".repeat(3000));
    assert_eq!(faults(&Definition { condition, ..plain.clone() })[0].0, "condition");
    let of = |approver| Definition {
        levels: vec![Level { approvers: vec![approver], escalation: None, ..level(Needs::Quorum(0)) }],
        ..plain.clone()
    };
    let both = [one("levels.0.approvers.0", "out_of_range"), one("levels.0.needs", "out_of_range")].concat();
    assert_eq!(faults(&of(Approver::Manager { up: 0 })), both);
    assert_eq!(faults(&of(Approver::Role { role_id: RoleId(person(61)) }))[0].0, "levels.0.approvers.0");
    let many = vec![level(Needs::Any); 11];
    assert_eq!(faults(&Definition { levels: many, ..plain }), one("levels", "too_many"));
}

fn some_needs() -> impl Strategy<Value = Needs> {
    prop_oneof![Just(Needs::Any), Just(Needs::All), (1_u16..4).prop_map(Needs::Quorum)]
}

/// What may be tried with a request.
#[derive(Clone, Debug)]
enum Try {
    Decide(u128, Vec<u128>, bool),
    Delegate(u128, u128),
    Escalate(usize, u128),
    Restart(u128),
    Recall,
}

fn some_try() -> impl Strategy<Value = Try> {
    let decide = (1_u128..6, proptest::collection::vec(1_u128..6, 0..2), proptest::bool::weighted(0.8));
    prop_oneof![
        8 => decide.prop_map(|(by, stands_for, yes)| Try::Decide(by, stands_for, yes)),
        2 => (1_u128..6, 1_u128..8).prop_map(|(by, to)| Try::Delegate(by, to)),
        1 => (0_usize..3, 1_u128..8).prop_map(|(n, to)| Try::Escalate(n, to)),
        1 => (1_u128..6).prop_map(Try::Restart),
        1 => Just(Try::Recall),
    ]
}

/// That what was decided was decided by enough people who may.
fn is_sound(run: &Run, rules: &Definition) -> Result<(), TestCaseError> {
    for (n, (level, of)) in run.levels.iter().zip(&rules.levels).enumerate() {
        let said: Vec<_> = level.seats.iter().filter_map(|s| s.said.map(|said| (s.escalated, said))).collect();
        for (_, one) in &said {
            prop_assert!(rules.own_requests || !run.barred.contains(&one.by), "{run:?}");
        }
        if rules.order == Order::Sequence && level.status != LevelStatus::Waiting && level.status != LevelStatus::Closed
        {
            prop_assert!(run.levels.iter().take(n).all(|l| l.status == LevelStatus::Approved), "passed over: {run:?}");
        }
        if level.status == LevelStatus::Approved {
            let alone = said.iter().any(|(escalated, said)| *escalated && said.verdict == Verdict::Approve);
            let mut people: Vec<Uuid> =
                said.iter().filter(|(_, said)| said.verdict == Verdict::Approve).map(|(_, said)| said.by).collect();
            people.sort();
            people.dedup();
            let seats = level.seats.iter().filter(|seat| !seat.escalated).count();
            let enough = match of.needs {
                Needs::Any => !people.is_empty(),
                Needs::All => {
                    level.seats.iter().filter(|s| !s.escalated).all(|s| s.said.is_some()) && !people.is_empty()
                }
                Needs::Quorum(n) => people.len() >= usize::from(n).min(seats),
            };
            prop_assert!(alone || enough, "too few: {run:?}");
        }
    }
    if run.status == Status::Approved {
        prop_assert!(run.levels.iter().all(|level| level.status == LevelStatus::Approved));
    }
    Ok(())
}

proptest! {
    #[test]
    fn whatever_is_tried_no_level_is_passed_over_and_nobody_decides_for_themselves_or_twice(
        needs in proptest::collection::vec(some_needs(), 1..4), parallel: bool, own_requests: bool,
        people in proptest::collection::vec(2_u128..6, 1..4), tries in proptest::collection::vec(some_try(), 0..24),
    ) {
        let order = if parallel { Order::Parallel } else { Order::Sequence };
        let rules = Definition { own_requests, ..definition(order, &needs) };
        let mut run = begun(&rules, &people);
        for (hour, one) in (1..).zip(tries) {
            let before = run.clone();
            let stood = |run: &Run| run.levels.iter().flat_map(|l| l.seats.iter().filter_map(|s| s.said)).count();
            let done = match &one {
                Try::Decide(by, stands_for, yes) => {
                    let verdict = if *yes { Verdict::Approve } else { Verdict::Reject };
                    let stands_for: Vec<Uuid> = stands_for.iter().copied().map(person).collect();
                    let foretold = run.may_decide(&rules, person(*by), &stands_for);
                    let decided = run.decide(&rules, person(*by), &stands_for, verdict, at(hour));
                    prop_assert_eq!(foretold, decided.is_ok());
                    if let Ok(counted) = &decided {
                        prop_assert_eq!(stood(&run), stood(&before) + counted.len());
                    }
                    decided.is_ok()
                }
                Try::Delegate(by, to) => run.delegate(&rules, person(*by), &[], person(*to)).is_ok(),
                Try::Escalate(n, to) => !run.escalate(&rules, *n, &[person(*to)]).is_empty(),
                Try::Restart(by) => run.restart(&rules, person(*by)).is_ok(),
                Try::Recall => run.recall().is_ok(),
            };
            if before.status != Status::Pending {
                // What is over stays over.
                prop_assert!(!done);
                prop_assert_eq!(&run, &before);
            }
            for n in run.to_open(order) {
                let people: Vec<Uuid> = people.iter().copied().map(person).collect();
                if run.open(&rules, n, &people, at(hour)).is_err() {
                    // Everybody has changed it by now: the store would have refused the change.
                    return Ok(());
                }
            }
            is_sound(&run, &rules)?;
        }
        // It is read back as it was written.
        let written = serde_json::to_value(&run).unwrap();
        prop_assert_eq!(serde_json::from_value::<Run>(written).unwrap(), run);
    }
}

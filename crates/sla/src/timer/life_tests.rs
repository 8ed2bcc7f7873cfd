//! Stories of clocks.

use dealwright_kernel::id::UserId;

use super::*;
use crate::rule::definition::{Action, Recipient, Step, Unit, When, WorkingTime, responses};

const NEW: Uuid = Uuid::from_u128(1);
const WORKING: Uuid = Uuid::from_u128(2);
const WAITING: Uuid = Uuid::from_u128(3);
const WON: Uuid = Uuid::from_u128(4);

fn at(text: &str) -> Moment {
    format!("2026-01-{text}:00Z").parse().unwrap()
}

fn plan(measure: Measure) -> Plan {
    let place = |name: &str, closed| Place { name: name.into(), closed };
    let notify = Action::Notify { to: vec![Recipient::User { user_id: UserId(NEW) }] };
    let hours = |value| WorkingTime { value, unit: Unit::Hours };
    let step = |when, after| Step { id: Uuid::from_u128(9), when, after, action: notify.clone() };
    Plan {
        measure,
        definition: Definition {
            target: hours(4),
            response_from: ResponseFrom::Creation,
            response_kinds: responses(),
            places: Vec::new(),
            pause_in: vec![WAITING],
            pause_while: None,
            warn_percent: Some(50),
            steps: vec![step(When::Breach, None), step(When::AfterBreach, Some(hours(1)))],
        },
        clock: Clock::Always,
        places: HashMap::from([
            (NEW, place("New", false)),
            (WORKING, place("Working", false)),
            (WAITING, place("Waiting", false)),
            (WON, place("Won", true)),
        ]),
    }
}

fn track() -> Track {
    Track { place: NEW, gone: true, planned: false, responded: false, matches: true, held: false }
}

/// Lives through signals; the clocks that ended, and the open one.
fn live(plan: &Plan, signals: &[(&str, Signal)]) -> (Vec<Run>, Option<Run>) {
    let (mut track, mut run, mut ended) = (track(), None, Vec::new());
    for (when, signal) in signals {
        follow(plan, &mut track, &mut run, *signal, at(when), &mut ended);
    }
    (ended, run)
}

const CALL: Signal = Signal::Acted { kind: ActivityKind::Call, incoming: false };

#[test]
fn a_first_response_ends_the_clock_and_no_other_begins() {
    let plan = plan(Measure::FirstResponse);
    let incoming = Signal::Acted { kind: ActivityKind::Email, incoming: true };
    let note = Signal::Acted { kind: ActivityKind::Note, incoming: false };
    let story = [("05T08:00", Signal::Created(NEW)), ("05T09:00", incoming), ("05T09:30", note), ("05T10:00", CALL)];
    let (ended, open) = live(&plan, &story);
    assert_eq!(ended.iter().map(|run| run.ended).collect::<Vec<_>>(), [Some((at("05T10:00"), Outcome::Met))]);
    assert_eq!((ended[0].decided_at(), open), (Some(at("05T10:00")), None));
    let (again, open) = live(&plan, &[story[0], story[3], ("05T11:00", CALL), ("05T12:00", Signal::Touched)]);
    assert_eq!((again.len(), open), (1, None));
}

#[test]
fn each_owner_has_a_clock_of_their_own_when_it_counts_from_assignment() {
    let mut plan = plan(Measure::FirstResponse);
    plan.definition.response_from = ResponseFrom::Assignment;
    let (ended, open) = live(
        &plan,
        &[
            ("05T08:00", Signal::Created(NEW)),
            ("05T09:00", Signal::Assigned),
            ("05T09:30", CALL),
            ("05T10:00", Signal::Assigned),
        ],
    );
    let outcomes: Vec<_> = ended.iter().map(|run| run.ended.unwrap().1).collect();
    assert_eq!((outcomes, open.unwrap().started_at), (vec![Outcome::Reassigned, Outcome::Met], at("05T10:00")));
}

#[test]
fn a_clock_stands_still_in_a_pause_and_is_due_so_much_later() {
    let plan = plan(Measure::FirstResponse);
    let (_, open) = live(&plan, &[("05T08:00", Signal::Created(NEW)), ("05T09:00", Signal::Entered(WAITING))]);
    let paused = open.unwrap();
    assert_eq!((paused.running_since, paused.spent, paused.next(&plan)), (None, TimeDelta::hours(1), None));
    let (_, open) = live(
        &plan,
        &[
            ("05T08:00", Signal::Created(NEW)),
            ("05T09:00", Signal::Entered(WAITING)),
            ("07T09:00", Signal::Entered(WORKING)),
        ],
    );
    assert_eq!(open.unwrap().dates(&plan), (Some(at("07T10:00")), Some(at("07T12:00"))));
}

#[test]
fn a_stage_is_left_in_time_or_not_and_the_next_one_begins() {
    let plan = plan(Measure::TimeInStage);
    let (ended, open) = live(
        &plan,
        &[
            ("05T08:00", Signal::Created(NEW)),
            ("05T10:00", Signal::Entered(WORKING)),
            ("05T11:00", Signal::Entered(WON)),
        ],
    );
    let told: Vec<_> = ended.iter().map(|run| (run.place, run.ended.unwrap())).collect();
    assert_eq!(told, [(Some(NEW), (at("05T10:00"), Outcome::Met)), (Some(WORKING), (at("05T11:00"), Outcome::Met))]);
    assert_eq!(open, None);
}

#[test]
fn the_next_activity_is_due_after_the_last_unless_a_task_is_open() {
    let plan = plan(Measure::NextActivity);
    let story = [
        ("05T08:00", Signal::Created(NEW)),
        ("05T09:00", CALL),
        ("05T10:00", Signal::Planned(true)),
        ("05T11:00", CALL),
        ("05T12:00", Signal::Planned(false)),
    ];
    let (ended, open) = live(&plan, &story);
    assert_eq!((ended.len(), open.unwrap().started_at), (2, at("05T12:00")));
    // An activity that is logged late and lies before does not count as the next.
    let (ended, open) = live(&plan, &[story[0], story[1], ("05T08:30", CALL)]);
    assert_eq!((ended.len(), open.unwrap().started_at), (1, at("05T09:00")));
}

#[test]
fn what_closes_goes_or_stops_matching_has_no_clock() {
    let plan = plan(Measure::FirstResponse);
    let outcome =
        |signal| live(&plan, &[("05T08:00", Signal::Created(NEW)), ("05T09:00", signal)]).0[0].ended.unwrap().1;
    assert_eq!((outcome(Signal::Entered(WON)), outcome(Signal::Gone)), (Outcome::Closed, Outcome::Gone));
    let (mut known, mut run, mut ended) = (track(), None, Vec::new());
    follow(&plan, &mut known, &mut run, Signal::Created(NEW), at("05T08:00"), &mut ended);
    known.matches = false;
    follow(&plan, &mut known, &mut run, Signal::Touched, at("05T09:00"), &mut ended);
    assert_eq!((ended[0].ended.unwrap().1, ended[0].decided_at()), (Outcome::Unmatched, None));
    // Restored, it begins anew.
    let (_, open) =
        live(&plan, &[("05T08:00", Signal::Created(NEW)), ("05T09:00", Signal::Gone), ("06T09:00", Signal::Back)]);
    assert_eq!(open.unwrap().started_at, at("06T09:00"));
}

#[test]
fn turns_come_in_order_and_once_however_late_they_are_taken() {
    let plan = plan(Measure::FirstResponse);
    let (_, open) = live(&plan, &[("05T08:00", Signal::Created(NEW))]);
    let mut run = open.unwrap();
    let due = [
        (Turn::Warning, at("05T10:00")),
        (Turn::Breach, at("05T12:00")),
        (Turn::Escalation(TimeDelta::hours(1)), at("05T13:00")),
    ];
    let mut late = run.clone();
    assert_eq!(turns_until(&plan, &mut late, at("09T00:00")), due);
    assert_eq!(turns_until(&plan, &mut late, at("20T00:00")), []);
    assert_eq!(late.breached_at, Some(at("05T12:00")), "when it was due, not when it was noticed");
    for turn in due {
        assert_eq!(turns_until(&plan, &mut run, turn.1 - TimeDelta::seconds(1)), []);
        assert_eq!(turns_until(&plan, &mut run, turn.1), [turn]);
    }
    assert_eq!(run, late);
}

#[test]
fn a_response_that_is_logged_late_was_in_time() {
    let plan = plan(Measure::FirstResponse);
    let (mut known, mut run, mut ended) = (track(), None, Vec::new());
    follow(&plan, &mut known, &mut run, Signal::Created(NEW), at("05T08:00"), &mut ended);
    turns_until(&plan, run.as_mut().unwrap(), at("05T12:30"));
    follow(&plan, &mut known, &mut run, CALL, at("05T11:00"), &mut ended);
    assert_eq!((ended[0].breached_at, ended[0].decided_at()), (None, Some(at("05T11:00"))));
    let (_, open) = live(&plan, &[("05T08:00", Signal::Created(NEW))]);
    let (mut known, mut run, mut ended) = (track(), open, Vec::new());
    known.gone = false;
    turns_until(&plan, run.as_mut().unwrap(), at("05T12:30"));
    follow(&plan, &mut known, &mut run, CALL, at("05T14:00"), &mut ended);
    assert_eq!(ended[0].decided_at(), Some(at("05T12:00")));
}

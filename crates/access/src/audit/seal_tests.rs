use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 4).unwrap()
}

fn event(n: u16, name: &str, data: &str) -> Sealed {
    let at = day().and_hms_opt(8, 0, 0).unwrap().and_utc() + TimeDelta::seconds(n.into());
    Sealed {
        position: i64::from(n) * 3 + 1,
        positioned_at: at,
        event: Uuid::from_u128(u128::from(n) + 1),
        fields: Some(Fields {
            kind: "opportunity.updated".into(),
            at,
            actor_kind: "user".into(),
            actor_id: Some(Uuid::from_u128(7)),
            actor_name: name.into(),
            on_behalf_of: None,
            subject_type: "opportunity".into(),
            subject_id: Uuid::from_u128(9),
            subject_name: "Deal".into(),
            subject_version: Some(n.into()),
            opportunity_id: Some(Uuid::from_u128(9)),
            account_id: None,
            contact_id: None,
            lead_id: None,
            changes: "[]".into(),
            data: data.into(),
            undoes: None,
            import_id: None,
            request_id: None,
            ip: Some("192.0.2.1".into()),
            user_agent: None,
        }),
    }
}

fn sum(events: &[Sealed]) -> Sum {
    let mut day = Day::new(OrgId(Uuid::from_u128(1)), day(), None, 0);
    events.iter().for_each(|event| _ = day.add(event));
    day.seal()
}

fn search(marks: &[u8], events: &[Sealed]) -> Misfit {
    let mut search = Search::new(marks);
    let mut day = Day::new(OrgId(Uuid::from_u128(1)), day(), None, 0);
    for event in events {
        let mark = day.add(event);
        if let Some(misfit) = search.next(event, mark) {
            return misfit;
        }
    }
    search.end(events.last().map_or(0, |e| e.position))
}

fn events() -> impl Strategy<Value = Vec<Sealed>> {
    prop::collection::vec(("[a-z]{1,8}", "\\{\"a\": [0-9]\\}"), 2..40)
        .prop_map(|rows| (0_u16..).zip(rows).map(|(n, (name, data))| event(n, &name, &data)).collect())
}

/// What somebody may do to a log who can write to its table.
#[derive(Clone, Debug)]
enum Tampering {
    Change(usize, u8),
    Delete(usize),
    Empty(usize),
    Insert(usize),
    Swap(usize),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, field)| Tampering::Change(at, field)),
        any::<usize>().prop_map(Tampering::Delete),
        any::<usize>().prop_map(Tampering::Empty),
        any::<usize>().prop_map(Tampering::Insert),
        any::<usize>().prop_map(Tampering::Swap),
    ]
}

fn change(event: &mut Sealed, field: u8) {
    let f = event.fields.as_mut().unwrap();
    match field % 10 {
        0 => f.kind.push('x'),
        1 => f.at += TimeDelta::microseconds(1),
        2 => f.actor_id = None,
        3 => f.actor_name.push('x'),
        4 => f.on_behalf_of = Some(Uuid::from_u128(8)),
        // A character that moves from one field to the next is a change as well.
        5 => {
            f.data.push('x');
            f.changes.pop();
        }
        6 => f.subject_version = f.subject_version.map(|v| v + 1),
        7 => f.ip = Some("192.0.2.2".into()),
        8 => f.user_agent = Some(String::new()),
        _ => event.positioned_at += TimeDelta::days(1),
    }
}

proptest! {
    /// Whatever is done to a sealed day shows, and the search names the place.
    #[test]
    fn tampering_shows_and_is_found(log in events(), how in tampering()) {
        let sealed = sum(&log);
        let mut now = log.clone();
        let expected = match how {
            Tampering::Change(at, field) => {
                let at = at % log.len();
                change(&mut now[at], field);
                Misfit::Changed { event: log[at].event, position: log[at].position }
            }
            Tampering::Delete(at) => {
                let at = at % log.len();
                now.remove(at);
                Misfit::Gone { before: log.get(at + 1).map_or(now.last().unwrap().position + 1, |next| next.position) }
            }
            Tampering::Empty(at) => {
                let at = at % log.len();
                now[at].fields = None;
                Misfit::Missing { event: log[at].event, position: log[at].position }
            }
            Tampering::Insert(at) => {
                let at = at % log.len();
                let mut forged = event(900, "forger", "{}");
                forged.position = log[at].position + 1;
                let expected = Misfit::Added { event: forged.event, position: forged.position };
                now.insert(at + 1, forged);
                expected
            }
            Tampering::Swap(at) => {
                // Two events exchange their places.
                let at = at % (log.len() - 1);
                let (a, b) = (now[at].event, now[at + 1].event);
                let (x, y) = (now[at].fields.clone(), now[at + 1].fields.clone());
                (now[at].event, now[at + 1].event) = (b, a);
                (now[at].fields, now[at + 1].fields) = (y, x);
                Misfit::Changed { event: b, position: log[at].position }
            }
        };
        prop_assert_ne!(sum(&now).hash, sealed.hash);
        prop_assert_eq!(search(&sealed.marks, &now), expected);
    }

    #[test]
    fn what_was_left_alone_fits(log in events()) {
        prop_assert_eq!(sum(&log), sum(&log.clone()));
        prop_assert_eq!(search(&sum(&log).marks, &log), Misfit::Seal);
    }
}

#[test]
fn a_seal_hangs_on_the_one_before_the_day_and_the_organisation() {
    let log = [event(1, "a", "{}")];
    let of = |org, day, former: Option<&[u8]>| {
        let mut sum = Day::new(OrgId(Uuid::from_u128(org)), day, former, 0);
        log.iter().for_each(|event| _ = sum.add(event));
        sum.seal().hash
    };
    let hashes =
        [of(1, day(), None), of(2, day(), None), of(1, day().succ_opt().unwrap(), None), of(1, day(), Some(&[1; 32]))];
    for (n, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..n].contains(hash), "{n}");
    }
}

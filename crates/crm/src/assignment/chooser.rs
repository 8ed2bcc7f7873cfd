//! How a rule chooses: from whom, and who of them is next. Pure; who they are and what they are owed is read elsewhere.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{ChoiceId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::working_hours::Hours;

/// How a rule chooses the owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AssignmentChooser)]
pub enum Chooser {
    /// Always this one.
    User { user_id: UserId },
    /// Each in turn.
    RoundRobin { members: Vec<UserId> },
    /// Each in turn, some more often than others.
    Weighted { members: Vec<Share> },
    /// The first territory that the lead lies in.
    Territory { areas: Vec<Area> },
}

/// A member and how often their turn comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignmentShare)]
pub struct Share {
    pub user_id: UserId,
    #[schema(minimum = 1, maximum = 100)]
    pub weight: i64,
}

/// A territory: a country, a region or both; and whose it is, a user's or a team's, whose members take turns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AssignmentArea)]
pub struct Area {
    /// As the lead says it; case does not matter.
    #[schema(max_length = 100)]
    pub country: Option<String>,
    pub region_id: Option<ChoiceId>,
    pub user_id: Option<UserId>,
    pub team_id: Option<TeamId>,
}

/// Where a lead is.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub country: Option<String>,
    pub region_id: Option<ChoiceId>,
}

impl Area {
    fn holds(&self, place: &Place) -> bool {
        let fold = |text: &str| text.trim().to_lowercase();
        let country = self
            .country
            .as_deref()
            .is_none_or(|wanted| place.country.as_deref().is_some_and(|country| fold(country) == fold(wanted)));
        country && self.region_id.is_none_or(|wanted| place.region_id == Some(wanted))
    }
}

/// From whom is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pool {
    /// With their weights, in their order.
    Users(Vec<(UserId, i64)>),
    Team(TeamId),
}

impl Chooser {
    /// From whom is chosen for a lead that is there; none when no territory holds it.
    #[must_use]
    pub fn pool(&self, place: &Place) -> Option<Pool> {
        match self {
            Self::User { user_id } => Some(Pool::Users(vec![(*user_id, 1)])),
            Self::RoundRobin { members } => Some(Pool::Users(members.iter().map(|user| (*user, 1)).collect())),
            Self::Weighted { members } => Some(Pool::Users(members.iter().map(|m| (m.user_id, m.weight)).collect())),
            Self::Territory { areas } => {
                let area = areas.iter().find(|area| area.holds(place))?;
                match (area.user_id, area.team_id) {
                    (Some(user), _) => Some(Pool::Users(vec![(user, 1)])),
                    (None, team) => team.map(Pool::Team),
                }
            }
        }
    }

    /// All whom it names, for the one query that reads them.
    #[must_use]
    pub fn named(&self) -> (Vec<UserId>, Vec<TeamId>) {
        match self {
            Self::User { user_id } => (vec![*user_id], Vec::new()),
            Self::RoundRobin { members } => (members.clone(), Vec::new()),
            Self::Weighted { members } => (members.iter().map(|m| m.user_id).collect(), Vec::new()),
            Self::Territory { areas } => {
                (areas.iter().filter_map(|a| a.user_id).collect(), areas.iter().filter_map(|a| a.team_id).collect())
            }
        }
    }
}

/// Somebody who can be chosen: active, and with the right to own leads.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub team: Option<TeamId>,
    pub team_name: Option<String>,
    pub hours: Hours,
}

/// Why somebody was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssignmentReason)]
pub enum Because {
    /// The rule names nobody else.
    Named,
    /// It is their turn.
    Turn,
    /// Nobody is at work, and they begin next.
    BeginsNext,
    /// Nobody is at work, and the rule names them for that.
    Fallback,
}

/// Whom a rule may choose now, and why.
#[derive(Debug)]
pub struct Shortlist<'a> {
    pub members: Vec<(&'a Member, i64)>,
    pub because: Because,
}

/// Those of a pool who can be chosen at `now`; nobody when the list is empty.
#[must_use]
pub fn shortlist<'a>(
    pool: &Pool,
    known: &'a [Member],
    working_hours: bool,
    fallback: Option<UserId>,
    now: DateTime<Utc>,
) -> Shortlist<'a> {
    let find = |id: UserId| known.iter().find(|m| m.id == id);
    let members: Vec<(&Member, i64)> = match pool {
        Pool::Users(users) => users.iter().filter_map(|(id, weight)| Some((find(*id)?, *weight))).collect(),
        Pool::Team(team) => known.iter().filter(|m| m.team == Some(*team)).map(|m| (m, 1)).collect(),
    };
    let because = if matches!(pool, Pool::Users(users) if users.len() == 1) { Because::Named } else { Because::Turn };
    if !working_hours {
        return Shortlist { members, because };
    }
    let at_work: Vec<_> = members.iter().copied().filter(|(m, _)| m.hours.at_work(now)).collect();
    if !at_work.is_empty() {
        return Shortlist { members: at_work, because };
    }
    if let Some(fallback) = fallback {
        let members = find(fallback).map(|m| (m, 1)).into_iter().collect();
        return Shortlist { members, because: Because::Fallback };
    }
    let starts = |m: &Member| m.hours.next_start(now);
    let first = members.iter().filter_map(|(m, _)| starts(m)).min();
    let members = members.into_iter().filter(|(m, _)| first.is_some() && starts(m) == first).collect();
    Shortlist { members, because: Because::BeginsNext }
}

/// What each is owed, by user.
pub type Owed = BTreeMap<UserId, i64>;

/// Whose turn it is among these, and what each is owed after it. Each round every one of them is owed their weight more;
/// who is owed most has the turn and pays for all. So turns come as often as weights say and as evenly as they can,
/// whoever is away meanwhile.
#[must_use]
pub fn turn<'a>(members: &[(&'a Member, i64)], owed: &mut Owed) -> Option<&'a Member> {
    let total: i64 = members.iter().map(|(_, weight)| weight).sum();
    // Who was long away does not get all that came meanwhile.
    let most = total.saturating_mul(2);
    for (member, weight) in members {
        let due = owed.entry(member.id).or_insert(0);
        *due = due.saturating_add(*weight).clamp(-most, most);
    }
    let owes = |id: UserId| owed.get(&id).copied().unwrap_or(0);
    // Of equals the first.
    let (next, _) = members.iter().rev().max_by_key(|(m, _)| owes(m.id))?;
    let next = *next;
    owed.entry(next.id).and_modify(|due| *due -= total);
    Some(next)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use uuid::Uuid;

    use super::*;

    fn member(n: u128, zone: Tz) -> Member {
        let id = UserId(Uuid::from_u128(n));
        Member { id, name: n.to_string(), email: String::new(), team: None, team_name: None, hours: Hours::usual(zone) }
    }

    fn turns(members: &[(&Member, i64)], owed: &mut Owed, n: usize) -> String {
        (0..n).map(|_| turn(members, owed).unwrap().name.clone()).collect()
    }

    #[test]
    fn turns_come_evenly_and_by_weight() {
        let [a, b, c] = [1, 2, 3].map(|n| member(n, Tz::UTC));
        assert_eq!(turns(&[(&a, 1), (&b, 1), (&c, 1)], &mut Owed::new(), 7), "1231231");
        assert_eq!(turns(&[(&a, 3), (&b, 1)], &mut Owed::new(), 8), "11211121");
        // One is away for a while, and comes back to the same share.
        let mut owed = Owed::new();
        turns(&[(&a, 1), (&b, 1), (&c, 1)], &mut owed, 4);
        turns(&[(&a, 1), (&b, 1)], &mut owed, 10);
        let after = turns(&[(&a, 1), (&b, 1), (&c, 1)], &mut owed, 30);
        assert!(["1", "2", "3"].iter().all(|n| (9..=11).contains(&after.matches(n).count())), "{after}");
        assert!(turn(&[], &mut owed).is_none());
    }

    #[test]
    fn nobody_who_sleeps_is_chosen() {
        let (berlin, york) = (member(1, Tz::Europe__Berlin), member(2, Tz::America__New_York));
        let known = [berlin, york];
        let pool = Pool::Users(known.iter().map(|m| (m.id, 1)).collect());
        let at = |text: &str, fallback| {
            let list = shortlist(&pool, &known, true, fallback, text.parse().unwrap());
            (list.members.iter().map(|(m, _)| m.name.clone()).collect::<String>(), list.because)
        };
        assert_eq!(at("2026-01-14T09:00:00Z", None), ("1".into(), Because::Turn));
        assert_eq!(at("2026-01-14T15:00:00Z", None), ("12".into(), Because::Turn));
        assert_eq!(at("2026-01-14T20:00:00Z", None), ("2".into(), Because::Turn));
        assert_eq!(at("2026-01-17T20:00:00Z", None), ("1".into(), Because::BeginsNext));
        assert_eq!(at("2026-01-17T20:00:00Z", Some(known[1].id)), ("2".into(), Because::Fallback));
    }

    #[test]
    fn a_territory_is_a_country_a_region_or_both() {
        let (north, anne) = (ChoiceId(Uuid::from_u128(9)), UserId(Uuid::from_u128(1)));
        let team = TeamId(Uuid::from_u128(5));
        let areas = vec![
            Area { country: Some("germany ".into()), region_id: Some(north), user_id: Some(anne), ..Area::default() },
            Area { country: Some("Germany".into()), team_id: Some(team), ..Area::default() },
        ];
        let chooser = Chooser::Territory { areas };
        let pool = |country: &str, region_id| chooser.pool(&Place { country: Some(country.into()), region_id });
        assert_eq!(pool("Germany", Some(north)), Some(Pool::Users(vec![(anne, 1)])));
        assert_eq!(pool("GERMANY", None), Some(Pool::Team(team)));
        assert_eq!(pool("France", Some(north)), None);
        assert_eq!(chooser.pool(&Place::default()), None);
    }
}

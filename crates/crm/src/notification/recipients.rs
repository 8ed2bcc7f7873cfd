//! Who hears of what happened. Pure: what it needs to know was looked up before.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{NotificationKind as Kind, NotifiedObject};

/// Changes that followers hear of.
const WATCHED: [&str; 4] = ["stage_id", "owner_id", "amount", "status_id"];

/// An event, as the maker reads it.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub org: Uuid,
    pub event: Uuid,
    pub position: i64,
    pub kind: String,
    pub actor_kind: String,
    pub actor: Option<Uuid>,
    pub actor_name: String,
    pub on_behalf_of: Option<Uuid>,
    pub subject_type: String,
    pub subject: Uuid,
    pub opportunity: Option<Uuid>,
    pub account: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub lead: Option<Uuid>,
    pub changes: Value,
    pub data: Value,
    pub import: Option<Uuid>,
    pub request: Option<String>,
    /// When it got its position.
    pub at: DateTime<Utc>,
}

/// A record, by organisation, object and id.
pub(super) type Key = (Uuid, NotifiedObject, Uuid);

/// What was looked up of all records and teams that the events name.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub owners: HashMap<Key, Uuid>,
    /// Who said that they follow, or that they do not.
    pub follows: HashMap<Key, Vec<(Uuid, bool)>>,
    /// Members of a team and of those below it.
    pub members: HashMap<(Uuid, Uuid), Vec<Uuid>>,
}

/// That somebody is to hear of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub user: Uuid,
    pub kind: Kind,
    pub object: NotifiedObject,
    pub record: Uuid,
    pub activity: Option<Uuid>,
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

fn ids(value: &Value) -> Vec<Uuid> {
    value.as_array().map(|all| all.iter().filter_map(id).collect()).unwrap_or_default()
}

impl Happened {
    fn verb(&self) -> &str {
        self.kind.split_once('.').map_or("", |(_, verb)| verb)
    }

    /// The person who did it, or for whom it was done.
    fn person(&self) -> Option<Uuid> {
        match self.actor_kind.as_str() {
            "user" => self.actor,
            _ => self.on_behalf_of,
        }
    }

    /// The record that those who hear of it must see.
    pub(super) fn record(&self) -> Option<(NotifiedObject, Uuid)> {
        match self.subject_type.as_str() {
            "activity" => {
                let about = self.data.get("about")?;
                Some((about.get("object")?.as_str()?.parse().ok()?, id(about.get("id")?)?))
            }
            // Of a proposal, what it would change.
            "proposal" => [
                (NotifiedObject::Opportunity, self.opportunity),
                (NotifiedObject::Account, self.account),
                (NotifiedObject::Contact, self.contact),
                (NotifiedObject::Lead, self.lead),
            ]
            .into_iter()
            .find_map(|(object, id)| Some((object, id?))),
            other => Some((other.parse().ok()?, self.subject)),
        }
    }

    /// The teams that it names.
    pub(super) fn teams(&self) -> Vec<Uuid> {
        let mentioned = self.data.pointer("/mentions/teams").map(ids).unwrap_or_default();
        let shared = self.data.pointer("/team/id").and_then(id).filter(|_| self.verb() == "shared");
        let told = self.data.get("teams").map(ids).filter(|_| self.verb() == "notified").unwrap_or_default();
        mentioned.into_iter().chain(shared).chain(told).collect()
    }

    /// What all notifications of one kind to one person are made of that stand for the same: whatever an import, a change
    /// of many records, a run of the assistant or a request did is told once.
    pub(super) fn source(&self) -> String {
        if self.is_approval() {
            // Each has a link of its own.
            return format!("event:{}", self.event);
        }
        let part = |name: &str| self.data.get(name).and_then(id);
        if self.is_end() {
            format!("event:{}", self.event)
        } else if let Some(import) = self.import {
            format!("import:{import}")
        } else if let Some(bulk) = part("bulk_id") {
            format!("bulk:{bulk}")
        } else if let Some(run) = part("run_id").filter(|_| self.subject_type == "proposal") {
            format!("run:{run}")
        } else {
            match &self.request {
                // A request is over in minutes; what names its requests all alike is not silenced by that.
                Some(request) if request.len() <= 100 => {
                    format!("request:{}:{request}", self.at.timestamp().div_euclid(600))
                }
                _ => format!("event:{}", self.event),
            }
        }
    }

    /// Whether more of the same may come in the next minutes.
    pub(super) fn is_mass(&self) -> bool {
        !self.is_end() && (self.import.is_some() || self.data.get("bulk_id").is_some())
    }

    /// Whether it tells of a new record.
    pub(super) fn is_creation(&self) -> bool {
        self.verb() == "created"
    }

    /// Whether it gives a record to somebody.
    pub(super) fn gives(&self) -> bool {
        self.changed("owner_id").or_else(|| self.changed("assignee_id")).is_some()
    }

    /// The change of a field.
    fn changed(&self, field: &str) -> Option<&Value> {
        let mut changes = self.changes.as_array()?.iter();
        changes.find(|change| change.get("field").and_then(Value::as_str) == Some(field))
    }

    /// Whether it tells of an approval. Its subject is the record.
    fn is_approval(&self) -> bool {
        self.kind.starts_with("approval.")
    }

    /// Who is asked by it, and who hears what came of what they asked for.
    fn of_approval(&self, key: Key) -> Vec<Told> {
        let people = |name: &str| self.data.get(name).map(ids).unwrap_or_default();
        let asked = if self.verb() == "escalated" { Kind::ApprovalEscalated } else { Kind::ApprovalWaiting };
        let ask = people("ask");
        let tell =
            people("tell").into_iter().filter(|user| !ask.contains(user)).map(|user| (user, Kind::ApprovalDecided));
        let all: Vec<(Uuid, Kind)> = ask.iter().map(|user| (*user, asked)).chain(tell).collect();
        all.into_iter().map(|(user, kind)| Told { activity: None, ..self.told(user, kind, key) }).collect()
    }

    /// Whether it tells of something that was begun and is over.
    fn is_end(&self) -> bool {
        matches!(self.subject_type.as_str(), "import" | "bulk_change")
    }

    /// What it tells of a service level; the rule has said whom.
    fn service_level(&self) -> Option<Kind> {
        match self.kind.as_str() {
            "sla.warned" => Some(Kind::SlaWarning),
            "sla.breached" | "sla.escalated" => Some(Kind::SlaBreached),
            _ => None,
        }
    }

    /// Who hears of it, each once for each kind.
    pub(super) fn tell(&self, known: &Known) -> Vec<Told> {
        let Some((object, record)) = self.record() else { return Vec::new() };
        let key = (self.org, object, record);
        if let Some(kind) = self.service_level() {
            let who = self.data.get("notify").map(ids).unwrap_or_default();
            return once(who.into_iter().map(|user| self.told(user, kind, key)).collect());
        }
        let told = match self.subject_type.as_str() {
            _ if self.is_approval() => self.of_approval(key),
            "activity" => self.of_activity(known, key),
            "proposal" if self.verb() == "created" => {
                let who = known.owners.get(&key).copied().into_iter().chain(self.person());
                return once(who.map(|user| self.told(user, Kind::ProposalWaiting, key)).collect());
            }
            "proposal" => Vec::new(),
            // These tell whoever began that it is over.
            "import" if ["finished", "failed"].contains(&self.verb()) => {
                return self.person().map(|user| self.told(user, Kind::ImportFinished, key)).into_iter().collect();
            }
            "bulk_change" if self.verb() == "done" => {
                return self.person().map(|user| self.told(user, Kind::BulkFinished, key)).into_iter().collect();
            }
            "import" | "bulk_change" => Vec::new(),
            "ai_alert" => {
                let who = self.data.get("notify").map(ids).filter(|_| self.verb() == "raised").unwrap_or_default();
                return once(who.into_iter().map(|user| self.told(user, Kind::AiAlert, key)).collect());
            }
            "automation" => {
                let whose = self.data.get("run_as").and_then(id).filter(|_| self.verb() == "paused");
                return whose.map(|user| self.told(user, Kind::AutomationPaused, key)).into_iter().collect();
            }
            _ if self.verb() == "notified" => return once(self.of_message(known, key)),
            _ => self.of_record(known, key),
        };
        let me = [self.person(), self.on_behalf_of];
        once(told.into_iter().filter(|told| !me.contains(&Some(told.user))).collect())
    }

    fn told(&self, user: Uuid, kind: Kind, (_, object, record): Key) -> Told {
        let activity = (self.subject_type == "activity").then_some(self.subject);
        Told { user, kind, object, record, activity }
    }

    fn of_activity(&self, known: &Known, key: Key) -> Vec<Told> {
        if self.import.is_some() || !["logged", "updated"].contains(&self.verb()) {
            return Vec::new();
        }
        let people = self.data.pointer("/mentions/people").map(ids).unwrap_or_default();
        let of_teams = self.teams().into_iter().flat_map(|team| known.team(self.org, team));
        let mentioned: BTreeSet<Uuid> = people.into_iter().chain(of_teams).collect();
        let note = self.verb() == "logged" && self.data.get("kind").and_then(Value::as_str) == Some("note");
        let followers = if note { known.followers(key) } else { BTreeSet::new() };
        let follow = followers.difference(&mentioned).map(|user| self.told(*user, Kind::FollowedRecordChanged, key));
        let mention = mentioned.iter().map(|user| self.told(*user, Kind::Mentioned, key));
        mention.chain(follow).collect()
    }

    /// Whom an automation wants told: whoever it acts for too.
    fn of_message(&self, known: &Known, key: Key) -> Vec<Told> {
        let wants_owner = self.data.get("owner").and_then(Value::as_bool) == Some(true);
        let owner = known.owners.get(&key).copied().filter(|_| wants_owner);
        let people = self.data.get("people").map(ids).unwrap_or_default();
        let of_teams = self.teams().into_iter().flat_map(|team| known.team(self.org, team));
        let all = owner.into_iter().chain(people).chain(of_teams);
        all.map(|user| self.told(user, Kind::AutomationMessage, key)).collect()
    }

    fn of_record(&self, known: &Known, key: Key) -> Vec<Told> {
        let mut told = Vec::new();
        match self.verb() {
            "shared" => {
                let person = self.data.pointer("/user/id").and_then(id);
                let of_teams = self.teams().into_iter().flat_map(|team| known.team(self.org, team));
                told.extend(person.into_iter().chain(of_teams).map(|user| self.told(user, Kind::SharedWithMe, key)));
            }
            "member_added" => {
                let person = self.data.pointer("/user/id").and_then(id);
                told.extend(person.map(|user| self.told(user, Kind::AccountTeamAdded, key)));
            }
            "created" => {
                told.extend(known.owners.get(&key).map(|user| self.told(*user, Kind::AssignedToMe, key)));
            }
            _ => {
                let owner = self.changed("owner_id").or_else(|| self.changed("assignee_id"));
                let owner = owner.and_then(|change| change.get("new")).and_then(id);
                told.extend(owner.map(|user| self.told(user, Kind::AssignedToMe, key)));
                if WATCHED.iter().any(|field| self.changed(field).is_some()) {
                    let follow = known.followers(key).into_iter().filter(|user| Some(*user) != owner);
                    told.extend(follow.map(|user| self.told(user, Kind::FollowedRecordChanged, key)));
                }
            }
        }
        let noticed = self.data.pointer("/notify/people").map(ids).unwrap_or_default();
        told.extend(noticed.into_iter().map(|user| self.told(user, Kind::StageEntered, key)));
        told
    }
}

impl Known {
    fn team(&self, org: Uuid, team: Uuid) -> Vec<Uuid> {
        self.members.get(&(org, team)).cloned().unwrap_or_default()
    }

    /// Who follows: the owner, and whoever said so; without who said that they do not.
    fn followers(&self, key: Key) -> BTreeSet<Uuid> {
        let mut all: BTreeSet<Uuid> = self.owners.get(&key).copied().into_iter().collect();
        for (user, following) in self.follows.get(&key).into_iter().flatten() {
            if *following {
                all.insert(*user);
            } else {
                all.remove(user);
            }
        }
        all
    }
}

fn once(told: Vec<Told>) -> Vec<Told> {
    let mut seen: Vec<Told> = Vec::with_capacity(told.len());
    for one in told {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn happened(kind: &str, changes: Value, data: Value) -> Happened {
        let subject_type = kind.split_once('.').map_or("", |(object, _)| object).to_owned();
        Happened {
            org: person(1),
            event: person(2),
            position: 1,
            kind: kind.to_owned(),
            actor_kind: "user".into(),
            actor: Some(person(10)),
            actor_name: "Ada".into(),
            on_behalf_of: None,
            subject_type,
            subject: person(3),
            opportunity: None,
            account: None,
            contact: None,
            lead: None,
            changes,
            data,
            import: None,
            request: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn who(told: &[Told]) -> Vec<(u128, &'static str)> {
        told.iter().map(|t| (t.user.as_u128(), t.kind.as_str())).collect()
    }

    #[test]
    fn followers_hear_of_a_move_but_not_who_made_it_nor_who_unfollowed() {
        let key = (person(1), NotifiedObject::Opportunity, person(3));
        let known = Known {
            owners: HashMap::from([(key, person(11))]),
            follows: HashMap::from([(key, vec![(person(10), true), (person(12), true), (person(13), false)])]),
            members: HashMap::new(),
        };
        let moved = happened("opportunity.moved", json!([{ "field": "stage_id", "old": "a", "new": "b" }]), json!({}));
        assert_eq!(who(&moved.tell(&known)), [(11, "followed_record_changed"), (12, "followed_record_changed")]);
        let given = happened("opportunity.updated", json!([{ "field": "owner_id", "new": person(12) }]), json!({}));
        assert_eq!(who(&given.tell(&known)), [(12, "assigned_to_me"), (11, "followed_record_changed")]);
        let renamed = happened("opportunity.updated", json!([{ "field": "name" }]), json!({}));
        assert!(renamed.tell(&known).is_empty());
    }

    #[test]
    fn an_approval_tells_who_is_asked_and_who_asked() {
        let known = Known::default();
        let asked = json!({ "ask": [person(11), person(12), person(10)], "tell": [person(12), person(13)] });
        let restarted = happened("approval.restarted", json!([]), asked.clone());
        let restarted = Happened { subject_type: "opportunity".into(), ..restarted };
        let told = who(&restarted.tell(&known)).to_vec();
        assert_eq!(told, [(11, "approval_waiting"), (12, "approval_waiting"), (13, "approval_decided")]);
        let late =
            Happened { kind: "approval.escalated".into(), actor_kind: "system".into(), actor: None, ..restarted };
        assert_eq!(who(&late.tell(&known))[0], (11, "approval_escalated"));
        let notify = json!({ "notify": { "people": [person(11), person(10)] } });
        assert_eq!(who(&happened("opportunity.moved", json!([]), notify).tell(&known)), [(11, "stage_entered")]);
    }

    #[test]
    fn a_proposal_about_a_lead_tells_its_owner() {
        let key = (person(1), NotifiedObject::Lead, person(5));
        let known = Known { owners: HashMap::from([(key, person(11))]), ..Known::default() };
        let made = Happened { lead: Some(person(5)), ..happened("proposal.created", json!([]), json!({})) };
        assert_eq!(made.record(), Some((NotifiedObject::Lead, person(5))));
        assert_eq!(who(&made.tell(&known)), [(11, "proposal_waiting"), (10, "proposal_waiting")]);
    }

    #[test]
    fn who_is_mentioned_twice_hears_once() {
        let key = (person(1), NotifiedObject::Account, person(4));
        let team = person(20);
        let known = Known {
            owners: HashMap::from([(key, person(11))]),
            members: HashMap::from([((person(1), team), vec![person(10), person(12), person(14)])]),
            ..Known::default()
        };
        let data = json!({ "kind": "note", "about": { "object": "account", "id": person(4) },
            "mentions": { "people": [person(12), person(12)], "teams": [team] } });
        let logged = happened("activity.logged", json!([]), data);
        assert_eq!(who(&logged.tell(&known)), [(12, "mentioned"), (14, "mentioned"), (11, "followed_record_changed")]);
        // An activity about nothing is its owner's alone.
        assert!(happened("activity.logged", json!([]), json!({ "kind": "note" })).tell(&known).is_empty());
    }
}

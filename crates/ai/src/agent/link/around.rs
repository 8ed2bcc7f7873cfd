//! Requests about what stands around a record, about lists of accounts, contacts and leads, and about the asker's own work.

use chrono::{Days, NaiveDate};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Linking, Slot, Stop, ask, ask_which, say};
use crate::agent::lookup::{self, Wanted};
use crate::planner::{Happened, Letter, One, RecordKind, Records, WhichApprovals};
use crate::resolve::record::{Candidate, Prefer, RecordType, choose, fit, is_called_a_deal};
use crate::resolve::text;
use crate::resolve::vocabulary::{Match, Whose};
use crate::resolve::{date, hour};
use crate::tools::Call;
use crate::tools::activity::{ActivityArgs, SummariseActivity};
use crate::tools::approvals::{ApprovalsArgs, ListApprovals};
use crate::tools::duplicates::FindDuplicates;
use crate::tools::email::{DraftEmail, EmailArgs};
use crate::tools::get::{GetArgs, GetOpportunity};
use crate::tools::next_stage::{NextStageArgs, SuggestNextStage};
use crate::tools::records::{GetRecord, RecordArgs, RecordsArgs, SearchRecords};
use crate::tools::task::About;

/// Records beside deals.
const OTHERS: [RecordType; 3] = [RecordType::Account, RecordType::Contact, RecordType::Lead];

/// How long before a meeting its reminder comes.
const BEFORE: chrono::TimeDelta = chrono::TimeDelta::minutes(15);

impl Linking<'_> {
    pub(super) async fn records(&self, tx: &mut Tx, records: &Records) -> Result<Call, Stop> {
        let mut filter = Vec::new();
        let mut condition = |field: &str, value: String| filter.push((field.to_owned(), value));
        if let Some(words) = &records.owner {
            match self.vocabulary.whose(words) {
                Match::One(Whose::Mine) => condition("owner_id", "me".into()),
                Match::One(Whose::MyTeams) => condition("team_id", "mine".into()),
                Match::One(Whose::Of(person)) => condition("owner_id", person.id.to_string()),
                Match::One(Whose::Team(team)) => condition("team_id", team.id.to_string()),
                Match::Several(_) | Match::None => return say(format!("I can't tell who “{words}” is.")),
            }
        }
        if let Some((from, to)) = records.when.as_deref().map(|words| self.span(words)).transpose()? {
            if let Some(day) = from {
                condition("created_at.gte", day.to_string());
            }
            if let Some(day) = to.and_then(|day| day.checked_add_days(Days::new(1))) {
                condition("created_at.lt", day.to_string());
            }
        }
        let mut q = records.words.clone();
        for words in &records.are {
            match self.condition(tx, records.kind, words).await? {
                Some((field, value)) => filter.push((field.to_owned(), value)),
                // No value of a list: a company, or a place, by its name.
                None if q.is_none() => q = Some(words.clone()),
                None => return say(format!("I can't tell what “{words}” means of {}.", records.kind.noun(0))),
            }
        }
        let args = RecordsArgs { kind: records.kind, q, filter, sort: None, limit: None };
        Ok(Call::of::<SearchRecords>(&args)?)
    }

    /// What words say of accounts, contacts or leads, as the lists of the API take it: a value of a managed list, a country, a
    /// rating, a status, a title.
    async fn condition(
        &self,
        tx: &mut Tx,
        kind: RecordKind,
        words: &str,
    ) -> Result<Option<(&'static str, String)>, Stop> {
        if let Some(tag) = words.strip_prefix("tagged ") {
            return Ok(Some(("tag", tag.trim().trim_matches(['"', '“', '”']).to_owned())));
        }
        let wanted = text::key(words);
        let wanted = wanted.trim_end_matches(" industry").trim_end_matches(" sector").trim_end_matches(" region");
        let is = |name: &str| {
            let name = text::key(name);
            name == wanted || wanted.strip_suffix('s') == Some(name.as_str())
        };
        let choice = self.vocabulary.choices.iter().find(|choice| is(&choice.name));
        let of_account = kind == RecordKind::Contact;
        let field = match choice.map(|choice| choice.kind.as_str()) {
            Some("industry") => Some(if of_account { "account.industry_id" } else { "industry_id" }),
            Some("region") => Some(if of_account { "account.region_id" } else { "region_id" }),
            Some("source") if kind == RecordKind::Lead => Some("source_id"),
            _ => None,
        };
        if let (Some(field), Some(choice)) = (field, choice) {
            return Ok(Some((field, choice.id.to_string())));
        }
        if kind == RecordKind::Lead {
            if matches!(wanted, "hot" | "warm" | "cold") {
                return Ok(Some(("rating", wanted.to_owned())));
            }
            if let Some(status) = self.vocabulary.lead_statuses.iter().find(|status| is(&status.name)) {
                return Ok(Some(("status_id", status.id.to_string())));
            }
        }
        if lookup::is_country(tx, words).await? {
            return Ok(Some((if of_account { "account.country" } else { "country" }, words.trim().to_owned())));
        }
        // "purchasing managers"
        let title = wanted.strip_suffix('s').filter(|one| one.len() > 3 && words.chars().all(|c| !c.is_uppercase()));
        Ok(title.filter(|_| kind != RecordKind::Account).map(|title| ("title.contains", title.to_owned())))
    }

    pub(super) async fn one(&self, tx: &mut Tx, one: &One) -> Result<Call, Stop> {
        // "who is the contact there?" of a deal that is being looked at.
        if let (None, Some((RecordType::Opportunity, id))) = (&one.name, self.in_hand) {
            return Ok(Call::of::<GetOpportunity>(&GetArgs { id, field: None })?);
        }
        let (kind, id) = self.other(tx, one).await?;
        Ok(Call::of::<GetRecord>(&RecordArgs { kind, id })?)
    }

    pub(super) async fn duplicates(&self, tx: &mut Tx, one: &One) -> Result<Call, Stop> {
        let (kind, id) = self.other(tx, one).await?;
        Ok(Call::of::<FindDuplicates>(&RecordArgs { kind, id })?)
    }

    pub(super) async fn next_stage(&self, tx: &mut Tx, one: &One) -> Result<Call, Stop> {
        let (_, id) = self.meant(tx, one.name.as_deref(), &[RecordType::Opportunity]).await?;
        Ok(Call::of::<SuggestNextStage>(&NextStageArgs { id })?)
    }

    pub(super) async fn happened(&self, tx: &mut Tx, happened: &Happened) -> Result<Call, Stop> {
        let (from, to) = match &happened.when {
            Some(words) => self.span(words)?,
            None => (None, None),
        };
        let (kind, id) = self.meant(tx, happened.name.as_deref(), &RecordType::ALL).await?;
        Ok(Call::of::<SummariseActivity>(&ActivityArgs { about: About { kind, id }, from, to })?)
    }

    pub(super) async fn letter(&self, tx: &mut Tx, letter: &Letter) -> Result<Call, Stop> {
        let (kind, id) = self.meant(tx, letter.name.as_deref(), &RecordType::ALL).await?;
        let args = EmailArgs { about: About { kind, id }, purpose: letter.purpose, topic: letter.topic.clone() };
        Ok(Call::of::<DraftEmail>(&args)?)
    }

    pub(super) fn approvals(which: WhichApprovals) -> Result<Call, Stop> {
        Ok(Call::of::<ListApprovals>(&ApprovalsArgs { which: which.which })?)
    }

    /// When a meeting at a time of a day is reminded of.
    pub(super) fn reminder(&self, day: Option<NaiveDate>, time: Option<&str>) -> Option<chrono::DateTime<chrono::Utc>> {
        let at = day?.and_time(hour::read(time?)?).and_local_timezone(crate::zone(self.cx)).earliest()?;
        Some(at.to_utc() - BEFORE)
    }

    /// Days of the past, both ends included.
    pub(super) fn span(&self, words: &str) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Stop> {
        let when = date::find(words, &self.reading.of_the_past().calendar);
        when.map_or_else(|| say(format!("I can't read “{words}” as a time.")), |when| Ok((when.from, when.to)))
    }

    async fn other(&self, tx: &mut Tx, one: &One) -> Result<(RecordKind, Uuid), Stop> {
        self.other_of(tx, one, &OTHERS).await
    }

    /// A record of the kind that it is called, or else of one of these.
    pub(super) async fn other_of(
        &self,
        tx: &mut Tx,
        one: &One,
        among: &[RecordType],
    ) -> Result<(RecordKind, Uuid), Stop> {
        let kinds = one.kind.map_or_else(|| among.to_vec(), |kind| vec![kind.record_type()]);
        let (kind, id) = self.meant(tx, one.name.as_deref(), &kinds).await?;
        let kind = match kind {
            RecordType::Account | RecordType::Opportunity => RecordKind::Account,
            RecordType::Contact => RecordKind::Contact,
            RecordType::Lead => RecordKind::Lead,
        };
        Ok((kind, id))
    }

    /// The record of one of these kinds that a name means. A deal comes before others where it is called one, and after them
    /// elsewhere.
    pub(super) async fn meant(
        &self,
        tx: &mut Tx,
        name: Option<&str>,
        kinds: &[RecordType],
    ) -> Result<(RecordType, Uuid), Stop> {
        let in_hand = self.in_hand.filter(|(kind, _)| kinds.contains(kind));
        let Some(name) = name else {
            return in_hand.map_or_else(|| ask("Which record do you mean?", Vec::new(), Slot::Name), Ok);
        };
        if let Some(pointed) = self.pointed_at(name).filter(|(kind, _)| kinds.contains(kind)) {
            return Ok(pointed);
        }
        let has = |kind| kinds.contains(&kind);
        let wanted = Wanted {
            accounts: has(RecordType::Account),
            contacts: has(RecordType::Contact),
            leads: has(RecordType::Lead),
        };
        let mut candidates = lookup::candidates(self.cx, tx, name, wanted).await?;
        candidates.retain(|candidate| has(candidate.kind));
        if let Some((kind, id)) = in_hand
            && candidates.iter().any(|c| c.kind == kind && c.id == id && fit(name, c) >= 60)
        {
            return Ok((kind, id));
        }
        let (deals, others): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|c| c.kind == RecordType::Opportunity);
        let called_a_deal = is_called_a_deal(self.goal, name);
        let turns = if called_a_deal { [deals, others] } else { [others, deals] };
        for turn in &turns {
            match choose(name, turn, Prefer::Open) {
                Match::One(one) => return Ok((one.kind, one.id)),
                Match::Several(all) => {
                    let all: Vec<_> = all.into_iter().map(|c| (c.kind, c.id, c.name)).collect();
                    return ask_which(name, &all);
                }
                Match::None => {}
            }
        }
        Err(Stop::Unknown(name.to_owned()))
    }
}

//! From the user's words to a call: which record a name means, whose deals, which stage, how much, until when.
//!
//! Everything is looked up under the actor's eyes. A name is taken for what it is, whichever argument it landed in; when
//! two records fit, the person is asked; what can't be found is said. Words that are no record, person, stage or value
//! never become an argument.

mod around;
mod filter;
mod insight;
mod value;

use std::collections::BTreeMap;

use dealwright_access::Context;
use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::lookup::{self, Wanted};
use super::reply;
use crate::planner::{Ask, Field, Get, NewTask, One, Query, RecordKind, Search, Update};
use crate::resolve::date;
use crate::resolve::record::{Candidate, Prefer, RecordType, choose, fit, is_called_a_deal};
use crate::resolve::vocabulary::{Match, Vocabulary};
use crate::resolve::{Reading, text};
use crate::tools::Call;
use crate::tools::day::{DayArgs, ListMyDay};
use crate::tools::filter::FilterArgs;
use crate::tools::get::{GetArgs, GetOpportunity};
use crate::tools::query::{QueryArgs, QueryPipeline};
use crate::tools::records::{GetRecord, RecordArgs};
use crate::tools::search::{SearchArgs, SearchOpportunities};
use crate::tools::task::{About, CreateTask, ScheduleMeeting, TaskArgs};
use crate::tools::update::{Changes, Said, UpdateArgs, UpdateOpportunity};

/// A question to the person, with what they can choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    pub text: String,
    pub options: Vec<Ref>,
}

/// What an answer to a question stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The record that a name means; the types of the options, in their order.
    Record {
        mention: String,
        kinds: Vec<RecordType>,
    },
    /// These words of the ask are replaced by the chosen name.
    Words(String),
    LossReason,
    /// The name of the deal.
    Name,
}

/// What an ask became.
#[derive(Clone, Debug)]
pub enum Linked {
    Call(Box<Call>),
    Ask(Question, Slot),
    /// It can't be done, said in a sentence.
    Say(String),
    /// Nothing that may be seen has this name.
    Unknown(String),
}

/// What words are read against.
#[derive(Clone, Debug)]
pub struct Linking<'a> {
    pub cx: &'a Context,
    /// The request, as it was said.
    pub goal: &'a str,
    pub vocabulary: &'a Vocabulary,
    pub reading: Reading,
    /// The record being looked at, or the one an earlier step was about.
    pub in_hand: Option<(RecordType, Uuid)>,
    /// Names that the person has chosen a record for.
    pub picked: &'a BTreeMap<String, (RecordType, Uuid)>,
    /// What the answer before listed: "the second one".
    pub listed: &'a [(RecordType, Uuid)],
    /// What became of asking a tool of another server.
    pub outside: Option<&'a dealwright_outside::Outcome>,
}

/// Links an ask.
///
/// # Errors
/// When the database is gone.
pub async fn link(linking: &Linking<'_>, tx: &mut Tx, ask: &Ask) -> Result<Linked> {
    let outcome = match ask {
        Ask::SearchOpportunities(search) => linking.search(tx, search).await,
        Ask::QueryPipeline(query) => linking.query(tx, query).await,
        Ask::GetOpportunity(get) => linking.get(tx, get).await,
        Ask::UpdateOpportunity(update) => linking.update(tx, update).await,
        Ask::CreateTask(task) => linking.task(tx, task).await.and_then(|args| Ok(Call::of::<CreateTask>(&args)?)),
        Ask::ScheduleMeeting(task) => {
            linking.task(tx, task).await.and_then(|args| Ok(Call::of::<ScheduleMeeting>(&args)?))
        }
        Ask::SearchRecords(records) => linking.records(tx, records).await,
        Ask::GetRecord(one) => linking.one(tx, one).await,
        Ask::SummariseActivity(happened) => linking.happened(tx, happened).await,
        Ask::SuggestNextStage(one) => linking.next_stage(tx, one).await,
        Ask::DraftEmail(letter) => linking.letter(tx, letter).await,
        Ask::FindDuplicates(one) => linking.duplicates(tx, one).await,
        Ask::ListApprovals(which) => Linking::approvals(*which),
        Ask::SearchKnowledge(question) => linking.written(question),
        Ask::QueryAnalytics(figures) => linking.figures(figures),
        Ask::ListStalled(stalled) => linking.stalled(stalled),
        Ask::ScoreLead(one) => linking.score(tx, one).await,
        Ask::EnrichRecord(one) => linking.enrich(tx, one).await,
        Ask::ListMyDay(day) => {
            Call::of::<ListMyDay>(&DayArgs { limit: day.limit, overdue: day.overdue }).map_err(Stop::from)
        }
        Ask::AskOutside(_) => linking.outside(),
        Ask::Decline(decline) => Err(Stop::Say(decline.reason.clone().unwrap_or_else(|| NOT_UNDERSTOOD.to_owned()))),
    };
    match outcome {
        Ok(call) => Ok(Linked::Call(Box::new(call))),
        Err(Stop::Ask(question, slot)) => Ok(Linked::Ask(question, slot)),
        Err(Stop::Say(words)) => Ok(Linked::Say(words)),
        Err(Stop::Unknown(name)) => Ok(Linked::Unknown(name)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// What is said when nothing was understood.
pub const NOT_UNDERSTOOD: &str = "I did not understand that. I can list and count deals (\"which of my deals close this month?\"), tell you about one \
    (\"summarise the … deal\") or what happened with it (\"when did we last talk to …?\"), say what to do first (\"what should I do today?\"), propose \
    changes (\"move … to Proposal\"), tasks (\"remind me to call … on Friday\") and meetings, and draft an e-mail (\"draft a follow-up to …\").";

/// Why there is no call.
enum Stop {
    Ask(Question, Slot),
    Say(String),
    Unknown(String),
    Failed(dealwright_kernel::Error),
}

impl From<dealwright_kernel::Error> for Stop {
    fn from(error: dealwright_kernel::Error) -> Self {
        Self::Failed(error)
    }
}

fn say<T>(words: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Say(words.into()))
}

fn ask<T>(text: impl Into<String>, options: Vec<Ref>, slot: Slot) -> Result<T, Stop> {
    Err(Stop::Ask(Question { text: text.into(), options }, slot))
}

/// Asks which of several records a name means.
fn ask_which<T>(name: &str, all: &[(RecordType, Uuid, String)]) -> Result<T, Stop> {
    let kinds = all.iter().take(MOST_OPTIONS).map(|(kind, ..)| *kind).collect();
    ask(which(name, all), options(all), Slot::Record { mention: text::key(name), kinds })
}

impl Linking<'_> {
    async fn search(&self, tx: &mut Tx, search: &Search) -> Result<Call, Stop> {
        let filter = self.filter(tx, &search.filter).await?;
        Ok(Call::of::<SearchOpportunities>(&SearchArgs { filter, order: search.order, limit: search.limit })?)
    }

    async fn query(&self, tx: &mut Tx, query: &Query) -> Result<Call, Stop> {
        let filter = self.filter(tx, &query.filter).await?;
        let args = QueryArgs {
            filter,
            measure: query.measure,
            group: query.group,
            top: query.top,
            ascending: query.ascending,
        };
        Ok(Call::of::<QueryPipeline>(&args)?)
    }

    async fn get(&self, tx: &mut Tx, get: &Get) -> Result<Call, Stop> {
        let wanted = Wanted { accounts: true, ..Wanted::NONE };
        let found = match self.record(tx, get.name.as_deref(), wanted, Prefer::Open).await {
            // No deal and no customer, but perhaps a person or a lead.
            Err(Stop::Unknown(name)) if get.field.is_none() => {
                return self.one(tx, &One { name: Some(name), kind: None }).await;
            }
            found => found?,
        };
        match found {
            (RecordType::Opportunity, id) => Ok(Call::of::<GetOpportunity>(&GetArgs { id, field: get.field })?),
            (RecordType::Account, id) if get.field == Some(Field::Owner) => {
                Ok(Call::of::<GetRecord>(&RecordArgs { kind: RecordKind::Account, id })?)
            }
            // A customer is summed up by its deals.
            (RecordType::Account, id) => {
                let filter = FilterArgs { account_id: Some(id), ..FilterArgs::default() };
                Ok(Call::of::<SearchOpportunities>(&SearchArgs { filter, order: None, limit: None })?)
            }
            (kind, id) => {
                let kind = if kind == RecordType::Lead { RecordKind::Lead } else { RecordKind::Contact };
                Ok(Call::of::<GetRecord>(&RecordArgs { kind, id })?)
            }
        }
    }

    async fn update(&self, tx: &mut Tx, update: &Update) -> Result<Call, Stop> {
        if update.changes.is_empty() {
            return say(
                "I understood that something should be changed, but not what to. Say which field, and its new value.",
            );
        }
        let (kind, id) = self.record(tx, update.name.as_deref(), Wanted::NONE, Prefer::Open).await?;
        if kind != RecordType::Opportunity {
            return say("I can only propose changes of deals.");
        }
        let Some(deal) = lookup::deal(self.cx, tx, id).await? else { return say("I can't find that deal any more.") };
        let (mut changes, mut said) = (Changes::default(), Vec::new());
        for (field, words) in &update.changes {
            self.value(&mut changes, *field, words, &deal)?;
            said.push(Said { field: field.key().to_owned(), words: words.clone() });
        }
        self.lost_reason(&changes, &deal)?;
        Ok(Call::of::<UpdateOpportunity>(&UpdateArgs { id, changes, said })?)
    }

    async fn task(&self, tx: &mut Tx, task: &NewTask) -> Result<TaskArgs, Stop> {
        let mut said = Vec::new();
        let today = self.reading.calendar.today;
        let due_date = match &task.due {
            Some(words) => match date::find(words, &self.reading.calendar).and_then(|when| when.due(today)) {
                Some(day) => {
                    said.push(Said { field: "due_date".into(), words: words.clone() });
                    Some(day)
                }
                None => return say(format!("I can't read “{words}” as a date.")),
            },
            None => None,
        };
        let assignee_id = match &task.assignee {
            Some(words) => {
                said.push(Said { field: "assignee_id".into(), words: words.clone() });
                Some(self.person(words)?)
            }
            None => None,
        };
        let about = match &task.name {
            Some(words) => {
                let wanted = Wanted { accounts: true, contacts: true, leads: true };
                match self.find(tx, words, wanted, Prefer::Open).await? {
                    Match::One(one) => {
                        said.push(Said { field: one.0.id_field().to_owned(), words: words.clone() });
                        Some(About { kind: one.0, id: one.1 })
                    }
                    Match::Several(all) => return ask_which(words, &all),
                    // "remind me to call mother": a task about no record.
                    Match::None if is_called_a_deal(self.goal, words) => return Err(Stop::Unknown(words.clone())),
                    Match::None => None,
                }
            }
            None => self.in_hand.map(|(kind, id)| About { kind, id }),
        };
        let title = match &task.title {
            Some(title) => title.clone(),
            None => "Follow up".to_owned(),
        };
        let remind_at = self.reminder(due_date, task.time.as_deref());
        // The hour stands in the title: a task has a day.
        let title = match task.time.as_deref().filter(|_| remind_at.is_some()) {
            Some(time) => {
                said.push(Said { field: "remind_at".into(), words: time.to_owned() });
                format!("{title} {time}")
            }
            None => title,
        };
        Ok(TaskArgs { title, about, due_date, remind_at, assignee_id, priority: task.priority, said })
    }

    /// The record that is meant, or a question.
    async fn record(
        &self,
        tx: &mut Tx,
        name: Option<&str>,
        wanted: Wanted,
        prefer: Prefer,
    ) -> Result<(RecordType, Uuid), Stop> {
        let Some(name) = name else {
            return self.in_hand.map_or_else(|| ask("Which deal do you mean?", Vec::new(), Slot::Name), Ok);
        };
        match self.find(tx, name, wanted, prefer).await? {
            Match::One(found) => Ok((found.0, found.1)),
            Match::Several(all) => ask_which(name, &all),
            Match::None => Err(Stop::Unknown(name.to_owned())),
        }
    }

    /// The record that was chosen for a name, or that the name counts out of the list before: "the second".
    fn pointed_at(&self, name: &str) -> Option<(RecordType, Uuid)> {
        let chosen = self.picked.get(&text::key(name)).copied();
        chosen.or_else(|| self.listed.get(reply::ordinal(name, self.listed.len())?).copied())
    }

    async fn find(
        &self,
        tx: &mut Tx,
        name: &str,
        wanted: Wanted,
        prefer: Prefer,
    ) -> Result<Match<(RecordType, Uuid, String)>, Stop> {
        if let Some((kind, id)) = self.pointed_at(name) {
            return Ok(Match::One((kind, id, name.to_owned())));
        }
        let candidates = lookup::candidates(self.cx, tx, name, wanted).await?;
        let triple = |c: &Candidate| (c.kind, c.id, c.name.clone());
        // What is being looked at is meant when the name fits it.
        if let Some((kind, id)) = self.in_hand
            && let Some(held) = candidates.iter().find(|c| c.kind == kind && c.id == id)
            && fit(name, held) >= 60
        {
            return Ok(Match::One(triple(held)));
        }
        // A customer's bare name means the customer where customers are wanted, "the X deal" a deal.
        let accounts: Vec<Candidate> =
            candidates.iter().filter(|c| c.kind != RecordType::Opportunity).cloned().collect();
        let deals: Vec<Candidate> = candidates.iter().filter(|c| c.kind == RecordType::Opportunity).cloned().collect();
        let account = choose(name, &accounts, Prefer::Any);
        let deal = choose(name, &deals, prefer);
        let said_deal = is_called_a_deal(self.goal, name);
        if wanted.accounts
            && !said_deal
            && !matches!(deal, Match::One(_))
            && let Match::One(account) = &account
            && fit(name, account) >= 55
        {
            return Ok(Match::One(triple(account)));
        }
        Ok(match (deal, account) {
            (Match::One(one), _) => Match::One(triple(&one)),
            (Match::Several(all), _) => Match::Several(all.iter().map(triple).collect()),
            (Match::None, _) if said_deal => Match::None,
            (Match::None, Match::One(one)) if wanted != Wanted::NONE => Match::One(triple(&one)),
            (Match::None, Match::Several(all)) if wanted != Wanted::NONE => {
                Match::Several(all.iter().map(triple).collect())
            }
            (Match::None, _) => Match::None,
        })
    }
}

/// Asks whether one of the nearest is meant; says that there is none when there is none.
pub fn did_you_mean(name: &str, near: &[(RecordType, Uuid, String)]) -> Result<(Question, Slot), String> {
    if near.is_empty() {
        return Err(not_found(name));
    }
    let text = format!("{} Do you mean one of these?", not_found(name));
    let kinds = near.iter().map(|(kind, ..)| *kind).collect();
    Ok((Question { text, options: options(near) }, Slot::Record { mention: text::key(name), kinds }))
}

fn not_found(name: &str) -> String {
    format!("I find nothing called “{}” among what you may see.", name.trim())
}

const MOST_OPTIONS: usize = 8;

fn which(name: &str, all: &[(RecordType, Uuid, String)]) -> String {
    let name = name.trim();
    if all.len() > MOST_OPTIONS {
        format!("“{name}” fits {} records. Which one do you mean? These are the latest.", all.len())
    } else {
        format!("“{name}” fits {} records. Which one do you mean?", all.len())
    }
}

fn options(all: &[(RecordType, Uuid, String)]) -> Vec<Ref> {
    all.iter().take(MOST_OPTIONS).map(|(_, id, name)| Ref { id: *id, name: name.clone() }).collect()
}

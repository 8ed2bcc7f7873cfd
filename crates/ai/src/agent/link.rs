//! From the user's words to a call: which record a name means, whose deals, which stage, how much, until when.
//!
//! Everything is looked up under the actor's eyes. A name is taken for what it is, whichever argument it landed in; when
//! two records fit, the person is asked; what can't be found is said. Words that are no record, person, stage or value
//! never become an argument.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use dealwright_access::Context;
use dealwright_crm::record::Ref;
use dealwright_kernel::{Currency, Money, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::lookup::{self, Wanted};
use crate::planner::{Ask, DateOf, Field, Filter, Get, NewTask, Query, Search, Update};
use crate::resolve::amount::{self, Bound};
use crate::resolve::date;
use crate::resolve::record::{Candidate, Prefer, RecordType, choose};
use crate::resolve::vocabulary::{Match, StageKind, Vocabulary, Whose};
use crate::resolve::{Reading, text};
use crate::tools::Call;
use crate::tools::filter::{DateRange, FilterArgs, Range};
use crate::tools::get::{GetArgs, GetOpportunity};
use crate::tools::query::{QueryArgs, QueryPipeline};
use crate::tools::search::{SearchArgs, SearchOpportunities};
use crate::tools::task::{About, CreateTask, TaskArgs};
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
        Ask::CreateTask(task) => linking.task(tx, task).await,
        Ask::Decline(decline) => Err(Stop::Say(decline.reason.clone().unwrap_or_else(|| NOT_UNDERSTOOD.to_owned()))),
    };
    match outcome {
        Ok(call) => Ok(Linked::Call(Box::new(call))),
        Err(Stop::Ask(question, slot)) => Ok(Linked::Ask(question, slot)),
        Err(Stop::Say(words)) => Ok(Linked::Say(words)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// What is said when nothing was understood.
pub const NOT_UNDERSTOOD: &str = "I did not understand that. I can list and count deals (\"which of my deals close this month?\"), tell you about one \
    (\"summarise the … deal\"), propose changes (\"move … to Proposal\") and tasks (\"remind me to call … on Friday\").";

/// Why there is no call.
enum Stop {
    Ask(Question, Slot),
    Say(String),
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
        match self.record(tx, get.name.as_deref(), Wanted { accounts: true, contacts: false }, Prefer::Open).await? {
            (RecordType::Opportunity, id) => Ok(Call::of::<GetOpportunity>(&GetArgs { id, field: get.field })?),
            // A customer is summed up by its deals.
            (RecordType::Account, id) => {
                let filter = FilterArgs { account_id: Some(id), ..FilterArgs::default() };
                Ok(Call::of::<SearchOpportunities>(&SearchArgs { filter, order: None, limit: None })?)
            }
            (RecordType::Contact, _) => say("I can tell you about deals and customers, not about contacts yet."),
        }
    }

    async fn update(&self, tx: &mut Tx, update: &Update) -> Result<Call, Stop> {
        if update.changes.is_empty() {
            return say(
                "I understood that something should be changed, but not what to. Say which field, and its new value.",
            );
        }
        let (kind, id) =
            self.record(tx, update.name.as_deref(), Wanted { accounts: false, contacts: false }, Prefer::Open).await?;
        if kind != RecordType::Opportunity {
            return say("I can only propose changes of deals.");
        }
        let Some(deal) = lookup::deal(tx, id).await? else { return say("I can't find that deal any more.") };
        let (mut changes, mut said) = (Changes::default(), Vec::new());
        for (field, words) in &update.changes {
            self.value(&mut changes, *field, words, &deal)?;
            said.push(Said { field: field.key().to_owned(), words: words.clone() });
        }
        self.lost_reason(&changes, &deal)?;
        Ok(Call::of::<UpdateOpportunity>(&UpdateArgs { id, changes, said })?)
    }

    /// Reads a new value.
    fn value(&self, changes: &mut Changes, field: Field, words: &str, deal: &lookup::Deal) -> Result<(), Stop> {
        let unread = |what: &str| Stop::Say(format!("I can't read “{words}” as {what}."));
        match field {
            Field::Stage => match self.vocabulary.stage(words, Some(deal.pipeline_id)) {
                Match::One(stage) => changes.stage_id = Some(stage.id),
                Match::Several(stages) => {
                    return ask(
                        format!("Which stage is “{words}”?"),
                        stages.iter().map(|s| Ref { id: s.id, name: s.name.clone() }).collect(),
                        Slot::Words(words.to_owned()),
                    );
                }
                Match::None => {
                    let names: Vec<&str> = self
                        .vocabulary
                        .stages
                        .iter()
                        .filter(|s| s.pipeline_id == deal.pipeline_id)
                        .map(|s| s.name.as_str())
                        .collect();
                    return say(format!("There is no stage “{words}”. The stages are {}.", names.join(", ")));
                }
            },
            Field::Amount => changes.amount = Some(self.money(words, deal).ok_or_else(|| unread("an amount"))?),
            Field::CloseDate => {
                changes.close_date = Some(self.close_date(words, deal).ok_or_else(|| unread("a date"))?)
            }
            Field::Owner => changes.owner_id = Some(self.person(words)?),
            Field::NextStep => changes.next_step = Some(words.trim().to_owned()),
            Field::Name => changes.name = Some(words.trim().trim_matches('"').to_owned()),
            Field::Probability => {
                let digits: String = words.chars().filter(char::is_ascii_digit).collect();
                changes.probability =
                    Some(digits.parse().ok().filter(|p| (0..=100).contains(p)).ok_or_else(|| unread("a percentage"))?);
            }
            Field::ForecastCategory => {
                changes.forecast_category =
                    Some(Vocabulary::forecast(words).ok_or_else(|| unread("a forecast category"))?.to_owned())
            }
            Field::LostReason => {
                let reasons: Vec<_> = self.vocabulary.choices.iter().filter(|c| c.kind == "loss_reason").collect();
                let wanted = text::key(words);
                let best = reasons.iter().find(|c| text::key(&c.name) == wanted).or_else(|| {
                    let close = |c: &&&crate::resolve::vocabulary::Choice| {
                        text::key(&c.name).split(' ').any(|w| w.len() > 3 && text::contains_words(words, w))
                            || text::likeness(&c.name, words) > 0.8
                    };
                    reasons.iter().find(close)
                });
                match best {
                    Some(reason) => changes.lost_reason_id = Some(reason.id),
                    None => {
                        return ask(
                            format!("Which reason is “{words}”?"),
                            reasons.iter().map(|c| Ref { id: c.id, name: c.name.clone() }).collect(),
                            Slot::Words(words.to_owned()),
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// A deal enters a lost stage with a reason: asked for here, so that no proposal is made that a gate will refuse.
    fn lost_reason(&self, changes: &Changes, deal: &lookup::Deal) -> Result<(), Stop> {
        let lost = self.vocabulary.stages.iter().any(|s| Some(s.id) == changes.stage_id && s.kind == StageKind::Lost);
        if !lost || changes.lost_reason_id.is_some() || deal.lost_reason_id.is_some() {
            return Ok(());
        }
        let reasons = self.vocabulary.choices.iter().filter(|c| c.kind == "loss_reason");
        ask(
            format!("Why was {} lost?", deal.name),
            reasons.map(|c| Ref { id: c.id, name: c.name.clone() }).collect(),
            Slot::LossReason,
        )
    }

    fn money(&self, words: &str, deal: &lookup::Deal) -> Option<Money> {
        let amount = amount::find(words, self.reading.mark)?;
        let (low, high) = amount.bound.ends();
        let value = amount.bound.exactly().or_else(|| low.or(high).map(|(v, _)| v))?;
        let code = amount
            .currency
            .map(str::to_owned)
            .or_else(|| deal.currency.clone())
            .unwrap_or_else(|| self.vocabulary.currency.clone());
        let currency: Currency = code.parse().ok()?;
        Money::from_decimal(value.round_dp(currency.decimals()), currency).ok()
    }

    /// "30 Nov", "next quarter" (its last day), "later by two weeks" (than it is now).
    fn close_date(&self, words: &str, deal: &lookup::Deal) -> Option<NaiveDate> {
        let sign = if words.starts_with("earlier by") { -1 } else { 1 };
        if words.starts_with("earlier by") || words.starts_with("later by") {
            let span = amount::find_span(words)?.exactly()?;
            let base = deal.close_date.unwrap_or(self.reading.calendar.today);
            return date::shift(base, sign * i64::from(span.count), span.unit);
        }
        date::find(words, &self.reading.calendar)?.deadline()
    }

    fn person(&self, words: &str) -> Result<Uuid, Stop> {
        match self.vocabulary.whose(words) {
            Match::One(Whose::Mine) => Ok(self.cx.actor().user.0),
            Match::One(Whose::Of(person)) => Ok(person.id),
            Match::One(Whose::MyTeams | Whose::Team(_)) => say("That takes one person, not a team."),
            Match::Several(all) => {
                let options = all.into_iter().filter_map(|w| match w {
                    Whose::Of(p) => Some(Ref { id: p.id, name: p.name }),
                    Whose::Mine | Whose::MyTeams | Whose::Team(_) => None,
                });
                ask(format!("Who is “{words}”?"), options.collect(), Slot::Words(words.to_owned()))
            }
            Match::None => say(format!("I know nobody called “{words}” here.")),
        }
    }

    async fn task(&self, tx: &mut Tx, task: &NewTask) -> Result<Call, Stop> {
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
                let wanted = Wanted { accounts: true, contacts: true };
                match self.find(tx, words, wanted, Prefer::Open).await? {
                    Match::One(one) => {
                        said.push(Said { field: format!("{}_id", kind_word(one.0)), words: words.clone() });
                        Some(About { kind: one.0, id: one.1 })
                    }
                    Match::Several(all) => return ask_which(words, &all),
                    // "remind me to call mother": a task about no record.
                    Match::None if self.names_a_deal(words) => return say(not_found(words)),
                    Match::None => None,
                }
            }
            None => self.in_hand.map(|(kind, id)| About { kind, id }),
        };
        let title = match &task.title {
            Some(title) => title.clone(),
            None => "Follow up".to_owned(),
        };
        Ok(Call::of::<CreateTask>(&TaskArgs { title, about, due_date, assignee_id, priority: task.priority, said })?)
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
            Match::None => say(not_found(name)),
        }
    }

    async fn find(
        &self,
        tx: &mut Tx,
        name: &str,
        wanted: Wanted,
        prefer: Prefer,
    ) -> Result<Match<(RecordType, Uuid, String)>, Stop> {
        if let Some((kind, id)) = self.picked.get(&text::key(name)) {
            return Ok(Match::One((*kind, *id, name.to_owned())));
        }
        let candidates = lookup::candidates(self.cx, tx, name, wanted).await?;
        let triple = |c: &Candidate| (c.kind, c.id, c.name.clone());
        // What is being looked at is meant when the name fits it.
        if let Some((kind, id)) = self.in_hand
            && let Some(held) = candidates.iter().find(|c| c.kind == kind && c.id == id)
            && crate::resolve::record::fit(name, held) >= 60
        {
            return Ok(Match::One(triple(held)));
        }
        // A customer's bare name means the customer where customers are wanted, "the X deal" a deal.
        let accounts: Vec<Candidate> =
            candidates.iter().filter(|c| c.kind != RecordType::Opportunity).cloned().collect();
        let deals: Vec<Candidate> = candidates.iter().filter(|c| c.kind == RecordType::Opportunity).cloned().collect();
        let account = choose(name, &accounts, Prefer::Any);
        let deal = choose(name, &deals, prefer);
        if wanted.accounts
            && !self.names_a_deal(name)
            && !matches!(deal, Match::One(_))
            && let Match::One(account) = &account
            && crate::resolve::record::fit(name, account) >= 55
        {
            return Ok(Match::One(triple(account)));
        }
        Ok(match (deal, account) {
            (Match::One(one), _) => Match::One(triple(&one)),
            (Match::Several(all), _) => Match::Several(all.iter().map(triple).collect()),
            (Match::None, Match::One(one)) if wanted.accounts || wanted.contacts => Match::One(triple(&one)),
            (Match::None, Match::Several(all)) if wanted.accounts || wanted.contacts => {
                Match::Several(all.iter().map(triple).collect())
            }
            (Match::None, _) => Match::None,
        })
    }

    /// Whether it was said that a deal is meant: "the Isdom deal", "the deal with Isdom".
    fn names_a_deal(&self, name: &str) -> bool {
        let name = text::key(name);
        ["deal", "opportunity", "opp"].iter().any(|noun| {
            text::contains_words(&name, noun)
                || text::contains_words(self.goal, &format!("{name} {noun}"))
                || text::contains_words(self.goal, &format!("{name} s {noun}"))
                || ["with", "at", "for", "of", "from"]
                    .iter()
                    .any(|joint| text::contains_words(self.goal, &format!("{noun} {joint} {name}")))
        })
    }

    /// Resolves every condition of a filter.
    async fn filter(&self, tx: &mut Tx, filter: &Filter) -> Result<FilterArgs, Stop> {
        let mut args = FilterArgs { kinds: filter.kinds.clone(), lacks: filter.missing, ..FilterArgs::default() };
        let mut name = filter.name.clone();
        if let Some(words) = &filter.owner {
            self.owner(&mut args, words, &mut name)?;
        }
        for words in &filter.stages {
            let stages = self.vocabulary.stages_named(words);
            if stages.is_empty() {
                name = name.or_else(|| Some(words.clone()));
            }
            args.stage_ids.extend(stages.iter().map(|s| s.id));
        }
        if let Some(words) = name {
            self.named(tx, &mut args, &words).await?;
        }
        if let Some(words) = &filter.amount {
            args.amount = amount::find(words, self.reading.mark).map(|a| range(a.bound));
        }
        if let Some(words) = &filter.probability {
            let tokens = text::tokens(words);
            args.probability = (0..tokens.len())
                .find_map(|i| amount::scan_percent(&tokens, i, self.reading.mark))
                .map(|(bound, _)| range(bound));
        }
        self.dates(&mut args, filter);
        args.forecast_category = filter.forecast.as_deref().and_then(Vocabulary::forecast).map(str::to_owned);
        for words in &filter.choices {
            args.choice_ids.extend(self.vocabulary.choices_named(words, None).iter().map(|c| c.id));
        }
        Ok(args)
    }

    fn owner(&self, args: &mut FilterArgs, words: &str, name: &mut Option<String>) -> Result<(), Stop> {
        match self.vocabulary.whose(words) {
            Match::One(Whose::Mine) => args.owner_id = Some(self.cx.actor().user.0),
            Match::One(Whose::MyTeams) => args.team_ids = self.cx.actor().teams.clone(),
            Match::One(Whose::Of(person)) => args.owner_id = Some(person.id),
            Match::One(Whose::Team(team)) => args.team_ids = vec![team.id],
            Match::Several(_) => return self.person(words).map(|_| ()),
            // A customer's name that landed here.
            Match::None => *name = name.take().or_else(|| Some(words.to_owned())),
        }
        Ok(())
    }

    /// A name in a filter: a customer, a product, a colleague, or words in the deal's own name.
    async fn named(&self, tx: &mut Tx, args: &mut FilterArgs, words: &str) -> Result<(), Stop> {
        let mut rest = text::key(words);
        for product in &self.vocabulary.products {
            let (spaced, joined) = (text::key(&product.name), text::key(&product.name).replace(' ', ""));
            for form in [spaced, joined] {
                if args.product_id.is_none() && text::contains_words(&rest, &form) {
                    args.product_id = Some(product.id);
                    rest = format!(" {rest} ").replacen(&format!(" {form} "), " ", 1).trim().to_owned();
                }
            }
        }
        if rest.is_empty() {
            return self.product_or_words(tx, args, words).await;
        }
        let original = if args.product_id.is_some() { rest.as_str() } else { words };
        if let Some((RecordType::Account, id)) = self.picked.get(&text::key(original)) {
            args.account_id = Some(*id);
            return Ok(());
        }
        let accounts = lookup::accounts(tx, original).await?;
        match choose(original, &accounts, Prefer::Any) {
            Match::One(account) => {
                args.account_id = Some(account.id);
                return Ok(());
            }
            Match::Several(all) => {
                let all: Vec<_> = all.iter().map(|c| (c.kind, c.id, c.name.clone())).collect();
                return ask_which(original, &all);
            }
            Match::None => {}
        }
        if args.owner_id.is_none()
            && let Match::One(Whose::Of(person)) = self.vocabulary.whose(original)
        {
            args.owner_id = Some(person.id);
            return Ok(());
        }
        let found = dealwright_crm::search::opportunities(tx, self.cx.actor(), original).await?;
        if found.is_empty() {
            return say(not_found(original));
        }
        args.text = Some(original.to_owned());
        Ok(())
    }

    /// A product's deals are those with such a line; where nobody keeps lines, those with its name in theirs.
    async fn product_or_words(&self, tx: &mut Tx, args: &mut FilterArgs, words: &str) -> Result<(), Stop> {
        if let Some(id) = args.product_id
            && !lookup::product_is_used(tx, id).await?
        {
            args.product_id = None;
            args.text = Some(words.to_owned());
        }
        Ok(())
    }

    fn dates(&self, args: &mut FilterArgs, filter: &Filter) {
        let today = self.reading.calendar.today;
        let past = !matches!(filter.date_of, DateOf::CloseDate);
        let calendar = if past { self.reading.of_the_past().calendar } else { self.reading.calendar };
        if let Some(when) = filter.date.as_deref().and_then(|words| date::find(words, &calendar)) {
            args.dates.push(DateRange { of: filter.date_of, from: when.from, to: when.to });
        }
        if let Some(bound) = filter.age.as_deref().and_then(amount::find_span) {
            args.dates.push(since(DateOf::StageEntered, bound, today));
        }
        if let Some(bound) = filter.idle.as_deref().and_then(|words| {
            amount::find_span(words).or_else(|| {
                // "no activity since October", "not touched this month"
                let from = date::find(words, &calendar)?.from?;
                let days = u32::try_from((today - from).num_days()).ok()?;
                Some(Bound::AtLeast(amount::Span { count: days, unit: date::Grain::Day }))
            })
        }) {
            args.dates.push(since(DateOf::Updated, bound, today));
        }
        if filter.overdue {
            args.dates.push(DateRange { of: DateOf::CloseDate, from: None, to: today.pred_opt() });
        }
    }
}

/// Long enough ago for a length of time: more than 60 days is entered before the day 60 days ago.
fn since(of: DateOf, bound: Bound<amount::Span>, today: NaiveDate) -> DateRange {
    let back = |span: amount::Span| date::shift(today, -i64::from(span.count), span.unit);
    let (low, high) = bound.ends();
    let exact = bound.exactly().is_some();
    let to = low.and_then(|(span, included)| {
        back(span).and_then(|d| if included { Some(d) } else { d.checked_sub_days(Days::new(1)) })
    });
    let from = high.filter(|_| !exact).and_then(|(span, included)| {
        back(span).and_then(|d| if included { Some(d) } else { d.checked_add_days(Days::new(1)) })
    });
    DateRange { of, from, to }
}

fn range(bound: Bound<rust_decimal::Decimal>) -> Range {
    let (low, high) = bound.ends();
    Range {
        from: low.map(|l| l.0),
        to: high.map(|h| h.0),
        from_included: low.is_some_and(|l| l.1),
        to_included: high.is_some_and(|h| h.1),
    }
}

fn kind_word(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Opportunity => "opportunity",
        RecordType::Account => "account",
        RecordType::Contact => "contact",
    }
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

//! An ask of what is wanted: the values that the sentence holds, put where the tool wants them.

use std::ops::Range;

use super::intent::{self, Intent};
use super::sentence::{Sentence, is_pointing};
use super::{Certainty, Draft, around, change, filter, insight, records, task};
use crate::planner::{
    Approvals, Ask, Decline, Field, Get, Group, Happened, Letter, Measure, MyDay, NewTask, One, Priority, Query,
    Question, RecordKind, Search, Stalled, Update, WhichApprovals,
};
use crate::resolve::lex::Meaning;
use crate::resolve::record::RecordType;
use crate::resolve::vocabulary::StageKind;

/// Less likely than this, a reading is none.
const LIKELY: f32 = 0.3;
/// From here a reading can be put beside what a model says.
const SURE: f32 = 0.6;

/// Reads a sentence that no form covers by what it most likely wants; nothing when it is not likely enough, or what it needs is
/// not said.
pub fn read(s: &mut Sentence<'_>) -> Option<Draft> {
    let (intent, likely) = intent::guess(s);
    if likely < LIKELY {
        return None;
    }
    // That no tool can do it is said only where that is sure.
    let ask = match intent {
        Intent::Nothing if likely >= SURE => Ask::Decline(Decline::default()),
        intent => ask(s, intent)?,
    };
    let certainty = if likely >= SURE { Certainty::Some } else { Certainty::None };
    Some(Draft::one(ask, certainty))
}

fn ask(s: &mut Sentence<'_>, intent: Intent) -> Option<Ask> {
    const PEOPLE: [RecordType; 4] =
        [RecordType::Contact, RecordType::Lead, RecordType::Account, RecordType::Opportunity];
    const DEALS: [RecordType; 4] =
        [RecordType::Opportunity, RecordType::Account, RecordType::Contact, RecordType::Lead];
    Some(match intent {
        Intent::Deals => Ask::SearchOpportunities(deals(s)),
        Intent::Figures => Ask::QueryPipeline(figures(s)),
        Intent::Analytics => insight::figures(s)?,
        Intent::Stalled => Ask::ListStalled(Stalled { owner: owner(s) }),
        Intent::Deal => Ask::GetOpportunity(Get { name: whose(s, &DEALS)?, field: field(s) }),
        Intent::Record => Ask::GetRecord(One { name: whose(s, &PEOPLE)?, kind: None }),
        Intent::Records => records::loose(s)?,
        Intent::Activity => Ask::SummariseActivity(Happened { name: whose(s, &PEOPLE)?, when: date(s) }),
        Intent::Written => Ask::SearchKnowledge(Question { question: s.words(&(s.opening()..s.ending())) }),
        Intent::Change => Ask::UpdateOpportunity(update(s)?),
        Intent::NextStage => Ask::SuggestNextStage(One { name: whose(s, &DEALS)?, kind: None }),
        Intent::Task => Ask::CreateTask(new_task(s)?),
        Intent::Meeting => Ask::ScheduleMeeting(new_task(s)?),
        Intent::Email => {
            Ask::DraftEmail(Letter { name: whose(s, &PEOPLE)?, purpose: around::purpose(s), topic: topic(s) })
        }
        Intent::Day => Ask::ListMyDay(MyDay { overdue: s.has(&["overdue|late"]), ..MyDay::default() }),
        Intent::Approvals => Ask::ListApprovals(WhichApprovals { which: Approvals::Waiting }),
        Intent::MyApprovals => Ask::ListApprovals(WhichApprovals { which: Approvals::Mine }),
        Intent::Duplicates => Ask::FindDuplicates(one(s, &PEOPLE)?),
        Intent::Score => Ask::ScoreLead(One { name: whose(s, &[RecordType::Lead])?, kind: Some(RecordKind::Lead) }),
        Intent::Enrich => Ask::EnrichRecord(one(s, &PEOPLE)?),
        Intent::Nothing => return None,
    })
}

/// The name of the first of these kinds that is named, or of the words that look like a name; the record in hand where none is.
/// Nothing when neither a name nor a pointing word stands there and many are spoken of.
#[expect(clippy::option_option, reason = "whether there is one at all, and whether it has a name")]
fn whose(s: &Sentence<'_>, kinds: &[RecordType]) -> Option<Option<String>> {
    let spoken = kinds.iter().find_map(|kind| s.records.iter().find(|record| record.kind == *kind));
    if let Some(record) = spoken {
        return Some(Some(s.words(&record.tokens)));
    }
    if let Some(name) = change::named_in(s, s.opening(), s.ending()) {
        return Some(Some(name));
    }
    let pointed = (0..s.len()).any(|i| is_pointing(s.word(i)));
    let many = s.has(&["deals|accounts|leads|contacts|customers|opportunities|everybody|everyone|all"]);
    (pointed || !many).then_some(None)
}

fn one(s: &Sentence<'_>, kinds: &[RecordType]) -> Option<One> {
    let kind = s.records.iter().find_map(|record| match record.kind {
        RecordType::Account => Some(RecordKind::Account),
        RecordType::Contact => Some(RecordKind::Contact),
        RecordType::Lead => Some(RecordKind::Lead),
        RecordType::Opportunity => None,
    });
    Some(One { name: whose(s, kinds)?, kind })
}

fn date(s: &Sentence<'_>) -> Option<String> {
    s.find(0, |m| matches!(m, Meaning::Date(_))).map(|e| s.words(&e.tokens))
}

fn owner(s: &Sentence<'_>) -> Option<String> {
    s.find(0, |m| *m == Meaning::Owner).map(|e| s.words(&e.tokens))
}

fn field(s: &Sentence<'_>) -> Option<Field> {
    let named: Vec<Field> = (0..s.len()).filter_map(|i| change::field_at(s, i).map(|(field, _)| field)).collect();
    // Two fields are a summary.
    match named.as_slice() {
        [one] => Some(*one),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Some(*first),
        _ => None,
    }
}

/// A list under the conditions that the sentence holds, of the record that it names.
fn deals(s: &mut Sentence<'_>) -> Search {
    let name = spoken_of_deals(s);
    let start = s.opening();
    let mut search = filter::read(s, start).search;
    search.filter.name = name.or(search.filter.name.filter(|words| !words.chars().all(char::is_lowercase)));
    let f = &search.filter;
    let created = f.date_of == crate::planner::DateOf::Created && f.date.is_some();
    if f.kinds.is_empty() && f.stages.is_empty() && !created {
        search.filter.kinds.push(StageKind::Open);
    }
    search
}

fn spoken_of_deals(s: &Sentence<'_>) -> Option<String> {
    let record =
        s.records.iter().find(|record| matches!(record.kind, RecordType::Account | RecordType::Opportunity))?;
    Some(s.words(&record.tokens))
}

/// What is counted or summed, by what.
fn figures(s: &mut Sentence<'_>) -> Query {
    const MEASURES: [(&[&str], Measure); 4] = [
        (&["win|winning rate|ratio|rates", "how often", "more often", "share|percentage|proportion"], Measure::WinRate),
        (&["average|typical|mean"], Measure::Average),
        (&["weighted", "forecast"], Measure::Weighted),
        (&["how many", "number|count|often", "most often"], Measure::Count),
    ];
    const GROUPS: [(&str, Group); 9] = [
        ("rep|reps|who|owner|owners|person|seller|sellers|team|teams|colleague", Group::Owner),
        ("customer|customers|account|accounts|company|companies|client|clients", Group::Account),
        ("stage|stages", Group::Stage),
        ("industry|industries|sector|sectors", Group::Industry),
        ("region|regions|country|countries", Group::Region),
        ("source|sources|channel|channels", Group::Source),
        ("product|products", Group::Product),
        ("month|months|monthly", Group::Month),
        ("quarter|quarters|quarterly", Group::Quarter),
    ];
    let measure = MEASURES.iter().find(|(words, _)| s.has(words)).map_or(Measure::Sum, |(_, measure)| *measure);
    let ranked = s.has(&["best|most|biggest|top|highest|strongest|worst|least|fewest"]);
    let group_of = |words: &str| {
        s.has(&[
            &format!("by|per|each|every|for|in|of {words}"),
            &format!("best|which|biggest|top|most|strongest|worst {words}"),
        ]) || words.starts_with("rep") && s.word(s.opening()) == "who"
    };
    // "our best customer": the customer is what is ranked, not who asks.
    let group = GROUPS.iter().rev().find(|(words, _)| group_of(words)).map(|(_, group)| *group);
    let won = s.has(&["won|win|revenue|sold|sell|bought|turnover|closed"]);
    let name = spoken_of_deals(s);
    let start = s.opening();
    let mut filter = filter::read(s, start).search.filter;
    filter.name = name.or(filter.name.filter(|words| !words.chars().all(char::is_lowercase)));
    if measure == Measure::WinRate {
        filter.kinds.clear();
    } else if filter.kinds.is_empty() && filter.stages.is_empty() {
        filter.kinds.push(if won { StageKind::Won } else { StageKind::Open });
    }
    let top = (group.is_some() && ranked && !s.has(&["top"])).then_some(1);
    Query { filter, measure, group, top, ascending: s.has(&["worst|least|fewest|lowest"]) }
}

/// New values: each in the sentence once, of the field that it can be of.
fn update(s: &Sentence<'_>) -> Option<Update> {
    let mut changes: Vec<(Field, String)> = Vec::new();
    let end = s.ending();
    let named = |i: usize| s.records.iter().any(|record| record.tokens.contains(&i));
    for entity in s.entities.iter().filter(|e| !named(e.tokens.start)) {
        let Some(field) = change::field_of_value(s, &entity.tokens) else { continue };
        let words = s.words(&entity.tokens);
        let mine = matches!(s.word(entity.tokens.start), "my" | "our" | "mine" | "i");
        // The last of a kind is the new one: "Diego is on leave, give it to Elin".
        if !mine && change::is_value(s, field, &entity.tokens) {
            changes.retain(|(known, _)| *known != field);
            changes.push((field, words));
        }
    }
    // "closed as won" is a stage, and the day that it was signed on is none of its values.
    if let Some((_, stage)) = changes.iter().find(|(field, _)| *field == Field::Stage).cloned() {
        let closes = matches!(stage.to_lowercase().as_str(), "won" | "lost");
        changes.retain(|(field, _)| !closes || matches!(field, Field::Stage | Field::LostReason));
        if stage.eq_ignore_ascii_case("lost") {
            changes.extend(change::lost_reason(s, s.opening(), end).1.map(|reason| (Field::LostReason, reason)));
        }
    }
    // A person and a day: who is away until when is said beside the new owner.
    if changes.iter().any(|(field, _)| *field == Field::Owner) && changes.len() > 1 {
        changes.retain(|(field, _)| *field != Field::CloseDate);
    }
    let name = whose(s, &[RecordType::Opportunity, RecordType::Account])?;
    (!changes.is_empty()).then_some(Update { name, changes })
}

/// A task out of what is to be done, without its day, its courtesies and whom it is for.
fn new_task(s: &Sentence<'_>) -> Option<NewTask> {
    let due = s.entities.iter().rev().find(|e| matches!(e.meaning, Meaning::Date(_)));
    let assignee = s
        .entities
        .iter()
        .find(|e| e.meaning == Meaning::Owner && !matches!(s.word(e.tokens.start), "my" | "our" | "mine" | "i"));
    let mut cut: Vec<Range<usize>> = due.iter().map(|e| e.tokens.clone()).collect();
    cut.extend(assignee.iter().map(|e| e.tokens.clone()));
    let time = s.seek(0, &["at noon", "in the morning|afternoon|evening"]).or_else(|| {
        let at = s.seek(0, &["at"]).filter(|at| s.word(at.end).starts_with(|c: char| c.is_ascii_digit()))?;
        Some(at.start..at.end + 1 + usize::from(matches!(s.word(at.end + 1), "am" | "pm" | "o'clock")))
    });
    cut.extend(time.clone());
    let body = body(s, assignee.map(|e| e.tokens.end));
    let urgent = s.has(&["urgent|urgently|asap", "high priority|prio", "important"]);
    let low = s.has(&["low priority|prio", "no hurry", "not urgent"]);
    let priority = if low { Some(Priority::Low) } else { urgent.then_some(Priority::High) };
    let name = whose(s, &[RecordType::Contact, RecordType::Lead, RecordType::Opportunity, RecordType::Account])?;
    Some(NewTask {
        title: Some(task::words_without(s, body, &cut)?),
        name,
        due: due.map(|e| s.words(&e.tokens)),
        time: time.map(|time| s.words(&time)),
        assignee: assignee.map(|e| s.words(&e.tokens)),
        priority,
    })
}

/// Where a task says what is to be done: after what leads to it, up to the end of its sentence.
fn body(s: &Sentence<'_>, assignee_ends: Option<usize>) -> Range<usize> {
    const LEADS: [&str; 6] = [
        "forget|remember|have|has|need|needs|must|should|want|wants|sure|reminder|me to",
        "make sure that? i|we",
        "jot|note|put down? that i? have|need|must|should? to?",
        "note to self",
        "i|we must|should not? miss?",
        "task|todo|to-do|reminder for? to",
    ];
    let after_person =
        assignee_ends.map(|end| end + s.any(end, &["has|needs|is|should|must|please to?", "to"]).unwrap_or(0));
    let led = s.seek(s.opening(), &LEADS).map(|lead| lead.end);
    let colon = (s.opening()..s.ending()).find(|i| s.word(*i) == ":").map(|i| i + 1);
    let from = after_person.or(led).or(colon).unwrap_or_else(|| s.opening());
    let stop = (from + 1..s.ending()).find(|i| matches!(s.word(*i), "." | ";" | "!")).unwrap_or_else(|| s.ending());
    from..stop.max(from)
}

/// What a letter is about: what follows "about", "with", "that".
fn topic(s: &Sentence<'_>) -> Option<String> {
    let about = s.seek(
        s.opening(),
        &[
            "about|regarding|concerning|with",
            "that asks|says|tells him|her|them?",
            "thank|thanks|thanking her|him|them? for",
            "for the",
        ],
    )?;
    let words = s.words(&(about.end..s.ending()));
    (!words.is_empty() && about.end < s.ending()).then_some(words)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::resolve::Reading;
    use crate::resolve::vocabulary::tests::sample;
    use crate::resolve::vocabulary::{Record, Vocabulary};

    fn vocabulary() -> Vocabulary {
        let record = |kind, name: &str| Record { kind, name: name.into(), said: name.to_lowercase() };
        let records = vec![
            record(RecordType::Account, "Linden Bakeries"),
            record(RecordType::Contact, "Petra Kruger"),
            record(RecordType::Lead, "Uma Drake"),
            record(RecordType::Account, "Moorgate Medical"),
        ];
        Vocabulary { records, ..sample() }
    }

    fn ask_of(sentence: &str, intent: Intent) -> Option<Ask> {
        let (vocabulary, day) = (vocabulary(), NaiveDate::from_ymd_opt(2025, 11, 26).unwrap());
        ask(&mut Sentence::new(sentence, &vocabulary, Reading::of_locale(day, "en-US")), intent)
    }

    #[test]
    fn a_change_takes_the_values_that_stand_there() {
        let update = |sentence: &str| match ask_of(sentence, Intent::Change) {
            Some(Ask::UpdateOpportunity(update)) => (update.name, update.changes),
            other => panic!("{sentence}: {other:?}"),
        };
        let linden = || Some("linden bakeries".to_owned());
        assert_eq!(
            update("i'd give linden bakeries seventy percent now"),
            (linden(), vec![(Field::Probability, "seventy percent".into())])
        );
        let (name, changes) = update("Carl is on leave from tomorrow, give the linden bakeries deal to Hayden Neloms");
        assert_eq!((name, changes), (linden(), vec![(Field::Owner, "Hayden Neloms".into())]));
        assert_eq!(update("close it as won, they signed today").1, [(Field::Stage, "won".to_owned())]);
        assert_eq!(ask_of("linden bakeries has changed somehow", Intent::Change), None, "nothing to change it to");
    }

    #[test]
    fn a_task_says_what_is_to_be_done_and_no_more() {
        let Some(Ask::CreateTask(task)) = ask_of(
            "This is urgent: someone needs to ring petra kruger tomorrow about the audit. Put it on my list.",
            Intent::Task,
        ) else {
            panic!("no task");
        };
        assert_eq!(task.title.as_deref(), Some("Ring petra kruger about the audit"));
        assert_eq!((task.name.as_deref(), task.due.as_deref()), (Some("petra kruger"), Some("tomorrow")));
        assert_eq!(task.priority, Some(Priority::High));
    }

    #[test]
    fn what_stands_within_a_name_is_no_condition() {
        let Some(Ask::SearchOpportunities(search)) = ask_of("anything open at moorgate medical", Intent::Deals) else {
            panic!("no list");
        };
        assert_eq!((search.filter.name.as_deref(), search.filter.choices.len()), (Some("moorgate medical"), 0));
    }

    #[test]
    fn records_are_asked_for_by_their_kind() {
        assert_eq!(
            ask_of("uma drake, why does she have so many points?", Intent::Score),
            Some(Ask::ScoreLead(One { name: Some("uma drake".into()), kind: Some(RecordKind::Lead) }))
        );
        assert_eq!(ask_of("what's her number?", Intent::Record), Some(Ask::GetRecord(One { name: None, kind: None })));
        assert_eq!(ask_of("numbers of all contacts", Intent::Record), None);
    }
}

//! Which deals a question is about: owner, stage, amount, dates, time in stage, and the name that is left over.

use std::ops::Range;

use super::sentence::Sentence;
use crate::planner::{DateOf, Filter, Lack, Order, Search};
use crate::resolve::lex::Meaning;
use crate::resolve::vocabulary::StageKind;

/// Words that carry no condition of their own.
const PLAIN: &str = "the a an of in on at for to from by with and or is are was were be been being am do does did have has had i me we us you your it its they \
    them their there that this these those which what who whose whom when where how why show list find give get display see view tell fetch pull search look \
    looking deal deals opportunity opportunities opp opps pipeline pipelines stage stages record records ones one all any every each some currently right now \
    please can could would will shall should may might let so just also still already yet only more most than as about into over across per out up \
    account accounts customer customers company companies client clients name named called value amount worth total sum count number many much average mean \
    close closes closing closed date dates expected due stuck sitting stay stayed staying remain remained waiting been longer long time age aged old \
    owner owned owns own assigned belonging belongs rep reps salesperson salespeople sales seller sellers team people person agent agents user users \
    not no without missing lacking empty any anything something everything need needs want wants like know made make created added opened new entered \
    updated touched changed won win wins lost loss losses lose loose loosing open month months quarter quarters year years week weeks day days today \
    biggest largest highest smallest lowest oldest newest latest best top most recent recently soonest longest least first last next earliest cheapest \
    breakdown broken split grouped group by forecast forecasted weighted rate ratio win-rate conversion forecasts money revenue usd dollars \
    price size big large small high low between under below above greater less least going happening much good doing overall right so far did our \
    ? ! . , ; : - ( ) ' $ % # * & / product products source region industry sector list lists results result please stages stands stand standing current \
    bring brings brought make makes making earn earns earned generate generates generated produce produces produced sell sells selling sold bill billed \
    turnover income hang hanging lie lying stand hold holds holding keep keeps kept bought buy buys sign signed signs land landed come comes came coming go goes gone \
    ever never again quite pretty fairly rather almost nearly about around roughly approximately maybe perhaps probably likely thing things stuff item items \
    person's someone somebody anyone anybody everyone everybody work works working worked perform performs performing performed performance compare compared versus vs \
    century decade history historically altogether together combined percentage percent proportion fraction share part parts half whole entire full \
    still alive moment present spend spends spent spending juggling handling carrying managing chasing pursuing gimme something nothing often got get gets his her hers its compare rank ranked ranking against cost costs he she him deal's still moment present today's current currently these those here there where while during within without via per according regarding concerning \
    please thanks thank cheers hi hey dear kindly quickly asap soon later earlier ago yet already once twice often always usually \
    good better worse bad worst great fine ok okay nice hot cold warm slow fast early pending outstanding remaining rest other others another same different \
    break broken plate plates desk charge responsible successfully successful pull up down left behind really actually exactly kind sort what's who's how's where's i'm i've we've don't haven't hasn't isn't aren't that's there's hi hello hey";

/// Whether a word carries no condition of its own.
pub fn is_plain(word: &str) -> bool {
    PLAIN.split_whitespace().any(|w| w == word)
}

/// Words before which a name stands or after which it comes.
const JOINTS: [&str; 11] = ["with", "at", "for", "from", "of", "about", "on", "in", "involving", "to", "by"];

/// What was found, and the words nobody could place.
pub struct Found {
    pub search: Search,
    pub left: Vec<String>,
}

/// Reads every condition in the sentence. `from` is where the question's own words end.
pub fn read(s: &mut Sentence<'_>, from: usize) -> Found {
    let mut filter = Filter::default();
    let mut search = Search { order: order(s), ..Search::default() };
    conditions_in_words(s, &mut filter, &mut search);
    entities(s, &mut filter, &mut search);
    date_of(s, &mut filter);
    age_or_idle(s, &mut filter, &mut search);
    let left = names(s, from, &mut filter);
    search.filter = filter;
    Found { search, left }
}

/// The order that was asked for.
fn order(s: &Sentence<'_>) -> Option<Order> {
    const WORDS: [(&[&str], Order); 10] = [
        (
            &[
                "close|closing|closes soonest|first",
                "closing soon",
                "soonest|next to close",
                "due soonest",
                "earliest close|closing",
            ],
            Order::ClosingSoonest,
        ),
        (&["longest", "stuck|stalled|stale|stagnant|rotting|sitting", "most stale"], Order::LongestInStage),
        (&["most likely", "highest probability", "best chance"], Order::MostLikely),
        (&["least recently updated|touched|changed", "longest untouched"], Order::LeastRecentlyUpdated),
        (
            &["most recently updated|changed|touched", "last updated|changed", "recently updated|changed"],
            Order::MostRecentlyUpdated,
        ),
        (&["smallest|lowest|cheapest", "least valuable", "bottom"], Order::Smallest),
        (
            &[
                "biggest|largest|highest|top",
                "most valuable|expensive",
                "best",
                "highest-value",
                "by amount|value|size",
            ],
            Order::Biggest,
        ),
        (
            &["newest|latest", "most recent|recently", "recently added|created|opened", "last created|added"],
            Order::Newest,
        ),
        (&["oldest"], Order::Oldest),
        (&["closing latest|last", "latest close|closing"], Order::ClosingLatest),
    ];
    // "closes next", but not "closing next month".
    let next = s.seek(0, &["close|closes|closing|due next"]).filter(|r| s.entity_over(r.end - 1).is_none());
    next.map(|_| Order::ClosingSoonest)
        .or_else(|| WORDS.iter().find(|(patterns, _)| s.has(patterns)).map(|(_, order)| *order))
}

fn conditions_in_words(s: &mut Sentence<'_>, filter: &mut Filter, search: &mut Search) {
    const LACKS: [(&str, Lack); 4] = [
        ("next steps|step", Lack::NextStep),
        ("close|closing date|dates", Lack::CloseDate),
        ("amount|amounts|value|price", Lack::Amount),
        ("account|company|customer", Lack::Account),
    ];
    for lead in [
        "without an|a|any?",
        "no",
        "missing an|a|the?",
        "lacking an|a?",
        "with no",
        "have|has no",
        "don't have an|a?",
        "with an? empty",
        "not have an|a?",
    ] {
        for (noun, lack) in LACKS {
            if s.take(&[&format!("{lead} {noun} set?")]) {
                filter.missing = Some(lack);
            }
        }
    }
    if s.take(&[
        "overdue",
        "past due",
        "past their|its? close|closing date",
        "should have closed",
        "slipped",
        "late",
        "past the close date",
    ]) {
        filter.overdue = true;
        filter.kinds = vec![StageKind::Open];
        search.order = search.order.or(Some(Order::ClosingSoonest));
    }
    if s.take(&["stuck|stalled|stale|stagnant|rotting|sitting"]) {
        search.order = Some(Order::LongestInStage);
        filter.kinds = vec![StageKind::Open];
    }
    for (words, kind) in
        [("win|wins|winning", StageKind::Won), ("lose|loses|losses|losing|loose|loosing", StageKind::Lost)]
    {
        if s.has(&[words]) && !s.has(&["win rate|ratio"]) {
            kinds(filter, &[kind]);
        }
    }
    // "did we close", "has Anna closed anything"
    let asked = s.any(0, &["did|has|have"]).is_some() && s.has(&["close|closed|sign|signed"]);
    if asked || s.has(&["did|have we|i|they close|closed"]) {
        kinds(filter, &[StageKind::Won, StageKind::Lost]);
    }
    if s.has(&["bought|purchased|ordered", "successfully closed", "closed successfully"]) {
        filter.kinds = vec![StageKind::Won];
    }
    if s.take(&[
        "still working on",
        "working on|with",
        "juggling|handling|carrying|managing|chasing|pursuing",
        "on the go|plate|table",
        "on my|his|her|their plate|table|desk",
        "still? alive",
        "still open|active|going|running",
        "in flight|play|progress",
        "under way",
        "not yet? closed",
    ]) {
        kinds(filter, &[StageKind::Open]);
    }
    let one = [
        "biggest|largest|smallest|highest|lowest|oldest|newest|latest|best|cheapest|longest open? deal|opportunity|one|retail",
        "most valuable|recent|likely|expensive deal|opportunity|one",
        "the biggest|largest|oldest|newest|smallest",
    ];
    let plural = s.has(&["deals|opportunities|ones|them"]);
    if s.has(&one) && !plural
        || s.has(&[
            "deal is|was|has|closes the? biggest|largest|next|most|longest|oldest|smallest|highest|soonest|first|last",
        ])
    {
        search.limit = Some(1);
    }
    if !plural
        && search.order.is_some()
        && s.has(&[
            "which|what deal|opportunity",
            "what's|is my|our|the next? biggest|largest|oldest|newest|latest|smallest|best",
            "deal|opportunity that? is|has|closes|was",
        ])
    {
        search.limit = Some(1);
    }
}

fn entities(s: &mut Sentence<'_>, filter: &mut Filter, search: &mut Search) {
    let all = s.entities.clone();
    for entity in all {
        let words = s.words(&entity.tokens);
        let free = entity.tokens.clone().all(|i| !s.is_used(i));
        if !free {
            continue;
        }
        match entity.meaning {
            Meaning::Owner => filter.owner = filter.owner.take().or(Some(words)),
            Meaning::Date(_) => filter.date = filter.date.take().or(Some(words)),
            Meaning::Age(_) => filter.age = filter.age.take().or(Some(words)),
            Meaning::Percent => filter.probability = filter.probability.take().or(Some(words)),
            Meaning::Amount(_) => filter.amount = filter.amount.take().or(Some(words)),
            Meaning::Limit(n) => search.limit = Some(n),
            Meaning::Forecast => filter.forecast = filter.forecast.take().or(Some(words)),
            Meaning::Choice => filter.choices.push(words),
            Meaning::Product | Meaning::Quoted => {
                let words = words.trim_matches(['"', '“', '”']).to_owned();
                filter.name = Some(filter.name.take().map_or(words.clone(), |n| format!("{n} {words}")));
            }
            Meaning::Closed
                if date_noun(s, entity.tokens.end) || s.has(&["closed successfully", "successfully closed"]) => {}
            Meaning::Closed => kinds(filter, &[StageKind::Won, StageKind::Lost]),
            Meaning::Kind(kind) => kinds(filter, &[kind]),
            Meaning::Stage => {
                let found = s.vocabulary.stages_named(&words);
                let ending: Vec<StageKind> = found.iter().map(|st| st.kind).filter(|k| *k != StageKind::Open).collect();
                if ending.is_empty() {
                    filter.stages.push(words);
                } else {
                    kinds(filter, &ending);
                }
            }
        }
        s.mark(entity.tokens);
    }
}

fn date_noun(s: &Sentence<'_>, i: usize) -> bool {
    matches!(s.word(i), "date" | "dates")
}

fn kinds(filter: &mut Filter, of: &[StageKind]) {
    for kind in of {
        if !filter.kinds.contains(kind) {
            filter.kinds.push(*kind);
        }
    }
}

/// What the date is of, and whether it lies behind us.
fn date_of(s: &Sentence<'_>, filter: &mut Filter) {
    let ended = filter.kinds.iter().any(|k| *k != StageKind::Open)
        || s.has(&[
            "closed",
            "win|won|lost|lose|loose|wins|losses",
            "did we close",
            "win rate",
            "sold|sell|sells",
            "did we|i|they close",
            "close|closed anything|something|any",
            "made|make|earn|earned",
            "brought in",
            "revenue|turnover|income",
        ]);
    filter.date_of = if s.has(&["created|added|opened|new", "came|come in", "started", "newly"]) && !s.has(&["closing"])
    {
        DateOf::Created
    } else if s.has(&["updated|touched|changed|modified|edited", "worked on"]) {
        DateOf::Updated
    } else if s.has(&["entered|moved", "went into"]) && (!filter.stages.is_empty()) {
        DateOf::StageEntered
    } else if ended && !s.has(&["close|closing date|dates", "closing"]) {
        DateOf::Closed
    } else {
        DateOf::CloseDate
    };
}

/// A length of time is time in the stage, unless the sentence speaks of silence or of age.
fn age_or_idle(s: &mut Sentence<'_>, filter: &mut Filter, search: &mut Search) {
    let silent = s.has(&[
        "idle|untouched|inactive|quiet|silent|neglected|dormant",
        "no activity|update|updates|contact|change|changes",
        "not been? touched|updated|changed|moved",
        "hasn't|haven't|weren't|wasn't been? touched|updated|changed|moved",
        "without activity|an? update|contact|updates|changes",
        "nothing happened",
    ]);
    if silent {
        filter.idle = filter.age.take().or_else(|| filter.date.take()).or_else(|| Some("more than 30 days".to_owned()));
        filter.kinds = vec![StageKind::Open];
        search.order = Some(Order::LeastRecentlyUpdated);
        s.take(&["idle|untouched|inactive|quiet|silent|neglected|dormant"]);
        s.take(&["activity|update|updates|contact|change|changes"]);
        s.take(&["touched|updated|changed|moved"]);
        s.take(&["nothing happened"]);
    } else if filter.age.is_some() {
        search.order = search.order.or(Some(Order::LongestInStage));
    } else if filter.date_of == DateOf::CloseDate
        && s.has(&["for over|more?", "been in", "stuck|stalled|sitting"])
        && search.order.is_none()
        && !filter.stages.is_empty()
    {
        search.order = Some(Order::LongestInStage);
    }
}

/// What is left over is a name, or words that nobody could place.
fn names(s: &mut Sentence<'_>, from: usize, filter: &mut Filter) -> Vec<String> {
    let plain: std::collections::HashSet<&str> = PLAIN.split_whitespace().collect();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for i in from..s.len() {
        let token = s.tokens.get(i);
        let capital = i > 0 && token.is_some_and(|t| t.is_capitalised() && t.text.len() > 1);
        let ordinary = plain.contains(s.word(i)) && !capital;
        if s.is_used(i) || ordinary || s.word(i).is_empty() {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end == i => last.end = i + 1,
            // "Genco Pura & Co", "Kingdom of Olives": a joint between two capitals belongs to the name.
            Some(last)
                if last.end + 1 == i
                    && capital
                    && matches!(s.word(last.end), "&" | "of" | "-" | "and")
                    && !s.is_used(last.end) =>
            {
                last.end = i + 1
            }
            _ => runs.push(i..i + 1),
        }
    }
    let score = |r: &Range<usize>| {
        let capital = r.clone().any(|i| s.tokens.get(i).is_some_and(|t| t.is_capitalised() && i > 0));
        let joint = r.start > 0 && JOINTS.contains(&s.word(r.start - 1));
        let noun = matches!(s.word(r.end), "deal" | "deals" | "opportunities" | "opportunity" | "pipeline" | "account");
        let possessive = s.tokens.get(r.end.saturating_sub(1)).is_some_and(|t| t.possessive);
        u8::from(capital) * 3 + u8::from(joint) + u8::from(noun) * 2 + u8::from(possessive) * 2
    };
    // "Zoomit spent": where a name is written with capitals, what is not is no part of it.
    let capital = |i: usize| s.tokens.get(i).is_some_and(|t| t.is_capitalised() && i > 0);
    runs = runs
        .into_iter()
        .flat_map(|run| match (run.clone().find(|i| capital(*i)), run.clone().rev().find(|i| capital(*i))) {
            (Some(first), Some(last)) => vec![run.start..first, first..last + 1, last + 1..run.end],
            _ => vec![run],
        })
        .filter(|run| !run.is_empty())
        .collect();
    let best = runs.iter().max_by_key(|r| score(r)).filter(|r| score(r) > 0).cloned();
    if let Some(range) = best {
        if let Some(name) = s.name(range.clone()) {
            filter.name = Some(filter.name.take().map_or(name.clone(), |n| format!("{n} {name}")));
        }
        s.mark(range.clone());
        runs.retain(|r| *r != range);
    }
    runs.into_iter().map(|r| s.words(&r)).collect()
}

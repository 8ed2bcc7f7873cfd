//! What is worked out or looked up beyond lists: what was written, figures over a period, deals that stand still, scores and
//! what sources know.

use super::sentence::Sentence;
use super::{Certainty, Draft, around};
use crate::planner::{Ask, Figure, Figures, Question, Stalled};
use crate::resolve::lex::Meaning;

/// Reads the clause as one of these, if it is one.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let (start, end) = (s.opening(), s.ending());
    let ask = stalled(s, start)
        .or_else(|| scored(s, start, end))
        .or_else(|| written(s, start, end))
        .or_else(|| figures(s))?;
    Some(Draft::one(ask, Certainty::High))
}

/// "which deals are stalled?", "my deals at risk".
fn stalled(s: &Sentence<'_>, start: usize) -> Option<Ask> {
    let asked = s
        .any(
            start,
            &[
                "which|what|show|list|are|any|find|give|get|my|our|deals|how",
                "stalled|stuck|stagnant|rotting",
                "what's|what is? stalled|stuck|rotting",
            ],
        )
        .is_some();
    const STILL: [&str; 4] =
        ["stalled|stuck|stagnant|rotting|stalling", "at risk", "standing|stand still", "going|gone cold|quiet"];
    // "stuck in Demo for 30 days" is a list, which has its own conditions.
    let conditioned = s.entities.iter().any(|e| !matches!(e.meaning, Meaning::Owner));
    if !asked || !s.has(&STILL) || conditioned {
        return None;
    }
    Some(Ask::ListStalled(Stalled { owner: owner(s) }))
}

fn owner(s: &Sentence<'_>) -> Option<String> {
    s.find(0, |m| *m == Meaning::Owner).map(|e| s.words(&e.tokens))
}

/// "score the lead Bob Jones", "why does Bob Jones score so low?", "enrich Acme".
fn scored(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    if let Some(n) = s.any(
        start,
        &[
            "score|rate",
            "explain the|how? score of|for?",
            "what's|what is? the? score of|for",
            "how good|promising|hot is",
            "show|give|get me? the score of|for",
        ],
    ) && !s.has(&["deal|deals|pipeline|reps|team"])
    {
        return Some(Ask::ScoreLead(around::one(s, start + n..end)?));
    }
    if let Some(n) = s.any(start, &["why is|does|has"])
        && let Some(tail) = s.seek(start + n, &["score|scored|rated|graded"])
        && tail.start > start + n
    {
        return Some(Ask::ScoreLead(around::one(s, start + n..tail.start)?));
    }
    let n = s.any(
        start,
        &[
            "enrich",
            "what do the|our? sources know about|of|on",
            "fill in|complete|look up the? missing|company? data|fields|details of|for|on",
            "what can you find out|find about|on",
        ],
    )?;
    Some(Ask::EnrichRecord(around::one(s, start + n..end)?))
}

/// "what did customers say about the price?", "how do we handle a discount request?", "search the notes for forklifts".
fn written(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    const LED: [&str; 9] = [
        "what does|do|did the|our|my? playbook|playbooks|script|scripts|guide|guides|notes|documents|files|material|materials say|says|said|tell|have? us? about|on",
        "what did|do|have they|customers|people|prospects|clients|everyone|anyone say|said|tell|told|write|written|think us? about|of|on",
        "search|look through|in? the|our|my|all? notes|note|emails|e-mails|mails|calls|meetings|files|documents|knowledge|playbooks|everything for|about|on",
        "find|show|get|give me? the|all|any? notes|emails|e-mails|mails|passages|playbooks|playbook|scripts|script|documents|anything|everything written? about|on|mentioning|for",
        "where did|do|have we|they|i|anyone mention|mentioned|talk|discuss|discussed about?",
        "who mentioned|talked|asked about?",
        "how do|should|would|can we|i|you handle|answer|respond|react|deal|counter|position|argue to|with|against?",
        "why do|did|are|have we|i lose|losing|lost deals|business|customers|against|to|in|because?",
        "what do we|you know about our|the|their? competitor|competitors|competition|objection|objections|pricing|price",
    ];
    s.any(start, &LED)?;
    // One deal's reason is on the deal: "why did we lose the Isdom deal?"
    if s.any(start, &["why did|have we|i lose|lost"]).is_some() && !s.has(&["deals|customers|business|against|because"])
    {
        return None;
    }
    Some(Ask::SearchKnowledge(Question { question: s.words(&(start..end)) }))
}

/// A question that no form fits but that speaks of customers, rivals or what was agreed: what was written may answer it.
pub fn about_what_was_written(s: &Sentence<'_>) -> Option<Draft> {
    let (start, end) = (s.opening(), s.ending());
    let asked =
        s.any(start, &["what|who|where|when|why|how|which|whose", "did|does|do|has|have|is|are|was|were|may|can"]);
    const TOPICS: [&str; 3] = [
        "customer|customers|client|clients|competitor|competitors|rival|rivals|competition|prospect|prospects",
        "playbook|playbooks|script|scripts|guide|guidelines|policy|template|templates|note|notes|objection|objections",
        "discount|discounts|price|prices|pricing|contract|contracts|trial|pilot|warranty|delivery|installation|safety|training|support|payment|security|privacy",
    ];
    asked?;
    s.has(&TOPICS)
        .then(|| Draft::one(Ask::SearchKnowledge(Question { question: s.words(&(start..end)) }), Certainty::Some))
}

/// "what is our sales velocity?", "average sales cycle by owner last quarter", "conversion by stage".
pub(super) fn figures(s: &Sentence<'_>) -> Option<Ask> {
    const FIGURES: [(&[&str], Figure); 4] = [
        (&["sales|deal|pipeline velocity", "velocity"], Figure::Velocity),
        (
            &["sales|deal|buying cycle", "cycle length|time", "days to close", "how long does it take to close|win"],
            Figure::CycleDays,
        ),
        (
            &[
                "stage conversion",
                "conversion by|per|of|between|from stage|stages",
                "conversion rate|rates",
                "conversion",
            ],
            Figure::StageConversion,
        ),
        (&["time in|per stage|stages", "how long do deals stay|spend|sit in"], Figure::TimeInStage),
    ];
    let figure = FIGURES.iter().find(|(words, _)| s.has(words)).map(|(_, figure)| *figure);
    // What a list can count and sum stays there; against the period before is for figures.
    let compare = s.has(&["compared to|with", "versus|vs", "against last|the previous", "than last|the previous"]);
    const COMPARED: [(&[&str], Figure); 4] = [
        (&["win rate"], Figure::WinRate),
        (&["deal size"], Figure::AverageDealSize),
        (&["revenue|won|sales|turnover"], Figure::WonValue),
        (&["pipeline"], Figure::PipelineValue),
    ];
    let compared = || COMPARED.iter().find(|(words, _)| compare && s.has(words)).map(|(_, figure)| *figure);
    let figure = figure.or_else(compared)?;
    const GROUPS: [(&str, &str); 10] = [
        ("owner|owners|rep|reps|person|seller|sellers|salesperson", "owner"),
        ("team|teams", "team"),
        ("region|regions", "region"),
        ("industry|industries|sector|sectors", "industry"),
        ("product|products", "product"),
        ("source|sources", "source"),
        ("account|accounts|customer|customers", "account"),
        ("month|months", "month"),
        ("quarter|quarters", "quarter"),
        ("stage|stages", "stage"),
    ];
    let of_stages = matches!(figure, Figure::StageConversion | Figure::TimeInStage);
    let by = GROUPS
        .iter()
        .find(|(words, _)| s.has(&[&format!("by|per|each {words}")]))
        .map(|(_, group)| (*group).to_owned());
    let group = if of_stages { Some("stage".to_owned()) } else { by };
    let when = s.find(0, |m| matches!(m, Meaning::Date(_))).map(|e| s.words(&e.tokens));
    Some(Ask::QueryAnalytics(Figures { figure, group, when, owner: owner(s), compare }))
}

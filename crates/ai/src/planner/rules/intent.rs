//! What a sentence wants where no form of the grammar fits it: learned from examples.
//!
//! `examples.txt` holds sentences with what they want. Names, dates, amounts and stages stand in them as `{account}`, `{date}`
//! and so on, and are put into their place in what is asked before it is compared, so that what counts is how it is said. A
//! linear model is fitted to the examples when it is first needed, the same way each time, in some milliseconds: to teach it
//! something, add a line.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::sentence::Sentence;
use crate::resolve::lex::Meaning;
use crate::resolve::record::RecordType;
use crate::resolve::text::{self, Kind};
use crate::resolve::vocabulary::StageKind;

/// What is wanted, as the examples name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    Deals,
    Figures,
    Analytics,
    Stalled,
    Deal,
    Record,
    Records,
    Activity,
    Written,
    Change,
    NextStage,
    Task,
    Meeting,
    Email,
    Day,
    Approvals,
    MyApprovals,
    Duplicates,
    Score,
    Enrich,
    /// Nothing that a tool can do.
    Nothing,
}

impl Intent {
    const ALL: [(&'static str, Self); 21] = [
        ("deals", Self::Deals),
        ("figures", Self::Figures),
        ("analytics", Self::Analytics),
        ("stalled", Self::Stalled),
        ("deal", Self::Deal),
        ("record", Self::Record),
        ("records", Self::Records),
        ("activity", Self::Activity),
        ("written", Self::Written),
        ("change", Self::Change),
        ("next_stage", Self::NextStage),
        ("task", Self::Task),
        ("meeting", Self::Meeting),
        ("email", Self::Email),
        ("day", Self::Day),
        ("approvals", Self::Approvals),
        ("my_approvals", Self::MyApprovals),
        ("duplicates", Self::Duplicates),
        ("score", Self::Score),
        ("enrich", Self::Enrich),
        ("nothing", Self::Nothing),
    ];
}

/// The likeliest intent of a sentence, and how likely it is, from 0 to 1.
pub fn guess(s: &Sentence<'_>) -> (Intent, f32) {
    MODEL.guess(&symbols(s))
}

/// The sentence's words, with what has a meaning of its own put as a kind.
fn symbols(s: &Sentence<'_>) -> Vec<String> {
    let mut symbols = Vec::new();
    let (mut i, end) = (s.opening(), s.ending());
    while i < end {
        if let Some(record) = s.record_at(i) {
            symbols.push(kind_of(record.kind).to_owned());
            i = record.tokens.end.max(i + 1);
            continue;
        }
        if let Some(entity) = s.entity_at(i) {
            symbols.push(match &entity.meaning {
                Meaning::Owner if matches!(s.word(i), "my" | "mine" | "i" | "our") => s.word(i).to_owned(),
                Meaning::Stage | Meaning::Kind(StageKind::Open) if entity.tokens.len() == 1 && is_state(s.word(i)) => {
                    s.word(i).to_owned()
                }
                meaning => symbol(meaning, s.word(i)),
            });
            i = entity.tokens.end.max(i + 1);
            continue;
        }
        if s.tokens.get(i).is_some_and(|token| token.kind != Kind::Symbol || token.text == "?") {
            symbols.push(s.word(i).to_owned());
        }
        i += 1;
    }
    if s.source.contains('?') {
        symbols.push("?".to_owned());
    }
    symbols
}

fn is_state(word: &str) -> bool {
    matches!(word, "won" | "lost" | "open")
}

const fn kind_of(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Opportunity => "{deal}",
        RecordType::Account => "{account}",
        RecordType::Contact => "{contact}",
        RecordType::Lead => "{lead}",
    }
}

fn symbol(meaning: &Meaning, word: &str) -> String {
    match meaning {
        Meaning::Date(_) => "{date}",
        Meaning::Age(_) => "{age}",
        Meaning::Percent => "{percent}",
        Meaning::Amount(_) => "{amount}",
        Meaning::Limit(_) => "{limit}",
        Meaning::Stage => "{stage}",
        Meaning::Forecast => "{forecast}",
        Meaning::Owner => "{user}",
        Meaning::Choice => "{choice}",
        Meaning::Product => "{product}",
        Meaning::Quoted => "{quoted}",
        Meaning::Kind(_) | Meaning::Closed => word,
    }
    .to_owned()
}

/// Words and how they begin, pairs of neighbours, how the sentence begins, and which kinds of values it holds.
fn features(symbols: &[String]) -> Vec<String> {
    let mut found: Vec<String> = symbols.iter().map(|word| format!("w {}", stem(word))).collect();
    found.extend(symbols.windows(2).filter_map(|two| Some(format!("p {} {}", two.first()?, two.get(1)?))));
    let plain = symbols.iter().filter(|word| !word.starts_with('{'));
    found.extend(plain.filter_map(|word| word.get(..4)).map(|begin| format!("b {begin}")));
    let mut kinds: Vec<&str> = symbols.iter().map(String::as_str).filter(|word| word.starts_with('{')).collect();
    kinds.sort_unstable();
    kinds.dedup();
    found.push(format!("k {}", kinds.join(" ")));
    found.extend(symbols.first().map(|first| format!("f {first}")));
    found.extend(symbols.first().zip(symbols.get(1)).map(|(first, second)| format!("ff {first} {second}")));
    found.sort_unstable();
    found.dedup();
    found
}

/// A word without the commonest endings: "calls", "called" and "calling" are alike.
fn stem(word: &str) -> &str {
    if word.starts_with('{') || word.len() < 5 {
        return word;
    }
    ["ing", "ed", "es", "s"]
        .iter()
        .find_map(|end| word.strip_suffix(end).filter(|stem| stem.len() >= 3))
        .unwrap_or(word)
}

/// Weights by feature, one for each intent.
struct Model {
    places: HashMap<String, usize>,
    weights: Vec<[f32; Intent::ALL.len()]>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::fit(&examples()));

const EPOCHS: usize = 30;
const RATE: f32 = 0.5;
/// Pulls weights to nought, so that a word of one example decides nothing.
const DECAY: f32 = 1e-4;

/// The examples: their symbols, and the place of their intent.
fn examples() -> Vec<(Vec<String>, usize)> {
    include_str!("examples.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, sentence) = line.split_once('|')?;
            let at = Intent::ALL.iter().position(|(known, _)| *known == name.trim())?;
            Some((said(sentence), at))
        })
        .collect()
}

/// The symbols of an example, in which kinds stand in braces.
fn said(sentence: &str) -> Vec<String> {
    let mut symbols: Vec<String> = sentence
        .split_whitespace()
        .flat_map(|word| {
            if word.starts_with('{') {
                vec![word.to_owned()]
            } else {
                text::tokens(word).into_iter().filter(|t| t.kind != Kind::Symbol).map(|t| t.lower).collect()
            }
        })
        .collect();
    if sentence.contains('?') {
        symbols.push("?".to_owned());
    }
    symbols
}

impl Model {
    /// Multinomial logistic regression by AdaGrad, in a fixed order.
    fn fit(examples: &[(Vec<String>, usize)]) -> Self {
        let mut places = HashMap::new();
        let seen: Vec<(Vec<usize>, usize)> = examples
            .iter()
            .map(|(symbols, intent)| {
                let found = features(symbols).into_iter().map(|feature| {
                    let next = places.len();
                    *places.entry(feature).or_insert(next)
                });
                (found.collect(), *intent)
            })
            .collect();
        let mut model = Self { weights: vec![[0.0; Intent::ALL.len()]; places.len()], places };
        let mut past = vec![[1e-3_f32; Intent::ALL.len()]; model.weights.len()];
        for epoch in 0..EPOCHS {
            for step in 0..seen.len() {
                let Some((features, intent)) = seen.get((step * 7919 + epoch * 104_729) % seen.len()) else { continue };
                let likely = model.likely(features);
                let value = scale(features.len());
                for (class, p) in likely.iter().enumerate() {
                    let wrong = (p - f32::from(u8::from(class == *intent))) * value;
                    for at in features {
                        let (Some(weight), Some(sum)) = (
                            model.weights.get_mut(*at).and_then(|all| all.get_mut(class)),
                            past.get_mut(*at).and_then(|all| all.get_mut(class)),
                        ) else {
                            continue;
                        };
                        let slope = wrong + DECAY * *weight;
                        *sum += slope * slope;
                        *weight -= RATE * slope / sum.sqrt();
                    }
                }
            }
        }
        model
    }

    /// How likely each intent is of these features.
    fn likely(&self, features: &[usize]) -> [f32; Intent::ALL.len()] {
        let mut sums = [0.0_f32; Intent::ALL.len()];
        for weights in features.iter().filter_map(|at| self.weights.get(*at)) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        }
        let value = scale(features.len());
        let most = sums.iter().copied().fold(f32::MIN, f32::max);
        sums.iter_mut().for_each(|sum| *sum = ((*sum - most) * value).exp());
        let all: f32 = sums.iter().sum();
        sums.map(|sum| sum / all)
    }

    fn guess(&self, symbols: &[String]) -> (Intent, f32) {
        let known: Vec<usize> = features(symbols).iter().filter_map(|f| self.places.get(f).copied()).collect();
        let likely = self.likely(&known);
        let best = likely.iter().zip(Intent::ALL).max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map_or((Intent::Nothing, 0.0), |(p, (_, intent))| (intent, *p))
    }
}

/// A long sentence weighs no more than a short one.
fn scale(features: usize) -> f32 {
    let count = u16::try_from(features).unwrap_or(u16::MAX);
    1.0 / f32::from(count.max(1)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sentence: &str) -> &'static str {
        let (intent, _) = MODEL.guess(&said(sentence));
        Intent::ALL.iter().find(|(_, known)| *known == intent).unwrap().0
    }

    #[test]
    fn each_line_of_the_examples_is_read() {
        let lines = include_str!("examples.txt").lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty());
        assert_eq!(lines.count(), examples().len(), "a line names no intent");
        for (name, intent) in Intent::ALL {
            let at = Intent::ALL.iter().position(|(_, known)| *known == intent).unwrap();
            assert!(examples().iter().filter(|(_, i)| *i == at).count() >= 10, "few examples of {name}");
        }
    }

    #[test]
    fn what_it_learned_it_knows() {
        let wrong: Vec<_> =
            examples().into_iter().filter(|(said, at)| MODEL.guess(said).0 != Intent::ALL[*at].1).collect();
        assert!(wrong.len() * 50 <= examples().len(), "{wrong:?}");
    }

    /// Each example is left out once in five, and read by what the others teach.
    #[test]
    fn what_it_never_saw_it_reads_ten_times_better_than_chance() {
        let all = examples();
        let mut right = 0;
        for fold in 0..5 {
            let (out, kept): (Vec<_>, Vec<_>) = all.iter().cloned().enumerate().partition(|(i, _)| i % 5 == fold);
            let model = Model::fit(&kept.into_iter().map(|(_, example)| example).collect::<Vec<_>>());
            right += out.iter().filter(|(_, (said, at))| model.guess(said).0 == Intent::ALL[*at].1).count();
        }
        println!("{right} of {} right", all.len());
        assert!(right * 100 >= all.len() * 48, "{right} of {}", all.len());
    }

    #[test]
    fn words_it_never_saw_say_nothing() {
        assert_eq!(of("what's the weather like {date} ?"), "nothing");
        assert_eq!(of("could you jot down that I have to ring {contact} {date}"), "task");
    }
}

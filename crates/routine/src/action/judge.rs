//! Whether a sentence says that somebody is to do something: by its form alone.

use super::read::is_name;
use super::words::{BEFORE, BETWEEN, COURTESIES, NO_NAMES, VERBS, WEAK};

/// How it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line of a list of things to do, or one that is marked as an action.
    Listed,
    /// "I'll send the offer".
    Promised,
    /// "Anna to send the offer".
    Assigned,
    /// "Please send the offer", "can you send …", "we need to send …", "Send the offer".
    Asked,
}

/// Who is to do it, as it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever speaks.
    Speaker,
    Named(String),
    /// "You", or nobody in particular.
    Unsaid,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub form: Form,
    pub who: Who,
    /// Where in the sentence the thing to do begins: at its verb.
    pub begins: usize,
}

/// A word in lower case, and where it stands.
struct Word<'a> {
    lower: String,
    text: &'a str,
    at: usize,
}

fn words(sentence: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begin = None;
    let mut before = ' ';
    for (at, c) in sentence.char_indices().chain([(sentence.len(), ' ')]) {
        let twice = c == '-' && (before == '-' || sentence.get(at + 1..).is_some_and(|rest| rest.starts_with('-')));
        before = c;
        let inside = c.is_alphanumeric() || (matches!(c, '\'' | '’' | '-' | '@' | '&') && !twice);
        match (begin, inside) {
            (None, true) => begin = Some(at),
            (Some(from), false) => {
                if let Some(text) = sentence.get(from..at) {
                    words.push(Word { lower: text.to_lowercase().replace('’', "'"), text, at: from });
                }
                begin = None;
            }
            _ => {}
        }
    }
    words
}

fn is_verb(word: &str) -> bool {
    VERBS.contains(&word)
}

/// A line that stands in a list of things to do.
pub fn listed(line: &str) -> Judged {
    let all = words(line);
    let at = |i: usize| all.get(i).map_or("", |word| word.lower.as_str());
    // "Anna: send", "Anna - send", "@anna send".
    for mark in [": ", " – ", " - ", " — "] {
        if let Some((name, rest)) = line.split_once(mark)
            && is_name(name.trim().trim_start_matches('@'))
            && !rest.trim().is_empty()
        {
            let begins = line.len() - rest.trim_start().len();
            return Judged {
                form: Form::Listed,
                who: Who::Named(name.trim().trim_start_matches('@').to_owned()),
                begins,
            };
        }
    }
    if let Some(name) = at(0).strip_prefix('@').filter(|name| !name.is_empty()) {
        let begins = all.get(1).map_or(0, |word| word.at);
        return Judged { form: Form::Listed, who: Who::Named(name.to_owned()), begins };
    }
    if let Some(judged) = assigned(&all).or_else(|| promised(&all)) {
        return Judged { form: Form::Listed, ..judged };
    }
    // "send the offer (Anna)", "send the offer [Anna, Friday]", "send the offer - Anna".
    let last = line.trim_end_matches([')', ']', '.', ' ']);
    let tail =
        last.rsplit_once(['(', '[']).or_else(|| last.split_once(" - ")).map(|(_, tail)| tail.replace(" - ", ", "));
    let named = tail.and_then(|tail| {
        let tail = tail.trim_start_matches("owner:").trim_start_matches("Owner:");
        tail.split([',', ';', '/'])
            .map(str::trim)
            .find(|part| is_name(part.trim_start_matches('@')))
            .map(|part| part.trim_start_matches('@').to_owned())
    });
    Judged { form: Form::Listed, who: named.map_or(Who::Unsaid, Who::Named), begins: 0 }
}

/// What a sentence says; none when it asks for nothing.
pub fn sentence(text: &str) -> Option<Judged> {
    if let Some(rest) = marked(text) {
        let judged = listed(rest);
        let offset = text.len() - rest.len();
        return Some(Judged { begins: judged.begins + offset, ..judged });
    }
    let lower = text.to_lowercase().replace('’', "'");
    if COURTESIES.iter().any(|courtesy| lower.contains(courtesy)) {
        return None;
    }
    let all = words(text);
    assigned(&all).or_else(|| promised(&all)).or_else(|| asked(text, &all))
}

/// What comes after "Action:", "TODO", "Next step:".
fn marked(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    for mark in ["action item:", "action:", "action -", "todo:", "to do:", "to-do:", "next step:", "follow-up:", "ai:"]
    {
        if lower.starts_with(mark) {
            return text.get(mark.len()..).map(str::trim).filter(|rest| !rest.is_empty());
        }
    }
    None
}

/// "Anna will send", "Ben to book", "Carla is going to ask".
fn assigned(all: &[Word<'_>]) -> Option<Judged> {
    let at = |i: usize| all.get(i).map_or("", |word| word.lower.as_str());
    for begin in 0..all.len() {
        let names = all.iter().skip(begin).take(3).take_while(|w| is_name(w.text) && !is_verb(&w.lower)).count();
        let the_one = begin > 0
            && matches!(
                at(begin - 1),
                "the" | "a" | "an" | "our" | "their" | "your" | "my" | "from" | "with" | "at" | "of" | "for" | "to"
            );
        for n in (1..=names).rev().filter(|_| !the_one) {
            let i = begin + n;
            let bound = match (at(i), at(i + 1), at(i + 2)) {
                ("will" | "shall" | "must" | "should" | "to" | "please" | "can", ..) => 1,
                ("needs" | "has" | "agreed" | "offered" | "promised" | "volunteered" | "is", "to", _) => 2,
                ("is", "going", "to") => 3,
                _ => continue,
            };
            let Some(verb) = after(all, i + bound) else { continue };
            let name = all.iter().skip(begin).take(n).map(|w| w.text).collect::<Vec<_>>().join(" ");
            let at = all.get(verb)?.at;
            return Some(Judged { form: Form::Assigned, who: Who::Named(name), begins: at });
        }
    }
    None
}

/// "I'll send", "let me check", "we're going to ask".
fn promised(all: &[Word<'_>]) -> Option<Judged> {
    let at = |i: usize| all.get(i).map_or("", |word| word.lower.as_str());
    for i in 0..all.len() {
        let (who, bound) = match (at(i), at(i + 1), at(i + 2), at(i + 3)) {
            ("i'll", ..) => (Who::Speaker, 1),
            ("we'll", ..) => (Who::Unsaid, 1),
            ("i", "will" | "shall", ..) => (Who::Speaker, 2),
            ("we", "will" | "shall", ..) => (Who::Unsaid, 2),
            ("i'm", "going", "to", _) => (Who::Speaker, 3),
            ("we're", "going", "to", _) => (Who::Unsaid, 3),
            ("i", "am", "going", "to") => (Who::Speaker, 4),
            ("we", "are", "going", "to") => (Who::Unsaid, 4),
            ("let", "me", verb, _) if verb != "know" => (Who::Speaker, 2),
            ("i", "need" | "have" | "promised" | "agreed" | "want", "to", _) => (Who::Speaker, 3),
            _ => continue,
        };
        // "if I'll …", "when I will …" and questions promise nothing.
        if i > 0 && matches!(at(i - 1), "if" | "when" | "how" | "what" | "where" | "that" | "whether" | "which") {
            continue;
        }
        if let Some(verb) = after(all, i + bound).filter(|verb| !is_talk(all, *verb)) {
            return Some(Judged { form: Form::Promised, who, begins: all.get(verb)?.at });
        }
    }
    None
}

/// What people say of themselves while they talk: "I'll tell you", "we'll see", "let me see", "I'll give you an example".
fn is_talk(all: &[Word<'_>], verb: usize) -> bool {
    let at = |i: usize| all.get(i).map_or("", |word| word.lower.as_str());
    match at(verb) {
        "see" | "try" | "come" | "agree" | "use" | "wait" | "explain" | "describe" => true,
        "start" | "continue" | "keep" | "read" | "take" | "look" => !matches!(at(verb + 1), "into" | "care" | "over"),
        "tell" | "show" | "give" | "ask" => {
            matches!(at(verb + 1), "you")
                && matches!(at(verb + 2), "a" | "an" | "about" | "what" | "how" | "why" | "that" | "the" | "")
        }
        "talk" | "work" => at(verb + 1) == "about" || at(verb + 1).is_empty(),
        _ => all.len() == verb + 1,
    }
}

/// The verb from here on, over adverbs; none after "not".
fn after(all: &[Word<'_>], from: usize) -> Option<usize> {
    for i in from..all.len().min(from + 4) {
        let word = all.get(i)?.lower.as_str();
        if is_verb(word) && !(word == "make" && all.get(i + 1).is_some_and(|next| next.lower == "sure")) {
            return Some(i);
        }
        if !BETWEEN.contains(&word) {
            return None;
        }
    }
    None
}

/// Requests, and the imperative.
fn asked(text: &str, all: &[Word<'_>]) -> Option<Judged> {
    let at = |i: usize| all.get(i).map_or("", |word| word.lower.as_str());
    let found = |verb: usize| {
        let begins = all.get(verb).map_or(0, |word| word.at);
        Some(Judged { form: Form::Asked, who: Who::Unsaid, begins })
    };
    for i in 0..all.len() {
        let bound = match (at(i), at(i + 1), at(i + 2), at(i + 3)) {
            ("please", "let", _, "know") => return found(i + 1),
            ("please", ..) => 1,
            ("can" | "could" | "would" | "will", "you", "guys" | "two" | "all" | "both", _) => 3,
            ("can" | "could" | "would" | "will", "you" | "someone" | "somebody", ..) => 2,
            ("let's" | "lets", ..) => 1,
            ("shall" | "should", "we" | "i", ..) => 2,
            ("may" | "can" | "could", "i" | "we", "get" | "have" | "ask", _) => 2,
            ("if" | "that", "you", "could" | "would", _) => 3,
            ("i" | "we", "would", "like", "you") => 5,
            ("i'd" | "we'd", "like", "you", "to") => 4,
            ("you" | "we", "need" | "have" | "ought", "to", _) => 3,
            ("you" | "we" | "someone" | "somebody", "should" | "must", ..) => 2,
            ("you'll" | "we'll", "need" | "have", "to", _) => 3,
            ("need" | "want" | "like" | "ask", "you", "to", _) => 3,
            ("make" | "be", "sure", "to" | "that" | "you", _)
                if i < 2 || matches!(at(i - 1), "and" | "please" | "should") =>
            {
                return found(i);
            }
            ("remember" | "forget", "to", ..) => 2,
            ("let", "me" | "us", "know", _)
                if i == 0
                    || !matches!(at(i - 1), "he" | "she" | "they" | "to" | "will" | "you" | "and")
                    || at(i - 1) == "and" =>
            {
                return found(i);
            }
            ("would", "appreciate", ..) => return found(i + 1),
            _ => continue,
        };
        if let Some(verb) = after(all, i + bound) {
            // "What can you offer": a question about what, and "we should see" asks for nothing.
            let about_what = i > 0 && matches!(at(i - 1), "what" | "how" | "which" | "where" | "why" | "who");
            // "You can use", "we should see": talk, unless it is asked for.
            let talk =
                matches!(at(i), "you" | "we" | "you'll" | "we'll" | "let's" | "lets" | "shall") && is_talk(all, verb);
            if !about_what && !talk {
                return found(verb);
            }
        } else if at(i) == "please"
            && i + 1 < all.len()
            && !matches!(
                at(i + 1),
                "find"
                    | "note"
                    | "see"
                    | "be"
                    | "do"
                    | "don't"
                    | "every"
                    | "even"
                    | "click"
                    | "visit"
                    | "accept"
                    | "excuse"
                    | "your"
                    | "both"
                    | "those"
                    | "most"
            )
            && !matches!(i.checked_sub(1).map_or("", at), "to")
        {
            return found(i + 1);
        }
    }
    imperative(text, all).and_then(found)
}

/// The verb with which a sentence begins.
fn imperative(text: &str, all: &[Word<'_>]) -> Option<usize> {
    let first = all.iter().position(|word| !BEFORE.contains(&word.lower.as_str()))?;
    let mut first = first;
    // "Anna, send …": a name before a comma.
    if all.get(first).is_some_and(|w| is_name(w.text) && !is_verb(&w.lower) && !NO_NAMES.contains(&w.lower.as_str()))
        && all
            .get(first + 1)
            .is_some_and(|next| text.get(..next.at).is_some_and(|before| before.trim_end().ends_with(',')))
    {
        first += 1;
    }
    let word = all.get(first)?;
    let next = all.get(first + 1).map_or("", |word| word.lower.as_str());
    let is = is_verb(&word.lower) && !text.trim_end().ends_with('?') && all.len() > first + 1;
    // "Set up …" is one, "Set is …" is none; what is talk as often needs an object that is plainly one.
    let subject = matches!(next, "is" | "are" | "was" | "were" | "will" | "has" | "have" | "of" | "and" | "or" | "s")
        || matches!((word.lower.as_str(), next), ("call" | "meet" | "demo" | "review", "with"));
    let weak = WEAK.contains(&word.lower.as_str())
        && !matches!(
            next,
            "the"
                | "this"
                | "these"
                | "all"
                | "your"
                | "me"
                | "us"
                | "up"
                | "it"
                | "them"
                | "a"
                | "an"
                | "with"
                | "out"
                | "him"
                | "her"
                | "back"
        );
    (is && !subject && !weak).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        sentence(text).map_or_else(
            || "-".to_owned(),
            |j| {
                let who = match j.who {
                    Who::Speaker => "I".to_owned(),
                    Who::Named(name) => name,
                    Who::Unsaid => "?".to_owned(),
                };
                format!("{who}: {}", &text[j.begins..])
            },
        )
    }

    #[test]
    fn promises_assignments_and_requests_are_found() {
        for (text, told) in [
            ("I'll send the offer by Friday.", "I: send the offer by Friday."),
            ("OK, and I will also check the licence.", "I: check the licence."),
            ("Anna Berg will prepare the demo", "Anna Berg: prepare the demo"),
            ("Ben to book a room", "Ben: book a room"),
            ("Carla needs to ask legal about clause 4.", "Carla: ask legal about clause 4."),
            ("Could you please send me the numbers?", "?: send me the numbers?"),
            ("We need to review the contract.", "?: review the contract."),
            ("Send the revised quote to Isdom.", "?: Send the revised quote to Isdom."),
            ("Action: Anna to call them", "Anna: call them"),
            ("Let me check with finance.", "I: check with finance."),
        ] {
            assert_eq!(of(text), told);
        }
    }

    #[test]
    fn talk_asks_for_nothing() {
        for text in [
            "I'll be honest with you.",
            "We'll see.",
            "They will send us the figures next week.",
            "The customer will decide in May.",
            "Please do not hesitate to contact me.",
            "What can you offer?",
            "It should work.",
            "I won't send it.",
            "Open question is the price.",
        ] {
            assert_eq!(of(text), "-", "{text}");
        }
    }

    #[test]
    fn a_list_names_who() {
        let of = |line: &str| match listed(line) {
            Judged { who: Who::Named(name), begins, .. } => format!("{name}: {}", &line[begins..]),
            Judged { begins, .. } => line[begins..].to_owned(),
        };
        assert_eq!(of("Anna: send the offer"), "Anna: send the offer");
        assert_eq!(of("Anna Berg - send the offer"), "Anna Berg: send the offer");
        assert_eq!(of("@ben book a room"), "ben: book a room");
        assert_eq!(of("Send the offer (Anna, Friday)"), "Anna: Send the offer (Anna, Friday)");
        assert_eq!(of("Send the offer"), "Send the offer");
    }
}

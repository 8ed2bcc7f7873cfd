//! "ask weather.forecast for Rome": a tool of another server, by its name.
//!
//! A name is the only way to one. What a server says of its tools is a stranger's word, and no model or rule that chooses ever
//! reads it; and such a request is a plan of its own, so that what comes back has no step after it.

use crate::planner::{Ask, Outside, Plan};

use super::{Certainty, Draft};

const VERBS: [&str; 6] = ["ask", "use", "call", "run", "query", "try"];
const JOINTS: [&str; 5] = ["for", "about", "with", "on", "to"];

/// Reads a request that names a tool of one of these servers, and nothing else.
#[must_use]
pub fn read(goal: &str, servers: &[String]) -> Option<Draft> {
    let mut rest = goal.trim();
    for word in ["please", "can you", "could you"] {
        if let Some(after) = strip(rest, word) {
            rest = after;
        }
    }
    let verb = VERBS.iter().find_map(|verb| strip(rest, verb));
    let (tool, words) = rest_of(verb?)?;
    let (server, name) = tool.split_once('.')?;
    if name.is_empty() || !servers.iter().any(|known| known == server) {
        return None;
    }
    let mut words = words.trim_start_matches([':', ',']).trim();
    if let Some(after) = JOINTS.iter().find_map(|joint| strip(words, joint)) {
        words = after;
    }
    // A question's mark is not a part of what is asked for.
    let words = words.trim_end_matches(['?', '.', '!']).trim();
    let ask = Ask::AskOutside(Outside { name: tool.to_owned(), words: words.to_owned() });
    Some(Draft { plan: Plan { steps: vec![ask] }, certainty: Certainty::High, left: Vec::new() })
}

/// What follows a word, if the text begins with it.
fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    (first.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
}

/// The tool's name and what follows it.
fn rest_of(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(['"', '“', '`']);
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')));
    let (tool, rest) = end.map_or((text, ""), |end| text.split_at(end));
    // A sentence may end with the name.
    let name = tool.trim_end_matches('.');
    let rest = if rest.is_empty() { "" } else { rest.trim_start_matches(['"', '”', '`']) };
    (!name.is_empty()).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(goal: &str) -> Option<String> {
        let servers = ["weather".to_owned()];
        let draft = read(goal, &servers)?;
        match draft.plan.steps.as_slice() {
            [Ask::AskOutside(outside)] => Some(format!("{} <{}>", outside.name, outside.words)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_tool_is_asked_by_its_name_alone() {
        assert_eq!(of("ask weather.forecast for New York").as_deref(), Some("weather.forecast <New York>"));
        assert_eq!(of("Please ask weather.forecast about Rome?").as_deref(), Some("weather.forecast <Rome>"));
        assert_eq!(
            of("use `weather.forecast` with city=Rome days=3").as_deref(),
            Some("weather.forecast <city=Rome days=3>")
        );
        assert_eq!(of("call weather.now").as_deref(), Some("weather.now <>"));
        assert_eq!(of("run weather.forecast: Rome").as_deref(), Some("weather.forecast <Rome>"));
        for other in [
            "what will the weather be in Rome?",
            "call anna.smith about Rome",
            "ask weather for Rome",
            "weather.forecast",
            "remind me to ask weather.forecast for Rome",
            "show my deals",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}

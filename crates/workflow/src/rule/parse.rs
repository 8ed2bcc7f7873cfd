//! From the text of an expression to CEL's syntax tree, within limits.
//!
//! The crate `cel` parses. Length and brackets are looked at before it sees the text, depth while it parses, so that no
//! text is expensive to refuse. Macros are not expanded: the checker reads `tags.exists(t, …)` as it is written.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::common::ast::SourceInfo;
use cel::parser::Expression;
use cel::{Env, ParseErrors};
use serde::Serialize;
use utoipa::ToSchema;

/// Characters of an expression.
pub const MAX_LENGTH: usize = 2_000;
/// Brackets and branches within each other.
pub const MAX_DEPTH: u16 = 16;

/// What is wrong with an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleProblem)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// `syntax`, `too_long`, `too_deep`, `too_many`, `unknown_name`, `unknown_function`, `wrong_type`, `not_bool`,
    /// `invalid_value` or `unsupported`.
    #[schema(value_type = String)]
    pub code: &'static str,
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// Where a node of the tree stands in the text.
#[derive(Debug)]
pub struct Source<'a> {
    text: &'a str,
    info: SourceInfo,
}

impl Source<'_> {
    /// A problem at the node `id`.
    #[must_use]
    pub fn problem(&self, id: u64, code: &'static str, message: impl Into<String>) -> Problem {
        let start = self.info.offset_for(id).map_or(0, |(start, _)| usize::try_from(start).unwrap_or(usize::MAX));
        at(self.text, start, code, message)
    }
}

/// A problem `start` bytes into the text.
fn at(text: &str, start: usize, code: &'static str, message: impl Into<String>) -> Problem {
    let (mut line, mut column) = (1, 1);
    for character in text.char_indices().take_while(|(at, _)| *at < start).map(|(_, character)| character) {
        if character == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    Problem { line, column, code, message: message.into(), suggestion: None }
}

/// Parses.
///
/// # Errors
/// What is wrong with the text, in its order.
pub fn parse(text: &str) -> Result<(Expression, Source<'_>), Vec<Problem>> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let message = format!("an expression has at most {MAX_LENGTH} characters; this one has {length}");
        return Err(vec![at(text, 0, "too_long", message)]);
    }
    if text.trim().is_empty() {
        return Err(vec![at(text, 0, "syntax", "an expression is wanted, such as amount > 0")]);
    }
    if let Some(start) = too_deep(text) {
        return Err(vec![at(text, start, "too_deep", format!("at most {MAX_DEPTH} brackets within each other"))]);
    }
    let parser = Env::default().with_optional_support(false).parser();
    let parser = parser.max_recursion_depth(MAX_DEPTH * 2).error_recovery_limit(8);
    // A grammar's machine that gives up on a text in a way of its own must not take the request with it.
    match catch_unwind(AssertUnwindSafe(|| parser.parse_with_source_info(text))) {
        Ok(Ok((tree, info))) => Ok((tree, Source { text, info })),
        Ok(Err(errors)) => Err(explain(text, &errors)),
        Err(_) => Err(vec![at(text, 0, "syntax", "this can't be read")]),
    }
}

/// Where brackets first stand too deep within each other; brackets in quotes do not count.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_u16, None, false);
    for (position, character) in text.char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) => quote = quote.filter(|_| character != open),
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth = depth.saturating_add(1),
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth > MAX_DEPTH {
            return Some(position);
        }
    }
    None
}

fn explain(text: &str, errors: &ParseErrors) -> Vec<Problem> {
    let problem = |error: &cel::ParseError| {
        let (line, column) = (usize::try_from(error.pos.0).unwrap_or(1), usize::try_from(error.pos.1).unwrap_or(1));
        let deep = error.msg.contains("Recursion limit") || error.msg.contains("attempt limit");
        let (code, message) = if deep {
            ("too_deep", "this is nested too deeply, or too far from an expression to be read".to_owned())
        } else {
            ("syntax", plain(&error.msg))
        };
        Problem { line: line.max(1), column: column.max(1), code, message, suggestion: meant(text, &error.msg) }
    };
    let mut problems: Vec<Problem> = errors.errors.iter().take(3).map(problem).collect();
    if problems.is_empty() {
        problems.push(at(text, 0, "syntax", "this can't be read"));
    }
    problems
}

/// The grammar's words as a person says them, without its list of everything that could stand there.
fn plain(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let short = message.split(" expecting ").next().unwrap_or(message);
    let unexpected = ["mismatched input ", "extraneous input ", "no viable alternative at input "];
    match unexpected.into_iter().find_map(|words| short.strip_prefix(words)) {
        Some(what) if what.contains("<EOF>") => "something is missing at the end".to_owned(),
        Some(what) => format!("{what} is not expected here"),
        None => short.replace("'<EOF>'", "the end").replace("<EOF>", "the end"),
    }
}

/// Slips of people who know other languages.
fn meant(text: &str, message: &str) -> Option<String> {
    let slips = [(" and ", "&&"), (" or ", "||"), (" not ", "!"), ("<>", "!=")];
    let slip = slips.iter().find(|(slip, _)| text.to_lowercase().contains(slip));
    match slip {
        Some((_, right)) => Some((*right).to_owned()),
        None if message.contains("'='") || single_equals(text) => Some("==".to_owned()),
        None => None,
    }
}

fn single_equals(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is = |at: Option<usize>, set: &[u8]| at.and_then(|at| bytes.get(at)).is_some_and(|b| set.contains(b));
    (0..bytes.len()).any(|i| is(Some(i), b"=") && !is(i.checked_sub(1), b"=!<>") && !is(Some(i + 1), b"="))
}

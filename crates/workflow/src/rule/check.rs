//! The type check: from CEL's tree to one that evaluates, or what is wrong with it and where.
//!
//! Names are those of a [`Catalogue`]; each function and operator says what it takes. What passes can still divide by
//! zero or take too many steps, but never meets a value of a kind it does not know.

use std::collections::BTreeSet;

use cel::common::ast::{CallExpr, Expr, LiteralValue, SelectExpr, operators as op};
use cel::parser::Expression;
use chrono::{DateTime, NaiveDate};
use regex::RegexBuilder;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::catalogue::{Catalogue, nearest};
use super::eval::{Arithmetic, Comparison, Each, Node};
use super::function::FUNCTIONS;
use super::parse::{Problem, Source, parse};
use super::value::{Kind, Value, duration};

/// Steps from the root of a tree to its leaves: `a + b + c` counts each operator.
const MAX_TREE: usize = 64;
/// Items of a list that is written out.
const MAX_LIST: usize = 100;
/// `all`, `exists`, `filter` and the like in one expression.
const MAX_EACH: usize = 5;
/// Those within each other.
const MAX_EACH_DEPTH: usize = 2;
/// Bytes of a compiled pattern.
const MAX_PATTERN: usize = 128 * 1024;
const MAX_PROBLEMS: usize = 10;

/// An expression that passed its check.
#[derive(Clone, Debug)]
pub struct Checked {
    pub root: Node,
    /// The facts it speaks of, by their plain names.
    pub facts: BTreeSet<String>,
}

/// Parses and checks a rule, which is true or false.
///
/// # Errors
/// What is wrong, in the order of the text.
pub fn check(text: &str, catalogue: &Catalogue) -> Result<Checked, Vec<Problem>> {
    let wanted = |kind: &Kind| {
        (*kind != Kind::Bool).then(|| ("not_bool", format!("a rule is true or false; this is a value of kind {kind}")))
    };
    checked(text, catalogue, wanted).map(|(checked, _)| checked)
}

/// Parses and checks a formula, which has a value that a field can show.
///
/// # Errors
/// What is wrong, in the order of the text.
pub fn check_formula(text: &str, catalogue: &Catalogue) -> Result<(Checked, Kind), Vec<Problem>> {
    let wanted = |kind: &Kind| {
        matches!(kind, Kind::Missing | Kind::Duration | Kind::List(_))
            .then(|| ("wrong_type", format!("a field can't show a value of kind {kind}")))
    };
    checked(text, catalogue, wanted)
}

fn checked(
    text: &str,
    catalogue: &Catalogue,
    unwanted: impl Fn(&Kind) -> Option<(&'static str, String)>,
) -> Result<(Checked, Kind), Vec<Problem>> {
    let (tree, source) = parse(text)?;
    let mut checker = Checker {
        catalogue,
        source: &source,
        facts: BTreeSet::new(),
        scope: Vec::new(),
        each: 0,
        problems: Vec::new(),
    };
    let (root, kind) = checker.lower(&tree, 0);
    if let (true, Some((code, message))) = (checker.problems.is_empty(), unwanted(&kind)) {
        checker.problems.push(source.problem(leftmost(&tree), code, message));
    }
    if checker.problems.is_empty() {
        Ok((Checked { root, facts: checker.facts }, kind))
    } else {
        checker.problems.sort_by_key(|p| (p.line, p.column));
        checker.problems.truncate(MAX_PROBLEMS);
        Err(checker.problems)
    }
}

type Typed = (Node, Kind);

struct Checker<'a> {
    catalogue: &'a Catalogue,
    source: &'a Source<'a>,
    facts: BTreeSet<String>,
    /// Variables of `exists` and the like, outermost first.
    scope: Vec<(String, Kind)>,
    each: usize,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    /// Notes a problem; the node it makes goes with everything, so that one slip is told once.
    fn wrong(&mut self, at: &Expression, code: &'static str, message: impl Into<String>) -> Typed {
        self.wrong_but(at, code, message, None)
    }

    fn wrong_but(
        &mut self,
        at: &Expression,
        code: &'static str,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) -> Typed {
        let problem = Problem { suggestion, ..self.source.problem(leftmost(at), code, message) };
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
        (Node::Constant(Value::Missing), Kind::Missing)
    }

    fn lower(&mut self, at: &Expression, depth: usize) -> Typed {
        if depth > MAX_TREE {
            return self.wrong(at, "too_deep", format!("at most {MAX_TREE} operators within each other"));
        }
        match &at.expr {
            Expr::Literal(literal) => self.literal(at, literal),
            Expr::Ident(name) => self.name(at, name),
            Expr::Select(select) => self.select(at, select),
            Expr::List(list) => {
                if list.elements.len() > MAX_LIST {
                    return self.wrong(at, "too_many", format!("a list has at most {MAX_LIST} items"));
                }
                let (mut nodes, mut kind) = (Vec::with_capacity(list.elements.len()), Kind::Missing);
                for element in &list.elements {
                    let (node, of) = self.lower(element, depth + 1);
                    if !kind.agrees(&of) {
                        return self.wrong(element, "wrong_type", format!("a list of {kind} can't hold {of}"));
                    }
                    kind = kind.wider(of);
                    nodes.push(node);
                }
                (Node::List(nodes), Kind::List(Box::new(kind)))
            }
            Expr::Call(call) => self.call(at, call, depth),
            Expr::Map(_) | Expr::Struct(_) | Expr::Comprehension(_) | Expr::Unspecified => {
                self.wrong(at, "unsupported", "rules have no maps or messages")
            }
        }
    }

    fn literal(&mut self, at: &Expression, literal: &LiteralValue) -> Typed {
        match literal {
            LiteralValue::Null => (Node::Constant(Value::Missing), Kind::Missing),
            LiteralValue::Boolean(b) => (Node::Constant(Value::Bool(*b.inner())), Kind::Bool),
            LiteralValue::Int(n) => (Node::Constant(Value::Int(*n.inner())), Kind::Int),
            LiteralValue::Double(n) => match Decimal::from_f64(*n.inner()) {
                Some(number) => (Node::Constant(Value::Number(number)), Kind::Number),
                None => self.wrong(at, "invalid_value", "this number is out of range"),
            },
            LiteralValue::String(text) => (Node::Constant(Value::Text(text.inner().into())), Kind::Text),
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
                self.wrong(at, "unsupported", "rules have no bytes and no unsigned numbers")
            }
        }
    }

    fn name(&mut self, at: &Expression, name: &str) -> Typed {
        if let Some((depth, (_, kind))) = self.scope.iter().enumerate().rev().find(|(_, (n, _))| n == name) {
            return (Node::Variable(depth), kind.clone());
        }
        if let Some(fact) = self.catalogue.find(name) {
            let (name, kind) = (fact.name.clone(), fact.kind.clone());
            self.facts.insert(name.clone());
            return (Node::Fact(name), kind);
        }
        let inside = format!("{name}.");
        let parts: Vec<&str> =
            self.catalogue.facts.iter().map(|f| f.name.as_str()).filter(|n| n.starts_with(&inside)).take(4).collect();
        if !parts.is_empty() {
            let (first, message) = (parts.first().map(|p| (*p).to_owned()), parts.join(", "));
            return self.wrong_but(at, "unknown_name", format!("{name} has parts: {message}"), first);
        }
        let meant = self.catalogue.nearest(name).map(str::to_owned);
        self.wrong_but(at, "unknown_name", format!("there is no {name} here"), meant)
    }

    /// `account.industry`: the whole is a name of the catalogue.
    fn select(&mut self, at: &Expression, select: &SelectExpr) -> Typed {
        let mut parts = vec![select.field.as_str()];
        let mut operand = &select.operand.expr;
        loop {
            match operand {
                Expr::Select(inner) => {
                    parts.push(&inner.field);
                    operand = &inner.operand.expr;
                }
                Expr::Ident(name) => {
                    parts.push(name);
                    break;
                }
                _ => return self.wrong(at, "unsupported", "only facts have parts, such as account.industry"),
            }
        }
        parts.reverse();
        self.name(at, &parts.join("."))
    }

    fn call(&mut self, at: &Expression, call: &CallExpr, depth: usize) -> Typed {
        let each = match call.func_name.as_str() {
            op::ALL => Some(Each::All),
            op::EXISTS => Some(Each::Exists),
            op::EXISTS_ONE => Some(Each::ExistsOne),
            op::FILTER => Some(Each::Filter),
            op::MAP => Some(Each::Map),
            _ => None,
        };
        if let (Some(each), Some(target)) = (each, &call.target) {
            return self.each(at, each, target, &call.args, depth);
        }
        // The receiver of a method is its first argument.
        let arguments: Vec<&Expression> = call.target.as_deref().into_iter().chain(&call.args).collect();
        let lowered: Vec<Typed> = arguments.iter().map(|argument| self.lower(argument, depth + 1)).collect();
        match (call.target.is_none(), lowered.as_slice()) {
            (true, [a]) => self.unary(at, &call.func_name, &arguments, a.clone()),
            (true, [a, b]) => self.binary(at, &call.func_name, &arguments, a.clone(), b.clone()),
            (true, [condition, a, b]) if call.func_name == op::CONDITIONAL => {
                self.want(&arguments, 0, &condition.1, &Kind::Bool, "what stands before ?");
                if !a.1.agrees(&b.1) {
                    return self.wrong(at, "wrong_type", format!("one branch is {}, the other {}", a.1, b.1));
                }
                let node = Node::If(boxed(condition), boxed(a), boxed(b));
                (node, a.1.clone().wider(b.1.clone()))
            }
            (_, lowered) => self.function(at, &call.func_name, &arguments, lowered),
        }
    }

    fn unary(&mut self, at: &Expression, name: &str, arguments: &[&Expression], (node, kind): Typed) -> Typed {
        match name {
            op::LOGICAL_NOT => {
                self.want(arguments, 0, &kind, &Kind::Bool, "what ! turns round");
                (Node::Not(Box::new(node)), Kind::Bool)
            }
            op::NEGATE if kind.is_numeric() || matches!(kind, Kind::Duration | Kind::Missing) => {
                (Node::Negate(Box::new(node)), kind)
            }
            op::NEGATE => self.wrong(at, "wrong_type", format!("- is for numbers, not for {kind}")),
            _ => self.function(at, name, arguments, &[(node, kind)]),
        }
    }

    fn binary(&mut self, at: &Expression, name: &str, arguments: &[&Expression], a: Typed, b: Typed) -> Typed {
        let nodes = |a: Typed, b: Typed| (Box::new(a.0), Box::new(b.0));
        let compare = |how: Comparison| Some(how);
        let comparison = match name {
            op::LESS => compare(Comparison::Less),
            op::LESS_EQUALS => compare(Comparison::AtMost),
            op::GREATER => compare(Comparison::More),
            op::GREATER_EQUALS => compare(Comparison::AtLeast),
            _ => None,
        };
        if let Some(how) = comparison {
            let ordered = |kind: &Kind| !matches!(kind, Kind::List(_));
            if !a.1.agrees(&b.1) || !ordered(&a.1) || !ordered(&b.1) {
                return self.not_comparable(at, arguments, &a.1, &b.1);
            }
            let (a, b) = nodes(a, b);
            return (Node::Compare(how, a, b), Kind::Bool);
        }
        match name {
            op::EQUALS | op::NOT_EQUALS => {
                if !a.1.agrees(&b.1) {
                    return self.not_comparable(at, arguments, &a.1, &b.1);
                }
                let (a, b) = nodes(a, b);
                let equal = Node::Equal(a, b);
                (if name == op::EQUALS { equal } else { Node::Not(Box::new(equal)) }, Kind::Bool)
            }
            op::LOGICAL_AND | op::LOGICAL_OR => {
                self.want(arguments, 0, &a.1, &Kind::Bool, "what stands before && or ||");
                self.want(arguments, 1, &b.1, &Kind::Bool, "what follows && or ||");
                let (a, b) = nodes(a, b);
                (if name == op::LOGICAL_AND { Node::And(a, b) } else { Node::Or(a, b) }, Kind::Bool)
            }
            op::IN => match &b.1 {
                Kind::List(of) if of.agrees(&a.1) => {
                    let (a, b) = nodes(a, b);
                    (Node::In(a, b), Kind::Bool)
                }
                Kind::List(of) => self.wrong(at, "wrong_type", format!("{} is not in a list of {of}", a.1)),
                Kind::Missing => (Node::Constant(Value::Bool(false)), Kind::Bool),
                other => self.wrong(at, "wrong_type", format!("in wants a list on its right, not {other}")),
            },
            op::INDEX => match (&a.1, &b.1) {
                (Kind::List(of), Kind::Int) => {
                    let kind = (**of).clone();
                    let (a, b) = nodes(a, b);
                    (Node::Index(a, b), kind)
                }
                (kind, _) => self.wrong(at, "wrong_type", format!("[…] takes a list and an int, not {kind}")),
            },
            op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO => self.arithmetic(at, name, a, b),
            _ => self.function(at, name, arguments, &[a, b]),
        }
    }

    fn not_comparable(&mut self, at: &Expression, arguments: &[&Expression], a: &Kind, b: &Kind) -> Typed {
        let written = arguments.iter().find_map(|argument| match &argument.expr {
            Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
            _ => None,
        });
        let suggestion = match (a, b, written) {
            (Kind::Date, Kind::Text, Some(text)) | (Kind::Text, Kind::Date, Some(text)) => {
                Some(format!("date(\"{text}\")"))
            }
            (Kind::Timestamp, Kind::Text, Some(text)) | (Kind::Text, Kind::Timestamp, Some(text)) => {
                Some(format!("timestamp(\"{text}\")"))
            }
            (Kind::Timestamp, Kind::Date, _) | (Kind::Date, Kind::Timestamp, _) => Some("date(…)".to_owned()),
            (a, b, Some(text)) if (a.is_numeric() || b.is_numeric()) && text.parse::<Decimal>().is_ok() => Some(text),
            _ => None,
        };
        self.wrong_but(at, "wrong_type", format!("{a} can't be compared with {b}"), suggestion)
    }

    fn arithmetic(&mut self, at: &Expression, name: &str, a: Typed, b: Typed) -> Typed {
        let (how, sign) = match name {
            op::ADD => (Arithmetic::Add, "+"),
            op::SUBSTRACT => (Arithmetic::Subtract, "-"),
            op::MULTIPLY => (Arithmetic::Multiply, "*"),
            op::DIVIDE => (Arithmetic::Divide, "/"),
            _ => (Arithmetic::Remainder, "%"),
        };
        let kind = match (how, &a.1, &b.1) {
            (_, Kind::Missing, kind) | (_, kind, Kind::Missing) => Some(kind.clone()),
            (Arithmetic::Remainder, Kind::Int, Kind::Int) => Some(Kind::Int),
            (Arithmetic::Remainder, _, _) => None,
            (_, a, b) if a.is_numeric() && b.is_numeric() => Some(a.clone().wider(b.clone())),
            (Arithmetic::Add, Kind::Text, Kind::Text) => Some(Kind::Text),
            (Arithmetic::Add, Kind::List(x), Kind::List(y)) if x.agrees(y) => Some(a.1.clone().wider(b.1.clone())),
            (Arithmetic::Subtract, Kind::Date, Kind::Date)
            | (Arithmetic::Subtract, Kind::Timestamp, Kind::Timestamp)
            | (Arithmetic::Add | Arithmetic::Subtract, Kind::Duration, Kind::Duration) => Some(Kind::Duration),
            (Arithmetic::Add | Arithmetic::Subtract, Kind::Date | Kind::Timestamp, Kind::Duration) => Some(a.1.clone()),
            (Arithmetic::Add, Kind::Duration, Kind::Date | Kind::Timestamp) => Some(b.1.clone()),
            _ => None,
        };
        match kind {
            Some(kind) => (Node::Arithmetic(how, Box::new(a.0), Box::new(b.0)), kind),
            None => {
                let days = matches!((&a.1, &b.1), (Kind::Date | Kind::Timestamp, Kind::Int));
                let suggestion = days.then(|| "days(…)".to_owned());
                self.wrong_but(at, "wrong_type", format!("{} {sign} {} has no meaning", a.1, b.1), suggestion)
            }
        }
    }

    fn each(&mut self, at: &Expression, how: Each, list: &Expression, arguments: &[Expression], depth: usize) -> Typed {
        self.each += 1;
        if self.each > MAX_EACH || self.scope.len() >= MAX_EACH_DEPTH {
            let message =
                format!("at most {MAX_EACH} of all, exists, filter and map, {MAX_EACH_DEPTH} within each other");
            return self.wrong(at, "too_many", message);
        }
        let (list_node, list_kind) = self.lower(list, depth + 1);
        let of = match list_kind {
            Kind::List(of) => *of,
            Kind::Missing => Kind::Missing,
            other => return self.wrong(at, "wrong_type", format!("this goes through a list, not through {other}")),
        };
        let (variable, body) = match arguments {
            [variable, body] => match &variable.expr {
                Expr::Ident(name) => (name.clone(), body),
                _ => return self.wrong(variable, "syntax", "a name for each item is wanted, as in exists(tag, …)"),
            },
            _ => {
                return self.wrong(
                    at,
                    "syntax",
                    "a name and a condition are wanted, as in exists(tag, tag == \"hot\")",
                );
            }
        };
        self.scope.push((variable, of.clone()));
        let (body_node, body_kind) = self.lower(body, depth + 1);
        self.scope.pop();
        if how != Each::Map {
            self.want(&[body], 0, &body_kind, &Kind::Bool, "the condition");
        }
        let kind = match how {
            Each::All | Each::Exists | Each::ExistsOne => Kind::Bool,
            Each::Filter => Kind::List(Box::new(of)),
            Each::Map => Kind::List(Box::new(body_kind)),
        };
        (Node::Each(how, Box::new(list_node), Box::new(body_node)), kind)
    }

    fn function(&mut self, at: &Expression, name: &str, arguments: &[&Expression], given: &[Typed]) -> Typed {
        match (name, arguments) {
            ("matches", [_, pattern]) => return self.matches(at, pattern, given),
            ("date" | "timestamp" | "duration", [text]) => {
                if let Expr::Literal(LiteralValue::String(text)) = &text.expr {
                    return self.moment(at, name, text.inner());
                }
            }
            _ => {}
        }
        let Some((_, function, takes, gives)) = FUNCTIONS.iter().find(|(n, ..)| *n == name) else {
            let meant = nearest(name, FUNCTIONS.iter().map(|(n, ..)| *n).chain(["matches", "exists", "all", "filter"]));
            let suggestion = meant.map(str::to_owned);
            return self.wrong_but(at, "unknown_function", format!("there is no function {name}"), suggestion);
        };
        if takes.len() != given.len() {
            return self.wrong(at, "wrong_type", format!("{name} takes {} values, not {}", takes.len(), given.len()));
        }
        for (position, (takes, (_, kind))) in takes.iter().zip(given).enumerate() {
            if !takes.accepts(kind) {
                let argument = arguments.get(position).copied().unwrap_or(at);
                return self.wrong(argument, "wrong_type", format!("{name} takes {}, not {kind}", takes.as_str()));
            }
        }
        (Node::Call(*function, given.iter().map(|(node, _)| node.clone()).collect()), gives.clone())
    }

    /// The pattern is written out, so that it is compiled once, when the rule is checked.
    fn matches(&mut self, at: &Expression, pattern: &Expression, given: &[Typed]) -> Typed {
        let Expr::Literal(LiteralValue::String(text)) = &pattern.expr else {
            return self.wrong(pattern, "unsupported", "the pattern of matches is written out in quotes");
        };
        let Some((node, Kind::Text | Kind::Missing)) = given.first() else {
            return self.wrong(at, "wrong_type", "matches is for strings");
        };
        match RegexBuilder::new(text.inner()).size_limit(MAX_PATTERN).nest_limit(16).build() {
            Ok(regex) => (Node::Matches(Box::new(node.clone()), regex), Kind::Bool),
            Err(regex::Error::CompiledTooBig(_)) => self.wrong(pattern, "too_many", "this pattern is too large"),
            Err(_) => self.wrong(pattern, "invalid_value", "this is no regular expression"),
        }
    }

    fn moment(&mut self, at: &Expression, name: &str, text: &str) -> Typed {
        let value = match name {
            "date" => text.parse::<NaiveDate>().ok().map(|date| (Value::Date(date), Kind::Date)),
            "timestamp" => {
                DateTime::parse_from_rfc3339(text).ok().map(|at| (Value::Timestamp(at.to_utc()), Kind::Timestamp))
            }
            _ => duration(text).map(|by| (Value::Duration(by), Kind::Duration)),
        };
        let example = match name {
            "date" => "date(\"2026-12-31\")",
            "timestamp" => "timestamp(\"2026-12-31T12:00:00Z\")",
            _ => "duration(\"36h\")",
        };
        match value {
            Some((value, kind)) => (Node::Constant(value), kind),
            None => self.wrong_but(at, "invalid_value", format!("this is no {name}"), Some(example.to_owned())),
        }
    }

    fn want(&mut self, arguments: &[&Expression], at: usize, kind: &Kind, wanted: &Kind, what: &str) {
        if !matches!(kind, Kind::Missing)
            && kind != wanted
            && let Some(argument) = arguments.get(at).copied()
        {
            _ = self.wrong(argument, "wrong_type", format!("{what} is {wanted}, not {kind}"));
        }
    }
}

fn boxed(typed: &Typed) -> Box<Node> {
    Box::new(typed.0.clone())
}

/// The node that stands first in the text: where a person looks for the slip.
fn leftmost(at: &Expression) -> u64 {
    let mut at = at;
    loop {
        at = match &at.expr {
            Expr::Select(select) => &select.operand,
            Expr::Call(call) => match (&call.target, call.args.as_slice()) {
                (Some(target), _) => target,
                (None, [first, _, ..]) if call.func_name.starts_with('_') || call.func_name.starts_with('@') => first,
                _ => return at.id,
            },
            _ => return at.id,
        };
    }
}

//! Evaluation, by steps that are counted.
//!
//! The crate `cel` has no limit on what an evaluation may cost and makes an error of any comparison with `null`. Here
//! each node costs a step, long text and lists cost more, and what a missing value means is spelled out:
//!
//! - `==` and `!=` compare with `null` as with anything; `<`, `<=`, `>`, `>=` and `in` with a missing side are false;
//! - arithmetic with a missing side is missing; text functions of missing text are false or missing; its size is 0;
//! - a missing yes-or-no counts as no; a missing list is empty; what is beyond the end of a list is missing.

use std::cmp::Ordering;
use std::fmt;

use chrono::{Datelike, TimeDelta};
use regex::Regex;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::value::{Facts, Value};

/// Steps of one evaluation: a few milliseconds at most.
pub const BUDGET: u64 = 20_000;

/// Why an evaluation came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    DivisionByZero,
    OutOfRange,
    OverBudget,
    /// The expression does not pass its check any more.
    Broken,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DivisionByZero => "it divides by zero",
            Self::OutOfRange => "a number or date in it is out of range",
            Self::OverBudget => "it takes too many steps",
            Self::Broken => "its expression speaks of what does not exist any more",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Size,
    Has,
    Contains,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Trim,
    Date,
    Days,
    Int,
    Number,
    Year,
    Month,
    DayOfMonth,
    DayOfWeek,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// A checked expression. Variables are known by their depth.
#[derive(Clone, Debug)]
pub enum Node {
    Constant(Value),
    Fact(String),
    Variable(usize),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    Equal(Box<Node>, Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    Index(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Call(Function, Vec<Node>),
    Matches(Box<Node>, Regex),
    Each(Each, Box<Node>, Box<Node>),
}

/// Evaluates; a missing answer is one.
///
/// # Errors
/// When it divides by zero, leaves the range of numbers or dates, or takes more than [`BUDGET`] steps.
pub fn evaluate(node: &Node, facts: &Facts) -> Result<Value, Failure> {
    evaluate_within(node, facts, BUDGET)
}

/// The same, in so many steps.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_within(node: &Node, facts: &Facts, steps: u64) -> Result<Value, Failure> {
    Run { facts, left: steps, variables: Vec::new() }.node(node)
}

struct Run<'a> {
    facts: &'a Facts,
    left: u64,
    variables: Vec<Value>,
}

impl Run<'_> {
    fn spend(&mut self, steps: u64) -> Result<(), Failure> {
        self.left = self.left.checked_sub(steps).ok_or(Failure::OverBudget)?;
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<Value, Failure> {
        self.spend(1)?;
        let value = match node {
            Node::Constant(value) => value.clone(),
            Node::Fact(name) => self.facts.get(name).clone(),
            Node::Variable(depth) => self.variables.get(*depth).cloned().unwrap_or(Value::Missing),
            Node::Not(of) => Value::Bool(!self.truth(of)?),
            Node::Negate(of) => negate(&self.node(of)?)?,
            Node::And(a, b) => Value::Bool(self.truth(a)? && self.truth(b)?),
            Node::Or(a, b) => Value::Bool(self.truth(a)? || self.truth(b)?),
            Node::If(condition, a, b) => return if self.truth(condition)? { self.node(a) } else { self.node(b) },
            Node::Equal(a, b) => {
                let (a, b) = self.both(a, b)?;
                Value::Bool(a.same(&b))
            }
            Node::Compare(how, a, b) => {
                let (a, b) = self.both(a, b)?;
                Value::Bool(a.order(&b).is_some_and(|order| how.holds(order)))
            }
            Node::Arithmetic(how, a, b) => {
                let (a, b) = self.both(a, b)?;
                arithmetic(*how, &a, &b)?
            }
            Node::In(item, list) => {
                let (item, list) = self.both(item, list)?;
                Value::Bool(!item.is_missing() && items(&list).iter().any(|other| item.same(other)))
            }
            Node::Index(list, at) => {
                let (list, at) = self.both(list, at)?;
                let at = at.as_number().and_then(|n| n.to_usize());
                at.and_then(|at| items(&list).get(at).cloned()).unwrap_or(Value::Missing)
            }
            Node::List(nodes) => {
                let items: Result<Vec<Value>, Failure> = nodes.iter().map(|node| self.node(node)).collect();
                Value::List(items?.into())
            }
            Node::Call(function, arguments) => {
                let values: Result<Vec<Value>, Failure> = arguments.iter().map(|node| self.weighed(node)).collect();
                let values = values?;
                call(*function, values.first().unwrap_or(&Value::Missing), values.get(1).unwrap_or(&Value::Missing))?
            }
            Node::Matches(text, pattern) => match self.weighed(text)? {
                Value::Text(text) => {
                    // Matching is linear in the text, at some cost a character.
                    self.spend(u64::try_from(text.len() / 8).unwrap_or(u64::MAX))?;
                    Value::Bool(pattern.is_match(&text))
                }
                _ => Value::Bool(false),
            },
            Node::Each(how, list, body) => {
                let list = self.weighed(list)?;
                self.each(*how, items(&list), body)?
            }
        };
        Ok(value)
    }

    /// A value, paid for by its size.
    fn weighed(&mut self, node: &Node) -> Result<Value, Failure> {
        let value = self.node(node)?;
        self.spend(value.weight())?;
        Ok(value)
    }

    fn both(&mut self, a: &Node, b: &Node) -> Result<(Value, Value), Failure> {
        Ok((self.weighed(a)?, self.weighed(b)?))
    }

    fn truth(&mut self, node: &Node) -> Result<bool, Failure> {
        Ok(self.node(node)? == Value::Bool(true))
    }

    fn each(&mut self, how: Each, list: &[Value], body: &Node) -> Result<Value, Failure> {
        let (mut holds, mut kept) = (0_usize, Vec::new());
        for item in list {
            self.variables.push(item.clone());
            let value = self.node(body);
            self.variables.pop();
            let value = value?;
            let yes = value == Value::Bool(true);
            holds += usize::from(yes);
            match how {
                Each::All if !yes => return Ok(Value::Bool(false)),
                Each::Exists if yes => return Ok(Value::Bool(true)),
                Each::Filter if yes => kept.push(item.clone()),
                Each::Map => kept.push(value),
                Each::All | Each::Exists | Each::ExistsOne | Each::Filter => {}
            }
        }
        Ok(match how {
            Each::All => Value::Bool(true),
            Each::Exists => Value::Bool(false),
            Each::ExistsOne => Value::Bool(holds == 1),
            Each::Filter | Each::Map => Value::List(kept.into()),
        })
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

fn negate(value: &Value) -> Result<Value, Failure> {
    Ok(match value {
        Value::Int(n) => Value::Int(n.checked_neg().ok_or(Failure::OutOfRange)?),
        Value::Number(n) => Value::Number(-*n),
        Value::Duration(d) => Value::Duration(-*d),
        _ => Value::Missing,
    })
}

fn arithmetic(how: Arithmetic, a: &Value, b: &Value) -> Result<Value, Failure> {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    let out = || Failure::OutOfRange;
    Ok(match (how, a, b) {
        (Divide | Remainder, _, b) if b.as_number() == Some(Decimal::ZERO) && !a.is_missing() => {
            return Err(Failure::DivisionByZero);
        }
        (Add, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_add(*b).ok_or_else(out)?),
        (Subtract, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_sub(*b).ok_or_else(out)?),
        (Multiply, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_mul(*b).ok_or_else(out)?),
        (Divide, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_div(*b).ok_or_else(out)?),
        (Remainder, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_rem(*b).ok_or_else(out)?),
        (Add, Value::Text(a), Value::Text(b)) => Value::Text(format!("{a}{b}").into()),
        (Add, Value::List(a), Value::List(b)) => Value::List(a.iter().chain(b.iter()).cloned().collect()),
        (Subtract, Value::Date(a), Value::Date(b)) => Value::Duration(a.signed_duration_since(*b)),
        (Add, Value::Date(date), Value::Duration(by)) | (Add, Value::Duration(by), Value::Date(date)) => {
            Value::Date(date.checked_add_signed(*by).ok_or_else(out)?)
        }
        (Subtract, Value::Date(date), Value::Duration(by)) => {
            Value::Date(date.checked_sub_signed(*by).ok_or_else(out)?)
        }
        (Subtract, Value::Timestamp(a), Value::Timestamp(b)) => Value::Duration(a.signed_duration_since(*b)),
        (Add, Value::Timestamp(at), Value::Duration(by)) | (Add, Value::Duration(by), Value::Timestamp(at)) => {
            Value::Timestamp(at.checked_add_signed(*by).ok_or_else(out)?)
        }
        (Subtract, Value::Timestamp(at), Value::Duration(by)) => {
            Value::Timestamp(at.checked_sub_signed(*by).ok_or_else(out)?)
        }
        (Add, Value::Duration(a), Value::Duration(b)) => Value::Duration(a.checked_add(b).ok_or_else(out)?),
        (Subtract, Value::Duration(a), Value::Duration(b)) => Value::Duration(a.checked_sub(b).ok_or_else(out)?),
        (how, a, b) => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => Value::Number(decimal(how, a, b).ok_or_else(out)?),
            _ => Value::Missing,
        },
    })
}

fn decimal(how: Arithmetic, a: Decimal, b: Decimal) -> Option<Decimal> {
    match how {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => a.checked_rem(b),
    }
}

fn call(function: Function, a: &Value, b: &Value) -> Result<Value, Failure> {
    let out = || Failure::OutOfRange;
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(match (function, a, b) {
        (Function::Has, a, _) => Value::Bool(!a.is_missing()),
        (Function::Size, Value::Text(text), _) => count(text.chars().count()),
        (Function::Size, a, _) => count(items(a).len()),
        (Function::Contains, Value::Text(a), Value::Text(b)) => Value::Bool(a.contains(&**b)),
        (Function::StartsWith, Value::Text(a), Value::Text(b)) => Value::Bool(a.starts_with(&**b)),
        (Function::EndsWith, Value::Text(a), Value::Text(b)) => Value::Bool(a.ends_with(&**b)),
        (Function::Contains | Function::StartsWith | Function::EndsWith, _, _) => Value::Bool(false),
        (Function::Lower, Value::Text(a), _) => Value::Text(a.to_ascii_lowercase().into()),
        (Function::Upper, Value::Text(a), _) => Value::Text(a.to_ascii_uppercase().into()),
        (Function::Trim, Value::Text(a), _) => Value::Text(a.trim().into()),
        (Function::Date, Value::Timestamp(at), _) => Value::Date(at.date_naive()),
        (Function::Date, Value::Date(date), _) => Value::Date(*date),
        (Function::Days, Value::Int(n), _) => Value::Duration(TimeDelta::try_days(*n).ok_or_else(out)?),
        (Function::Int, a, _) => match a.as_number() {
            Some(number) => Value::Int(number.trunc().to_i64().ok_or_else(out)?),
            None => Value::Missing,
        },
        (Function::Number, a, _) => Value::number(a.as_number()),
        (Function::Year | Function::Month | Function::DayOfMonth | Function::DayOfWeek, a, _) => part(function, a),
        (Function::Lower | Function::Upper | Function::Trim | Function::Date | Function::Days, _, _) => Value::Missing,
    })
}

/// A part of a date, as CEL counts: months, days of the month and days of the week (from Sunday) begin at 0.
fn part(function: Function, of: &Value) -> Value {
    let date = match of {
        Value::Date(date) => *date,
        Value::Timestamp(at) => at.date_naive(),
        _ => return Value::Missing,
    };
    let part = match function {
        Function::Year => i64::from(date.year()),
        Function::Month => i64::from(date.month0()),
        Function::DayOfMonth => i64::from(date.day0()),
        _ => i64::from(date.weekday().num_days_from_sunday()),
    };
    Value::Int(part)
}

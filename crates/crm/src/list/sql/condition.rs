//! The SQL of a filter.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use super::Builder;
use crate::list::field::Kind;
use crate::list::filter::{Condition, Filter, Op, Operand};

pub(super) fn matching(sql: &mut Builder, filter: &Filter) {
    match filter {
        Filter::And(parts) => joined(sql, parts, " and ", "true"),
        Filter::Or(parts) => joined(sql, parts, " or ", "false"),
        Filter::Not(inner) => {
            sql.push("not coalesce(");
            matching(sql, inner);
            sql.push(", false)");
        }
        Filter::Is(condition) => compare(sql, condition),
    }
}

fn joined(sql: &mut Builder, parts: &[Filter], word: &str, empty: &str) {
    if parts.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            sql.push(word);
        }
        matching(sql, part);
    }
    sql.push(")");
}

fn compare(sql: &mut Builder, condition: &Condition) {
    compare_with(sql, condition, condition.field.column.to_sql());
}

/// As `compare`, with the field's value standing at `column`.
pub(super) fn compare_with(sql: &mut Builder, condition: &Condition, column: String) {
    let negated = matches!(condition.op, Op::Ne | Op::NotIn);
    if negated {
        sql.push("not coalesce(");
    }
    match &condition.operand {
        Operand::Null(null) => _ = sql.push(column).push(if *null { " is null" } else { " is not null" }),
        Operand::Ids(ids) if condition.op == Op::Under => under(sql, &column, ids),
        Operand::Ids(ids) => match condition.field.kind {
            Kind::Part(table, part) => with_part(sql, &column, table, part, ids),
            kind => one_of(sql, &column, kind, ids),
        },
        Operand::Named { ids, names } => named(sql, &column, condition.field.kind, ids, names),
        Operand::Words(words) => with_words(sql, &column, condition, words),
        Operand::Ints(values) => range(
            sql,
            &column,
            condition.op,
            &values.iter().map(|v| (*v, v.saturating_add(1))).collect::<Vec<_>>(),
            false,
        ),
        Operand::Days(spans) => range(sql, &column, condition.op, spans, false),
        Operand::Times(spans) => range(sql, &column, condition.op, spans, true),
    }
    if negated {
        sql.push(", false)");
    }
}

/// Stages, teams and values of managed lists stand in the statement: there are few of each, and some are a thousand times as
/// common as others. Owners and records are bound.
fn one_of(sql: &mut Builder, column: &str, kind: Kind, ids: &[Uuid]) {
    let few = ids.len() <= 20 && matches!(kind, Kind::Stage | Kind::Team | Kind::Choice(_));
    match ids {
        [one] if few => _ = sql.push(column).push(format_args!(" = '{one}'::uuid")),
        [one] => _ = sql.push(column).push(" = ").push_bind(*one),
        many if few => {
            let many = many.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
            sql.push(column).push(format_args!(" = any ('{{{many}}}'::uuid[])"));
        }
        many => _ = sql.push(column).push(" = any (").push_bind(many.to_vec()).push(")"),
    }
}

/// The accounts below are looked up once, as far as the reader sees them; what is hidden leads nowhere.
fn under(sql: &mut Builder, column: &str, ids: &[Uuid]) {
    sql.push(column).push(" = any (array(with recursive tree as (select a.org_id, a.id from account a where a.org_id = (select app.org()) and a.id = any (");
    sql.push_bind(ids.to_vec()).push(
        ") and a.deleted_at is null union select a.org_id, a.id from account a join tree on a.org_id = tree.org_id and a.parent_id = tree.id \
         where a.deleted_at is null) select id from tree))",
    );
}

/// Where it is rare, the candidates have been looked up before (`needed_parts`); of a common one a page soon comes.
fn with_part(sql: &mut Builder, column: &str, table: &str, part: &str, ids: &[Uuid]) {
    sql.push("(").push(column).push(" = any (").push_bind(ids.to_vec()).push(") or exists (select from ").push(table);
    sql.push(" part where part.org_id = t.org_id and part.opportunity_id = t.id and part.").push(part).push(" = any (");
    sql.push_bind(ids.to_vec()).push(")))");
}

fn named(sql: &mut Builder, column: &str, kind: Kind, ids: &[Uuid], names: &[String]) {
    if names.is_empty() {
        return one_of(sql, column, kind, ids);
    }
    sql.push(column).push(" = any (array(select n.id from ");
    match kind {
        Kind::Choice(list) => _ = sql.push("choice n where n.kind = ").push_bind(list).push(" and"),
        _ => _ = sql.push("stage n where"),
    }
    sql.push(" (n.id = any (")
        .push_bind(ids.to_vec())
        .push(") or lower(n.name) = any (")
        .push_bind(names.to_vec())
        .push("))))");
}

fn with_words(sql: &mut Builder, column: &str, condition: &Condition, words: &[String]) {
    match condition.field.kind {
        // Open deals are those that have not been closed: what the indexes of open deals hold.
        Kind::StageKind if words == ["open"] => _ = sql.push("t.closed_at is null"),
        Kind::StageKind => {
            _ = sql
                .push("t.stage_id = any (array(select s.id from stage s where s.kind = any (")
                .push_bind(words.to_vec())
                .push(")))")
        }
        // A rare tag has been looked up before (`needed_tags`); on a common one a page soon comes.
        Kind::Tag => _ = sql.push("t.tags && ").push_bind(words.to_vec()),
        Kind::State([unset, set]) => {
            let text = match (words.iter().any(|w| w == unset), words.iter().any(|w| w == set)) {
                (true, true) => "true".to_owned(),
                (true, false) => format!("{column} is null"),
                (false, true) => format!("{column} is not null"),
                (false, false) => "false".to_owned(),
            };
            sql.push(text);
        }
        // Not LIKE: of that the planner believes that next to nothing matches, and reads it all at once. Where it is so,
        // the candidates have been looked up before (`needed_pattern`).
        _ if condition.op == Op::Contains => {
            let word = words.first().cloned().unwrap_or_default();
            sql.push("position(").push_bind(word).push(" in ").push(column).push(") > 0");
        }
        // Of a closed set, which the catalogue has checked.
        Kind::Word(known) => {
            let words: Vec<_> =
                known.iter().filter(|k| words.iter().any(|w| w == *k)).map(|k| format!("'{k}'")).collect();
            // Of an array of one, too, an index is read whole and sorted, where it could be followed in its order.
            _ = match words.as_slice() {
                [one] => sql.push(column).push(format_args!(" = {one}")),
                many => sql.push(column).push(format_args!(" = any (array[{}]::text[])", many.join(", "))),
            };
        }
        Kind::Options => _ = sql.push(column).push(" ?| ").push_bind(words.to_vec()),
        _ => match words {
            [one] => _ = sql.push(column).push(" = ").push_bind(one.clone()),
            many => _ = sql.push(column).push(" = any (").push_bind(many.to_vec()).push(")"),
        },
    }
}

/// The pattern of texts that contain the first of `words`.
fn containing(words: &[String]) -> String {
    let word = words.first().map(|w| w.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    format!("%{}%", word.unwrap_or_default())
}

/// The pattern that `field` must match for the whole filter to hold, if there is one that an index of trigrams can serve.
pub(crate) fn needed_pattern(filter: &Filter, field: &str) -> Option<String> {
    needed(filter, |c| c.op == Op::Contains && c.field.name == field)
        .filter(|words| words.first().is_some_and(|w| w.chars().count() >= 3))
        .map(containing)
}

/// The tags of which a record must have one for the whole filter to hold.
pub(crate) fn needed_tags(filter: &Filter) -> Option<&[String]> {
    needed(filter, |c| c.field.kind == Kind::Tag && matches!(c.op, Op::Eq | Op::In))
}

/// The records of which one must have a part in it for the whole filter to hold, and in which table.
pub(crate) fn needed_parts(filter: &Filter) -> Option<(&'static str, &[Uuid])> {
    let parts = match filter {
        Filter::And(parts) => parts.as_slice(),
        one @ Filter::Is(_) => std::slice::from_ref(one),
        Filter::Or(_) | Filter::Not(_) => return None,
    };
    parts.iter().find_map(|part| match part {
        Filter::Is(Condition { field, op: Op::Eq | Op::In, operand: Operand::Ids(ids) }) => match field.kind {
            Kind::Part(table, _) => Some((table, ids.as_slice())),
            _ => None,
        },
        _ => None,
    })
}

/// The words of the first condition of this kind without which the filter does not hold.
fn needed(filter: &Filter, wanted: impl Fn(&Condition) -> bool) -> Option<&[String]> {
    let parts = match filter {
        Filter::And(parts) => parts.as_slice(),
        one @ Filter::Is(_) => std::slice::from_ref(one),
        Filter::Or(_) | Filter::Not(_) => return None,
    };
    parts.iter().find_map(|part| match part {
        Filter::Is(condition) if wanted(condition) => match &condition.operand {
            Operand::Words(words) => Some(words.as_slice()),
            _ => None,
        },
        _ => None,
    })
}

/// Compares with half-open intervals `[from, to)`; an instant has both ends equal and is then included.
fn range<T>(sql: &mut Builder, column: &str, op: Op, spans: &[(T, T)], instants: bool)
where
    T: Copy + PartialEq + Literal,
{
    let Some(((from, to), last)) = spans.first().copied().zip(spans.last().copied()) else { return };
    let instant = instants && from == to;
    match op {
        Op::Gte => _ = sql.push(column).push(" >= ").push(from.literal()),
        Op::Lt => _ = sql.push(column).push(" < ").push(from.literal()),
        Op::Gt => _ = sql.push(column).push(if instant { " > " } else { " >= " }).push(to.literal()),
        Op::Lte => _ = sql.push(column).push(if instant { " <= " } else { " < " }).push(to.literal()),
        Op::Between => {
            let last_instant = instants && last.0 == last.1;
            sql.push("(").push(column).push(" >= ").push(from.literal()).push(" and ").push(column);
            sql.push(if last_instant { " <= " } else { " < " }).push(last.1.literal()).push(")");
        }
        _ => {
            sql.push("(");
            for (i, (from, to)) in spans.iter().enumerate() {
                if i > 0 {
                    sql.push(" or ");
                }
                let end = if instants && from == to { " <= " } else { " < " };
                sql.push("(")
                    .push(column)
                    .push(" >= ")
                    .push(from.literal())
                    .push(" and ")
                    .push(column)
                    .push(end)
                    .push(to.literal())
                    .push(")");
            }
            sql.push(")");
        }
    }
}

/// A value as a constant of SQL: of types whose text can't be anything else.
trait Literal {
    fn literal(&self) -> String;
}

impl Literal for i64 {
    fn literal(&self) -> String {
        format!("'{self}'::bigint")
    }
}

impl Literal for NaiveDate {
    fn literal(&self) -> String {
        // Years with more than four digits read otherwise; no record has one.
        match self.year() {
            ..1 => "'-infinity'::date".to_owned(),
            10_000.. => "'infinity'::date".to_owned(),
            _ => format!("'{}'::date", self.format("%Y-%m-%d")),
        }
    }
}

impl Literal for DateTime<Utc> {
    fn literal(&self) -> String {
        match self.year() {
            ..1 => "'-infinity'::timestamptz".to_owned(),
            10_000.. => "'infinity'::timestamptz".to_owned(),
            _ => format!("'{}'::timestamptz", self.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
        }
    }
}

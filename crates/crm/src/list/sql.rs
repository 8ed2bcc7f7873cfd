//! The SQL of lists. Every value is bound; every identifier comes from a catalogue.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use dealwright_access::{Actor, ScopeLevel};
use dealwright_kernel::{Cursor, Error, Result, Total};
use dealwright_store::Tx;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::field::{Catalogue, Kind};
use super::filter::{Condition, Filter, Op, Operand};
use super::params::{ListQuery, Sort};

/// Who reads which list, and how a row is shown.
#[derive(Debug)]
pub struct Reader<'a> {
    pub catalogue: &'static Catalogue,
    pub actor: &'a Actor,
    /// The columns of a row, from alias `t` and the joins.
    pub columns: &'static str,
    pub joins: &'static str,
}

/// Rows with the cursor of each.
#[derive(Debug)]
pub struct Listed {
    pub rows: Vec<PgRow>,
    pub next_cursor: Option<String>,
}

/// Sums over a list, if it is short enough to sum.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    pub count: Total,
    /// Minor units of the organisation's currency; none when the list is longer than is counted.
    pub amount: Option<i64>,
    pub weighted: Option<i64>,
    pub average: Option<i64>,
}

type Builder = QueryBuilder<Postgres>;

/// Reads a page. `ids`, when given, are the only candidates (a search found them).
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn fetch(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery, ids: Option<&[Uuid]>) -> Result<Listed> {
    let fingerprint = format!("{}:{}", reader.catalogue.object, query.sort_text);
    let after = query.cursor.as_deref().map(|text| Cursor::<Vec<Value>>::decode(text, &fingerprint)).transpose()?;
    let keys = after.map(|cursor| keys(&query.sort, cursor.keys)).transpose()?;
    let mut sql = Builder::new("");
    page(&mut sql, reader, query, keys.as_deref(), ids, tx.org().0)?;
    let mut rows = sql.build().persistent(is_repeatable(query, ids)).fetch_all(tx.db()).await?;
    let more = rows.len() > usize::from(query.limit);
    rows.truncate(query.limit.into());
    let next_cursor = match rows.last().filter(|_| more) {
        Some(row) => {
            let keys: Value = row.try_get("cursor_keys")?;
            Some(Cursor { query: fingerprint, keys }.encode()?)
        }
        None => None,
    };
    Ok(Listed { rows, next_cursor })
}

/// PostgreSQL's plan for a page, one line a node: what the tests assert index conditions on.
///
/// # Errors
/// As [`fetch`].
pub async fn explain(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery) -> Result<Vec<String>> {
    let fingerprint = format!("{}:{}", reader.catalogue.object, query.sort_text);
    let after = query.cursor.as_deref().map(|text| Cursor::<Vec<Value>>::decode(text, &fingerprint)).transpose()?;
    let keys = after.map(|cursor| keys(&query.sort, cursor.keys)).transpose()?;
    let mut sql = Builder::new("explain (costs off) ");
    page(&mut sql, reader, query, keys.as_deref(), None, tx.org().0)?;
    Ok(sql.build_query_scalar().fetch_all(tx.db()).await?)
}

/// Counts what the actor may see, up to [`Total::CAP`].
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn count(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery, ids: Option<&[Uuid]>) -> Result<Total> {
    let mut sql = Builder::new("select count(*) from (");
    for (n, reach) in Reach::of(reader).iter().enumerate() {
        sql.push(if n == 0 { "(select 1 from " } else { " union all (select 1 from " });
        sql.push(reader.catalogue.table).push(" t where ");
        visible(&mut sql, reader, query, ids, tx.org().0, *reach);
        sql.push(" limit ").push_bind(Total::CAP + 1).push(")");
    }
    capped(&mut sql, reader);
    sql.push(") as counted");
    Ok(Total::capped(sql.build_query_scalar().fetch_one(tx.db()).await?))
}

/// What is counted of both reaches together has a limit too; a select alone has its own, and PostgreSQL refuses a second.
fn capped(sql: &mut Builder, reader: &Reader<'_>) {
    if Reach::of(reader).len() > 1 {
        sql.push(" limit ").push_bind(Total::CAP + 1);
    }
}

/// Counts and sums what the actor may see; beyond [`Total::CAP`] rows it counts only.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn totals(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery, ids: Option<&[Uuid]>) -> Result<Totals> {
    let mut sql = Builder::new(
        "select count(*), sum(amount_base)::bigint, sum(expected_base)::bigint, round(avg(amount_base))::bigint from (",
    );
    for (n, reach) in Reach::of(reader).iter().enumerate() {
        sql.push(if n == 0 { "" } else { " union all " }).push("(select t.amount_base, t.expected_base from ");
        sql.push(reader.catalogue.table).push(" t where ");
        visible(&mut sql, reader, query, ids, tx.org().0, *reach);
        sql.push(" limit ").push_bind(Total::CAP + 1).push(")");
    }
    capped(&mut sql, reader);
    sql.push(") as summed");
    let (counted, amount, weighted, average): (i64, Option<i64>, Option<i64>, Option<i64>) =
        sql.build_query_as().fetch_one(tx.db()).await?;
    let count = Total::capped(counted);
    let whole = counted <= Total::CAP;
    let of = |sum: Option<i64>| whole.then(|| sum.unwrap_or(0));
    Ok(Totals { count, amount: of(amount), weighted: of(weighted), average: average.filter(|_| whole) })
}

/// Which rows a branch may take, beyond the filter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within<'a> {
    pub org: Uuid,
    /// The only candidates, when given.
    pub ids: Option<&'a [Uuid]>,
    /// A condition of the enclosing statement, such as ` and t.stage_id = st.id`.
    pub extra: &'static str,
    pub limit: i64,
}

/// Whether PostgreSQL may keep a plan of the statement: it takes longer to plan a page than to read it. What a plan hangs on
/// stands in the statement itself (the limit, the ends of ranges), so that a kept plan is a plan for these; the rest is bound.
pub(crate) fn is_repeatable(query: &ListQuery, ids: Option<&[Uuid]>) -> bool {
    fn plain(filter: &Filter) -> bool {
        match filter {
            Filter::And(parts) => parts.iter().all(plain),
            Filter::Is(_) => true,
            Filter::Or(_) | Filter::Not(_) => false,
        }
    }
    ids.is_some() || plain(&query.filter)
}

/// The whole statement of a page.
pub(crate) fn page(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    after: Option<&[Key]>,
    ids: Option<&[Uuid]>,
    org: Uuid,
) -> Result<()> {
    let within = Within { org, ids, extra: "", limit: i64::from(query.limit) + 1 };
    sql.push("select ").push(reader.columns).push(", t.cursor_keys from (");
    branches(sql, reader, query, after, within)?;
    sql.push(") t ").push(reader.joins).push(" order by ");
    order(sql, &query.sort);
    Ok(())
}

/// Which of the rows that an actor may see. What the scope of their roles reaches and what is shared with them are read
/// apart: of both joined by OR no index could serve the one or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Scope,
    /// Shared with the actor, and beyond the scope.
    Shares,
}

impl Reach {
    /// What there is to read for this reader.
    pub(crate) fn of(reader: &Reader<'_>) -> &'static [Self] {
        if reader.actor.sees_shared(reader.catalogue.read.object) {
            &[Self::Scope, Self::Shares]
        } else {
            &[Self::Scope]
        }
    }
}

/// The rows of a page: of the scope, and of what is shared where anything is.
pub(crate) fn branches(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    after: Option<&[Key]>,
    within: Within<'_>,
) -> Result<()> {
    let [alone] = Reach::of(reader) else {
        sql.push("select t.* from ((");
        ordered(sql, reader, query, after, within, Reach::Scope)?;
        sql.push(") union all (");
        ordered(sql, reader, query, after, within, Reach::Shares)?;
        sql.push(")) t order by ");
        order(sql, &query.sort);
        sql.push(" limit ").push(within.limit);
        return Ok(());
    };
    ordered(sql, reader, query, after, within, *alone)
}

/// The rows whose leading key has a value, then those without; each branch in the order an index gives.
fn ordered(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    after: Option<&[Key]>,
    within: Within<'_>,
    reach: Reach,
) -> Result<()> {
    let first = query.sort.first().ok_or_else(|| Error::internal("a list has at least one sort key"))?;
    let past_values = matches!(after.and_then(<[Key]>::first), Some(Key::Null));
    if !past_values {
        branch(sql, reader, query, (reach, Branch::Values), after, within);
    }
    if first.key.nullable {
        if !past_values {
            sql.push(" union all ");
        }
        branch(sql, reader, query, (reach, Branch::Nulls), after.filter(|_| past_values), within);
        // A branch alone has its limit already, and PostgreSQL refuses a second one.
        if !past_values {
            sql.push(" limit ").push(within.limit);
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Branch {
    /// The leading key has a value.
    Values,
    /// The leading key is null.
    Nulls,
}

fn branch(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    (reach, branch): (Reach, Branch),
    after: Option<&[Key]>,
    within: Within<'_>,
) {
    sql.push("(select t.*, jsonb_build_array(");
    for sort in &query.sort {
        sql.push("t.").push(sort.key.column).push(", ");
    }
    sql.push("t.id) as cursor_keys from ").push(reader.catalogue.table).push(" t where ");
    visible(sql, reader, query, within.ids, within.org, reach);
    sql.push(within.extra);
    let rest: &[Sort] = match branch {
        Branch::Values => {
            if let Some(first) = query.sort.first().filter(|s| s.key.nullable) {
                sql.push(" and t.").push(first.key.column).push(" is not null");
            }
            &query.sort
        }
        Branch::Nulls => {
            if let Some(first) = query.sort.first() {
                sql.push(" and t.").push(first.key.column).push(" is null");
            }
            query.sort.get(1..).unwrap_or_default()
        }
    };
    if let Some(keys) = after {
        sql.push(" and ");
        let keys = if branch == Branch::Nulls { keys.get(1..).unwrap_or_default() } else { keys };
        following(sql, rest, keys, descending(&query.sort), branch == Branch::Values);
    }
    order_within(sql, rest, branch, descending(&query.sort));
    sql.push(" limit ").push(within.limit).push(")");
}

fn descending(sort: &[Sort]) -> bool {
    sort.first().is_some_and(|s| s.descending)
}

/// Live rows of the organisation that the actor sees by this reach and that pass the filter.
pub(crate) fn visible(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    ids: Option<&[Uuid]>,
    org: Uuid,
    reach: Reach,
) {
    sql.push("t.org_id = ").push_bind(org).push(" and t.deleted_at is null");
    match reach {
        Reach::Scope => within_scope(sql, reader.actor, reader.catalogue),
        Reach::Shares => {
            sql.push(" and t.id = any (array(");
            shared(sql, reader.catalogue);
            sql.push(")) and not coalesce(true");
            within_scope(sql, reader.actor, reader.catalogue);
            sql.push(", false)");
        }
    }
    if let Some(ids) = ids {
        sql.push(" and t.id = any (").push_bind(ids.to_vec()).push(")");
    }
    sql.push(" and ");
    matching(sql, &query.filter);
}

/// The actor's scope, repeated as a condition that an index serves: from ` and ` on.
pub(crate) fn within_scope(sql: &mut Builder, actor: &Actor, catalogue: &Catalogue) {
    let owner = catalogue.owner_column;
    match actor.scope(catalogue.read) {
        ScopeLevel::All => {}
        ScopeLevel::None => _ = sql.push(" and false"),
        ScopeLevel::Own => _ = sql.push(" and t.").push(owner).push(" = ").push_bind(actor.user.0),
        ScopeLevel::Team => {
            sql.push(" and (t.team_id = any (").push_bind(actor.teams.clone()).push(") or t.").push(owner).push(" = ");
            sql.push_bind(actor.user.0).push(")");
        }
    }
}

/// The ids of what is shared with the actor.
fn shared(sql: &mut Builder, catalogue: &Catalogue) {
    sql.push("select app.shared('").push(catalogue.object).push("', 'read')");
}

/// What the actor sees, by scope or by share, as one condition from ` and ` on: for figures over many rows, where no
/// index gives an order.
pub fn reached(sql: &mut Builder, actor: &Actor, catalogue: &Catalogue) {
    if !actor.sees_shared(catalogue.read.object) {
        return within_scope(sql, actor, catalogue);
    }
    sql.push(" and ((true");
    within_scope(sql, actor, catalogue);
    sql.push(") or t.id = any (array(");
    shared(sql, catalogue);
    sql.push(")))");
}

fn matching(sql: &mut Builder, filter: &Filter) {
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
    let column = format!("t.{}", condition.field.column);
    let negated = matches!(condition.op, Op::Ne | Op::NotIn);
    if negated {
        sql.push("not coalesce(");
    }
    match &condition.operand {
        Operand::Null(null) => _ = sql.push(column).push(if *null { " is null" } else { " is not null" }),
        Operand::Ids(ids) => match ids.as_slice() {
            [one] => _ = sql.push(column).push(" = ").push_bind(*one),
            many => _ = sql.push(column).push(" = any (").push_bind(many.to_vec()).push(")"),
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

fn named(sql: &mut Builder, column: &str, kind: Kind, ids: &[Uuid], names: &[String]) {
    if names.is_empty() {
        match ids {
            [one] => _ = sql.push(column).push(" = ").push_bind(*one),
            many => _ = sql.push(column).push(" = any (").push_bind(many.to_vec()).push(")"),
        }
        return;
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
        Kind::DoneState => {
            let (open, done) = (words.iter().any(|w| w == "open"), words.iter().any(|w| w == "done"));
            let text = match (open, done) {
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

/// A sort key's value in a cursor.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    Null,
    Int(i64),
    Text(String),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    Id(Uuid),
}

/// Reads a cursor's keys by the types of the sort.
fn keys(sort: &[Sort], values: Vec<Value>) -> Result<Vec<Key>> {
    let invalid =
        || Error::unreadable("invalid_cursor", "the cursor is not from this list; start again without it").on("cursor");
    if values.len() != sort.len() + 1 {
        return Err(invalid());
    }
    let kinds = sort.iter().map(|s| Some(s.field.kind)).chain([None]);
    let read = |(kind, value): (Option<Kind>, Value)| {
        if value.is_null() {
            return kind.map(|_| Key::Null);
        }
        let text = || value.as_str().map(str::to_owned);
        Some(match kind {
            None => Key::Id(text()?.parse().ok()?),
            Some(Kind::Int | Kind::Money) => Key::Int(value.as_i64()?),
            Some(Kind::Date) => Key::Date(text()?.parse().ok()?),
            Some(Kind::Time) => Key::Time(DateTime::parse_from_rfc3339(&text()?).ok()?.to_utc()),
            Some(_) => Key::Text(text()?),
        })
    };
    kinds.zip(values).map(read).collect::<Option<Vec<_>>>().ok_or_else(invalid)
}

fn push_key(sql: &mut Builder, key: &Key) {
    match key {
        Key::Null => _ = sql.push("null"),
        Key::Int(value) => _ = sql.push_bind(*value),
        Key::Text(value) => _ = sql.push_bind(value.clone()),
        Key::Date(value) => _ = sql.push_bind(*value),
        Key::Time(value) => _ = sql.push_bind(*value),
        Key::Id(value) => _ = sql.push_bind(*value),
    }
}

/// Rows that come after `keys` in the order of `sort` and, last, of the id. `valued`: the leading key has no nulls here.
fn following(sql: &mut Builder, sort: &[Sort], keys: &[Key], id_descending: bool, valued: bool) {
    let than = |descending: bool| if descending { " < " } else { " > " };
    match (sort, keys) {
        ([], [id]) => {
            sql.push("t.id").push(than(id_descending));
            push_key(sql, id);
        }
        // One key with a value: a row comparison, which an index serves as a whole.
        ([only], [key, id]) if valued && only.descending == id_descending => row_comparison(sql, only, key, id),
        ([first, rest @ ..], [Key::Null, others @ ..]) => {
            sql.push("(t.").push(first.key.column).push(" is null and ");
            following(sql, rest, others, id_descending, false);
            sql.push(")");
        }
        ([first, rest @ ..], [key, others @ ..]) => {
            let column = first.key.column;
            if valued {
                // Where the index may begin.
                sql.push("t.").push(column).push(if first.descending { " <= " } else { " >= " });
                push_key(sql, key);
                sql.push(" and ");
            }
            sql.push("(t.").push(column).push(than(first.descending));
            push_key(sql, key);
            if first.key.nullable && !valued {
                sql.push(" or t.").push(column).push(" is null");
            }
            sql.push(" or (t.").push(column).push(" = ");
            push_key(sql, key);
            sql.push(" and ");
            following(sql, rest, others, id_descending, false);
            sql.push("))");
        }
        _ => _ = sql.push("true"),
    }
}

fn row_comparison(sql: &mut Builder, sort: &Sort, key: &Key, id: &Key) {
    sql.push("(t.").push(sort.key.column).push(", t.id)").push(if sort.descending { " < (" } else { " > (" });
    push_key(sql, key);
    sql.push(", ");
    push_key(sql, id);
    sql.push(")");
}

fn order_within(sql: &mut Builder, sort: &[Sort], branch: Branch, id_descending: bool) {
    sql.push(" order by ");
    for (i, key) in sort.iter().enumerate() {
        sql.push("t.").push(key.key.column).push(if key.descending { " desc" } else { " asc" });
        // The leading key has no nulls here; saying where they go would keep the index from serving the order.
        if key.key.nullable && (i > 0 || branch == Branch::Nulls) {
            sql.push(" nulls last");
        }
        sql.push(", ");
    }
    sql.push(if id_descending { "t.id desc" } else { "t.id asc" });
}

/// The order of the whole: keys, nulls last, then the id.
pub(crate) fn order(sql: &mut Builder, sort: &[Sort]) {
    for key in sort {
        sql.push("t.").push(key.key.column).push(if key.descending { " desc" } else { " asc" });
        // Said of a key that is always there, it would keep an index's order from being this one.
        sql.push(if key.key.nullable { " nulls last, " } else { ", " });
    }
    sql.push(if descending(sort) { "t.id desc" } else { "t.id asc" });
}

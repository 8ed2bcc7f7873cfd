//! Boards by another field than the stage: a column for each of its values, with count, sums and first cards. Lanes of a
//! board are the same without cards.

use std::collections::HashMap;

use dealwright_access::policy::{Needs, UpdateOpportunity};
use dealwright_access::{Actor, Context, Object, ScopeLevel, people};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use sqlx::{FromRow, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::Opportunity;
use super::board::{Card, cut};
use super::list::{CATALOGUE, COLUMNS, JOINS, candidates, reader};
use super::store::Row;
use crate::choice;
use crate::custom_field::{self, FieldObject, FieldOption};
use crate::list::{self, Field, Kind, ListQuery, Names, Reach, Reader, Within};

/// Custom fields of one option beside these.
const FIELDS: &[&str] = &[
    "owner_id",
    "team_id",
    "forecast_category",
    "type_id",
    "source_id",
    "industry_id",
    "region_id",
    "account.industry_id",
    "account.region_id",
];

/// The most columns of a board; those with the fewest deals are left out.
const MOST: usize = 100;

const FORECAST: [(&str, &str); 5] = [
    ("pipeline", "Pipeline"),
    ("best_case", "Best case"),
    ("commit", "Commit"),
    ("closed", "Closed"),
    ("omitted", "Omitted"),
];

/// The field that a board is by.
#[derive(Debug)]
pub struct By {
    field: &'static Field,
    options: Vec<FieldOption>,
}

/// The deals that have one value of the field.
#[derive(Debug)]
pub struct Group {
    /// None: those without a value.
    pub value: Option<String>,
    pub label: String,
    /// Deals have it, and no other can get it any more.
    pub retired: bool,
    pub totals: Totals,
    pub items: Vec<Opportunity>,
    pub next_cursor: Option<String>,
}

/// Count and sums, in minor units of the organisation's currency; none when they are hidden from the reader.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub count: i64,
    pub sum: Option<i64>,
    pub weighted: Option<i64>,
}

impl By {
    /// # Errors
    /// 400 when there is no such field, or nothing can be grouped by it; 403 when it is hidden from the reader.
    pub async fn read(cx: &Context, tx: &mut Tx, name: &str) -> Result<Self> {
        let names = Names::of_asked(tx, &CATALOGUE, &[(name.to_owned(), String::new())]).await?;
        let custom = name.starts_with("custom.");
        let field = names.field(name).filter(|f| if custom { f.kind == Kind::Option } else { FIELDS.contains(&name) });
        let unknown = || {
            let why = format!("a board is by stage, {}, or a custom field of one option", FIELDS.join(", "));
            Error::unreadable("unknown_field", why).on("by")
        };
        let field = field.ok_or_else(unknown)?;
        CATALOGUE.may_read(cx.actor(), field, "by")?;
        let options = match name.strip_prefix("custom.") {
            Some(key) => {
                let all = custom_field::store::of(tx, FieldObject::Opportunity).await?;
                all.into_iter().find(|f| f.key == key).map(|f| f.options).unwrap_or_default()
            }
            None => Vec::new(),
        };
        Ok(Self { field, options })
    }

    /// Whether a deal gets another value by being put into another column, as far as the actor's roles go.
    #[must_use]
    pub fn is_settable(&self, actor: &Actor) -> bool {
        let own = self.field.name != "team_id" && !self.field.name.starts_with("account.");
        let writes = actor.fields.may_write(Object::Opportunity, [self.field.name]).is_ok();
        own && writes && actor.scope(UpdateOpportunity::PERMISSION) != ScopeLevel::None
    }

    /// What lies in the group of this value, from ` and ` on; `k` is its value in the enclosing statement.
    fn having(&self, value: bool) -> String {
        let column = self.field.column.to_sql();
        match (value, self.field.kind) {
            (false, _) => format!(" and {column} is null"),
            (true, Kind::User | Kind::Team | Kind::Choice(_)) => format!(" and {column} = st.k::uuid"),
            (true, _) => format!(" and {column} = st.k"),
        }
    }

    /// The groups in their order: those that deals are in, and those that a deal could be put into.
    async fn labels(&self, tx: &mut Tx, found: &[Option<String>]) -> Result<Vec<Group>> {
        let has = |value: &str| found.iter().flatten().any(|v| v == value);
        let mut groups: Vec<Group> = match self.field.kind {
            Kind::Choice(kind) => choice::store::list(tx)
                .await?
                .into_iter()
                .filter(|c| c.kind == kind)
                .map(|c| (c.id.to_string(), c.name, c.archived))
                .filter(|(id, _, archived)| !archived || has(id))
                .map(Group::empty)
                .collect(),
            Kind::Option => self
                .options
                .iter()
                .filter(|o| !o.archived || has(&o.value))
                .map(|o| Group::empty((o.value.clone(), o.label.clone(), o.archived)))
                .collect(),
            Kind::Word(_) => FORECAST
                .iter()
                .filter(|(word, _)| *word != "closed" || has(word))
                .map(|(word, label)| Group::empty(((*word).to_owned(), (*label).to_owned(), false)))
                .collect(),
            _ => named(tx, found).await?,
        };
        // Every deal has an owner and a place in the forecast.
        let always = matches!(self.field.kind, Kind::User | Kind::Word(_));
        if found.contains(&None) || !always {
            groups.push(Group { value: None, ..Group::empty((String::new(), "None".to_owned(), false)) });
        }
        Ok(groups)
    }
}

impl Group {
    fn empty((value, label, retired): (String, String, bool)) -> Self {
        Self { value: Some(value), label, retired, totals: Totals::default(), items: Vec::new(), next_cursor: None }
    }
}

/// People or teams, by name.
async fn named(tx: &mut Tx, found: &[Option<String>]) -> Result<Vec<Group>> {
    let ids: Vec<Uuid> = found.iter().flatten().filter_map(|id| id.parse().ok()).collect();
    let mut names: Vec<(Uuid, String)> = people::store::names(tx, &ids).await?.into_iter().collect();
    names.sort_by_cached_key(|(id, name)| (name.to_lowercase(), *id));
    Ok(names.into_iter().map(|(id, name)| Group::empty((id.to_string(), name, false))).collect())
}

/// What a board by a field shows, and how many of its columns are left out.
#[derive(Debug)]
pub struct Grouped {
    pub groups: Vec<Group>,
    pub left_out: usize,
}

/// Reads the groups, with their first cards where `cards` are wanted.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn grouped(cx: &Context, tx: &mut Tx, by: &By, query: &ListQuery, cards: bool) -> Result<Grouped> {
    let reader = reader(cx.actor());
    let ids = candidates(cx, tx, query).await?;
    let sums = sums(tx, &reader, by, query, ids.as_deref()).await?;
    let found: Vec<Option<String>> = sums.keys().cloned().collect();
    let mut groups = by.labels(tx, &found).await?;
    for group in &mut groups {
        group.totals = shown(sums.get(&group.value).copied().unwrap_or_default(), cx.actor());
    }
    let left_out = groups.len().saturating_sub(MOST);
    if left_out > 0 {
        let mut counts: Vec<i64> = groups.iter().map(|g| g.totals.count).collect();
        counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        let least = counts.get(MOST - 1).copied().unwrap_or_default();
        groups.retain(|g| g.totals.count >= least);
        groups.truncate(MOST);
    }
    if cards {
        let mut of: HashMap<Option<String>, Vec<Card>> = HashMap::new();
        let values: Vec<String> =
            groups.iter().filter(|g| g.totals.count > 0).filter_map(|g| g.value.clone()).collect();
        if !values.is_empty() {
            of.extend(read_cards(cx, tx, &reader, by, query, ids.as_deref(), Some(values)).await?);
        }
        if groups.iter().any(|g| g.value.is_none() && g.totals.count > 0) {
            of.extend(read_cards(cx, tx, &reader, by, query, ids.as_deref(), None).await?);
        }
        custom_field::facts::work_out(cx.actor(), tx, of.values_mut().flatten().map(|(card, _)| card)).await?;
        for group in &mut groups {
            (group.items, group.next_cursor) = cut(of.remove(&group.value).unwrap_or_default(), query)?;
        }
    }
    Ok(Grouped { groups, left_out })
}

/// Sums of what is hidden are hidden.
fn shown(totals: Totals, actor: &Actor) -> Totals {
    let hides = |field| actor.fields.hides(Object::Opportunity, field);
    Totals {
        sum: Some(totals.sum.unwrap_or_default()).filter(|_| !hides("amount")),
        weighted: Some(totals.weighted.unwrap_or_default())
            .filter(|_| !["amount", "probability", "expected_revenue"].into_iter().any(hides)),
        ..totals
    }
}

/// A value, how many deals have it, and their sums.
type Sums = (Option<String>, i64, Option<i64>, Option<i64>);

/// Count and sums by value.
async fn sums(
    tx: &mut Tx,
    reader: &Reader<'_>,
    by: &By,
    query: &ListQuery,
    ids: Option<&[Uuid]>,
) -> Result<HashMap<Option<String>, Totals>> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select f.k, sum(f.n)::bigint, sum(f.amount)::bigint, sum(f.expected)::bigint from (",
    );
    for (n, reach) in Reach::of(reader).iter().enumerate() {
        sql.push(if n == 0 { "select " } else { " union all select " }).push(by.field.column.to_sql());
        sql.push("::text as k, count(*) as n, sum(t.amount_base) as amount, sum(t.expected_base) as expected from opportunity t where ");
        list::visible(&mut sql, reader, query, ids, tx.org().0, *reach);
        sql.push(" group by 1");
    }
    sql.push(") f group by f.k");
    let rows: Vec<Sums> = sql.build_query_as().fetch_all(tx.db()).await?;
    Ok(rows.into_iter().map(|(value, count, sum, weighted)| (value, Totals { count, sum, weighted })).collect())
}

/// The first cards of the groups of these values, or of the group of deals without one.
async fn read_cards(
    cx: &Context,
    tx: &mut Tx,
    reader: &Reader<'_>,
    by: &By,
    query: &ListQuery,
    ids: Option<&[Uuid]>,
    values: Option<Vec<String>>,
) -> Result<HashMap<Option<String>, Vec<Card>>> {
    let extra = by.having(values.is_some());
    let keys: Vec<Option<String>> =
        values.as_ref().map_or_else(|| vec![None], |v| v.iter().cloned().map(Some).collect());
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(COLUMNS).push(", t.cursor_keys, st.n as at from unnest(").push_bind(keys.clone());
    sql.push("::text[]) with ordinality as st (k, n) cross join lateral (");
    let within = Within { org: tx.org().0, ids, extra: &extra, limit: i64::from(query.limit) + 1 };
    list::branches(&mut sql, reader, query, None, within)?;
    sql.push(") t ").push(JOINS).push(" order by st.n, ");
    list::order(&mut sql, &query.sort);
    let rows = sql.build().persistent(list::is_repeatable(query, ids)).fetch_all(tx.db()).await?;
    let mut cards: HashMap<Option<String>, Vec<Card>> = HashMap::new();
    for row in &rows {
        let at: i64 = row.try_get("at")?;
        let key = usize::try_from(at - 1).ok().and_then(|at| keys.get(at)).cloned().flatten();
        let card = Row::from_row(row)?.into_opportunity(cx.actor())?;
        cards.entry(key).or_default().push((card, row.try_get("cursor_keys")?));
    }
    Ok(cards)
}

/// Says in the filter of a request that deals are open, unless it speaks of stages itself.
pub fn open_alone(asked: &mut list::Asked) {
    let speaks =
        |name: &str| ["stage_kind", "stage_id"].iter().any(|f| name == *f || name.starts_with(&format!("{f}.")));
    if !asked.iter().any(|(name, _)| speaks(name)) {
        asked.push(("stage_kind".to_owned(), "open".to_owned()));
    }
}

//! The statement of a page: by scope and by share, rows with a value before rows without, each in the order of an index.

use dealwright_access::{Actor, ScopeLevel};
use dealwright_kernel::{Error, Result};
use uuid::Uuid;

use super::condition::{matching, needed_tags};
use super::cursor::{Branch, Key, descending, following, order, order_within, push_key};
use super::{Builder, Reader};
use crate::list::field::{Catalogue, Kind};
use crate::list::filter::{Filter, Op};
use crate::list::params::{ListQuery, Sort};

/// Which rows a branch may take, beyond the filter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within<'a> {
    pub org: Uuid,
    /// The only candidates, when given.
    pub ids: Option<&'a [Uuid]>,
    /// A condition of the enclosing statement, such as ` and t.stage_id = st.id`.
    pub extra: &'a str,
    pub limit: i64,
}

/// Whether PostgreSQL may keep a plan of the statement: it takes longer to plan a page than to read it. What a plan hangs on
/// stands in the statement itself (the limit, the ends of ranges, stages and other values of which there are few), so that a kept plan is a plan for these; the rest is bound.
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

/// Whether one plan serves whatever is bound: the index of an owner or an account serves each alike. How common a tag, an
/// option or a part of a text is makes a difference.
pub(super) fn is_steady(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(is_steady),
        Filter::Is(condition) => match condition.field.kind {
            Kind::Part(..)
            | Kind::Tag
            | Kind::Text
            | Kind::Option
            | Kind::Options
            | Kind::Flag
            | Kind::Reference { .. } => false,
            _ => condition.op != Op::Contains,
        },
        Filter::Or(_) | Filter::Not(_) => false,
    }
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

fn branch(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    (reach, branch): (Reach, Branch),
    after: Option<&[Key]>,
    within: Within<'_>,
) {
    if let Some(tag) = tagged(reader, query, within, reach) {
        return branch_of_tag(sql, reader, query, after, within, tag);
    }
    sql.push("(select t.*, jsonb_build_array(");
    for sort in &query.sort {
        sort.key.column.after(sql, "").push(", ");
    }
    sql.push("t.id) as cursor_keys from ").push(reader.catalogue.table).push(" t where ");
    visible(sql, reader, query, within.ids, within.org, reach);
    sql.push(within.extra);
    let rest: &[Sort] = match branch {
        Branch::Values => {
            if let Some(first) = query.sort.first().filter(|s| s.key.nullable) {
                first.key.column.after(sql, " and ").push(" is not null");
            }
            &query.sort
        }
        Branch::Nulls => {
            if let Some(first) = query.sort.first() {
                first.key.column.after(sql, " and ").push(" is null");
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

/// Whether a page is read along the table of tags, so that nobody needs to look up who has them.
pub(crate) fn follows_tag(reader: &Reader<'_>, query: &ListQuery) -> bool {
    let within = Within { org: Uuid::nil(), ids: None, extra: "", limit: 0 };
    Reach::of(reader) == [Reach::Scope] && tagged(reader, query, within, Reach::Scope).is_some()
}

/// The tag that every row must have, where the table of tags gives the order: by creation, and within a scope that it knows.
fn tagged<'a>(reader: &Reader<'_>, query: &'a ListQuery, within: Within<'_>, reach: Reach) -> Option<&'a str> {
    let [sort] = query.sort.as_slice() else { return None };
    let known = matches!(reader.actor.scope(reader.catalogue.read), ScopeLevel::All | ScopeLevel::Own);
    let plain = within.ids.is_none() && within.extra.is_empty() && reach == Reach::Scope;
    if reader.catalogue.table != "opportunity" || sort.field.name != "created_at" || !known || !plain {
        return None;
    }
    match needed_tags(&query.filter) {
        Some([tag]) => Some(tag),
        _ => None,
    }
}

/// The rows that have a tag, the first or the last made first.
fn branch_of_tag(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    after: Option<&[Key]>,
    within: Within<'_>,
    tag: &str,
) {
    let descending = descending(&query.sort);
    sql.push("(select t.*, jsonb_build_array(g.created_at, t.id) as cursor_keys from opportunity_tag g join ");
    sql.push(reader.catalogue.table).push(" t on t.org_id = g.org_id and t.id = g.opportunity_id where g.org_id = ");
    sql.push_bind(within.org).push(" and g.tag = ").push_bind(tag.to_owned());
    if reader.actor.scope(reader.catalogue.read) == ScopeLevel::Own {
        sql.push(" and g.owner_id = ").push_bind(reader.actor.user.0);
    }
    sql.push(" and ");
    visible(sql, reader, query, within.ids, within.org, Reach::Scope);
    if let Some([key, id]) = after {
        sql.push(" and (g.created_at, g.opportunity_id)").push(if descending { " < (" } else { " > (" });
        push_key(sql, key);
        sql.push(", ");
        push_key(sql, id);
        sql.push(")");
    }
    let way = if descending { "desc" } else { "asc" };
    sql.push(format_args!(" order by g.created_at {way}, g.opportunity_id {way} limit {})", within.limit));
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
    live(sql, reader.catalogue, query, org, false);
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

/// What is not in the bin, nor archived unless the filter speaks of that or `archived` ones count too.
fn live(sql: &mut Builder, catalogue: &Catalogue, query: &ListQuery, org: Uuid, archived: bool) {
    sql.push("t.org_id = ").push_bind(org).push(" and t.deleted_at is null");
    if catalogue.archives && !archived && !query.filter.speaks_of("archived") {
        sql.push(" and t.archived_at is null");
    }
}

/// Live rows that the actor sees, by scope or by share, and that pass the filter, as one condition: for figures over many rows,
/// where no index gives an order.
pub fn matched(
    sql: &mut Builder,
    reader: &Reader<'_>,
    query: &ListQuery,
    ids: Option<&[Uuid]>,
    org: Uuid,
    archived: bool,
) {
    live(sql, reader.catalogue, query, org, archived);
    reached(sql, reader.actor, reader.catalogue);
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

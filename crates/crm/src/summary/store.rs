//! The SQL of groups and figures.

use dealwright_access::{Actor, Context};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use uuid::Uuid;

use super::{
    Figure, Figures, GroupSums, MAX_GROUPS, Measure, OtherGroups, RecordGroup, RecordGroups, Wanted, condition,
};
use crate::list::{self, Column, Field, Kind, ListQuery, Names, Reach, Reader};

type Builder = QueryBuilder<Postgres>;

/// Which records are looked at.
#[derive(Debug)]
pub struct Of<'a> {
    pub reader: &'a Reader<'a>,
    pub query: &'a ListQuery,
    /// The only candidates, when given.
    pub ids: Option<&'a [Uuid]>,
}

impl Of<'_> {
    /// Selects `columns` of them, by scope and by share.
    fn select(&self, sql: &mut Builder, columns: &str, grouped: bool, org: Uuid) {
        for (n, reach) in Reach::of(self.reader).iter().enumerate() {
            sql.push(if n == 0 { "select " } else { " union all select " }).push(columns).push(" from ");
            sql.push(self.reader.catalogue.table).push(" t where ");
            list::visible(sql, self.reader, self.query, self.ids, org, *reach);
            if grouped {
                sql.push(" group by 1");
            }
        }
    }

    /// Says of a statement that took too long what to do.
    fn explain(&self) -> impl Fn(sqlx::Error) -> Error + use<> {
        let query = self.query.clone();
        move |error| {
            let mut error = list::explain_timeout(&query)(error.into());
            if error.code == "query_timeout" && error.fields.is_empty() {
                error.detail =
                    "these are too many records to sum up while you wait; narrow the list by a filter and try again"
                        .into();
            }
            error
        }
    }
}

/// Works out figures of columns over the whole list.
///
/// # Errors
/// 503 `query_timeout` when there is too much to look at.
pub async fn figures(cx: &Context, tx: &mut Tx, of: &Of<'_>, names: &Names, wanted: &[Wanted]) -> Result<Figures> {
    let mut columns: Vec<String> = Vec::new();
    let mut place = |column: String| match columns.iter().position(|c| *c == column) {
        Some(at) => at,
        None => {
            columns.push(column);
            columns.len() - 1
        }
    };
    let parts: Vec<String> = wanted
        .iter()
        .map(|w| match w.measure {
            Measure::Count => "count(*)::text".to_owned(),
            measure => worked_out(w.field.kind, measure, &format!("s.c{}", place(w.field.column.to_sql()))),
        })
        .collect();
    let columns = if columns.is_empty() {
        "1".to_owned()
    } else {
        columns.iter().enumerate().map(|(n, c)| format!("{c} as c{n}")).collect::<Vec<_>>().join(", ")
    };
    let mut sql = Builder::new("select count(*), array[");
    sql.push(parts.join(", ")).push("]::text[] from (");
    of.select(&mut sql, &columns, false, tx.org().0);
    sql.push(") as s");
    let (count, texts): (i64, Vec<Option<String>>) =
        sql.build_query_as().persistent(false).fetch_one(tx.db()).await.map_err(of.explain())?;
    let currency = cx.actor().currency;
    let items = wanted.iter().zip(texts).map(|(w, text)| {
        let value = w.shown(text, currency, names.is_money(w.field.name))?;
        Ok(Figure { field: w.field.name.to_owned(), measure: w.measure, value })
    });
    Ok(Figures { count, items: items.collect::<Result<_>>()? })
}

/// The figure as text, of a column that stands at `at`.
fn worked_out(kind: Kind, measure: Measure, at: &str) -> String {
    let end = |word: &str| match kind {
        Kind::Time => {
            format!("to_char({word}({at}) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
        }
        _ => format!("{word}({at})::text"),
    };
    match measure {
        Measure::Count => "count(*)::text".to_owned(),
        Measure::Filled => format!("count({at})::text"),
        Measure::Empty => format!("(count(*) - count({at}))::text"),
        Measure::Sum => format!("sum({at})::text"),
        Measure::Average => format!("round(avg({at}), 4)::text"),
        Measure::Min => end("min"),
        Measure::Max => end("max"),
    }
}

/// A group as it is counted: its key; how many; the two sums; how many groups there are, and what all come to.
type Row = (Option<String>, i64, Option<i64>, Option<i64>, i64, i64, Option<i64>, Option<i64>);

/// Puts the list in groups.
///
/// # Errors
/// 503 `query_timeout` when there is too much to look at.
pub async fn groups(cx: &Context, tx: &mut Tx, of: &Of<'_>, names: &Names, by: &'static Field) -> Result<RecordGroups> {
    let actor = cx.actor();
    let sums = sum_columns(of.reader, actor);
    let summed =
        |n: usize| sums.get(n).cloned().flatten().map_or_else(|| "null::numeric".to_owned(), |c| format!("sum({c})"));
    // By a field of the account records are counted by account first: each account is then looked at once.
    let (inner, outer) = match by.column {
        Column::OfAccount(column) => ("t.account_id".to_owned(), key(by.kind, &format!("r.{column}"))),
        Column::Own(_) | Column::Of(_) => (key(by.kind, &by.column.to_sql()), "g.key".to_owned()),
    };
    let columns = format!("{inner} as key, count(*) as n, {} as a, {} as b", summed(0), summed(1));
    let mut sql = Builder::new("select ");
    sql.push(&outer).push(
        ", sum(g.n)::bigint, sum(g.a)::bigint, sum(g.b)::bigint, count(*) over (), (sum(sum(g.n)) over ())::bigint, \
         (sum(sum(g.a)) over ())::bigint, (sum(sum(g.b)) over ())::bigint from (",
    );
    of.select(&mut sql, &columns, true, tx.org().0);
    sql.push(") as g");
    if matches!(by.column, Column::OfAccount(_)) {
        sql.push(" left join account r on r.org_id = ").push_bind(tx.org().0);
        sql.push(" and r.id = g.key and r.deleted_at is null");
    }
    sql.push(format_args!(" group by 1 order by sum(g.n) desc, 1 limit {MAX_GROUPS}"));
    let rows: Vec<Row> = sql.build_query_as().persistent(false).fetch_all(tx.db()).await.map_err(of.explain())?;
    let shows: Vec<bool> = (0..2).map(|n| sums.get(n).is_some_and(Option::is_some)).collect();
    let money = |n: usize, sum: Option<i64>| {
        let shown = shows.get(n).copied().unwrap_or_default();
        shown.then(|| Money::new(sum.unwrap_or_default(), actor.currency))
    };
    let told = |count: i64, a, b| GroupSums { count, sum: money(0, a), weighted: money(1, b) };
    let (all, total) = rows.first().map_or((0, (0, None, None)), |r| (r.4, (r.5, r.6, r.7)));
    let labels = labels(tx, by, names, &rows.iter().filter_map(|r| r.0.clone()).collect::<Vec<_>>()).await?;
    let mut ranked: Vec<(i64, RecordGroup)> = rows
        .iter()
        .enumerate()
        .map(|(n, (key, count, a, b, ..))| {
            let label = key.as_ref().and_then(|k| labels.get(k));
            let rank = match (key, label) {
                (None, _) => i64::MAX,
                (Some(_), Some((_, Some(rank)))) => *rank,
                _ => i64::try_from(n).unwrap_or(i64::MAX),
            };
            let filter = condition(by, key.as_deref());
            (
                rank,
                RecordGroup { key: key.clone(), label: label.map(|l| l.0.clone()), filter, sums: told(*count, *a, *b) },
            )
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let groups: Vec<RecordGroup> = ranked.into_iter().map(|(_, group)| group).collect();
    let beyond = all - i64::try_from(groups.len()).unwrap_or(all);
    let rest = (beyond > 0).then(|| {
        let less = |whole: Option<i64>, pick: fn(&Row) -> Option<i64>| {
            whole.map(|w| w - rows.iter().filter_map(pick).sum::<i64>())
        };
        let counted: i64 = rows.iter().map(|r| r.1).sum();
        OtherGroups { groups: beyond, sums: told(total.0 - counted, less(total.1, |r| r.2), less(total.2, |r| r.3)) }
    });
    Ok(RecordGroups { by: by.name.to_owned(), groups, rest, total: told(total.0, total.1, total.2) })
}

/// The columns of the object's sums, each as far as the actor may read it.
fn sum_columns(reader: &Reader<'_>, actor: &Actor) -> Vec<Option<String>> {
    let catalogue = reader.catalogue;
    let column = |name: &&str| {
        let field = catalogue.field(name).filter(|_| !actor.fields.hides(catalogue.read.object, name))?;
        Some(field.column.to_sql())
    };
    catalogue.sums.iter().map(column).collect()
}

/// The key of a record's group, as text.
fn key(kind: Kind, column: &str) -> String {
    match kind {
        Kind::Date => format!("to_char({column}, 'YYYY-MM')"),
        Kind::Time => format!("to_char({column} at time zone 'UTC', 'YYYY-MM')"),
        _ => format!("({column})::text"),
    }
}

/// What a key is called, and where it stands where keys have an order of their own.
pub type Label = (String, Option<i64>);

/// What the keys of groups by a field are called, as far as the actor may see what they are.
///
/// # Errors
/// When the database is gone.
pub async fn labels(tx: &mut Tx, by: &Field, names: &Names, keys: &[String]) -> Result<HashMap<String, Label>> {
    let by_rule = |label: &dyn Fn(usize, &str) -> Option<Label>| {
        keys.iter().enumerate().filter_map(|(n, k)| Some((k.clone(), label(n, k)?))).collect()
    };
    let table = match by.kind {
        Kind::Word(known) => {
            return Ok(by_rule(&|_, key| {
                let rank = known.iter().position(|k| *k == key).and_then(|n| i64::try_from(n).ok());
                Some((sentence(key), rank))
            }));
        }
        Kind::Option => return Ok(by_rule(&|_, key| names.label(by.name, key).map(|l| (l.to_owned(), None)))),
        Kind::Flag => {
            return Ok(by_rule(&|_, key| {
                let yes = key == "true";
                Some(((if yes { "Yes" } else { "No" }).to_owned(), Some(i64::from(!yes))))
            }));
        }
        Kind::Date | Kind::Time => {
            return Ok(by_rule(&|_, key| Some((key.to_owned(), key.replace('-', "").parse().ok()))));
        }
        Kind::Text => return Ok(by_rule(&|_, key| Some((titled(key), None)))),
        Kind::User | Kind::Reference { .. } => "select n.id, n.name, null::bigint from app_user n",
        Kind::Team => "select n.id, n.name, null::bigint from team n",
        Kind::Choice(_) => "select n.id, n.name, n.position::bigint from choice n",
        Kind::Stage => {
            "select n.id, case when (select count(*) from pipeline) > 1 then n.name || ', ' || p.name else n.name end, \
             p.position::bigint * 10000 + n.position from stage n join pipeline p on p.org_id = n.org_id and p.id = n.pipeline_id"
        }
        _ => match by.name {
            "pipeline_id" => "select n.id, n.name, n.position::bigint from pipeline n",
            "primary_contact_id" => "select n.id, n.name, null::bigint from contact n",
            _ => "select n.id, n.name, null::bigint from account n",
        },
    };
    let ids: Vec<Uuid> = keys.iter().filter_map(|k| k.parse().ok()).collect();
    let mut sql = Builder::new(table);
    sql.push(" where n.org_id = ").push_bind(tx.org().0).push(" and n.id = any (").push_bind(ids).push(")");
    let rows: Vec<(Uuid, String, Option<i64>)> = sql.build_query_as().fetch_all(tx.db()).await?;
    Ok(rows.into_iter().map(|(id, name, rank)| (id.to_string(), (name, rank))).collect())
}

/// `best_case` as "Best case".
fn sentence(word: &str) -> String {
    titled(&word.replace('_', " "))
}

/// With a capital at its beginning; short ones, as of countries, in capitals.
fn titled(text: &str) -> String {
    if text.chars().count() <= 3 {
        return text.to_uppercase();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

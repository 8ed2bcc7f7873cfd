//! What lists of tasks can be filtered and sorted by, and how their rows are read.

use chrono::NaiveDate;
use dealwright_access::policy::{Needs, ReadTask};
use dealwright_access::{Actor, Context, Object};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Tx;
use sqlx::FromRow;
use uuid::Uuid;

use super::store::Row;
use super::{Priority, Task};
use crate::list::{self, Asked, Catalogue, Condition, Field, Filter, Kind, ListQuery, Op, Operand, Reader};

/// The fields of a task that lists know.
pub static CATALOGUE: Catalogue = Catalogue {
    object: "task",
    table: "task",
    read: ReadTask::PERMISSION,
    owner_column: "assignee_id",
    fields: &[
        Field::new("assignee_id", "assignee_id", Kind::User),
        Field::new("team_id", "team_id", Kind::Team),
        Field::new("opportunity_id", "opportunity_id", Kind::Id),
        Field::new("account_id", "account_id", Kind::Account),
        Field::new("contact_id", "contact_id", Kind::Id),
        Field::new("lead_id", "lead_id", Kind::Id),
        Field::new("priority", "priority", Kind::Word(Priority::WORDS)),
        Field::new("status", "done_at", Kind::State(["open", "done"])),
        Field::new("due_date", "due_date", Kind::Date).sorted(),
        Field::new("created_at", "created_at", Kind::Time).sorted_not_null(),
        Field::new("updated_at", "updated_at", Kind::Time).sorted_not_null(),
    ],
    archives: false,
    sums: &[],
    default_sort: "due_date",
};

const COLUMNS: &str = "t.id, t.title, t.notes, t.due_date, t.priority, t.assignee_id, u.name as assignee_name, t.team_id, t.opportunity_id, \
    o.name as opportunity_name, t.account_id, a.name as account_name, t.contact_id, c.name as contact_name, t.lead_id, l.name as lead_name, \
    t.remind_at, t.recurrence, t.recurs_from, t.checklist, \
    coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'title', x.title, 'done', x.done_at is not null) order by x.created_at, x.id) \
        from task_need n join task x on x.org_id = n.org_id and x.id = n.needs_id and x.deleted_at is null \
        where n.org_id = t.org_id and n.task_id = t.id), '[]') as needs, \
    exists (select from task_need n where n.org_id = t.org_id and n.task_id = t.id) and app.open_needs(t.id) > 0 as blocked, \
    t.done_at, t.version, t.created_at, t.updated_at, \
    (select app.principals()) <> '{}' and app.edits_until('task', t.id) is not null as shared_to_edit";

const JOINS: &str = "left join app_user u on u.org_id = t.org_id and u.id = t.assignee_id \
    left join opportunity o on o.org_id = t.org_id and o.id = t.opportunity_id left join account a on a.org_id = t.org_id and a.id = t.account_id \
    left join contact c on c.org_id = t.org_id and c.id = t.contact_id left join lead l on l.org_id = t.org_id and l.id = t.lead_id";

/// Reads a list request: beside the fields, `due=overdue|today|week` and `subject_id`. Sooner comes first unless a sort
/// says otherwise.
///
/// # Errors
/// 400 that names the parameter.
pub fn read(asked: Asked, actor: &Actor, today: NaiveDate) -> Result<ListQuery> {
    let (mut plain, mut subjects) = (Asked::new(), Vec::new());
    let says = |name: &str| asked.iter().any(|(n, _)| n == name);
    let (sorted, by_status) = (says("sort"), says("status"));
    for (name, value) in asked {
        match name.as_str() {
            "due" => plain.extend(due(&value, by_status)?),
            "subject_id" => {
                subjects.push(value.parse::<Uuid>().map_err(|_| unreadable("subject_id", "invalid_value", "an id"))?)
            }
            "q" => return Err(no_search()),
            "totals" => return Err(unreadable("totals", "unknown_field", "tasks have no totals")),
            _ => plain.push((name, value)),
        }
    }
    if !sorted {
        let hidden = actor.fields.hides(Object::Task, "due_date");
        plain.push(("sort".into(), if hidden { "-created_at" } else { CATALOGUE.default_sort }.into()));
    }
    let mut query = ListQuery::read(&plain, &CATALOGUE, actor, today)?;
    if !subjects.is_empty() {
        query.filter = Filter::And(vec![query.filter, about(&subjects)]);
    }
    Ok(query)
}

/// `overdue` is what is late and still open; `week` is today and the seven days after it.
fn due(value: &str, by_status: bool) -> Result<Asked> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    match value {
        "overdue" if by_status => Ok(vec![pair("due_date.lt", "today")]),
        "overdue" => Ok(vec![pair("due_date.lt", "today"), pair("status", "open")]),
        "today" => Ok(vec![pair("due_date", "today")]),
        "week" => Ok(vec![pair("due_date.between", "today,+7d")]),
        _ => Err(unreadable("due", "invalid_value", "overdue, today or week")),
    }
}

/// About any of these records.
fn about(subjects: &[Uuid]) -> Filter {
    let fields =
        ["opportunity_id", "account_id", "contact_id", "lead_id"].into_iter().filter_map(|name| CATALOGUE.field(name));
    Filter::Or(
        fields
            .map(|field| Filter::Is(Condition { field, op: Op::In, operand: Operand::Ids(subjects.to_vec()) }))
            .collect(),
    )
}

fn unreadable(name: &str, code: &'static str, message: &str) -> Error {
    let mut error = Error::field(name, code, message);
    error.outcome = Outcome::Unreadable;
    error.code = "invalid_filter".into();
    error
}

/// 400: lists of tasks are filtered, not searched.
pub(crate) fn no_search() -> Error {
    unreadable("q", "unknown_field", "tasks have no search")
}

/// Lists of tasks as the actor reads them.
#[must_use]
pub const fn reader(actor: &Actor) -> Reader<'_> {
    Reader { catalogue: &CATALOGUE, actor, columns: COLUMNS, joins: JOINS }
}

/// Reads a page.
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn page(cx: &Context, tx: &mut Tx, query: &ListQuery) -> Result<Page<Task>> {
    let reader = reader(cx.actor());
    let listed = list::fetch(tx, &reader, query, None).await?;
    let items = listed.rows.iter().map(|row| Row::from_row(row)?.into_task(cx.actor())).collect::<Result<Vec<_>>>()?;
    let total = if query.count { Some(list::count(tx, &reader, query, None).await?) } else { None };
    Ok(Page { items, next_cursor: listed.next_cursor, total: total.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_is_said_in_the_words_of_the_list() {
        let of = |value: &str, by_status| {
            due(value, by_status)
                .map(|pairs| pairs.into_iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&"))
        };
        assert_eq!(of("overdue", false).unwrap(), "due_date.lt=today&status=open");
        assert_eq!(of("overdue", true).unwrap(), "due_date.lt=today");
        assert_eq!(of("week", false).unwrap(), "due_date.between=today,+7d");
        assert_eq!(of("someday", false).unwrap_err().outcome, Outcome::Unreadable);
    }

    #[test]
    fn a_subject_is_any_record() {
        let Filter::Or(parts) = about(&[Uuid::nil()]) else { panic!("alternatives") };
        assert_eq!(parts.len(), 4);
    }
}

//! The records of few accounts. A page that is sorted by an index of its own table looks the account of each row up; where
//! what is asked of the accounts is rare it would read on and on. So the accounts are looked up first, along their own
//! indexes, and their records along the index of accounts.

use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use super::Builder;
use super::condition::compare_with;
use crate::list::field::{Catalogue, Column};
use crate::list::filter::{Condition, Filter, Op, Operand};

/// Accounts that are looked up; of more, a page is soon found by looking at each row.
const MAX_ACCOUNTS: usize = 1_000;
/// Records of theirs that are.
const MAX_RECORDS: usize = 5_000;

/// The records outside of which nothing can match, if the filter hangs on accounts of which there are few.
///
/// # Errors
/// 503 when the statement's time is up.
pub(crate) async fn of_accounts(tx: &mut Tx, catalogue: &Catalogue, filter: &Filter) -> Result<Option<Vec<Uuid>>> {
    let conditions = needed(filter);
    if conditions.is_empty() {
        return Ok(None);
    }
    let org = tx.org().0;
    let mut sql = Builder::new("select r.id from account r where r.org_id = ");
    sql.push_bind(org).push(" and r.deleted_at is null");
    for (condition, column) in conditions {
        sql.push(" and ");
        compare_with(&mut sql, condition, format!("r.{column}"));
    }
    sql.push(format_args!(" limit {}", MAX_ACCOUNTS + 1));
    let accounts: Vec<Uuid> = sql.build_query_scalar().fetch_all(tx.db()).await?;
    if accounts.len() > MAX_ACCOUNTS {
        return Ok(None);
    }
    let mut sql = Builder::new("select t.id from ");
    sql.push(catalogue.table).push(" t where t.org_id = ").push_bind(org);
    sql.push(" and t.deleted_at is null and t.account_id = any (").push_bind(accounts);
    sql.push(format_args!(") limit {}", MAX_RECORDS + 1));
    let records: Vec<Uuid> = sql.build_query_scalar().fetch_all(tx.db()).await?;
    Ok(Some(records).filter(|r| r.len() <= MAX_RECORDS))
}

/// What must hold of the account for the whole filter to hold, with the account's column.
fn needed(filter: &Filter) -> Vec<(&Condition, &'static str)> {
    match filter {
        Filter::And(parts) => parts.iter().flat_map(needed).collect(),
        Filter::Is(condition) => match condition.field.column {
            Column::OfAccount(column) if tells(condition) => vec![(condition, column)],
            Column::OfAccount(_) | Column::Own(_) | Column::Of(_) => Vec::new(),
        },
        Filter::Or(_) | Filter::Not(_) => Vec::new(),
    }
}

/// Whether an account that is not there, or not to be seen, can't pass.
fn tells(condition: &Condition) -> bool {
    match condition.op {
        Op::Ne | Op::NotIn => false,
        Op::IsNull => condition.operand == Operand::Null(false),
        Op::Eq | Op::In | Op::Gt | Op::Gte | Op::Lt | Op::Lte | Op::Between | Op::Contains | Op::Under => true,
    }
}

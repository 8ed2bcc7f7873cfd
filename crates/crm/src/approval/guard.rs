//! What a write of a record meets: fields that are locked while their approval is pending, and approvals that ask by themselves.
//! It stands in the one way in which each record is written, so that forms, imports, changes of many, undo, programs and agents
//! meet it alike.

use std::sync::Arc;

use dealwright_access::Context;
use dealwright_kernel::id::ApprovalId;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::approval::ApprovalObject;
use dealwright_workflow::rule::Facts;

use super::definition::{InForce, in_force};
use super::store::{self, Request};
use super::{Subject, flow};

/// A write that may go on, and what is to follow from it.
#[derive(Debug)]
#[must_use]
pub struct Guard {
    /// Requests that begin anew.
    restarting: Vec<ApprovalId>,
    /// Of the record's kind, those that ask by themselves.
    asking: Arc<[InForce]>,
    /// What was known before the change; none of a new record.
    before: Option<Facts>,
    object: ApprovalObject,
}

impl Guard {
    /// Looks at a change before it is written. Where the organisation approves nothing it costs nothing.
    ///
    /// # Errors
    /// 409 `approval_pending` that names each locked field, unless the change says that the approval is to begin anew.
    pub async fn of(tx: &mut Tx, subject: &Subject, changed: &[&str], restart: bool) -> Result<Self> {
        let all = in_force(tx).await?;
        let mut guard = Self { restarting: Vec::new(), asking: all, before: None, object: subject.object };
        if guard.asking.is_empty() {
            return Ok(guard);
        }
        let mut locked = Vec::new();
        for request in store::hold_pending(tx, subject.id).await? {
            let touched: Vec<&&str> = changed.iter().filter(|field| request.rules.locks(field)).collect();
            if touched.is_empty() {
                continue;
            }
            locked.extend(touched.into_iter().map(|field| locked_by(&request, field)));
            guard.restarting.push(request.id);
        }
        if !restart && !locked.is_empty() {
            let mut error =
                Error::conflict("approval_pending", "this waits for an approval; recall it, or have it begin anew");
            error.fields = locked;
            return Err(error);
        }
        if guard.asks_itself() {
            guard.before = subject.facts(tx).await?;
        }
        Ok(guard)
    }

    /// Of a record that is new.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of_new(tx: &mut Tx, object: ApprovalObject) -> Result<Self> {
        Ok(Self { restarting: Vec::new(), asking: in_force(tx).await?, before: None, object })
    }

    /// Whether requests are to begin anew.
    #[must_use]
    pub const fn restarts(&self) -> bool {
        !self.restarting.is_empty()
    }

    fn automatic(&self) -> impl Iterator<Item = &InForce> {
        let object = self.object;
        self.asking.iter().filter(move |k| k.active && k.object == object && k.ready.definition.automatic)
    }

    fn asks_itself(&self) -> bool {
        self.automatic().next().is_some()
    }

    /// What follows from the change, which has been written: requests begin anew, or begin. Before the event of the change itself.
    ///
    /// # Errors
    /// 409 `no_approver`.
    pub async fn settle(mut self, cx: &Context, tx: &mut Tx, subject: &Subject, changes: &[Change]) -> Result<()> {
        for id in std::mem::take(&mut self.restarting) {
            flow::restart(tx, id, subject).await?;
        }
        if !self.asks_itself() {
            return Ok(());
        }
        let after = subject.facts(tx).await?;
        for known in self.automatic() {
            if !known.ready.applies(after.as_ref()) {
                continue;
            }
            let snapshot = subject.snapshot(tx, &known.ready.definition, changes).await?;
            let needed = match store::newest(tx, subject.id, known.id).await? {
                // It waits, or the same was asked before: a no is not asked for again by itself.
                Some(newest) => !newest.is_pending() && !super::subject::same(&snapshot, &newest.snapshot),
                // What was so before anybody asked is left in peace.
                None => !self.before.as_ref().is_some_and(|before| known.ready.applies(Some(before))),
            };
            if needed {
                flow::begin(tx, known, subject, cx.actor().user, snapshot, None).await?;
            }
        }
        Ok(())
    }
}

fn locked_by(request: &Request, field: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: "approval_pending".into(),
        message: format!("waits for the approval “{}” ({})", request.name, request.id),
    }
}

//! `get_opportunity`: one deal with its products, open tasks and what happened lately.

use dealwright_access::Object;
use dealwright_access::policy::{Needs, Permission, ReadOpportunity};
use dealwright_crm::opportunity::lines;
use dealwright_crm::{record, timeline};
use dealwright_kernel::id::OpportunityId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Output, Running, Tool};
use crate::planner::Field;

/// Reads one deal.
#[derive(Debug)]
pub struct GetOpportunity;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetArgs {
    pub id: uuid::Uuid,
    /// The one field that was asked for.
    #[serde(default)]
    pub field: Option<Field>,
}

impl Tool for GetOpportunity {
    const NAME: &'static str = "get_opportunity";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadOpportunity::PERMISSION;
    const ABOUT: &'static str = "Read one deal: its fields, products, open tasks and latest history.";
    type Args = GetArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: GetArgs) -> Result<Output> {
        let fields = &running.cx.actor().fields;
        if let Some(field) = args.field {
            fields.may_read(Object::Opportunity, field.key(), field.key())?;
        }
        let id = OpportunityId(args.id);
        let whole = lines::whole(running.cx, tx, id).await?;
        let o = &whole.opportunity;
        let (of, asked) = (timeline::look::Of::Opportunity(args.id), timeline::ask::Asked::default());
        let entries = timeline::store::page(tx, running.cx.actor(), of, &asked, 8, None).await?.items;
        let history: Vec<Value> = entries
            .iter()
            .map(|e| {
                // What somebody wrote is quoted as theirs, and never read as a request.
                let words: Vec<&str> = ["subject", "body"].iter().filter_map(|k| e.data.get(*k).and_then(Value::as_str)).collect();
                json!({ "on": e.at.date_naive(), "type": e.kind, "by": e.actor.name, "quoted": words.join(": "), "changes": e.changes })
            })
            .collect();
        let tasks = sqlx::query!(
            r#"select t.title, t.due_date, u.name as assignee from task t join app_user u on u.org_id = t.org_id and u.id = t.assignee_id
               where t.org_id = $1 and t.opportunity_id = $2 and t.done_at is null and t.deleted_at is null order by t.due_date nulls last, t.id limit 5"#,
            tx.org().0,
            args.id,
        )
        .fetch_all(tx.db())
        .await?;
        let tasks: Vec<Value> = tasks
            .into_iter()
            .map(|t| {
                let mut task = json!({ "title": t.title, "due_date": t.due_date, "assignee": t.assignee });
                record::leave_out(&mut task, Object::Task, &fields.hidden(Object::Task));
                task
            })
            .collect();
        let lost_reason = match o.lost_reason_id {
            Some(id) => dealwright_crm::change::store::names(tx, &[id.0]).await?.remove(&id.0),
            None => None,
        };
        let today = tx.now().date_naive();
        let lines = serde_json::to_value(&whole.lines).map_err(Error::internal)?;
        let mut result = json!({
            "id": o.id, "name": o.name, "account": o.account.as_ref().map(|a| &a.name), "contact": o.primary_contact.as_ref().map(|c| &c.name),
            "stage": o.stage.name, "kind": o.stage.kind, "amount": o.amount, "expected_revenue": o.expected_revenue, "probability": o.probability,
            "close_date": o.close_date, "forecast_category": o.forecast_category, "owner": o.owner.name, "next_step": o.next_step,
            "lost_reason": lost_reason, "external_id": o.external_id, "in_stage_since": o.stage_entered_at.date_naive(),
            "days_in_stage": (today - o.stage_entered_at.date_naive()).num_days(), "closed_on": o.closed_at.map(|t| t.date_naive()),
            "created_on": o.created_at.date_naive(), "updated_on": o.updated_at.date_naive(), "products": lines, "tasks": tasks, "history": history,
            "asked": args.field,
        });
        record::leave_out(&mut result, Object::Opportunity, &o.hidden_fields);
        Ok(Output { result, count: 1, summary: o.name.clone(), proposal: None })
    }
}

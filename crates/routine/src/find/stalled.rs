//! The person's deals that stand still, each with a follow-up where it has no open task. One that was told of is left alone for
//! a week.

use dealwright_access::Context;
use dealwright_access::policy::{Needs, Object, ReadOpportunity};
use dealwright_ai::resolve::record::RecordType;
use dealwright_ai::tools::task::About;
use dealwright_insight::stalled::{self, Ask};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Cause, Found, Line, Wanted, counted, first, task, worth};
use crate::kind::Kind;
use crate::store;

pub(super) async fn find(cx: &Context, tx: &mut Tx, cause: Cause) -> Result<Found> {
    if !cx.actor().may(ReadOpportunity::PERMISSION) {
        return Ok(Found::default());
    }
    let ask = Ask { owner: Some(cx.actor().user), team: None, limit: 100, cursor: None };
    let mut all = stalled::list(cx, tx, &ask).await?.items;
    if cause != Cause::Trial {
        let told = store::result::told_lately(tx, Kind::StalledDeals).await?;
        all.retain(|one| !told.contains(&one.opportunity.id.0));
    }
    let title = match all.len() {
        1 => "1 deal stands still".to_owned(),
        n => format!("{} stand still", counted(n, "deal", "deals")),
    };
    let (all, left_out) = first(all);
    let ids: Vec<Uuid> = all.iter().map(|one| one.opportunity.id.0).collect();
    let busy = store::facts::with_open_task(tx, Object::Opportunity, &ids).await?;
    let (mut lines, mut wants) = (Vec::new(), Vec::new());
    for one in &all {
        let deal = &one.opportunity;
        // As the API shows it: what is hidden is null.
        let shown = serde_json::to_value(deal).unwrap_or_default();
        let amount = shown.get("amount").and_then(|amount| worth(cx, amount));
        let text = amount.map_or_else(|| one.reason.clone(), |amount| format!("{} ({amount})", one.reason));
        if !busy.contains(&deal.id.0) {
            let about = About { kind: RecordType::Opportunity, id: deal.id.0 };
            wants.push(Wanted {
                line: lines.len(),
                task: task(cx, format!("Follow up on {}", deal.name), about),
                reason: format!("It stands still: {}.", one.reason),
                tainted: false,
            });
        }
        lines.push(Line::of("opportunity", deal.id.0, &deal.name, text));
    }
    Ok(Found { title, lines, wants, left_out, records: ids })
}

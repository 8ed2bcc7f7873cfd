//! The person's leads with the best scores that nobody has spoken to for a week, why they score so, and a call with each that has
//! no open task.

use dealwright_access::Context;
use dealwright_access::policy::{Needs, Object, ReadLead};
use dealwright_ai::resolve::record::RecordType;
use dealwright_ai::tools::task::About;
use dealwright_insight::scoring;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Cause, Found, Line, Wanted, counted, first, task};
use crate::kind::Kind;
use crate::store;

/// Calls that are proposed at once.
const CALLS: usize = 3;

pub(super) async fn find(cx: &Context, tx: &mut Tx, cause: Cause) -> Result<Found> {
    let hidden = ["score", "score_grade", "name"].iter().any(|field| cx.actor().fields.hides(Object::Lead, field));
    if hidden || !cx.actor().may(ReadLead::PERMISSION) {
        return Ok(Found::default());
    }
    let mut all = store::facts::best_leads(tx, cx.actor().user).await?;
    if cause != Cause::Trial {
        let told = store::result::told_lately(tx, Kind::LeadScoring).await?;
        all.retain(|lead| !told.contains(&lead.id));
    }
    let title = format!("{} to call", counted(all.len(), "promising lead", "promising leads"));
    let (all, left_out) = first(all);
    let ids: Vec<Uuid> = all.iter().map(|lead| lead.id).collect();
    let busy = store::facts::with_open_task(tx, Object::Lead, &ids).await?;
    let (mut lines, mut wants) = (Vec::new(), Vec::new());
    for lead in all {
        let told = scoring::explain(cx, tx, lead.id.into()).await?;
        let mut parts: Vec<_> = told.parts.iter().filter(|part| part.met && part.points > 0).collect();
        parts.sort_by_key(|part| -part.points);
        let why: Vec<String> = parts
            .iter()
            .filter_map(|part| Some(format!("{} (+{})", part.label.as_deref()?, part.points)))
            .take(3)
            .collect();
        let quiet = match lead.last {
            Some(last) => format!("last spoken to {} days ago", (tx.now() - last).num_days().max(0)),
            None => "nobody has spoken to them yet".to_owned(),
        };
        let text = format!("{} of 100 points: {}; {quiet}", lead.score, why.join(", "));
        if wants.len() < CALLS && !busy.contains(&lead.id) {
            let about = About { kind: RecordType::Lead, id: lead.id };
            let reason = format!("It has {} of 100 points, and {quiet}.", lead.score);
            let task = task(cx, format!("Call {}", lead.name), about);
            wants.push(Wanted { line: lines.len(), task, reason, tainted: false });
        }
        lines.push(Line::of("lead", lead.id, &lead.name, text));
    }
    Ok(Found { title, lines, wants, left_out, records: ids })
}

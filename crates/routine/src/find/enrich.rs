//! What public sources know of the person's new leads. Values are taken over on the lead's page, as a person's own edit.

use dealwright_access::Context;
use dealwright_access::policy::{Needs, ReadLead};
use dealwright_crm::change;
use dealwright_insight::enrichment::{self, Suggestion, Target};
use dealwright_kernel::Result;
use dealwright_kernel::error::Outcome;
use dealwright_store::Tx;

use super::{Cause, Found, Line, counted, first};
use crate::kind::Kind;
use crate::store;

/// Days back that a run looks, and a dry run.
const NEW: i64 = 1;
const TRIAL: i64 = 30;

pub(super) async fn find(cx: &Context, tx: &mut Tx, cause: Cause) -> Result<Found> {
    if !cx.actor().may(ReadLead::PERMISSION) {
        return Ok(Found::default());
    }
    let trial = cause == Cause::Trial;
    let mut all = store::facts::new_leads(tx, cx.actor().user, if trial { TRIAL } else { NEW }).await?;
    if !trial {
        let told = store::result::told_lately(tx, Kind::LeadEnrichment).await?;
        all.retain(|lead| !told.contains(&lead.id));
    }
    let records = all.iter().map(|lead| lead.id).collect();
    let mut lines = Vec::new();
    for lead in all {
        let known = match enrichment::suggest(cx, tx, Target::Lead(lead.id.into())).await {
            // Deleted a moment ago.
            Err(error) if error.outcome == Outcome::NotFound => continue,
            known => known?,
        };
        let said: Vec<String> = known.suggestions.iter().filter(|one| one.missing.is_none()).map(said).collect();
        if !said.is_empty() {
            lines.push(Line::of("lead", lead.id, &lead.name, said.join("; ")));
        }
    }
    let title = format!("Sources know more of {}", counted(lines.len(), "new lead", "new leads"));
    let (lines, left_out) = first(lines);
    Ok(Found { title, lines, left_out, records, ..Found::default() })
}

/// "Industry: Manufacturing (90% sure: …)".
fn said(one: &Suggestion) -> String {
    let now = one.present_shown.as_deref().map_or_else(String::new, |present| format!(", now {present}"));
    let sure = (one.confidence * 100.0).round();
    format!("{}: {}{now} ({sure}% sure: {})", change::label(&one.field), one.shown, one.why)
}

//! What to do today, what is most pressing first.

use dealwright_access::Context;
use dealwright_ai::tools::day;
use dealwright_kernel::Result;
use dealwright_store::Tx;

use super::{Found, Line, capitalised, counted, first, money};

pub(super) async fn find(cx: &Context, tx: &mut Tx) -> Result<Found> {
    let all = day::list(cx, tx).await?;
    let title = format!("{} to do today", counted(all.len(), "thing", "things"));
    let (told, left_out) = first(all);
    let mut lines = Vec::with_capacity(told.len());
    for item in told {
        let why: Vec<&str> = item.why.iter().map(|why| why.words.as_str()).collect();
        let mut text = capitalised(&why.join("; "));
        if let Some(amount) = item.amount {
            text = format!("{text} ({})", money(cx, amount)?);
        }
        lines.push(Line::of(&item.kind, item.id, &item.name, text));
    }
    Ok(Found { title, lines, left_out, ..Found::default() })
}

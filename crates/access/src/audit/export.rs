//! The log as a file: read page by page, each in a transaction of its own, so that the log is never in memory as a whole
//! and an export ends with the right to make it.

use axum::body::{Body, Bytes};
use dealwright_kernel::{Error, Result};
use futures::stream;
use serde_json::Value;

use super::http::AuditFormat;
use super::store::{self, Place};
use super::{AuditEvent, Filter};
use crate::Context;
use crate::policy::{Needs, ReadAudit};

const AT_ONCE: u16 = 1_000;

const COLUMNS: [&str; 18] = [
    "at",
    "type",
    "actor_kind",
    "actor_id",
    "actor",
    "on_behalf_of_id",
    "on_behalf_of",
    "object",
    "record_id",
    "record",
    "version",
    "changes",
    "hidden_fields",
    "data",
    "ip",
    "user_agent",
    "request_id",
    "id",
];

enum Next {
    Head,
    After(Option<Place>),
    End,
}

/// The events that match, as they are read.
pub(super) fn body(cx: &Context, filter: Filter, format: AuditFormat) -> Body {
    let cx = cx.clone();
    let chunks = stream::try_unfold((cx, filter, Next::Head), move |(cx, filter, next)| async move {
        let after = match next {
            Next::Head => {
                let head = head(format)?;
                return Ok(Some((head, (cx, filter, Next::After(None)))));
            }
            Next::After(place) => place,
            Next::End => return Ok(None),
        };
        let mut tx = cx.begin_for(Some(ReadAudit::PERMISSION)).await?;
        let (events, place) = store::page(&mut tx, &cx.actor().fields, &filter, after, AT_ONCE).await?;
        tx.done(()).await?;
        let next = place.map_or(Next::End, |place| Next::After(Some(place)));
        Ok::<_, Error>(Some((written(&events, format)?, (cx, filter, next))))
    });
    Body::from_stream(chunks)
}

fn head(format: AuditFormat) -> Result<Bytes> {
    match format {
        AuditFormat::Csv => csv(std::iter::once(COLUMNS.map(str::to_owned))),
        AuditFormat::Jsonl => Ok(Bytes::new()),
    }
}

fn written(events: &[AuditEvent], format: AuditFormat) -> Result<Bytes> {
    match format {
        AuditFormat::Csv => csv(events.iter().map(row)),
        AuditFormat::Jsonl => {
            let mut lines = Vec::new();
            for event in events {
                serde_json::to_writer(&mut lines, event).map_err(Error::internal)?;
                lines.push(b'\n');
            }
            Ok(lines.into())
        }
    }
}

fn csv(rows: impl Iterator<Item = [String; 18]>) -> Result<Bytes> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| plain_cell(cell))).map_err(Error::internal)?;
    }
    writer.into_inner().map(Bytes::from).map_err(|e| Error::internal(e.to_string()))
}

/// A spreadsheet runs what begins like a formula: an apostrophe keeps it text.
#[must_use]
pub fn plain_cell(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn row(event: &AuditEvent) -> [String; 18] {
    let text = |value: Option<String>| value.unwrap_or_default();
    let json = |value: Value| match value {
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Object(fields) if fields.is_empty() => String::new(),
        other => other.to_string(),
    };
    let person = event.actor.on_behalf_of.as_ref();
    [
        event.at.to_rfc3339(),
        event.kind.clone(),
        event.actor.kind.as_str().to_owned(),
        text(event.actor.id.map(|id| id.to_string())),
        event.actor.name.clone(),
        text(person.map(|p| p.id.to_string())),
        text(person.map(|p| p.name.clone())),
        event.subject.kind.clone(),
        event.subject.id.to_string(),
        event.subject.name.clone(),
        text(event.subject.version.map(|v| v.to_string())),
        json(serde_json::to_value(&event.changes).unwrap_or_default()),
        event.hidden_fields.join(" "),
        json(event.data.clone()),
        text(event.ip.clone()),
        text(event.user_agent.clone()),
        text(event.request_id.clone()),
        event.id.to_string(),
    ]
}

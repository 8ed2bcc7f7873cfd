//! `/merges`: requests, responses and handlers.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_access::Access;
use dealwright_access::context::Caller;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Committed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, Merge};
use super::{MergeObject, NewMerge, Pair};
use crate::change::label;
use crate::change::store::name_values;
use crate::change::undo::Undone;

/// The endpoints of merges.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(create)).routes(routes!(reverse))
}

impl Validate for NewMerge {
    fn validate(&self) -> Result<()> {
        if self.take.len() > 200 {
            return Err(Error::field("take", "too_many", "at most 200 fields"));
        }
        Ok(())
    }
}

/// Two records that may be merged.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MergePair)]
#[serde(deny_unknown_fields)]
struct Asked {
    object: MergeObject,
    winner_id: Uuid,
    loser_id: Uuid,
}

impl Validate for Asked {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// A field in which two records differ.
#[derive(Debug, Serialize, ToSchema)]
struct MergeField {
    field: String,
    label: String,
    /// As a person reads it; null for none.
    winner: Option<String>,
    loser: Option<String>,
    /// Suggested: the loser's, since the winner has none.
    take: bool,
}

/// What a merge would do.
#[derive(Debug, Serialize, ToSchema)]
struct MergePreview {
    winner_name: String,
    loser_name: String,
    winner_version: i64,
    loser_version: i64,
    /// In which they differ, of what you may read.
    fields: Vec<MergeField>,
    /// How many opportunities, contacts, tasks and activities would move, whoever may see them.
    moves: BTreeMap<String, i64>,
}

fn shown(value: &serde_json::Value, label: Option<&String>) -> Option<String> {
    use serde_json::Value;
    match value {
        _ if label.is_some() => label.cloned(),
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Array(items) => {
            let words: Vec<String> = items.iter().filter_map(|i| shown(i, None)).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
        Value::Object(map) => match (map.get("amount"), map.get("currency")) {
            (Some(Value::String(amount)), Some(Value::String(currency))) => Some(format!("{amount} {currency}")),
            _ => Some(value.to_string()),
        },
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    }
}

impl From<Change> for MergeField {
    fn from(c: Change) -> Self {
        let (winner, loser) = (shown(&c.old, c.old_label.as_ref()), shown(&c.new, c.new_label.as_ref()));
        let take = winner.is_none() && loser.is_some();
        Self { label: label(&c.field), field: c.field, winner, loser, take }
    }
}

/// What merging two records would do
///
/// Asks for the rights that the merge needs, and changes nothing.
#[utoipa::path(post, path = "/merges/preview", tag = "duplicates", request_body = Asked, responses((status = 200, body = MergePreview), Problems))]
async fn preview(Caller(cx): Caller, Valid(asked): Valid<Asked>) -> Result<Json<MergePreview>> {
    let mut tx = cx.begin().await?;
    let pair = Pair::of(&cx, &mut tx, asked.object, asked.winner_id, asked.loser_id).await?;
    let mut changes = pair.differences(&cx)?;
    name_values(&mut tx, &mut changes).await?;
    let moves = store::count_links(&mut tx, asked.object, asked.loser_id).await?.into_iter().collect();
    let ((winner_name, loser_name), (winner_version, loser_version)) = (pair.names(), pair.versions());
    let fields = changes.into_iter().map(MergeField::from).collect();
    tx.done(Json(MergePreview { winner_name, loser_name, winner_version, loser_version, fields, moves })).await
}

/// Two records that were made one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Merge)]
struct Merged {
    id: Uuid,
    object: MergeObject,
    winner_id: Uuid,
    /// In the bin; its id leads to the winner.
    loser_id: Uuid,
    /// How many links moved.
    moved: usize,
    merged_at: DateTime<Utc>,
}

impl From<Merge> for Merged {
    fn from(m: Merge) -> Self {
        Self {
            id: m.id,
            object: m.object,
            winner_id: m.winner_id,
            loser_id: m.loser_id,
            moved: m.moved.as_array().map_or(0, Vec::len),
            merged_at: m.merged_at,
        }
    }
}

/// Merge two records
///
/// Needs the right to change both and to delete the loser. What hangs on the loser moves, whoever it belongs to; it is
/// undone by the event, or by the reversal of the merge.
#[utoipa::path(post, path = "/merges", tag = "duplicates", request_body = NewMerge, responses((status = 201, body = Merged), Problems))]
async fn create(Caller(cx): Caller, Valid(asked): Valid<NewMerge>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let merge = super::merge(&cx, &mut tx, &asked).await?;
    tx.commit((StatusCode::CREATED, Json(Merged::from(merge)))).await
}

/// Make two records of one again
///
/// Values, links and the loser come back; what has been changed since stays, and is named.
#[utoipa::path(post, path = "/merges/{id}/reversal", tag = "duplicates", params(("id" = Uuid, Path)), responses((status = 200, body = Undone), Problems))]
async fn reverse(Caller(cx): Caller, Path(id): Path<Uuid>) -> Result<Committed<Json<Undone>>> {
    let mut tx = cx.begin().await?;
    let merge = store::find(&mut tx, id).await?.or_not_found("merge")?;
    let undone = super::take_back(&cx, &mut tx, &merge).await?;
    tx.commit(Json(undone)).await
}

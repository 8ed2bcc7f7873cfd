//! `/matching-rules` and `/duplicates`: requests, responses and handlers.

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_access::context::Caller;
use dealwright_access::policy::{Action, Permission, ReadRule, UpdateRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{ConflictingField, OrNotFound, Problems, Similar, SimilarReason, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Draft, MatchObject, MatchingRule, MatchingRulePatch, OnMatch, find, store};
use crate::record::{Ref, Texts};

/// Pairs of a page.
const PAGE: usize = 50;

/// The endpoints of duplicates.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(rules))
        .routes(routes!(change_rule))
        .routes(routes!(check))
        .routes(routes!(index))
        .routes(routes!(dismiss))
        .merge(super::sweep::http::router())
}

/// How duplicates are told, and what happens then
#[utoipa::path(get, path = "/matching-rules", tag = "duplicates", responses((status = 200, body = Page<MatchingRule>), Problems))]
async fn rules(cx: Allow<ReadRule>) -> Result<Json<Page<MatchingRule>>> {
    let mut tx = cx.begin().await?;
    let mut rules = Vec::with_capacity(MatchObject::ALL.len());
    for object in MatchObject::ALL {
        rules.push(store::rule(&mut tx, object).await?);
    }
    tx.done(Json(Page::whole(rules))).await
}

/// Change how duplicates of an object are told, or what happens then
#[utoipa::path(patch, path = "/matching-rules/{object}", tag = "duplicates", params(("object" = MatchObject, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = MatchingRulePatch, responses((status = 200, body = MatchingRule), Problems))]
async fn change_rule(
    cx: Allow<UpdateRule>,
    Path(object): Path<MatchObject>,
    if_match: IfMatch,
    Valid(patch): Valid<MatchingRulePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let old = store::rule(&mut tx, object).await?;
    let mut new = patch.apply(&old)?;
    let changes = old.changes(&new);
    if old.version == version && changes.is_empty() {
        return tx.commit((etag(old.version), Json(old))).await;
    }
    if old.version != version || !store::put_rule(&mut tx, version, &new).await? {
        let differs = |c: &dealwright_store::Change| ConflictingField {
            field: c.field.clone(),
            theirs: c.old.clone(),
            yours: c.new.clone(),
        };
        return Err(Error::stale(VersionConflict {
            version: old.version,
            fields: changes.iter().map(differs).collect(),
        }));
    }
    new.version = version + 1;
    tx.emit(new.event(&tx, changes));
    tx.commit((etag(new.version), Json(new))).await
}

/// A record that has not been written yet. What is absent is not compared.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DuplicateCheck)]
#[serde(deny_unknown_fields)]
struct Check {
    object: MatchObject,
    /// The record itself, when it is there already.
    #[serde(default)]
    id: Option<Uuid>,
    /// Of a contact or a lead.
    #[serde(default)]
    #[schema(max_length = 200)]
    first_name: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    last_name: Option<String>,
    /// Of an account.
    #[serde(default)]
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Of a lead.
    #[serde(default)]
    #[schema(max_length = 200)]
    company: Option<String>,
    /// Of a contact.
    #[serde(default)]
    account_id: Option<Uuid>,
    #[serde(default)]
    #[schema(max_length = 320)]
    email: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100)]
    phone: Option<String>,
    /// The domain or web site of an account or a lead.
    #[serde(default)]
    #[schema(max_length = 500)]
    website: Option<String>,
}

impl Validate for Check {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let texts = [
            ("first_name", &self.first_name, 200),
            ("last_name", &self.last_name, 200),
            ("name", &self.name, 200),
            ("company", &self.company, 200),
            ("email", &self.email, 320),
            ("phone", &self.phone, 100),
            ("website", &self.website, 500),
        ];
        for (name, text, most) in texts {
            wrong.optional(name, text.as_deref(), most);
        }
        wrong.finish()
    }
}

/// What may be the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicatesFound)]
struct Found {
    /// Of what you may see, the likeliest first; at most ten.
    candidates: Vec<Similar>,
    /// What happens when it is created all the same.
    on_create: OnMatch,
}

/// Look for what may be the same, while somebody types
///
/// Writes nothing. What you may not see is neither told nor counted.
#[utoipa::path(post, path = "/duplicates/check", tag = "duplicates", request_body = Check, responses((status = 200, body = Found), Problems))]
async fn check(Caller(cx): Caller, Valid(asked): Valid<Check>) -> Result<Json<Found>> {
    let mut tx = cx.begin_for(Some(Permission::new(asked.object.object(), Action::Read))).await?;
    cx.actor().require(Permission::new(asked.object.object(), Action::Read))?;
    let rule = store::rule(&mut tx, asked.object).await?;
    let own = asked.id;
    let draft = Draft {
        first_name: asked.first_name,
        last_name: asked.last_name,
        company: asked.name.or(asked.company),
        account_id: asked.account_id,
        email: asked.email,
        phone: asked.phone,
        domain: asked.website,
    };
    let candidates = find::similar(&mut tx, cx.actor(), &rule, own, draft).await?;
    tx.done(Json(Found { candidates, on_create: rule.on_create })).await
}

#[derive(Debug, Deserialize, IntoParams)]
struct Of {
    object: MatchObject,
    /// `next_cursor` of the page before.
    cursor: Option<Uuid>,
}

/// Two records that may be one.
#[derive(Debug, Serialize, ToSchema)]
struct DuplicatePair {
    id: Uuid,
    object: MatchObject,
    left: Ref,
    right: Ref,
    /// Pairs of one cluster are of records that may all be one; they stand together.
    cluster_id: Option<Uuid>,
    /// How likely they are one, in percent.
    score: i32,
    reasons: Vec<SimilarReason>,
    found_at: DateTime<Utc>,
}

/// Records that may be there twice
///
/// Pairs of which you may see both, with all that speaks for them, and on which nobody has decided. Those of a cluster stand together, and what was found
/// at once in the order of how likely it is.
#[utoipa::path(get, path = "/duplicates", tag = "duplicates", params(Of), responses((status = 200, body = Page<DuplicatePair>), Problems))]
async fn index(Caller(cx): Caller, Query(of): Query<Of>) -> Result<Json<Page<DuplicatePair>>> {
    let mut tx = cx.begin_for(Some(Permission::new(of.object.object(), Action::Read))).await?;
    cx.actor().require(Permission::new(of.object.object(), Action::Read))?;
    let mut pairs = store::open(&mut tx, of.object, of.cursor, i64::try_from(PAGE + 1).unwrap_or(50)).await?;
    let more = pairs.len() > PAGE;
    pairs.truncate(PAGE);
    let next = pairs.last().filter(|_| more).map(|p| p.id.to_string());
    let ids: Vec<Uuid> = pairs.iter().flat_map(|p| [p.left_id, p.right_id]).collect();
    let rows = store::rows(&mut tx, of.object, &ids).await?;
    let names: HashMap<Uuid, String> = rows.into_iter().map(|r| (r.id, r.name)).collect();
    let hidden = cx.actor().fields.hidden(of.object.object());
    let named = |id: Uuid| Some(Ref { id, name: names.get(&id)?.clone() });
    let items = pairs.into_iter().filter_map(|p| {
        let reasons: Vec<SimilarReason> = serde_json::from_value(p.reasons).ok()?;
        // Neither the score nor the pair itself may tell of what is hidden from who reads.
        if reasons.iter().any(|r| hidden.contains(&r.field.as_str())) {
            return None;
        }
        let (left, right) = (named(p.left_id)?, named(p.right_id)?);
        Some(DuplicatePair {
            id: p.id,
            object: of.object,
            left,
            right,
            cluster_id: p.cluster_id,
            score: p.score,
            reasons,
            found_at: p.found_at,
        })
    });
    let page = Page { next_cursor: next, ..Page::whole(items.collect()) };
    tx.done(Json(page)).await
}

/// Say that two records are not the same
///
/// It is remembered: they are not found again. Whoever may change both may say it.
#[utoipa::path(post, path = "/duplicates/{id}/dismissal", tag = "duplicates", params(("id" = Uuid, Path)), responses((status = 204, description = "They are two"), Problems))]
async fn dismiss(Caller(cx): Caller, Path(id): Path<Uuid>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let (object, pair) = store::pair(&mut tx, id).await?.or_not_found("pair")?;
    cx.actor().require(Permission::new(object.object(), Action::Update))?;
    store::permit_both(&cx, &mut tx, object, [pair.left_id, pair.right_id]).await?;
    if pair.state != "dismissed" {
        store::decide(&mut tx, id, "dismissed", cx.actor().user.0).await?;
        let name = format!("Duplicate {}s", object.as_str());
        let subject = Subject { object: "duplicate", id, name, version: None };
        let event = Event::with_id(tx.new_id().into(), "duplicate.dismissed".to_owned(), subject);
        tx.emit(event.data(json!({ "object": object, "left_id": pair.left_id, "right_id": pair.right_id })));
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

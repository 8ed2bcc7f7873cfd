//! `/web-forms`: what an administrator does with forms, and with what looks like spam.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::UpdateOrganisation;
use dealwright_access::{Access, Allow, service_account};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::{WebFormEntryId, WebFormId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Tx};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::field::{Askable, askable};
use super::{Fields, NewWebForm, WebForm, WebFormEntry, WebFormPatch, store, submit};
use crate::change::store::{References, check_references};
use crate::lead::Lead;

/// The administrator's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(fields))
        .routes(routes!(get, update, delete))
        .routes(routes!(entries))
        .routes(routes!(accept))
        .routes(routes!(discard))
}

/// All web forms
#[utoipa::path(get, path = "/web-forms", tag = "leads", responses((status = 200, body = Page<WebForm>), Problems))]
async fn index(cx: Allow<UpdateOrganisation>) -> Result<Json<Page<WebForm>>> {
    let mut tx = cx.begin().await?;
    let forms = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(forms))).await
}

/// What a web form can ask
#[utoipa::path(get, path = "/web-forms/fields", tag = "leads", responses((status = 200, body = Page<Askable>), Problems))]
async fn fields(cx: Allow<UpdateOrganisation>) -> Result<Json<Page<Askable>>> {
    let mut tx = cx.begin().await?;
    let all = askable(&mut tx).await?;
    tx.done(Json(Page::whole(all))).await
}

/// Create a web form
///
/// Its public page is `/f/{key}`. Its leads come in the name of a service account that may do nothing else.
#[utoipa::path(post, path = "/web-forms", tag = "leads", request_body = NewWebForm, responses((status = 201, body = WebForm), Problems))]
async fn create(cx: Allow<UpdateOrganisation>, Valid(new): Valid<NewWebForm>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let fields = new.writable(cx.actor().user);
    check(&mut tx, None, &fields).await?;
    let actor = match store::actor(&mut tx).await? {
        Some(actor) => actor,
        None => service_account::make(&mut tx, "Web forms").await?,
    };
    let (id, key) = (WebFormId(tx.new_id()), key()?);
    store::insert(&mut tx, id, &key, actor, &fields).await?;
    let form = store::find(&mut tx, id).await?.or_not_found("form")?;
    let event = form.event(&tx, "created").data(json!({ "fields": form.fields, "origins": form.origins }));
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/web-forms/{id}"))];
    tx.commit((StatusCode::CREATED, etag(form.version), location, Json(form))).await
}

/// 22 letters and digits that nobody guesses.
fn key() -> Result<String> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bytes = [0_u8; 22];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    Ok(bytes.iter().filter_map(|b| LETTERS.get(usize::from(*b) % LETTERS.len())).map(|b| char::from(*b)).collect())
}

/// # Errors
/// 422 for fields that can't be asked, and people and sources that are not there.
async fn check(tx: &mut Tx, old: Option<&Fields>, new: &Fields) -> Result<()> {
    let known = askable(tx).await?;
    let was = |field: &str| old.is_some_and(|old| old.fields.iter().any(|a| a.field == field));
    if let Some(ask) = new.fields.iter().find(|a| !was(&a.field) && known.iter().all(|k| k.field != a.field)) {
        let field: String = ask.field.chars().take(100).collect();
        return Err(Error::field("fields", "unknown_field", format!("a form can’t ask for “{field}”")));
    }
    let source = new.source_id.filter(|id| old.and_then(|o| o.source_id) != Some(*id));
    let choices = source.map(|id| ("source_id", "source", id.0)).into_iter().collect();
    check_references(tx, &References { choices, ..References::default() }).await?;
    if old.map(|o| o.owner_id) != Some(new.owner_id) && !store::may_own(tx, new.owner_id).await? {
        return Err(Error::field("owner_id", "unknown_reference", "an active user who may own leads"));
    }
    Ok(())
}

/// One web form
#[utoipa::path(get, path = "/web-forms/{id}", tag = "leads", params(("id" = WebFormId, Path)), responses((status = 200, body = WebForm), Problems))]
async fn get(cx: Allow<UpdateOrganisation>, Path(id): Path<WebFormId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let form = store::find(&mut tx, id).await?.or_not_found("form")?;
    tx.done((etag(form.version), Json(form))).await
}

/// Change a web form
#[utoipa::path(patch, path = "/web-forms/{id}", tag = "leads", params(("id" = WebFormId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = WebFormPatch, responses((status = 200, body = WebForm), Problems))]
async fn update(
    cx: Allow<UpdateOrganisation>,
    Path(id): Path<WebFormId>,
    if_match: IfMatch,
    Valid(patch): Valid<WebFormPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?.or_not_found("form")?;
    let old = current.writable();
    let new = patch.apply(&old);
    if current.version != version {
        return Err(stale(current.version, &old, &new));
    }
    let changes = diff(&old, &new)?;
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    check(&mut tx, Some(&old), &new).await?;
    if !store::update(&mut tx, id, version, &new).await? {
        return Err(stale(version + 1, &old, &new));
    }
    let form = store::find(&mut tx, id).await?.or_not_found("form")?;
    let event = form.event(&tx, "updated").changes(changes);
    tx.emit(event);
    tx.commit((etag(form.version), Json(form))).await
}

/// Delete a web form, with what waits of it
#[utoipa::path(delete, path = "/web-forms/{id}", tag = "leads", params(("id" = WebFormId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(
    cx: Allow<UpdateOrganisation>,
    Path(id): Path<WebFormId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let form = store::find(&mut tx, id).await?.or_not_found("form")?;
    let version = if_match.0.unwrap_or(form.version);
    if !store::delete(&mut tx, id, version).await? {
        return Err(Error::stale(VersionConflict { version: form.version, fields: Vec::new() }));
    }
    let event = form.event(&tx, "deleted").data(json!({ "waiting": form.waiting }));
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}

/// What looks like spam and waits for a decision, the newest first
#[utoipa::path(get, path = "/web-forms/{id}/entries", tag = "leads", params(("id" = WebFormId, Path)), responses((status = 200, body = Page<WebFormEntry>), Problems))]
async fn entries(cx: Allow<UpdateOrganisation>, Path(id): Path<WebFormId>) -> Result<Json<Page<WebFormEntry>>> {
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?.or_not_found("form")?;
    let entries = store::entries(&mut tx, Some(id), None).await?;
    tx.done(Json(Page::whole(entries))).await
}

/// Reads an entry and takes it from what waits.
async fn decided(tx: &mut Tx, id: WebFormEntryId) -> Result<(WebFormEntry, WebForm)> {
    let entry = store::entries(tx, None, Some(id)).await?.pop().or_not_found("entry")?;
    let form = store::find(tx, entry.form_id).await?.or_not_found("form")?;
    if !store::take(tx, id).await? {
        return Err(Error::not_found("entry"));
    }
    Ok((entry, form))
}

/// Make a lead of what looked like spam
///
/// By the same rules as any other that comes by the form.
#[utoipa::path(post, path = "/web-form-entries/{id}/acceptance", tag = "leads", params(("id" = WebFormEntryId, Path)), responses((status = 201, body = Lead), Problems))]
async fn accept(cx: Allow<UpdateOrganisation>, Path(id): Path<WebFormEntryId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let (entry, form) = decided(&mut tx, id).await?;
    let lead = submit::lead_of(&cx, &mut tx, &form, &entry.answers).await?;
    let event = form.event(&tx, "entry_accepted").data(json!({ "reason": entry.reason, "lead": lead.id }));
    tx.emit(event);
    tx.commit((StatusCode::CREATED, etag(lead.version), Json(lead))).await
}

/// Throw away what looks like spam
#[utoipa::path(delete, path = "/web-form-entries/{id}", tag = "leads", params(("id" = WebFormEntryId, Path)), responses((status = 204, description = "Thrown away"), Problems))]
async fn discard(cx: Allow<UpdateOrganisation>, Path(id): Path<WebFormEntryId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let (entry, form) = decided(&mut tx, id).await?;
    let event = form.event(&tx, "entry_discarded").data(json!({ "reason": entry.reason }));
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}

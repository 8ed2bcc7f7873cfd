//! `/routines`: how they are set, what has come of them, and a dry run.

use std::time::Instant;

use axum::response::IntoResponse;
use dealwright_access::context::permission;
use dealwright_access::policy::{ReadAutomation, UpdateAutomation, UseAgent};
use dealwright_access::{Access, Allow, Context};
use dealwright_ai::proposal::{Difference, Target};
use dealwright_crm::change::store::names;
use dealwright_crm::record::Ref;
use dealwright_kernel::error::{Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{AgentRunId, UserId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::find::{self, Cause, Found, Line};
use crate::kind::Kind;
use crate::run::{self, Run};
use crate::setting::{Patch, Routine, Setting};
use crate::store::{log, setting};

/// The endpoints of routines.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(get, change))
        .routes(routes!(runs))
        .routes(routes!(dry_run))
}

/// All routines, on or off, with what has come of them
#[utoipa::path(get, path = "/routines", tag = "routines", responses((status = 200, body = Page<Routine>), Problems))]
async fn index(cx: Allow<ReadAutomation>) -> Result<Json<Page<Routine>>> {
    let mut tx = cx.begin().await?;
    let settings = setting::all(&mut tx).await?;
    let all = shown(&mut tx, settings).await?;
    tx.done(Json(Page::whole(all))).await
}

/// One routine
#[utoipa::path(get, path = "/routines/{kind}", tag = "routines", params(("kind" = Kind, Path)), responses((status = 200, body = Routine), Problems))]
async fn get(cx: Allow<ReadAutomation>, Path(kind): Path<Kind>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let routine = one(&mut tx, kind).await?;
    tx.done((etag(routine.version), Json(routine))).await
}

/// Switch a routine on or off, or change when it comes and whom it tells
///
/// What its audience may not see they are not told: each is told what is found in their own rights.
#[utoipa::path(patch, path = "/routines/{kind}", tag = "routines", params(("kind" = Kind, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = Patch, responses((status = 200, body = Routine), Problems))]
async fn change(
    cx: Allow<UpdateAutomation>,
    Path(kind): Path<Kind>,
    if_match: IfMatch,
    Valid(patch): Valid<Patch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let old = setting::find(&mut tx, kind).await?;
    let stale = |version| Error::stale(VersionConflict { version, fields: Vec::new() });
    if old.version != version {
        return Err(stale(old.version));
    }
    let new = patch.apply(&old)?;
    known(&mut tx, &new).await?;
    if new != old {
        if !setting::put(&mut tx, &new).await? {
            return Err(stale(version + 1));
        }
        let told = event(&tx, &old, &new);
        tx.emit(told);
    }
    let routine = one(&mut tx, kind).await?;
    tx.commit((etag(routine.version), Json(routine))).await
}

/// Refuses an audience that names what there is not.
async fn known(tx: &mut Tx, new: &Setting) -> Result<()> {
    let audience = &new.audience;
    let roles = dealwright_access::people::role::store::list(tx).await?;
    if audience.role_ids.iter().any(|id| !roles.iter().any(|role| role.id.0 == *id)) {
        return Err(Error::field("audience.role_ids", "unknown_reference", "there is no such role"));
    }
    for (field, ids) in [("audience.team_ids", &audience.team_ids), ("audience.user_ids", &audience.user_ids)] {
        let there = names(tx, ids).await?;
        if ids.iter().any(|id| !there.contains_key(id)) {
            return Err(Error::field(field, "unknown_reference", "there is nothing of this id"));
        }
    }
    Ok(())
}

fn event(tx: &Tx, old: &Setting, new: &Setting) -> Event {
    let verb = match (old.active, new.active) {
        (false, true) => "switched_on",
        (true, false) => "switched_off",
        _ => "updated",
    };
    // A routine has no id of its own: its organisation's, with its kind.
    let subject =
        Subject { object: "routine", id: tx.org().0, name: new.kind.name().to_owned(), version: Some(new.version + 1) };
    let data = json!({ "kind": new.kind, "active": new.active, "schedule": new.schedule, "audience": new.audience, "by_mail": new.by_mail });
    Event::with_id(tx.new_id().into(), format!("routine.{verb}"), subject).data(data)
}

async fn one(tx: &mut Tx, kind: Kind) -> Result<Routine> {
    let set = setting::find(tx, kind).await?;
    shown(tx, vec![set]).await?.pop().ok_or_else(|| Error::internal("a routine is shown as one"))
}

async fn shown(tx: &mut Tx, settings: Vec<Setting>) -> Result<Vec<Routine>> {
    let (mut figures, mut last) = (log::figures(tx).await?, log::last(tx).await?);
    let ids: Vec<Uuid> =
        settings.iter().flat_map(|s| s.audience.team_ids.iter().chain(&s.audience.user_ids)).copied().collect();
    let named = names(tx, &ids).await?;
    let roles = dealwright_access::people::role::store::list(tx).await?;
    let shown = settings.into_iter().map(|set| {
        let of_roles = set.audience.role_ids.iter().filter_map(|id| {
            let role = roles.iter().find(|role| role.id.0 == *id)?;
            Some(Ref { id: *id, name: role.name.clone() })
        });
        let others = set.audience.team_ids.iter().chain(&set.audience.user_ids);
        let others = others.filter_map(|id| Ref::of(Some(*id), named.get(id).cloned()));
        let audience_names = of_roles.chain(others).collect();
        Routine {
            kind: set.kind,
            name: set.kind.name().to_owned(),
            about: set.kind.about().to_owned(),
            active: set.active,
            schedule: set.schedule,
            event: set.kind.event().map(str::to_owned),
            audience: set.audience,
            audience_names,
            by_mail: set.by_mail,
            last_run: last.remove(&set.kind),
            figures: figures.remove(&set.kind).unwrap_or_default(),
            version: set.version,
        }
    });
    Ok(shown.collect())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// The log of a routine's runs, the newest first
///
/// Whom it told and how it went. What was found is each person's own and not told here.
#[utoipa::path(get, path = "/routines/{kind}/runs", tag = "routines", params(("kind" = Kind, Path), ListParams), responses((status = 200, body = Page<Run>), Problems))]
async fn runs(
    cx: Allow<ReadAutomation>,
    Path(kind): Path<Kind>,
    Query(asked): Query<ListParams>,
) -> Result<Json<Page<Run>>> {
    let limit = limit(asked.limit)?;
    let mut tx = cx.begin().await?;
    let page = log::page(&mut tx, kind, limit, asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// A limit within its bounds.
pub(crate) fn limit(asked: Option<u16>) -> Result<u16> {
    let limit = asked.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::unreadable("invalid_query", format!("limit is a number from 1 to {MAX_LIMIT}")).on("limit"));
    }
    Ok(limit)
}

/// For whom a dry run is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RoutineDryRunFor)]
#[serde(deny_unknown_fields, default)]
struct DryRunFor {
    /// The caller when absent. Another person's needs rights that enclose theirs.
    user_id: Option<UserId>,
}

impl Validate for DryRunFor {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// A task that would be proposed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoutineDraft)]
pub struct Draft {
    /// Which of the lines it belongs to, from 0 on.
    pub line: usize,
    pub target: Target,
    pub diff: Vec<Difference>,
    pub reason: String,
    /// Whether its values are somebody else's words.
    pub tainted: bool,
}

/// What a run would say and propose. Nothing of it was written or sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoutineDryRun)]
pub struct DryRun {
    pub title: String,
    pub lines: Vec<Line>,
    pub left_out: usize,
    pub drafts: Vec<Draft>,
    pub ms: i64,
}

impl DryRun {
    /// What was found, with its proposals as they would be.
    pub(crate) async fn of(cx: &Context, tx: &mut Tx, found: Found, began: Instant) -> Result<Self> {
        let mut drafts = Vec::new();
        for (step, wanted) in (1..).zip(&found.wants) {
            let Some(proposal) = find::drafted(cx, tx, AgentRunId(Uuid::nil()), step, wanted).await? else { continue };
            drafts.push(Draft {
                line: wanted.line,
                target: proposal.target,
                diff: proposal.diff,
                reason: proposal.reason,
                tainted: proposal.tainted,
            });
        }
        let title = if found.lines.is_empty() { "There is nothing to tell".to_owned() } else { found.title };
        Ok(Self { title, lines: found.lines, left_out: found.left_out, drafts, ms: run::millis(began) })
    }
}

/// Try a routine out
///
/// What it would tell you now, or somebody whose rights yours enclose. It writes nothing and sends nothing, whether it is on or off.
#[utoipa::path(post, path = "/routines/{kind}/dry-run", tag = "routines", params(("kind" = Kind, Path)), request_body = DryRunFor, responses((status = 200, body = DryRun), Problems))]
async fn dry_run(
    cx: Allow<UpdateAutomation>,
    Path(kind): Path<Kind>,
    Valid(of): Valid<DryRunFor>,
) -> Result<Json<DryRun>> {
    let began = Instant::now();
    let person = match of.user_id.filter(|user| *user != cx.actor().user) {
        None => Context::clone(&cx),
        Some(user) => other(&cx, user).await?,
    };
    person.actor().require(permission::<UseAgent>())?;
    let cx = run::acting(&person, kind);
    let mut tx = cx.begin().await?;
    let found = find::of(kind, &cx, &mut tx, Cause::Trial).await?;
    let preview = DryRun::of(&cx, &mut tx, found, began).await?;
    tx.done(Json(preview)).await
}

/// Another person, if the caller sees all that they see.
async fn other(cx: &Context, user: UserId) -> Result<Context> {
    let person = cx.access().context_for(cx.actor().org, user).await?;
    if !cx.actor().encloses(person.actor()) {
        return Err(Error::forbidden("forbidden", "this person may see what you may not").on("user_id"));
    }
    Ok(person)
}

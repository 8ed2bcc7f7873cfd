//! `/knowledge/status` and `/knowledge/reindex`: how far the index is, for who administers the organisation.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dealwright_access::Allow;
use dealwright_access::policy::UpdateOrganisation;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Json;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Figures};
use crate::{Knowledge, KnowledgeState};

/// The endpoints of the index.
pub fn router() -> OpenApiRouter<KnowledgeState> {
    OpenApiRouter::new().routes(routes!(status)).routes(routes!(reindex))
}

/// How an index of everything stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndexState {
    /// There was too much to begin unasked: what has changed since is indexed, and nothing else.
    Untouched,
    Running,
    Done,
}

impl IndexState {
    /// As the database says it; an organisation that nobody has looked at yet is about to be.
    #[must_use]
    pub fn named(word: Option<&str>) -> Self {
        match word {
            Some("untouched") => Self::Untouched,
            Some("done") => Self::Done,
            Some(_) | None => Self::Running,
        }
    }
}

/// How far the index is. Numbers are of the whole organisation, whoever may see what is counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeStatus {
    state: IndexState,
    /// Records, activities, files and materials that the last index of everything has gone through, and how many there are.
    done: i64,
    total: i64,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    /// What passages were made of.
    sources: i64,
    passages: i64,
    /// Passages that are found by their meaning.
    embedded: i64,
    /// Passages that wait for a vector. Until then they are found by their words.
    waiting: i64,
    /// Things that wait to be read.
    unread: i64,
    /// Whether anything makes vectors. Without, passages are found by their words alone.
    by_meaning: bool,
    /// The model of the newest vectors.
    model: Option<String>,
}

impl KnowledgeStatus {
    fn of(figures: Figures, knowledge: &Knowledge) -> Self {
        let state = IndexState::named(figures.state.as_deref());
        let (queued, total) = (figures.queued.unwrap_or(0), figures.total.unwrap_or(0));
        Self {
            state,
            // What has been queued and is not read yet is not done.
            done: (queued - figures.unread).clamp(0, total),
            total,
            started_at: figures.started_at,
            finished_at: figures.finished_at,
            sources: figures.sources,
            passages: figures.passages,
            embedded: figures.embedded,
            waiting: figures.waiting,
            unread: figures.unread,
            by_meaning: knowledge.embed().is_some(),
            model: figures.model,
        }
    }
}

/// How far the index is
#[utoipa::path(get, path = "/knowledge/status", tag = "knowledge", responses((status = 200, body = KnowledgeStatus), Problems))]
async fn status(cx: Allow<UpdateOrganisation>, State(knowledge): State<Knowledge>) -> Result<Json<KnowledgeStatus>> {
    let mut tx = cx.begin().await?;
    let figures = store::figures(&mut tx).await?;
    tx.done(Json(KnowledgeStatus::of(figures, &knowledge))).await
}

/// Index everything anew
///
/// In the background, a little at a time; a server that stops goes on where it stood. Passages that say the same keep their vectors.
#[utoipa::path(post, path = "/knowledge/reindex", tag = "knowledge", responses((status = 202, body = KnowledgeStatus), Problems))]
async fn reindex(
    cx: Allow<UpdateOrganisation>,
    State(knowledge): State<Knowledge>,
) -> Result<Committed<(StatusCode, Json<KnowledgeStatus>)>> {
    let mut tx = cx.begin().await?;
    if !store::ask(&mut tx).await? {
        return Err(Error::conflict("index_running", "an index of everything is running already"));
    }
    let subject =
        Subject { object: "organisation", id: cx.actor().org.0, name: cx.actor().org_name.clone(), version: None };
    let event = Event::with_id(tx.new_id().into(), "organisation.reindexed", subject);
    tx.emit(event);
    let figures = store::figures(&mut tx).await?;
    tx.commit((StatusCode::ACCEPTED, Json(KnowledgeStatus::of(figures, &knowledge)))).await
}

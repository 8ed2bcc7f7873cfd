//! `/action-items`: tasks out of notes or a transcript that somebody pastes.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use dealwright_access::context::permission;
use dealwright_access::policy::{CreateTask, UseAgent};
use dealwright_access::{Access, Allow};
use dealwright_ai::proposal::{Proposal, store as proposals};
use dealwright_ai::resolve::record::RecordType;
use dealwright_ai::tools::Tool;
use dealwright_ai::tools::task::{About, CreateTask as TaskTool};
use dealwright_crm::file::FileState;
use dealwright_files::{Files, Kind};
use dealwright_governance::budget::store::count_request;
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::id::RoutineRunId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::find::{self, Line};
use crate::http::DryRun;
use crate::kind::Kind as Routine;
use crate::run::{self, Status};
use crate::store::log::{self, Ended};
use crate::{propose, store};

/// The longest text, in characters.
const LONGEST: usize = 200_000;
/// The largest file, in bytes.
const LARGEST: usize = 10 << 20;

/// The endpoints of notes.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(look))
}

/// The endpoint that takes the text out of a file.
pub fn file_router() -> OpenApiRouter<FileState> {
    OpenApiRouter::new().routes(routes!(text)).layer(DefaultBodyLimit::max(LARGEST + 64 * 1024))
}

/// Notes as a file.
#[derive(Debug, ToSchema)]
#[schema(as = NotesFile)]
#[expect(dead_code, reason = "read as a multipart stream; this describes it")]
struct Upload {
    /// Text, Markdown, WebVTT, SubRip, Word, PDF, OpenDocument or a mail, at most 10 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The text of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotesText)]
struct NotesText {
    text: String,
}

/// Take the text out of notes that are a file
///
/// Text, Markdown, WebVTT, SubRip, Word, PDF, OpenDocument or a mail; the file is not kept. It is read in a process of its own.
#[utoipa::path(post, path = "/action-items/text", tag = "routines", request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 200, body = NotesText), Problems))]
async fn text(
    _: Allow<UseAgent>,
    State(files): State<Files>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Json<NotesText>> {
    let body = body.map_err(|_| Error::unsupported_type("send the file as multipart/form-data"))?;
    let (name, bytes) = uploaded(body).await?;
    let mime = mime(&name, &bytes)?;
    let stream = futures::stream::once(async move { Ok(bytes) });
    let text = files.reader.text(mime, Box::pin(stream)).await?;
    let text = text.filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| Error::field("file", "no_text", "no text could be read out of this file"))?;
    Ok(Json(NotesText { text: text.chars().take(LONGEST).collect() }))
}

async fn uploaded(mut body: Multipart) -> Result<(String, Bytes)> {
    let broken = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Error::too_large("a file of notes has at most 10 MiB").on("file")
        } else {
            Error::unreadable("malformed_multipart", "the upload is not a multipart form")
        }
    };
    let part = body.next_field().await.map_err(broken)?;
    let part = part.filter(|part| part.name() == Some("file"));
    let part = part.ok_or_else(|| Error::field("file", "required", "send a file in the part named file"))?;
    let name = part.file_name().unwrap_or_default().to_owned();
    Ok((name, part.bytes().await.map_err(broken)?))
}

/// What a file of notes is, by its name and its bytes. What players of films read is text to us.
fn mime(name: &str, bytes: &[u8]) -> Result<&'static str> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    if matches!(ending.as_str(), "vtt" | "srt") {
        return Ok("text/plain");
    }
    let why = "notes are text, Markdown, WebVTT, SubRip, Word, PDF, OpenDocument or a mail";
    Ok(Kind::judge(name, bytes).map_err(|_| Error::field("file", "unknown_type", why))?.mime)
}

/// The record that tasks are to be about.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActionItemsAbout)]
pub struct NotesAbout {
    #[serde(rename = "type")]
    pub kind: RecordType,
    pub id: Uuid,
}

/// Notes of a meeting, or a transcript: plain text, Markdown, WebVTT or SubRip.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeetingNotes)]
struct Notes {
    #[schema(max_length = 200_000)]
    text: String,
    about: Option<NotesAbout>,
    /// The day of the meeting, from which "by Friday" counts; today when absent.
    held_on: Option<NaiveDate>,
}

impl Validate for Notes {
    fn validate(&self) -> Result<()> {
        if self.text.trim().is_empty() {
            return Err(Error::field("text", "required", "paste the notes"));
        }
        if self.text.chars().count() > LONGEST {
            return Err(Error::field("text", "too_long", "at most 200,000 characters"));
        }
        Ok(())
    }
}

impl Notes {
    fn about(&self) -> Option<About> {
        self.about.map(|about| About { kind: about.kind, id: about.id })
    }
}

/// What notes say is to be done, with the tasks that are proposed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActionItems)]
struct ActionItems {
    /// The run, for a rating.
    run_id: RoutineRunId,
    title: String,
    lines: Vec<Line>,
    /// Each waits for a yes, one by one.
    proposals: Vec<Proposal>,
}

/// Look what notes say is to be done
///
/// Who, what and until when, read by rules; nothing is written.
#[utoipa::path(post, path = "/action-items/preview", tag = "routines", request_body = Notes, responses((status = 200, body = DryRun), Problems))]
async fn look(cx: Allow<UseAgent>, Valid(notes): Valid<Notes>) -> Result<Json<DryRun>> {
    let began = Instant::now();
    let cx = run::acting(&cx, Routine::MeetingTasks);
    let mut tx = cx.begin().await?;
    let held = notes.held_on.unwrap_or_else(|| dealwright_ai::today(&cx));
    let found = find::of_text(&cx, &mut tx, &notes.text, held, notes.about().as_ref()).await?;
    let preview = DryRun::of(&cx, &mut tx, found, began).await?;
    tx.done(Json(preview)).await
}

/// Propose a task for each thing that notes say is to be done
///
/// The words are somebody else's, and every proposal says so (`tainted`). Nothing is made before it is approved.
#[utoipa::path(post, path = "/action-items", tag = "routines", request_body = Notes, responses((status = 200, body = ActionItems), Problems))]
async fn read(cx: Allow<UseAgent>, Valid(notes): Valid<Notes>) -> Result<Committed<Json<ActionItems>>> {
    let began = Instant::now();
    cx.actor().require(permission::<CreateTask>())?;
    let kind = Routine::MeetingTasks;
    let cx = run::acting(&cx, kind);
    let mut tx = cx.begin().await?;
    guardrails::require_tool(&mut tx, cx.actor(), TaskTool::NAME).await?;
    count_request(&mut tx).await?;
    let held = notes.held_on.unwrap_or_else(|| dealwright_ai::today(&cx));
    let mut found = find::of_text(&cx, &mut tx, &notes.text, held, notes.about().as_ref()).await?;
    let period = format!("text:{}", tx.new_id());
    let run = log::claim(&mut tx, kind, &period).await?.ok_or_else(|| Error::internal("a new period has no run"))?;
    let agent_run = propose::all(&cx, &mut tx, kind, &mut found).await?;
    let proposals = match agent_run {
        Some(run) => proposals::of_runs(&mut tx, &[run.0]).await?,
        None => Vec::new(),
    };
    let status = if found.lines.is_empty() { Status::Nothing } else { Status::Done };
    let ended =
        Ended { status, found: found.lines.len(), proposals: proposals.len(), ms: run::millis(began), agent_run };
    log::settle(&mut tx, run, &ended).await?;
    if status == Status::Done {
        store::result::insert(&mut tx, run, kind, &found).await?;
    }
    let proposals = proposals.into_iter().map(|proposal| proposal.shown_to(cx.actor())).collect();
    tx.commit(Json(ActionItems { run_id: run, title: found.title, lines: found.lines, proposals })).await
}

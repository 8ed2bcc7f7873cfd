//! `/file-storage`: what administrators see of all files, and that they are looked at again.

use axum::extract::State;
use axum::http::StatusCode;
use dealwright_access::Allow;
use dealwright_access::policy::UpdateOrganisation;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Json;
use dealwright_kernel::id::FileVersionId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{FileState, FileView, check, store};
use crate::words::words;

/// The most that are looked at again at once.
const MOST: i32 = 10_000;

/// The administrators' endpoints.
pub fn router() -> OpenApiRouter<FileState> {
    OpenApiRouter::new().routes(routes!(storage)).routes(routes!(withheld)).routes(routes!(scan))
}

words! {
    /// Whether there is a scanner, and whether it answers.
    ScannerState, "scanner" {
        Off = "off",
        Up = "up",
        Down = "down",
    }
}

/// What an organisation has kept.
#[derive(Debug, Serialize, ToSchema)]
struct FileStorage {
    /// In bytes, with all versions.
    used: i64,
    quota: u64,
    /// How many versions.
    files: i64,
    max_size: u64,
    scanner: ScannerState,
}

/// How much room files take, and whether they are scanned
#[utoipa::path(get, path = "/file-storage", tag = "files", responses((status = 200, body = FileStorage), Problems))]
async fn storage(cx: Allow<UpdateOrganisation>, State(state): State<FileState>) -> Result<Json<FileStorage>> {
    let mut tx = cx.begin().await?;
    let kept = sqlx::query!("select bytes, files from file_usage where org_id = $1", tx.org().0)
        .fetch_optional(tx.db())
        .await?;
    tx.done(()).await?;
    let scanner = match (state.files.scanner.is_off(), state.files.scanner.ping().await) {
        (true, _) => ScannerState::Off,
        (false, Ok(())) => ScannerState::Up,
        (false, Err(_)) => ScannerState::Down,
    };
    let (used, files) = kept.map_or((0, 0), |k| (k.bytes, k.files));
    let limits = state.files.limits;
    Ok(Json(FileStorage { used, quota: limits.quota, files, max_size: limits.size, scanner }))
}

/// Files that nobody may open
///
/// Their latest version waits for the scanner, or it found something, or would not look. At most 200, the newest first.
#[utoipa::path(get, path = "/file-storage/withheld", tag = "files", responses((status = 200, body = Page<FileView>), Problems))]
async fn withheld(cx: Allow<UpdateOrganisation>, State(state): State<FileState>) -> Result<Json<Page<FileView>>> {
    let mut tx = cx.begin().await?;
    let rows = store::withheld(&mut tx, 200).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        // Of a record that is in the trash, its files are too.
        if let Ok(seen) = row.parent()?.seen(&cx, &mut tx).await {
            items.push(row.into_view(&state.files, seen.may_update)?);
        }
    }
    tx.done(Json(Page::whole(items))).await
}

/// What is looked at again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ScanAgain {
    /// Also what was found clean, as after new signatures; it can be opened meanwhile.
    everything: bool,
}

/// How much is looked at again.
#[derive(Debug, Serialize, ToSchema)]
struct ScansQueued {
    queued: usize,
}

/// Have files scanned again
///
/// Those that are withheld, or all; at most 10,000 versions at once. 409 `scanner_off` where there is no scanner.
#[utoipa::path(post, path = "/file-storage/scan", tag = "files", request_body = ScanAgain, responses((status = 202, body = ScansQueued), Problems))]
async fn scan(
    cx: Allow<UpdateOrganisation>,
    State(state): State<FileState>,
    Json(asked): Json<ScanAgain>,
) -> Result<Committed<(StatusCode, Json<ScansQueued>)>> {
    if state.files.scanner.is_off() {
        return Err(Error::conflict("scanner_off", "no virus scanner is set up: FILES_SCANNER"));
    }
    let mut tx = cx.begin().await?;
    let again = sqlx::query_scalar!(r#"select app.look_again($1, $2) as "id!: FileVersionId""#, asked.everything, MOST)
        .fetch_all(tx.db())
        .await?;
    for version in &again {
        check::enqueue(&mut tx, *version)?;
    }
    tx.commit((StatusCode::ACCEPTED, Json(ScansQueued { queued: again.len() }))).await
}

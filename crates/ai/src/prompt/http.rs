//! `/prompts`: the constant prompts, and which versions of them are in use.

use axum::response::IntoResponse;
use dealwright_access::Allow;
use dealwright_access::policy::{ReadGuardrail, UpdateGuardrail};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::{Error, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::split::{self, Share};
use super::{ALL, Prompt, store};
use crate::AssistantState;

/// The endpoints.
pub fn router() -> OpenApiRouter<AssistantState> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(put))
}

/// A version of a prompt.
#[derive(Debug, Serialize, ToSchema)]
struct PromptVersion {
    version: &'static str,
    /// As runs and calls of models name it.
    id: &'static str,
    /// What is different in it.
    about: &'static str,
    /// The whole prompt.
    text: &'static str,
}

/// A constant prompt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Prompt)]
struct Shown {
    name: &'static str,
    about: &'static str,
    versions: Vec<PromptVersion>,
    /// Which of them are in use.
    shares: Vec<Share>,
    /// 0 until somebody has said which are in use.
    version: i64,
}

/// Every prompt.
#[derive(Debug, Serialize, ToSchema)]
struct Prompts {
    items: Vec<Shown>,
}

/// Which versions of a prompt are to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PromptShares {
    /// Together a hundred percent. Each conversation keeps the version that it got.
    #[schema(min_items = 1, max_items = 20)]
    shares: Vec<Share>,
    version: Option<i64>,
}

impl Validate for PromptShares {
    fn validate(&self) -> Result<()> {
        match self.shares.len() {
            1..=20 => Ok(()),
            _ => Err(Error::field("shares", "invalid_length", "from 1 to 20 versions")),
        }
    }
}

/// What of a prompt can change, for the audit log.
#[derive(Debug, Serialize)]
struct Changing<'a> {
    shares: &'a [Share],
}

async fn all(tx: &mut Tx) -> Result<Vec<Shown>> {
    let mut settings = store::settings(tx).await?;
    let shown = ALL.into_iter().map(|prompt| {
        let setting = settings.remove(prompt.name);
        let version = setting.as_ref().map_or(0, |setting| setting.version);
        let usual = || vec![Share { version: prompt.usual.to_owned(), percent: 100 }];
        let versions = prompt.versions.iter().map(|version| PromptVersion {
            version: version.number,
            id: version.id,
            about: version.about,
            text: version.text,
        });
        Shown {
            name: prompt.name,
            about: prompt.about,
            versions: versions.collect(),
            shares: setting.map_or_else(usual, |setting| setting.shares),
            version,
        }
    });
    Ok(shown.collect())
}

async fn one(tx: &mut Tx, name: &str) -> Result<Shown> {
    all(tx).await?.into_iter().find(|prompt| prompt.name == name).or_not_found("prompt")
}

/// List the prompts with their versions
#[utoipa::path(get, path = "/prompts", tag = "assistant", responses((status = 200, body = Prompts), Problems))]
async fn index(cx: Allow<ReadGuardrail>) -> Result<Json<Prompts>> {
    let mut tx = cx.begin().await?;
    let items = all(&mut tx).await?;
    tx.done(Json(Prompts { items })).await
}

/// Say which versions of a prompt are used, and for how much of the conversations
///
/// Holds from the next request on.
#[utoipa::path(put, path = "/prompts/{name}", tag = "assistant",
    params(("name" = String, Path, max_length = 100), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = PromptShares, responses((status = 200, body = Shown), Problems))]
async fn put(
    cx: Allow<UpdateGuardrail>,
    Path(name): Path<String>,
    if_match: IfMatch,
    Valid(new): Valid<PromptShares>,
) -> Result<Committed<impl IntoResponse>> {
    let prompt = Prompt::named(&name).or_not_found("prompt")?;
    split::check(prompt, &new.shares)?;
    let version = if_match.or(new.version)?;
    let mut tx = cx.begin().await?;
    let before = one(&mut tx, prompt.name).await?;
    let (old, wanted) = (Changing { shares: &before.shares }, Changing { shares: &new.shares });
    let by = cx.actor().user;
    if before.version != version || !store::set(&mut tx, by, prompt.name, &new.shares, version).await? {
        return Err(stale(before.version, &old, &wanted));
    }
    let after = one(&mut tx, prompt.name).await?;
    let subject =
        Subject { object: "prompt", id: tx.org().0, name: prompt.name.to_owned(), version: Some(after.version) };
    let told = Event::with_id(tx.new_id().into(), "prompt.set", subject).changes(diff(&old, &wanted)?);
    tx.emit(told);
    tx.commit((etag(after.version), Json(after))).await
}

//! `/oauth/register`, RFC 7591: an app says what it is called and where people are sent back to, and gets an id. It gets no
//! secret: a program on a person's machine could keep none.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dealwright_kernel::id::AppClientId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Client, MOST_UNUSED, Reach, redirect, token_store};
use crate::Access;
use crate::context::origin;
use crate::oauth::wire::{MOST, OauthError, Refusal, unstored};
use crate::throttle::{self, Counter};

/// The endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(register))
}

/// What an app says of itself. What else it says is left unread.
#[derive(Debug, Deserialize, ToSchema)]
struct AppMetadata {
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    client_uri: Option<String>,
    /// 1 to 10: https, or http on the person's own machine.
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    response_types: Option<Vec<String>>,
}

/// An app as it is registered.
#[derive(Debug, Serialize, ToSchema)]
struct RegisteredApp {
    client_id: AppClientId,
    client_id_issued_at: i64,
    client_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<String>,
    redirect_uris: Vec<String>,
    grant_types: [&'static str; 2],
    response_types: [&'static str; 1],
    /// `none`: it has no secret.
    token_endpoint_auth_method: &'static str,
    scope: &'static str,
}

impl AppMetadata {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let media = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !media.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
            return Err(Refusal::Metadata("send the metadata as application/json".to_owned()));
        }
        if body.len() > MOST {
            return Err(Refusal::Metadata(format!("the metadata is at most {MOST} bytes")));
        }
        serde_json::from_slice(body).map_err(|error| Refusal::Metadata(format!("the metadata can't be read: {error}")))
    }

    /// As it is kept.
    fn checked(self) -> Result<(String, Option<String>, Vec<String>), Refusal> {
        let Some(first) = self.redirect_uris.first() else {
            return Err(Refusal::RedirectUri("redirect_uris is missing".to_owned()));
        };
        if self.redirect_uris.len() > 10 {
            return Err(Refusal::RedirectUri("at most 10 redirect URIs".to_owned()));
        }
        for uri in &self.redirect_uris {
            redirect::check(uri).map_err(|why| Refusal::RedirectUri(why.to_owned()))?;
        }
        let lacks =
            |given: &Option<Vec<String>>, word: &str| given.as_ref().is_some_and(|g| g.iter().all(|w| w != word));
        if lacks(&self.grant_types, "authorization_code") {
            return Err(Refusal::Metadata("grant_types must hold authorization_code".to_owned()));
        }
        if lacks(&self.response_types, "code") {
            return Err(Refusal::Metadata("response_types must hold code".to_owned()));
        }
        let name = match self.client_name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => checked_name(name)?,
            None => redirect::told(first).chars().take(100).collect(),
        };
        // It is shown as a link, and only if it leads to a page.
        let uri = self.client_uri.filter(|uri| uri.starts_with("https://") && redirect::check(uri).is_ok());
        Ok((name, uri, self.redirect_uris))
    }
}

/// A name that a person can be shown: no line breaks, and nothing that turns the direction of what stands beside it.
fn checked_name(name: &str) -> Result<String, Refusal> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    if name.chars().count() > 100 {
        return Err(Refusal::Metadata("client_name is at most 100 characters long".to_owned()));
    }
    if name.chars().any(hidden) {
        return Err(Refusal::Metadata("client_name has a character that does not show".to_owned()));
    }
    Ok(name.to_owned())
}

/// Register an app
///
/// RFC 7591, for public clients. A registration that nobody connects within a day lapses.
#[utoipa::path(post, path = "/oauth/register", tag = "oauth", security(()), request_body = AppMetadata,
    responses((status = 201, body = RegisteredApp), (status = 400, body = OauthError), (status = 403, body = OauthError), (status = 429, body = OauthError)))]
async fn register(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
) -> Result<Response, Refusal> {
    let now = access.clock().now();
    let origin = origin(&headers, &extensions);
    let counters = [Counter::registrations(origin.ip.as_deref())];
    let mut tx = access.database().system().await?;
    throttle::check(&mut tx, &counters, now).await?;
    throttle::count(&mut tx, &counters, now).await?;
    if !token_store::is_open(&mut tx).await? {
        tx.commit().await?;
        return Err(Refusal::Closed);
    }
    let unused = token_store::unused(&mut tx).await?;
    // What is counted stands, whatever comes of the rest.
    tx.commit().await?;
    let (name, uri, redirect_uris) = AppMetadata::read(&headers, &body)?.checked()?;
    if unused >= MOST_UNUSED {
        tracing::warn!(unused, "no more apps are registered until unused registrations have lapsed");
        return Err(Refusal::Failed(dealwright_kernel::Error::too_many(
            "too_many_attempts",
            3600,
            "too many apps have registered; wait a while, then try again",
        )));
    }
    let client = Client { id: AppClientId(access.clock().new_id()), name, uri, redirect_uris, created_at: now };
    let mut tx = access.database().system().await?;
    token_store::insert_client(&mut tx, &client, origin.ip.as_deref()).await?;
    tx.commit().await?;
    let answer = RegisteredApp {
        client_id: client.id,
        client_id_issued_at: now.timestamp(),
        client_name: client.name,
        client_uri: client.uri,
        redirect_uris: client.redirect_uris,
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        scope: Reach::Propose.scope(),
    };
    Ok(unstored((StatusCode::CREATED, axum::Json(answer)).into_response()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        let checked = AppMetadata::read(&headers, body.as_bytes()).and_then(AppMetadata::checked);
        checked.map(|(name, uri, _)| format!("{name} {}", uri.unwrap_or_default())).map_err(|e| format!("{e:?}"))
    }

    #[test]
    fn what_an_app_says_of_itself_is_believed_only_so_far() {
        let uris = r#""redirect_uris": ["https://x.test/cb"]"#;
        assert_eq!(of(&format!("{{{uris}}}")).as_deref(), Ok("x.test "));
        let kept = of(&format!(
            r#"{{{uris}, "client_name": " Desk ", "client_uri": "https://x.test/", "logo_uri": "javascript:1"}}"#
        ));
        assert_eq!(kept.as_deref(), Ok("Desk https://x.test/"));
        assert_eq!(
            of(&format!(r#"{{{uris}, "client_name": "D", "client_uri": "javascript:1"}}"#)).as_deref(),
            Ok("D ")
        );
        for wrong in [
            "",
            "[]",
            "{}",
            r#"{"redirect_uris": []}"#,
            r#"{"redirect_uris": ["http://evil.test/"]}"#,
            r#"{"redirect_uris": "https://x.test/"}"#,
            &format!(r#"{{{uris}, "client_name": "a\nb"}}"#),
            &format!(r#"{{{uris}, "client_name": "abc\u202Egnp"}}"#),
            &format!(r#"{{{uris}, "client_name": "{}"}}"#, "x".repeat(101)),
            &format!(r#"{{{uris}, "grant_types": ["implicit"]}}"#),
            &format!(r#"{{{uris}, "response_types": ["token"]}}"#),
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}

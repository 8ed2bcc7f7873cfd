//! What an app asks a person for: `/oauth/authorize`, and what is made of it.
//!
//! The endpoint itself only leads to the page where the person decides, with the same parameters: who is not signed in signs in
//! first. Nothing is sent back to an app before a person has clicked, not even that its request was wrong: an app that
//! anybody may register must not make this server a way to send people somewhere.

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Client, Reach, Resource, redirect, token_store};
use crate::Access;

/// The consent page of the web app.
const PAGE: &str = "/connect-app";
/// The most bytes of a request's parameters: they go through a sign-in elsewhere and back.
const MOST: usize = 1800;
/// The longest `state`, in bytes.
const MOST_STATE: usize = 1000;

/// Where browsers come by; no part of the API.
pub fn pages() -> Router<Access> {
    Router::new().route("/oauth/authorize", get(authorize))
}

async fn authorize(RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    if query.len() > MOST {
        return Error::invalid("request_too_long", format!("an app asks for more than {MOST} bytes of parameters"))
            .into_response();
    }
    let mut seen: Vec<String> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() != all {
        return Error::invalid("invalid_request", "a parameter comes twice").into_response();
    }
    let mut response = Redirect::to(&format!("{PAGE}?{query}")).into_response();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

/// The parameters of an authorization request (RFC 6749, 7636, 8707).
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppRequest {
    pub response_type: String,
    pub client_id: String,
    pub redirect_uri: String,
    pub code_challenge: String,
    /// `S256`
    pub code_challenge_method: String,
    /// The address of `/mcp` or `/mcp/read-only`.
    pub resource: String,
    pub scope: Option<String>,
    pub state: Option<String>,
}

/// A request that a person may agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Askable {
    pub resource: Resource,
    /// The most that the app asked for.
    pub reach: Reach,
}

/// What is wrong with a request whose app and way back are known, in OAuth's words: the app may be told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Wrong {
    pub error: &'static str,
    pub description: &'static str,
}

impl AppRequest {
    /// The app that asks, answered where it may be answered.
    ///
    /// # Errors
    /// 422 `unknown_app` or `redirect_mismatch`: there is no safe way back to whoever asks.
    pub(crate) async fn client(&self, access: &Access) -> Result<Client> {
        let mut tx = access.database().system().await?;
        let client = match self.client_id.parse() {
            Ok(id) => token_store::client(&mut tx, id).await?,
            Err(_) => None,
        };
        tx.commit().await?;
        let gone = "this app is not registered here, or its registration has lapsed; connect anew from the app";
        let client = client.ok_or_else(|| Error::invalid("unknown_app", gone))?;
        if !client.redirect_uris.iter().any(|registered| redirect::matches(registered, &self.redirect_uri)) {
            let why = "the app asks to be answered at an address that it has not registered";
            return Err(Error::invalid("redirect_mismatch", why));
        }
        if self.state.as_ref().is_some_and(|state| state.len() > MOST_STATE) {
            return Err(Error::invalid("request_too_long", format!("state is at most {MOST_STATE} bytes long")));
        }
        Ok(client)
    }

    /// What it asks for.
    ///
    /// # Errors
    /// What the app is told.
    pub(crate) fn askable(&self, base_url: &str) -> Result<Askable, Wrong> {
        let wrong = |error, description| Err(Wrong { error, description });
        if self.response_type != "code" {
            return wrong("unsupported_response_type", "response_type is code");
        }
        if self.code_challenge_method != "S256" {
            return wrong("invalid_request", "code_challenge_method is S256; plain is not taken");
        }
        let digest = URL_SAFE_NO_PAD.decode(&self.code_challenge);
        if self.code_challenge.len() != 43 || digest.is_err() {
            return wrong("invalid_request", "code_challenge is the SHA-256 of the verifier, in BASE64URL");
        }
        let Some(resource) = Resource::named(&self.resource, base_url) else {
            return wrong("invalid_target", "resource is the address of /mcp or of /mcp/read-only");
        };
        let Some(reach) = Reach::asked(self.scope.as_deref(), resource.most()) else {
            return wrong("invalid_scope", "the scopes are read and propose");
        };
        Ok(Askable { resource, reach: reach.min(resource.most()) })
    }

    /// Back to the app, with these parameters and those that every answer has.
    ///
    /// # Errors
    /// 422 `redirect_mismatch`, when there is no way back.
    pub(crate) fn back(&self, issuer: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let mut all = parameters.to_vec();
        if let Some(state) = &self.state {
            all.push(("state", state));
        }
        // RFC 9207: the app knows whose answer it is.
        all.push(("iss", issuer));
        redirect::with(&self.redirect_uri, &all)
            .ok_or_else(|| Error::invalid("redirect_mismatch", "the app's address can't be answered at"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://crm.example.com";

    fn request() -> AppRequest {
        AppRequest {
            response_type: "code".into(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            code_challenge_method: "S256".into(),
            resource: format!("{BASE}/mcp"),
            redirect_uri: "https://x.test/cb".into(),
            ..AppRequest::default()
        }
    }

    fn error(change: impl FnOnce(&mut AppRequest)) -> &'static str {
        let mut request = request();
        change(&mut request);
        request.askable(BASE).unwrap_err().error
    }

    #[test]
    fn only_a_request_with_a_challenge_and_a_resource_is_asked() {
        assert_eq!(request().askable(BASE).unwrap(), Askable { resource: Resource::Mcp, reach: Reach::Propose });
        let only =
            AppRequest { resource: format!("{BASE}/mcp/read-only"), scope: Some("read propose".into()), ..request() };
        assert_eq!(only.askable(BASE).unwrap(), Askable { resource: Resource::McpReadOnly, reach: Reach::Read });
        assert_eq!(error(|r| r.response_type = "token".into()), "unsupported_response_type");
        assert_eq!(error(|r| r.code_challenge_method = "plain".into()), "invalid_request");
        assert_eq!(error(|r| r.code_challenge_method = String::new()), "invalid_request");
        assert_eq!(error(|r| r.code_challenge = "short".into()), "invalid_request");
        assert_eq!(error(|r| r.code_challenge = "!".repeat(43)), "invalid_request");
        assert_eq!(error(|r| r.resource = String::new()), "invalid_target");
        assert_eq!(error(|r| r.resource = "https://evil.test/mcp".into()), "invalid_target");
        assert_eq!(error(|r| r.scope = Some("everything".into())), "invalid_scope");
    }

    #[test]
    fn an_answer_carries_the_state_and_who_it_is_from() {
        let request = AppRequest { state: Some("a b".into()), ..request() };
        assert_eq!(
            request.back(BASE, &[("error", "access_denied")]).unwrap(),
            "https://x.test/cb?error=access_denied&state=a+b&iss=https%3A%2F%2Fcrm.example.com"
        );
    }
}

//! A code becomes tokens, and an ID token becomes facts: signature by a key of the provider, issuer, audience, times,
//! nonce and the hash of the access token, as OpenID Connect Core 1.0 §3.1.3.7 lists them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use openidconnect::core::{CoreClient, CoreIdToken, CoreIdTokenVerifier, CoreTokenResponse};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    SignatureVerificationError, TokenResponse as _, TokenUrl,
};
use serde_json::{Map, Value};

use super::metadata::{Published, token_issuer};
use super::{Providers, Reason, Refusal, SKEW};
use crate::identity_provider::Provider;

/// The largest ID token that is kept to sign out with: a browser takes it along in a URL.
const HINT_LIMIT: usize = 4096;

/// What an ID token was proven to say.
#[derive(Debug)]
pub struct Proven {
    pub issuer: String,
    pub subject: String,
    pub claims: Map<String, Value>,
    pub access_token: String,
    /// The token itself, as a hint for signing out.
    pub hint: Option<String>,
}

/// What a code is exchanged with.
#[derive(Debug)]
pub struct Exchange {
    pub code: String,
    pub verifier: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
    pub nonce: String,
}

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::TokenInvalid, detail)
}

impl Providers {
    /// Exchanges the code at the provider that it was asked of, and proves the ID token.
    ///
    /// # Errors
    /// When the provider refuses, or the token does not hold.
    pub async fn exchange(
        &self,
        provider: &Provider,
        published: &Arc<Published>,
        exchange: Exchange,
        now: DateTime<Utc>,
    ) -> Result<Proven, Refusal> {
        let nonce = Nonce::new(exchange.nonce.clone());
        let answer = self.ask(provider, published, exchange).await?;
        let token = answer.id_token().ok_or_else(|| invalid("the provider sent no ID token"))?;
        self.prove(provider, published, token, answer.access_token(), &nonce, now).await
    }

    async fn ask(
        &self,
        provider: &Provider,
        published: &Published,
        exchange: Exchange,
    ) -> Result<CoreTokenResponse, Refusal> {
        let misconfigured =
            |e: openidconnect::url::ParseError| Refusal::new(Reason::ProviderMisconfigured, e.to_string());
        let metadata = &published.metadata;
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(misconfigured)?;
        let mut client = CoreClient::new(ClientId::new(provider.client_id.clone()), issuer, published.keys.clone())
            .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(misconfigured)?)
            .set_redirect_uri(RedirectUrl::new(exchange.redirect_uri).map_err(misconfigured)?)
            .set_auth_type(auth_type(metadata.token_endpoint_auth_methods_supported.as_deref()));
        if let Some(secret) = exchange.secret {
            client = client.set_client_secret(ClientSecret::new(secret));
        }
        let outbound = Arc::clone(&self.outbound);
        let http = move |request| {
            let outbound = Arc::clone(&outbound);
            async move { outbound.send(request).await }
        };
        let asked = client
            .exchange_code(AuthorizationCode::new(exchange.code))
            .set_pkce_verifier(PkceCodeVerifier::new(exchange.verifier))
            .request_async(&http)
            .await;
        asked.map_err(|error| match error {
            RequestTokenError::Request(failed) => failed.into(),
            RequestTokenError::ServerResponse(answer) => Refusal::new(Reason::ProviderRefused, answer.to_string()),
            RequestTokenError::Parse(error, _) => invalid(format!("the tokens can't be read: {error}")),
            RequestTokenError::Other(why) => invalid(why),
        })
    }

    async fn prove(
        &self,
        provider: &Provider,
        published: &Arc<Published>,
        token: &CoreIdToken,
        access_token: &AccessToken,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<Proven, Refusal> {
        let raw = token.to_string();
        let claims = payload(&raw)?;
        // Which directory it claims to come from decides only what its issuer must be; the signature proves that.
        let issuer = token_issuer(provider, claims.get("tid").and_then(Value::as_str))
            .ok_or_else(|| invalid("the token is of a directory that is not among those let in"))?;
        let check = Check { provider, issuer: &issuer, token, access_token, nonce, now };
        let mut outcome = check.run(published);
        if let Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) = outcome
            && let Some(fresh) = self.reread_keys(provider, published, now).await?
        {
            outcome = check.run(&fresh);
        }
        let subject = outcome.map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(why) => invalid(format!("signature: {why}")),
            other => invalid(other.to_string()),
        })?;
        check_times_and_party(provider, &claims, now)?;
        if subject.is_empty() || subject.chars().count() > 255 || subject.chars().any(char::is_control) {
            return Err(invalid("the subject is not 1 to 255 visible characters"));
        }
        let hint = (raw.len() <= HINT_LIMIT).then_some(raw);
        Ok(Proven { issuer, subject, claims, access_token: access_token.secret().clone(), hint })
    }
}

/// How the client names itself: in a header, unless the provider only takes a form.
fn auth_type(methods: Option<&[String]>) -> AuthType {
    let takes = |method: &str| methods.is_some_and(|m| m.iter().any(|known| known == method));
    if takes("client_secret_post") && !takes("client_secret_basic") {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

struct Check<'a> {
    provider: &'a Provider,
    issuer: &'a str,
    token: &'a CoreIdToken,
    access_token: &'a AccessToken,
    nonce: &'a Nonce,
    now: DateTime<Utc>,
}

impl Check<'_> {
    /// The subject, once everything holds. The verifier has no secret, so that no shared one can sign.
    fn run(&self, published: &Published) -> Result<String, ClaimsVerificationError> {
        let now = self.now;
        let issuer = IssuerUrl::new(self.issuer.to_owned())
            .map_err(|e| ClaimsVerificationError::InvalidIssuer(e.to_string()))?;
        let client = ClientId::new(self.provider.client_id.clone());
        let verifier =
            CoreIdTokenVerifier::new_public_client(client, issuer, published.keys.clone())
                .set_allowed_algs(published.algorithms.iter().cloned())
                .set_time_fn(move || now - SKEW)
                .set_issue_time_verifier_fn(move |at| {
                    if at <= now + SKEW { Ok(()) } else { Err("issued in the future".to_owned()) }
                });
        let claims = self.token.claims(&verifier, self.nonce)?;
        if let Some(hash) = claims.access_token_hash() {
            let signing = |e| ClaimsVerificationError::SignatureVerification(e);
            let algorithm = self.token.signing_alg().map_err(signing)?;
            let key = self.token.signing_key(&verifier).map_err(signing)?;
            let ours = AccessTokenHash::from_token(self.access_token, algorithm, key)
                .map_err(|e| ClaimsVerificationError::Other(e.to_string()))?;
            if ours != *hash {
                return Err(ClaimsVerificationError::Other("at_hash is of another access token".to_owned()));
            }
        }
        Ok(claims.subject().as_str().to_owned())
    }
}

/// `nbf` and `azp`, which the library leaves to its user.
fn check_times_and_party(provider: &Provider, claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Refusal> {
    if let Some(not_before) = claims.get("nbf") {
        let begun = not_before.as_f64().is_some_and(|at| {
            let latest = (now + SKEW).timestamp();
            at.is_finite() && at <= f64::from(u32::try_from(latest).unwrap_or(u32::MAX))
        });
        if !begun {
            return Err(invalid("the token is not valid yet"));
        }
    }
    match claims.get("azp") {
        None => Ok(()),
        Some(Value::String(party)) if *party == provider.client_id => Ok(()),
        Some(_) => Err(invalid("the token was made for another client (azp)")),
    }
}

/// The claims of a token, unproven.
pub(super) fn payload(raw: &str) -> Result<Map<String, Value>, Refusal> {
    let part = raw.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| invalid("the token can't be read"))?;
    serde_json::from_slice(&bytes).map_err(|_| invalid("the token's claims can't be read"))
}

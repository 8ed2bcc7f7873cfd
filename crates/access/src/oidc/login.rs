//! A sign-in from its beginning to the session: what is sent to the provider, and what is made of what comes back.
//!
//! State, nonce and PKCE's verifier are random, used once, and bound to the browser by a cookie of ten minutes.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use cookie::time::Duration;
use dealwright_kernel::Error;
use dealwright_kernel::id::IdentityProviderId;
use dealwright_store::Origin;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthUrl, ClientId, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};

use super::claims::Person;
use super::metadata::{Published, published_issuer};
use super::store::{self, Login, Remote};
use super::token::Exchange;
use super::{LOGIN_LIFETIME, Reason, Refusal, admission};
use crate::identity_provider::store as providers;
use crate::identity_provider::{Kind, Provider, Source};
use crate::session::store::Device;
use crate::session::{TokenHash, new_token};
use crate::{Access, organisation};

/// Where providers send people back to.
pub const CALLBACK: &str = "/auth/oidc/callback";

/// A sign-in that has begun: where to send the browser, and what it must bring back.
#[derive(Debug)]
pub struct Begun {
    pub location: String,
    pub cookie: Cookie<'static>,
}

/// What came back from a provider.
#[derive(Debug, Default)]
pub struct Callback {
    pub state: String,
    pub code: Option<String>,
    /// Who says so (RFC 9207).
    pub iss: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}

/// A sign-in that went well.
#[derive(Debug)]
pub struct Finished {
    pub session: Cookie<'static>,
    pub return_to: String,
}

/// The cookie that binds a state to a browser; each sign-in has its own, so that two tabs do not disturb each other.
fn cookie(secure: bool, state: &TokenHash, value: String) -> Cookie<'static> {
    let id: String = hex::encode(state.as_bytes()).chars().take(12).collect();
    let prefix = if secure { "__Host-" } else { "" };
    Cookie::build((format!("{prefix}dealwright_oidc_{id}"), value))
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .secure(secure)
        .max_age(Duration::seconds(LOGIN_LIFETIME.num_seconds()))
        .build()
}

/// What the browser brought back for a state.
#[must_use]
pub fn browser(access: &Access, headers: &HeaderMap, state: &str) -> Option<TokenHash> {
    let expected = cookie(access.settings.secure_cookies, &TokenHash::of(state), String::new());
    CookieJar::from_headers(headers).get(expected.name()).map(|c| TokenHash::of(c.value()))
}

/// What takes the cookie of a state away again.
#[must_use]
pub fn forget_cookie(access: &Access, state: &str) -> Cookie<'static> {
    let mut gone = cookie(access.settings.secure_cookies, &TokenHash::of(state), String::new());
    gone.make_removal();
    gone
}

/// The provider, if people may sign in by it now.
pub(crate) async fn provider(access: &Access, id: IdentityProviderId) -> Result<Provider, Refusal> {
    let mut tx = access.database().system().await?;
    let found = providers::of_any(&mut tx, id).await?.filter(|p| p.enabled);
    tx.commit().await?;
    found.ok_or_else(|| Refusal::new(Reason::ProviderUnknown, "there is no such provider, or it is switched off"))
}

/// Begins a sign-in.
///
/// # Errors
/// When one address begins too many, or the provider can't be reached.
pub async fn begin(
    access: &Access,
    provider: &Provider,
    return_to: &str,
    email: Option<&str>,
    address: &str,
) -> Result<Begun, Refusal> {
    let now = access.clock().now();
    let (state, browser, nonce, verifier) = (new_token()?, new_token()?, new_token()?, new_token()?);
    let (hash, id) = (TokenHash::of(&state), access.clock().new_id());
    let login = Login {
        org: provider.org,
        id,
        provider: provider.id,
        browser_hash: TokenHash::of(&browser).as_bytes().to_vec(),
        nonce: nonce.clone(),
        verifier: access.keyring().seal(&format!("oidc-login:{id}"), verifier.as_bytes())?,
        return_to: local_path(return_to).to_owned(),
        expires_at: now + LOGIN_LIFETIME,
    };
    let mut tx = access.database().system().await?;
    if store::throttled(&mut tx, address, now).await? {
        return Err(Refusal::new(Reason::TooManyAttempts, "too many sign-ins were begun from one address"));
    }
    store::begin(&mut tx, &login, &hash, address, now).await?;
    tx.commit().await?;
    let published = access.providers.published(provider).await?;
    let location = authorization(access, provider, &published, [state, nonce, verifier], email)?;
    Ok(Begun { location, cookie: cookie(access.settings.secure_cookies, &hash, browser) })
}

/// The address at the provider, with all that it must know.
fn authorization(
    access: &Access,
    provider: &Provider,
    published: &Published,
    [state, nonce, verifier]: [String; 3],
    email: Option<&str>,
) -> Result<String, Refusal> {
    let misconfigured = |e: openidconnect::url::ParseError| Refusal::new(Reason::ProviderMisconfigured, e.to_string());
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(misconfigured)?;
    let client = CoreClient::new(ClientId::new(provider.client_id.clone()), issuer, published.keys.clone())
        .set_auth_uri(AuthUrl::new(published.metadata.authorization_endpoint.clone()).map_err(misconfigured)?)
        .set_redirect_uri(RedirectUrl::new(redirect_uri(access)).map_err(misconfigured)?);
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier));
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .set_pkce_challenge(challenge);
    for scope in provider.scopes.iter().filter(|scope| *scope != "openid") {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    if let Some(email) = email.filter(|e| e.len() <= 320 && !e.chars().any(char::is_control)) {
        request = request.add_extra_param("login_hint", email.to_owned());
    }
    if let (Kind::Google, [domain]) = (provider.kind, provider.domains.as_slice()) {
        request = request.add_extra_param("hd", domain.clone());
    }
    Ok(request.url().0.to_string())
}

/// Where this server wants people sent back to.
#[must_use]
pub fn redirect_uri(access: &Access) -> String {
    format!("{}{CALLBACK}", access.settings.base_url)
}

/// Takes up the sign-in of a state: once, in time, in the browser that began it.
///
/// # Errors
/// When it is none of that; the provider, if it was known.
pub async fn take(access: &Access, state: &str, browser: Option<TokenHash>) -> Result<(Login, Provider), Refusal> {
    let refuse = |why: &str| Refusal::new(Reason::StateInvalid, why);
    let hash = TokenHash::of(state);
    let mut tx = access.database().system().await?;
    let login = store::take(&mut tx, &hash).await?;
    tx.commit().await?;
    let login = login.ok_or_else(|| refuse("this sign-in was not begun here, or has been used"))?;
    if browser.is_none_or(|b| b.as_bytes() != login.browser_hash) {
        return Err(refuse("another browser began this sign-in"));
    }
    if login.expires_at <= access.clock().now() {
        return Err(refuse("this sign-in took too long"));
    }
    let provider = provider(access, login.provider).await?;
    Ok((login, provider))
}

/// Ends a sign-in: proves who came, finds or makes their account, and opens a session.
///
/// # Errors
/// Why not.
pub async fn finish(
    access: &Access,
    login: Login,
    provider: &Provider,
    callback: Callback,
    device: &Device,
    from: Origin,
) -> Result<Finished, Refusal> {
    let published = access.providers.published(provider).await?;
    check_sender(provider, &published, callback.iss.as_deref())?;
    if let Some(error) = callback.error {
        let reason = if error == "access_denied" { Reason::Cancelled } else { Reason::ProviderRefused };
        return Err(Refusal::new(reason, format!("{error}: {}", callback.error_description.unwrap_or_default())));
    }
    let code = callback.code.ok_or_else(|| Refusal::new(Reason::ProviderRefused, "the provider sent no code"))?;
    let secret = provider.client_secret.as_deref();
    let exchange = Exchange {
        code,
        verifier: opened(access, &format!("oidc-login:{}", login.id), &login.verifier)?,
        secret: secret.map(|sealed| opened(access, &Provider::secret_context(provider.id), sealed)).transpose()?,
        redirect_uri: redirect_uri(access),
        nonce: login.nonce,
    };
    let now = access.clock().now();
    let mut proven = access.providers.exchange(provider, &published, exchange, now).await?;
    if callback.iss.is_some_and(|iss| iss != proven.issuer) {
        return Err(Refusal::new(Reason::TokenInvalid, "the answer and the token come from different issuers"));
    }
    let wanted = mapped_claims(access, provider).await?;
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let userinfo = published.metadata.userinfo_endpoint.as_deref();
    access.providers.complete(userinfo, provider, &wanted, &mut proven).await?;
    let hint = proven.hint.take();
    let person = Person::of(provider, proven);
    let user = admission::admit(access, provider, &person, from).await?;
    let session = organisation::sign_in(access, provider.org, user, device).await?;
    remember(access, provider, person, hint, session.value()).await?;
    Ok(Finished { session, return_to: login.return_to })
}

fn opened(access: &Access, context: &str, sealed: &[u8]) -> Result<String, Error> {
    String::from_utf8(access.keyring().open(context, sealed)?).map_err(Error::internal)
}

/// The names of the claims that stand for something.
async fn mapped_claims(access: &Access, provider: &Provider) -> Result<Vec<String>, Refusal> {
    let mut tx = access.begin_as(provider.org, admission::stamp(provider), Origin::default()).await?;
    let mappings = providers::mappings(&mut tx, provider.id).await?;
    let claims = mappings.into_iter().filter(|m| m.source == Source::Claim).map(|m| m.claim).collect();
    Ok(tx.done(claims).await?)
}

/// An answer that names its sender must name the provider that was asked (RFC 9207): of two providers one may be hostile.
fn check_sender(provider: &Provider, published: &Published, iss: Option<&str>) -> Result<(), Refusal> {
    let refuse = |why: String| Err(Refusal::new(Reason::StateInvalid, why));
    let Some(iss) = iss else {
        if published.metadata.authorization_response_iss_parameter_supported {
            return refuse("the answer does not name its issuer, though the provider always does".to_owned());
        }
        return Ok(());
    };
    let pattern = published_issuer(provider);
    let fits = match pattern.split_once("{tenantid}") {
        Some((before, after)) => iss.starts_with(before) && iss.ends_with(after),
        None => iss == pattern,
    };
    if fits { Ok(()) } else { refuse(format!("the answer comes from {iss}, but {pattern} was asked")) }
}

/// Keeps which session at the provider the new one hangs on.
async fn remember(
    access: &Access,
    provider: &Provider,
    person: Person,
    hint: Option<String>,
    token: &str,
) -> Result<(), Refusal> {
    let mut tx = access.database().system().await?;
    if let Some(session) = store::session_of(&mut tx, &TokenHash::of(token)).await? {
        let context = format!("oidc-session:{session}");
        let id_token = hint.map(|hint| access.keyring().seal(&context, hint.as_bytes())).transpose()?;
        let Person { issuer, subject, sid, .. } = person;
        let remote = Remote { provider: provider.id, issuer, subject, sid, id_token };
        store::remember(&mut tx, provider.org, session, &remote).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A path of this app, or the start page: never another site's address, in whatever disguise.
#[must_use]
pub fn local_path(wanted: &str) -> &str {
    let local = wanted.len() <= 2000
        && wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && wanted.chars().all(|c| c.is_ascii_graphic())
        && !["/auth/", "/api/", "/scim/"].iter().any(|inner| wanted.starts_with(inner));
    if local { wanted } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_app_are_returned_to() {
        for good in ["/", "/opportunities?stage=Won#top", "/accounts/1?x=https://a.test"] {
            assert_eq!(local_path(good), good);
        }
        for bad in [
            "",
            "https://evil.test",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "javascript:alert(1)",
            "evil.test",
            " /x",
            "/auth/oidc/callback?state=1",
            "/api/v1/me",
            "/ü",
        ] {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
        assert_eq!(local_path(&format!("/{}", "x".repeat(3000))), "/");
    }
}

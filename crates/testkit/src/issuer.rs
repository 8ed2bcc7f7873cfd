//! An identity provider that lies as it is told, after OpenID Connect Core 1.0, Discovery 1.0 and Back-Channel Logout 1.0:
//! discovery, keys, token and userinfo endpoints, and tokens that it signs itself. What honest providers do is tested with
//! a real one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test whose identity provider breaks has failed")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dealwright_kernel::Clock;
use reqwest::Url;
use serde_json::{Value, json};

/// The client that it knows.
pub const CLIENT: &str = "dealwright";
/// Its secret.
pub const SECRET: &str = "client secret & more";

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    /// As it should be.
    #[default]
    Properly,
    /// `alg: none`, without a signature.
    Not,
    /// HS256 with the published key as the secret.
    ByPublicKey,
    /// HS256 with the client's secret.
    ByClientSecret,
    /// By a key that is not published, under a name of its own.
    ByUnknownKey,
    /// By a key that is not published, under the published one's name.
    ByForgedKey,
}

/// A token to be handed out: claims that replace the usual ones (null takes one away), and how it is signed.
#[derive(Clone, Debug, Default)]
pub struct Lie {
    pub claims: Value,
    pub sign: Sign,
}

struct Key {
    kid: String,
    pair: EcdsaKeyPair,
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    lie: Lie,
}

struct Inner {
    url: String,
    key: Key,
    other: Key,
    metadata: Value,
    userinfo: Value,
    last_subject: Value,
    grants: HashMap<String, Grant>,
    made: u32,
    keys_read: u32,
}

/// The running provider.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Issuer {
    /// Starts one on a port of its own.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start(clock: &Clock) -> Self {
        Self::start_at(clock, "").await
    }

    /// The same, with a path in its name: `/tenant/v2.0`.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start_at(clock: &Clock, path: &str) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let url = format!("{host}{path}");
        let metadata = json!({
            "issuer": url,
            "authorization_endpoint": format!("{host}/authorize"),
            "token_endpoint": format!("{host}/token"),
            "jwks_uri": format!("{host}/jwks"),
            "userinfo_endpoint": format!("{host}/userinfo"),
            "end_session_endpoint": format!("{host}/logout"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let inner = Inner {
            url: url.clone(),
            key: Key::new("key-1"),
            other: Key::new("elsewhere"),
            metadata,
            userinfo: Value::Null,
            last_subject: Value::Null,
            grants: HashMap::new(),
            made: 0,
            keys_read: 0,
        };
        let issuer = Self { url, clock: clock.clone(), inner: Arc::new(Mutex::new(inner)) };
        let app = Router::new()
            .route(&format!("{path}/.well-known/openid-configuration"), get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        issuer
    }

    /// Changes its discovery document.
    ///
    /// # Panics
    /// When a test thread died with it.
    pub fn publish(&self, changes: &Value) {
        merge(&mut self.inner.lock().unwrap().metadata, changes);
    }

    /// What it tells at its userinfo endpoint, instead of the subject alone.
    ///
    /// # Panics
    /// When a test thread died with it.
    pub fn tell(&self, userinfo: Value) {
        self.inner.lock().unwrap().userinfo = userinfo;
    }

    /// Replaces its key by another one.
    ///
    /// # Panics
    /// When a test thread died with it.
    pub fn rotate(&self, kid: &str) {
        self.inner.lock().unwrap().key = Key::new(kid);
    }

    /// How often its keys were read.
    ///
    /// # Panics
    /// When a test thread died with it.
    #[must_use]
    pub fn keys_read(&self) -> u32 {
        self.inner.lock().unwrap().keys_read
    }

    /// As if somebody had signed in: takes the address that the app sent the browser to, and answers the path that it
    /// sends the browser back to.
    ///
    /// # Panics
    /// When the address lacks what it must have.
    #[must_use]
    pub fn authorize(&self, location: &str, lie: Lie) -> String {
        let url = Url::parse(location).unwrap();
        let given: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let of = |name: &str| given.get(name).cloned().unwrap_or_else(|| panic!("no {name} in {location}"));
        assert_eq!((of("response_type").as_str(), of("client_id").as_str()), ("code", CLIENT));
        assert_eq!(of("code_challenge_method"), "S256");
        assert!(of("scope").split(' ').any(|s| s == "openid"));
        let mut inner = self.inner.lock().unwrap();
        inner.made += 1;
        let code = format!("code-{}", inner.made);
        let grant =
            Grant { nonce: of("nonce"), challenge: of("code_challenge"), redirect_uri: of("redirect_uri"), lie };
        inner.grants.insert(code.clone(), grant);
        let mut back = Url::parse(&of("redirect_uri")).unwrap();
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &of("state"))
            .append_pair("iss", &inner.url);
        back.to_string()
    }

    /// A logout token, with the usual claims replaced by others.
    ///
    /// # Panics
    /// When it can't be signed.
    #[must_use]
    pub fn logout_token(&self, claims: &Value, sign: Sign) -> String {
        let now = self.clock.now().timestamp();
        let mut inner = self.inner.lock().unwrap();
        inner.made += 1;
        let mut usual = json!({
            "iss": inner.url, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": format!("logout-{}", inner.made),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        merge(&mut usual, claims);
        inner.sign("logout+jwt", &usual, sign)
    }
}

impl Key {
    fn new(kid: &str) -> Self {
        Self { kid: kid.to_owned(), pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |from: usize| URL_SAFE_NO_PAD.encode(&point[from..from + 32]);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": part(1), "y": part(33) })
    }
}

impl Inner {
    fn sign(&self, typ: &str, claims: &Value, sign: Sign) -> String {
        let (alg, key, kid) = match sign {
            Sign::Properly => ("ES256", &self.key, &self.key.kid),
            Sign::ByUnknownKey => ("ES256", &self.other, &self.other.kid),
            Sign::ByForgedKey => ("ES256", &self.other, &self.key.kid),
            Sign::Not => ("none", &self.key, &self.key.kid),
            Sign::ByPublicKey | Sign::ByClientSecret => ("HS256", &self.key, &self.key.kid),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({ "alg": alg, "typ": typ, "kid": kid })), part(claims));
        let by = |secret: &[u8]| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()).as_ref().to_vec()
        };
        let signature = match sign {
            Sign::Properly | Sign::ByUnknownKey | Sign::ByForgedKey => {
                key.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
            }
            Sign::Not => Vec::new(),
            Sign::ByPublicKey => by(self.key.public().to_string().as_bytes()),
            Sign::ByClientSecret => by(SECRET.as_bytes()),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Puts what `changes` says into an object; null takes it out.
fn merge(into: &mut Value, changes: &Value) {
    let (Some(into), Some(changes)) = (into.as_object_mut(), changes.as_object()) else { return };
    for (name, value) in changes {
        if value.is_null() {
            into.remove(name);
        } else {
            into.insert(name.clone(), value.clone());
        }
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    Json(issuer.inner.lock().unwrap().metadata.clone())
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let mut inner = issuer.inner.lock().unwrap();
    inner.keys_read += 1;
    // A symmetric key beside it: nobody may take it for one to verify with.
    Json(json!({ "keys": [inner.key.public(), { "kty": "oct", "kid": "shared", "k": "c2VjcmV0" }] }))
}

async fn userinfo(State(issuer): State<Issuer>, headers: HeaderMap) -> Response {
    let bearer = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !bearer.starts_with("Bearer access-") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let inner = issuer.inner.lock().unwrap();
    let told = if inner.userinfo.is_null() { json!({ "sub": inner.last_subject }) } else { inner.userinfo.clone() };
    Json(told).into_response()
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Url::parse(&format!("http://form?{}", String::from_utf8_lossy(&body))).unwrap();
    let given: HashMap<String, String> = form.query_pairs().into_owned().collect();
    let of = |name: &str| given.get(name).cloned().unwrap_or_default();
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if !knows_client(&headers) {
        return refuse("invalid_client");
    }
    let mut inner = issuer.inner.lock().unwrap();
    let Some(grant) = inner.grants.remove(&of("code")) else { return refuse("invalid_grant") };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, of("code_verifier").as_bytes()));
    if challenge != grant.challenge || of("redirect_uri") != grant.redirect_uri {
        return refuse("invalid_grant");
    }
    let access = format!("access-{}", of("code"));
    let hash = digest(&SHA256, access.as_bytes());
    let now = issuer.clock.now().timestamp();
    let mut claims = json!({
        "iss": inner.url, "sub": "subject-1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant.nonce,
        "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]), "email": "ada@acme.test", "email_verified": true, "name": "Ada Lovelace",
    });
    merge(&mut claims, &grant.lie.claims);
    inner.last_subject = claims.get("sub").cloned().unwrap_or_default();
    let id_token = inner.sign("JWT", &claims, grant.lie.sign);
    Json(json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token }))
        .into_response()
}

/// Basic, with name and secret encoded as a form is (RFC 6749 §2.3.1).
fn knows_client(headers: &HeaderMap) -> bool {
    let basic = headers.get("authorization").and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Basic "));
    let pair = basic.and_then(|b| STANDARD.decode(b).ok()).and_then(|b| String::from_utf8(b).ok()).unwrap_or_default();
    let Some((id, secret)) = pair.split_once(':') else { return false };
    let form = Url::parse(&format!("http://form?{id}={secret}")).unwrap();
    form.query_pairs().any(|(id, secret)| id == CLIENT && secret == SECRET)
}

//! What a provider publishes about itself: its discovery document and its keys. Kept for an hour; keys are read again
//! when a token names one that is not known.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKeySet, CoreJsonWebKeyType, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::Value;

use super::{Providers, Reason, Refusal};
use crate::identity_provider::{Kind, Provider};

/// How long a document is believed without being read again.
const KEPT: Duration = Duration::from_secs(3600);
/// Between two readings of the keys for the sake of unknown ones.
const REREAD: TimeDelta = TimeDelta::seconds(60);

/// By issuer.
pub type Cache = moka::sync::Cache<String, Arc<Published>>;

#[must_use]
pub fn cache() -> Cache {
    moka::sync::Cache::builder().max_capacity(1000).time_to_live(KEPT).build()
}

/// The parts of the discovery document that we use.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    pub end_session_endpoint: Option<String>,
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    pub backchannel_logout_supported: bool,
}

/// A provider's document and keys.
#[derive(Clone, Debug)]
pub struct Published {
    pub metadata: Metadata,
    pub keys: CoreJsonWebKeySet,
    pub algorithms: Vec<CoreJwsSigningAlgorithm>,
    /// When the keys were last read because a token named an unknown one.
    reread_at: Option<DateTime<Utc>>,
}

impl Providers {
    /// What this provider publishes, as it was within the last hour.
    ///
    /// # Errors
    /// When it can't be reached, or is not what was set up.
    pub async fn published(&self, provider: &Provider) -> Result<Arc<Published>, Refusal> {
        if let Some(known) = self.published.get(&provider.issuer) {
            return Ok(known);
        }
        let read = Arc::new(self.discover(provider).await?);
        self.published.insert(provider.issuer.clone(), Arc::clone(&read));
        Ok(read)
    }

    /// Reads it now, and checks it.
    ///
    /// # Errors
    /// As [`Self::published`].
    pub async fn discover(&self, provider: &Provider) -> Result<Published, Refusal> {
        let address = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
        let document = self.outbound.get(&address, None).await?;
        let metadata: Metadata = serde_json::from_slice(&document)
            .map_err(|e| misconfigured(format!("{address} is no discovery document: {e}")))?;
        let expected = published_issuer(provider);
        if metadata.issuer != expected {
            let named = &metadata.issuer;
            return Err(misconfigured(format!("the provider calls itself {named:?}, but {expected:?} was expected")));
        }
        let optional = [&metadata.userinfo_endpoint, &metadata.end_session_endpoint];
        let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        for endpoint in endpoints.into_iter().chain(optional.into_iter().flatten()) {
            self.outbound.check(endpoint)?;
        }
        let algorithms = asymmetric(&metadata.id_token_signing_alg_values_supported);
        if algorithms.is_empty() {
            return Err(misconfigured("it signs ID tokens by no algorithm that is safe here (RS, PS, ES or EdDSA)"));
        }
        if metadata.code_challenge_methods_supported.as_ref().is_some_and(|m| !m.iter().any(|m| m == "S256")) {
            return Err(misconfigured("it does not take PKCE with S256"));
        }
        let keys = self.read_keys(&metadata).await?;
        Ok(Published { metadata, keys, algorithms, reread_at: None })
    }

    /// Reads the keys again, since a token names one that is not known; none when that was done a moment ago.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn reread_keys(
        &self,
        provider: &Provider,
        known: &Published,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Published>>, Refusal> {
        let latest = self.published.get(&provider.issuer);
        let at = latest.as_ref().map_or(known.reread_at, |p| p.reread_at);
        if at.is_some_and(|at| now < at + REREAD) {
            return Ok(latest);
        }
        // Marked first, so that a flood of tokens with made-up keys asks once.
        self.keep(provider, Published { reread_at: Some(now), ..known.clone() });
        let keys = self.read_keys(&known.metadata).await?;
        Ok(Some(self.keep(provider, Published { keys, reread_at: Some(now), ..known.clone() })))
    }

    fn keep(&self, provider: &Provider, published: Published) -> Arc<Published> {
        let published = Arc::new(published);
        self.published.insert(provider.issuer.clone(), Arc::clone(&published));
        published
    }

    async fn read_keys(&self, metadata: &Metadata) -> Result<CoreJsonWebKeySet, Refusal> {
        let document = self.outbound.get(&metadata.jwks_uri, None).await?;
        let keys: CoreJsonWebKeySet = serde_json::from_slice(&document)
            .map_err(|e| misconfigured(format!("{} is no set of keys: {e}", metadata.jwks_uri)))?;
        // A symmetric key in public is no secret.
        let public = keys.keys().iter().filter(|key| *key.key_type() != CoreJsonWebKeyType::Symmetric).take(100);
        Ok(CoreJsonWebKeySet::new(public.cloned().collect()))
    }
}

fn misconfigured(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::ProviderMisconfigured, detail)
}

/// What the discovery document must name as its issuer. Entra's documents for many directories name a pattern.
#[must_use]
pub fn published_issuer(provider: &Provider) -> String {
    if provider.kind == Kind::Entra {
        for many in ["/organizations/v2.0", "/common/v2.0"] {
            if let Some(base) = provider.issuer.strip_suffix(many) {
                return format!("{base}/{{tenantid}}/v2.0");
            }
        }
    }
    provider.issuer.clone()
}

/// The issuer that tokens of `tenant` come from.
#[must_use]
pub fn token_issuer(provider: &Provider, tenant: Option<&str>) -> Option<String> {
    let pattern = published_issuer(provider);
    if !pattern.contains("{tenantid}") {
        return Some(pattern);
    }
    let tenant = tenant.filter(|t| provider.tenants.iter().any(|allowed| allowed == t))?;
    Some(pattern.replace("{tenantid}", tenant))
}

/// Those algorithms whose keys may be public: never `none`, never a shared secret.
fn asymmetric(names: &[String]) -> Vec<CoreJwsSigningAlgorithm> {
    use CoreJwsSigningAlgorithm::{
        EcdsaP256Sha256, EcdsaP384Sha384, EdDsa, RsaSsaPkcs1V15Sha256, RsaSsaPkcs1V15Sha384, RsaSsaPkcs1V15Sha512,
        RsaSsaPssSha256, RsaSsaPssSha384, RsaSsaPssSha512,
    };
    let known = [
        RsaSsaPkcs1V15Sha256,
        RsaSsaPkcs1V15Sha384,
        RsaSsaPkcs1V15Sha512,
        RsaSsaPssSha256,
        RsaSsaPssSha384,
        RsaSsaPssSha512,
        EcdsaP256Sha256,
        EcdsaP384Sha384,
        EdDsa,
    ];
    let read = |name: &String| serde_json::from_value(Value::String(name.clone())).ok();
    names.iter().filter_map(read).filter(|algorithm| known.contains(algorithm)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_algorithms_with_public_keys_count() {
        let names = ["none", "HS256", "RS256", "HS512", "ES256", "nonsense"].map(str::to_owned);
        assert_eq!(
            asymmetric(&names),
            [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256]
        );
    }

    #[test]
    fn an_issuer_of_many_directories_lets_in_the_chosen_ones() {
        let many = Provider {
            kind: Kind::Entra,
            issuer: "https://login.test/organizations/v2.0".into(),
            tenants: vec!["a1".into()],
            ..Provider::example()
        };
        assert_eq!(published_issuer(&many), "https://login.test/{tenantid}/v2.0");
        assert_eq!(token_issuer(&many, Some("a1")).as_deref(), Some("https://login.test/a1/v2.0"));
        assert_eq!(token_issuer(&many, Some("b2")), None);
        assert_eq!(token_issuer(&many, None), None);
        let one = Provider { issuer: "https://login.test/a1/v2.0".into(), ..many };
        assert_eq!(token_issuer(&one, Some("b2")).as_deref(), Some("https://login.test/a1/v2.0"));
    }
}

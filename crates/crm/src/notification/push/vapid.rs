//! Who we are to a push service (RFC 8292): a key pair of the installation's, made when the first browser asks for it, by which
//! each request is signed. A browser takes messages of the key alone that it subscribed with.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Access;
use dealwright_kernel::{Error, Result};
use serde_json::json;
use uuid::Uuid;

use super::store;

/// How long a signature is good; a day is the most that push services take.
const LIFE: TimeDelta = TimeDelta::hours(12);

/// The installation's key pair.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    /// As browsers want it: an uncompressed point, base64url.
    pub public: String,
}

fn context(id: Uuid) -> String {
    format!("push-key:{id}")
}

impl Key {
    /// The key pair as it is stored; made when there is none. Of two that are made at once the first is kept.
    pub(super) async fn load(access: &Access) -> Result<Self> {
        let database = access.database();
        let mut tx = database.system().await?;
        let found = store::key(tx.db()).await?;
        tx.commit().await?;
        let (id, sealed) = match found {
            Some(found) => found,
            None => Self::make(access).await?,
        };
        let private = access.keyring().open(&context(id), &sealed)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private)
            .map_err(|_| Error::internal("the key for push services is none"))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Self { pair, public })
    }

    async fn make(access: &Access) -> Result<(Uuid, Vec<u8>)> {
        let clock = access.clock();
        let id = clock.new_id();
        let none = |_| Error::internal("no randomness");
        let private =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).map_err(none)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.as_ref())
            .map_err(|_| Error::internal("a key that was just made is none"))?;
        let sealed = access.keyring().seal(&context(id), private.as_ref())?;
        let mut tx = access.database().system().await?;
        store::keep_key(tx.db(), id, &sealed, pair.public_key().as_ref(), clock.now()).await?;
        let kept = store::key(tx.db()).await?.ok_or_else(|| Error::internal("a key that was just kept is gone"))?;
        tx.commit().await?;
        Ok(kept)
    }

    /// What `Authorization` says to the service at `origin`. `contact` is who its operators may turn to.
    pub(super) fn authorization(&self, origin: &str, contact: &str, now: DateTime<Utc>) -> Result<String> {
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({ "aud": origin, "exp": (now + LIFE).timestamp(), "sub": contact });
        let signed = format!("{}.{}", encode(json!({ "typ": "JWT", "alg": "ES256" })), encode(claims));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), signed.as_bytes())
            .map_err(|_| Error::internal("a request could not be signed"))?;
        Ok(format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.as_ref()), self.public))
    }
}

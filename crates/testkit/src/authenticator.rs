//! An authenticator in software: it makes ES256 passkeys and signs as a device does that has verified its owner, and what
//! comes of it is what a browser sends. Written from WebAuthn Level 3; attestation is `none`.
#![expect(clippy::unwrap_used, reason = "a test whose options are none has failed")]

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// Somebody's device, with a browser before it.
#[derive(Debug)]
pub struct Authenticator {
    /// What the browser says that the page's origin is.
    pub origin: String,
    /// Whether it verifies its owner.
    pub verifies: bool,
    /// How often it has signed.
    pub counter: u32,
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    id: Vec<u8>,
    rp_id: String,
    user: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl Authenticator {
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), verifies: true, counter: 0, keys: Vec::new() }
    }

    /// `navigator.credentials.create`: a new passkey.
    ///
    /// # Panics
    /// When the options are none.
    pub fn create(&mut self, options: &Value) -> Value {
        let mut id = vec![0; 32];
        fill(&mut id).unwrap();
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let rp_id = text(&options["rp"]["id"]);
        let data = self.data(&rp_id, ATTESTED, &attested(&id, pair.public_key().as_ref()));
        let object = [
            &[0xa3, 0x63][..],
            b"fmt",
            &[0x64],
            b"none",
            &[0x67],
            b"attStmt",
            &[0xa0, 0x68],
            b"authData",
            &[0x59],
            &u16::try_from(data.len()).unwrap().to_be_bytes(),
            &data,
        ]
        .concat();
        let answer = json!({
            "id": encode(&id),
            "rawId": encode(&id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": self.client_data("webauthn.create", options),
                "attestationObject": encode(&object),
                "transports": ["internal"],
            },
        });
        self.keys.push(Key { id, rp_id, user: decode(&options["user"]["id"]), pair });
        answer
    }

    /// `navigator.credentials.get`: what the newest passkey that fits signs.
    ///
    /// # Panics
    /// When there is none.
    pub fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let rp_id = text(&options["rpId"]);
        let allowed: Vec<Vec<u8>> =
            options["allowCredentials"].as_array().into_iter().flatten().map(|c| decode(&c["id"])).collect();
        let fits = |key: &&Key| key.rp_id == rp_id && (allowed.is_empty() || allowed.contains(&key.id));
        let key = self.keys.iter().rev().find(fits).unwrap();
        let data = self.data(&rp_id, 0, &[]);
        let client_data = self.client_data("webauthn.get", options);
        let hash = digest(&SHA256, &URL_SAFE_NO_PAD.decode(&client_data).unwrap());
        let signed = [data.as_slice(), hash.as_ref()].concat();
        let signature = key.pair.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encode(&key.id),
            "rawId": encode(&key.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": client_data,
                "authenticatorData": encode(&data),
                "signature": encode(signature.as_ref()),
                "userHandle": encode(&key.user),
            },
        })
    }

    fn data(&self, rp_id: &str, flags: u8, rest: &[u8]) -> Vec<u8> {
        let flags = flags | PRESENT | if self.verifies { VERIFIED } else { 0 };
        let hash = digest(&SHA256, rp_id.as_bytes());
        [hash.as_ref(), &[flags], &self.counter.to_be_bytes(), rest].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let data =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        encode(data.to_string().as_bytes())
    }
}

/// Attested credential data: no make, the id, and the key as COSE has it.
fn attested(id: &[u8], public_key: &[u8]) -> Vec<u8> {
    let (x, y) = public_key.get(1..).unwrap().split_at(32);
    let key = [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..], x, &[0x22, 0x58, 0x20], y].concat();
    [&[0; 16][..], &u16::try_from(id.len()).unwrap().to_be_bytes(), id, &key].concat()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

//! Second factors: an authenticator app (TOTP, RFC 6238), passkeys (see [`crate::passkey`]) and recovery codes. A code of the app is good once, one step of
//! 30 seconds early or late; a recovery code is good once, and of its ten the table holds hashes.

pub mod http;
pub mod store;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use dealwright_kernel::id::{OrgId, PasskeyId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use totp_rs::{Builder, Totp};
use utoipa::ToSchema;

use crate::{Access, Actor};

/// What authenticator apps show above the code.
const ISSUER: &str = "Dealwright";
/// The length of a secret in bytes: what RFC 4226 recommends.
const SECRET_LENGTH: usize = 20;
/// How many recovery codes there are in a set.
pub const RECOVERY_CODES: usize = 10;
/// Crockford's base 32: what is easily misread is not in it.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a person may answer a challenge with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    Passkey,
    Totp,
    RecoveryCode,
}

/// A second factor that was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    Passkey(PasskeyId),
    Totp,
    /// And how many are left.
    RecoveryCode(i64),
}

impl Factor {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey(_) => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCode(_) => "recovery_code",
        }
    }
}

/// The context under which a person's secret is sealed.
pub(crate) fn context(user: UserId) -> String {
    format!("totp:{user}")
}

/// A new secret.
pub(crate) fn new_secret() -> Result<[u8; SECRET_LENGTH]> {
    let mut secret = [0; SECRET_LENGTH];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| Error::internal("no randomness"))?;
    Ok(secret)
}

/// Six digits of SHA-1 every 30 seconds, one step early or late: what all apps speak.
fn generator(secret: &[u8], account: &str) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(Error::internal)
}

/// What an app needs: its `otpauth` URI, the same as a QR code (SVG), and the secret to type in.
pub(crate) fn enrolment(secret: &[u8], account: &str) -> Result<(String, String, String)> {
    let totp = generator(secret, account)?;
    let uri = totp.to_url().map_err(Error::internal)?;
    let code = QrCode::new(uri.as_bytes()).map_err(Error::internal)?;
    let picture = code.render::<svg::Color>().min_dimensions(200, 200).build();
    Ok((uri, picture, totp.secret().to_base32()))
}

/// The step whose code this is; none when it is of no step near `now`.
pub(crate) fn step(secret: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
    let seconds = u64::try_from(now.timestamp()).map_err(Error::internal)?;
    let step = generator(secret, "")?.check(code, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// A new set of recovery codes, 120 random bits each, such as `4k2m-0c9x-tq3w-71ve-hx5r-8d6p`.
pub(crate) fn recovery_codes() -> Result<Vec<String>> {
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; 24];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
        let letters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
        let mut code = String::with_capacity(29);
        for (at, letter) in letters.enumerate() {
            if at > 0 && at % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(*letter));
        }
        codes.push(code);
    }
    Ok(codes)
}

/// A new set of recovery codes in the place of the person's old one.
pub(crate) async fn renew_codes(tx: &mut Tx, person: &Actor) -> Result<Vec<String>> {
    let codes = recovery_codes()?;
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| code_hash(person.user, code)).collect();
    store::replace_recovery_codes(tx.db(), person.org, person.user, &hashes).await?;
    Ok(codes)
}

/// What the table keeps of a recovery code, however it was typed.
pub(crate) fn code_hash(user: UserId, code: &str) -> Vec<u8> {
    let plain = code.chars().filter(char::is_ascii_alphanumeric).map(|letter| match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    let text = format!("{user}:{}", plain.collect::<String>());
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}

/// Checks a code and uses it up: six digits are of the app, anything else is a recovery code.
pub(crate) async fn verify(
    access: &Access,
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    code: &str,
) -> Result<Option<Factor>> {
    let now = access.clock().now();
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let left = store::use_recovery_code(db, org, user, &code_hash(user, code), now).await?;
        return Ok(left.map(Factor::RecoveryCode));
    }
    let Some(sealed) = store::secret(db, org, user).await? else { return Ok(None) };
    let secret = access.keyring().open(&context(user), &sealed)?;
    let Some(step) = step(&secret, &digits, now)? else { return Ok(None) };
    Ok(store::use_step(db, org, user, step).await?.then_some(Factor::Totp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        let secret = b"12345678901234567890";
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(step(secret, "287082", at(59)).unwrap(), Some(1));
        assert_eq!(step(secret, "287082", at(89)).unwrap(), Some(1), "one step late");
        assert_eq!(step(secret, "287082", at(29)).unwrap(), Some(1), "one step early");
        assert_eq!(step(secret, "287082", at(90)).unwrap(), None);
        assert_eq!(step(secret, "081804", at(1_111_111_109)).unwrap(), Some(37_037_036));
    }

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed() {
        let user = UserId(uuid::Uuid::nil());
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        let code = &codes[0];
        assert_eq!(code.len(), 29, "24 letters of 5 bits, and dashes");
        assert_eq!(code.bytes().filter(|b| ALPHABET.contains(b)).count(), 24);
        assert_eq!(code_hash(user, code), code_hash(user, &code.replace('-', " ").to_uppercase()));
        assert_eq!(code_hash(user, "1o"), code_hash(user, "l0"));
        assert_ne!(code_hash(user, code), code_hash(UserId(uuid::Uuid::max()), code));
    }

    #[test]
    fn an_app_is_told_what_it_needs() {
        let (uri, picture, secret) = enrolment(b"12345678901234567890", "ada@acme.test").unwrap();
        assert!(uri.starts_with("otpauth://totp/Dealwright:ada%40acme.test?"), "{uri}");
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && uri.contains("issuer=Dealwright"), "{uri}");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(picture.contains("<svg") && picture.contains("<path"));
    }
}

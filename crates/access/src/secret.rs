//! Secrets that programs hold: API keys, OAuth client secrets, and the codes and tokens of OAuth.
//!
//! `<prefix><43 characters><6 characters>`, letters and digits only: the prefix says what it is and lets a scanner find
//! it in a repository, the 43 carry 256 random bits, and the last six are a checksum of all before them, by which a
//! scanner tells a secret from a placeholder and we a slip of the hand without asking the database.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use dealwright_kernel::{Error, Result};

use crate::session::TokenHash;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 is just above 2^256.
const RANDOM: usize = 43;
/// 62^6 is above 2^32.
const CHECKSUM: usize = 6;
/// How many characters a person recognises a secret by.
const HINT: usize = 4;

/// What a secret opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    ApiKey,
    AccessToken,
    ClientSecret,
    /// What a connected app exchanges for its first tokens, once.
    AppCode,
    /// The access token of a connected app.
    AppToken,
    /// By which a connected app gets its next tokens, once.
    RefreshToken,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::ApiKey, Self::AccessToken, Self::ClientSecret, Self::AppCode, Self::AppToken, Self::RefreshToken];

    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "dw_",
            Self::AccessToken => "dwt_",
            Self::ClientSecret => "dws_",
            Self::AppCode => "dwc_",
            Self::AppToken => "dwa_",
            Self::RefreshToken => "dwr_",
        }
    }
}

/// A secret as it is shown, once. What is kept is its hash.
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new one, of 256 random bits.
    ///
    /// # Errors
    /// Internal, when the system has no randomness to give.
    pub fn new(kind: Kind) -> Result<Self> {
        let random = SystemRandom::new();
        let mut text = kind.prefix().to_owned();
        let end = text.len() + RANDOM;
        while text.len() < end {
            let mut bytes = [0; RANDOM];
            random.fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
            // 248 is the largest multiple of 62 in a byte: what is above it would favour some characters.
            let even = bytes.iter().filter(|b| **b < 248).filter_map(|b| ALPHABET.get(usize::from(b % 62)));
            text.extend(even.take(end - text.len()).map(|b| char::from(*b)));
        }
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Ok(Self(text))
    }

    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// By what a person recognises it among others: `dw_…x7Qz`.
    #[must_use]
    pub fn hint(&self) -> String {
        let prefix = self.0.split_inclusive('_').next().unwrap_or_default();
        let tail = self.0.get(self.0.len().saturating_sub(HINT)..).unwrap_or_default();
        format!("{prefix}…{tail}")
    }

    /// The text itself, for the one answer that shows it.
    #[must_use]
    pub fn into_shown(self) -> String {
        self.0
    }
}

/// A mark on the one answer that shows a secret: nothing keeps such an answer.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce;

/// What the text opens and the hash to look it up by; none when it can't be a secret of ours.
#[must_use]
pub fn read(text: &str) -> Option<(Kind, TokenHash)> {
    let kind = Kind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))?;
    let (body, sum) = text.split_at_checked(kind.prefix().len() + RANDOM)?;
    let ours = body.bytes().skip(kind.prefix().len()).all(|b| ALPHABET.contains(&b));
    (ours && sum == checksum(body)).then(|| (kind, TokenHash::of(text)))
}

/// Whether a hash is one of those kept. Takes as long whichever byte differs.
pub(crate) fn is_one_of(hash: &TokenHash, kept: [Option<&[u8]>; 2]) -> bool {
    // Both are compared, so that the time does not tell which one it was.
    let same = kept.map(|kept| kept.is_some_and(|k| verify_slices_are_equal(hash.as_bytes(), k).is_ok()));
    same.contains(&true)
}

fn checksum(body: &str) -> String {
    let hash = digest(&SHA256, body.as_bytes());
    let mut rest = hash.as_ref().iter().take(4).fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET.get(rest % 62).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_what_it_was_made() {
        for kind in Kind::ALL {
            let secret = Secret::new(kind).unwrap();
            let text = secret.0.clone();
            assert_eq!(text.len(), kind.prefix().len() + RANDOM + CHECKSUM);
            assert_eq!(read(&text), Some((kind, secret.hash())));
            assert!(secret.hint().len() < 14 && text.ends_with(secret.hint().split('…').nth(1).unwrap()));
            assert!(!format!("{secret:?}").contains(&text));
        }
    }

    #[test]
    fn a_slip_of_the_hand_is_told_from_a_secret() {
        let text = Secret::new(Kind::ApiKey).unwrap().into_shown();
        for at in 0..text.len() {
            let mut wrong: Vec<u8> = text.bytes().collect();
            wrong[at] = if wrong[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(read(std::str::from_utf8(&wrong).unwrap()), None, "at {at}");
        }
        for wrong in ["", "dw_", "dw_é", &text[1..], &format!("{text}0"), &text.replace("dw_", "dwt_")] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_two_are_alike() {
        let of = || Secret::new(Kind::ApiKey).unwrap().into_shown();
        assert_ne!(of(), of());
    }
}

//! Which version of a prompt a conversation gets: by share, and the same one each time.

use std::collections::BTreeMap;

use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Prompt, Version};

/// How much of its conversations a version gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PromptShare)]
pub struct Share {
    /// The number of the version, such as `2`.
    #[schema(max_length = 20)]
    pub version: String,
    #[schema(minimum = 1, maximum = 100)]
    pub percent: u8,
}

/// Which versions are in use, by prompt. A prompt that is not in it uses its usual one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splits(pub BTreeMap<String, Vec<Share>>);

/// Whether these shares may be set for a prompt.
///
/// # Errors
/// 422 with the field that is wrong.
pub fn check(prompt: &Prompt, shares: &[Share]) -> Result<()> {
    for (n, share) in shares.iter().enumerate() {
        if prompt.version(&share.version).is_none() {
            return Err(Error::field(
                format!("shares.{n}.version"),
                "unknown_version",
                "the prompt has no such version",
            ));
        }
        if !(1..=100).contains(&share.percent) {
            return Err(Error::field(format!("shares.{n}.percent"), "out_of_range", "from 1 to 100"));
        }
        if shares.iter().take(n).any(|other| other.version == share.version) {
            return Err(Error::field(format!("shares.{n}.version"), "duplicate", "this version has a share already"));
        }
    }
    let sum: u32 = shares.iter().map(|share| u32::from(share.percent)).sum();
    if sum == 100 { Ok(()) } else { Err(Error::field("shares", "invalid_value", format!("together 100, not {sum}"))) }
}

impl Splits {
    /// The version that `of`, a conversation or a person, gets of a prompt.
    #[must_use]
    pub fn pick(&self, prompt: &'static Prompt, of: Uuid) -> &'static Version {
        let shares = self.0.get(prompt.name).map(Vec::as_slice).unwrap_or_default();
        let mut left = bucket(prompt.name, of);
        for share in shares {
            match left.checked_sub(share.percent) {
                // A version that an older release had and this one has not.
                None => return prompt.version(&share.version).unwrap_or_else(|| prompt.usual()),
                Some(rest) => left = rest,
            }
        }
        prompt.usual()
    }
}

/// From 0 to 99, evenly, and for each prompt anew.
fn bucket(prompt: &str, of: Uuid) -> u8 {
    let mut seed = prompt.as_bytes().to_vec();
    seed.extend_from_slice(of.as_bytes());
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &seed);
    let number = hash.as_ref().iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    u8::try_from(number % 100).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::PLAN_ALL;

    fn share(version: &str, percent: u8) -> Share {
        Share { version: version.to_owned(), percent }
    }

    #[test]
    fn shares_are_kept_and_conversations_keep_their_version() {
        let splits = Splits(BTreeMap::from([("plan-all".to_owned(), vec![share("1", 80), share("2", 20)])]));
        let ids: Vec<Uuid> = (0..2000).map(|n| Uuid::from_u128(n * 7919)).collect();
        let second = ids.iter().filter(|id| splits.pick(&PLAN_ALL, **id).number == "2").count();
        assert!((320..480).contains(&second), "{second} of 2000");
        assert!(ids.iter().all(|id| splits.pick(&PLAN_ALL, *id) == splits.pick(&PLAN_ALL, *id)));
        assert_eq!(Splits::default().pick(&PLAN_ALL, Uuid::nil()).number, PLAN_ALL.usual);
    }

    #[test]
    fn shares_make_a_hundred_of_versions_that_there_are() {
        let code = |shares: &[Share]| check(&PLAN_ALL, shares).err().map(|e| e.code.to_string());
        assert_eq!(code(&[share("1", 80), share("2", 20)]), None);
        for wrong in [
            vec![],
            vec![share("1", 80)],
            vec![share("9", 100)],
            vec![share("1", 50), share("1", 50)],
            vec![share("1", 0), share("2", 100)],
            vec![share("1", 200)],
        ] {
            assert!(code(&wrong).is_some(), "{wrong:?}");
        }
    }
}

//! The constant prompts, each a file for each of its versions, compiled in.
//!
//! A version never changes once it has been used: what is recorded of a run says which one it had. Other words are a new file, with
//! its hash in the test below. Which version an organisation uses, and how much of each, is [`store`]; [`split`] picks one for a
//! conversation, the same one each time.

pub mod http;
pub mod split;
pub mod store;

/// The words of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// `1`, `2`, … within its prompt.
    pub number: &'static str,
    /// As it is recorded on runs and calls: the prompt's name and the number.
    pub id: &'static str,
    pub text: &'static str,
    /// What is different in it, in a sentence for people.
    pub about: &'static str,
}

/// A prompt with its versions, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub name: &'static str,
    /// Where it is used, in a sentence for people.
    pub about: &'static str,
    pub versions: &'static [Version],
    /// The number of the version that is in use where nobody has said another.
    pub usual: &'static str,
}

macro_rules! version {
    ($name:literal, $number:literal, $about:literal) => {
        Version {
            number: $number,
            id: concat!($name, "-", $number),
            text: include_str!(concat!("../../prompts/", $name, "/", $number, ".md")),
            about: $about,
        }
    };
}

/// For small models: the commonest tools.
pub const PLAN_COMMON: Prompt = Prompt {
    name: "plan-common",
    about: "Plans a request with the commonest tools: for the model on this machine",
    versions: &[
        version!("plan-common", "1", "Eleven examples"),
        version!("plan-common", "2", "Seven examples: a third less to read, for slow machines"),
    ],
    usual: "1",
};

/// For models that can hold more: every tool.
pub const PLAN_ALL: Prompt = Prompt {
    name: "plan-all",
    about: "Plans a request with every tool: for models on other machines",
    versions: &[
        version!("plan-all", "1", "Every tool, with examples in English"),
        version!("plan-all", "2", "Says how other languages, negations and dates are copied, with examples"),
    ],
    usual: "1",
};

/// Every prompt.
pub const ALL: [&Prompt; 2] = [&PLAN_COMMON, &PLAN_ALL];

impl Prompt {
    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|prompt| prompt.name == name)
    }

    #[must_use]
    pub fn version(&self, number: &str) -> Option<&'static Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The version that is used where nobody has said another.
    ///
    /// # Panics
    /// Never: a test sees that each prompt has the version that it names.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a constant, which a test looks at")]
    pub fn usual(&self) -> &'static Version {
        self.version(self.usual).expect("a prompt has its usual version")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_keeps_its_words() {
        let hash = |text: &str| hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()));
        let known = [
            ("plan-common-1", "f697c1c59505"),
            ("plan-common-2", "f6398f4a8283"),
            ("plan-all-1", "59743e97fbe6"),
            ("plan-all-2", "5f23eb09bea0"),
        ];
        let versions: Vec<&Version> = ALL.iter().flat_map(|prompt| prompt.versions).collect();
        assert_eq!(versions.iter().map(|v| v.id).collect::<Vec<_>>(), known.map(|(id, _)| id));
        for (version, (id, expected)) in versions.iter().zip(known) {
            let is = hash(version.text);
            assert!(
                is.starts_with(expected),
                "{id} is {is} now: other words are a new version, with a file of its own"
            );
        }
    }

    #[test]
    fn every_prompt_has_the_version_that_is_usual() {
        for prompt in ALL {
            assert_eq!(prompt.usual().id, format!("{}-{}", prompt.name, prompt.usual));
        }
    }
}

//! What the assistant may do: which tools for which role, what of it needs a person, what it may read and say, and whether it
//! runs at all.
//!
//! Rules of a role bind who has it; where none of a person's roles has a rule for a tool, the rule for everybody does. A tool is
//! allowed if any of the rules that bind allows it, and applied without asking only if all of them say so.

pub mod http;
pub mod store;

use dealwright_access::Actor;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Error, Money, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Proposes, ToolName};

/// What becomes of a text that a filter finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FilterMode)]
pub enum Mode {
    Off,
    /// It is said, and nothing else.
    Flag,
    /// The request is declined; a sentence of an answer is left out.
    Block,
}

impl Mode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Flag => "flag",
            Self::Block => "block",
        }
    }

    fn named(text: &str) -> Result<Self> {
        let mode = [Self::Off, Self::Flag, Self::Block].into_iter().find(|mode| mode.as_str() == text);
        mode.ok_or_else(|| Error::internal(format!("no such mode of a filter: {text}")))
    }
}

/// A filter of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextFilter {
    pub mode: Mode,
    /// How sure it must be, in percent: 50 finds most and errs most.
    #[schema(minimum = 50, maximum = 99)]
    pub threshold: i64,
}

/// What is kept of what a model was asked and what it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KeepPrompts)]
pub enum Keep {
    None,
    /// Names, addresses and numbers of people are replaced by what they are.
    Redacted,
    Whole,
}

impl Keep {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Redacted => "redacted",
            Self::Whole => "whole",
        }
    }

    fn named(text: &str) -> Result<Self> {
        let keep = [Self::None, Self::Redacted, Self::Whole].into_iter().find(|keep| keep.as_str() == text);
        keep.ok_or_else(|| Error::internal(format!("no such way of keeping prompts: {text}")))
    }
}

/// What of a tool's proposals is applied without asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ToolApproval)]
pub enum Approval {
    /// Nothing: a person approves each.
    #[default]
    Always,
    /// Tasks for the asker themselves.
    OwnTasks,
    /// Changes of deals whose amount stays below `below`, before and after.
    BelowAmount,
    /// Changes of fields that an approved proposal wrote last: what a person wrote needs a person.
    AgentWritten,
}

/// A rule for a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolRule {
    /// The role it is for; everybody when absent.
    #[serde(default)]
    pub role_id: Option<Uuid>,
    #[schema(max_length = 100)]
    pub tool: String,
    pub allowed: bool,
    #[serde(default)]
    pub approval: Approval,
    /// For `below_amount`: in the currency that the deals are in. Deals in others are asked about.
    #[serde(default)]
    pub below: Option<Money>,
}

/// The policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardrails {
    /// Whether requests may go to a model on another machine. Without it such a model is not asked.
    pub remote_models: bool,
    /// Of harmful requests, and of sentences of answers.
    pub content_filter: TextFilter,
    /// Of texts that mean to give the assistant orders.
    pub injection_filter: TextFilter,
    /// Words and phrases; requests that hold one are declined.
    #[schema(max_items = 50)]
    pub blocked_topics: Vec<String>,
    pub keep_prompts: Keep,
    /// For how many days prompts and answers are kept.
    #[schema(minimum = 1, maximum = 3650)]
    pub retention_days: i64,
    #[schema(max_items = 500)]
    pub tools: Vec<ToolRule>,
    #[serde(default, skip_serializing)]
    pub version: Option<i64>,
}

impl Guardrails {
    /// The policy that the product comes with.
    #[must_use]
    pub fn shipped() -> Self {
        Self {
            remote_models: true,
            content_filter: TextFilter { mode: Mode::Block, threshold: 90 },
            injection_filter: TextFilter { mode: Mode::Flag, threshold: 85 },
            blocked_topics: Vec::new(),
            keep_prompts: Keep::Redacted,
            retention_days: 90,
            tools: Vec::new(),
            version: None,
        }
    }

    /// Without blanks around topics.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        self.blocked_topics.iter_mut().for_each(|topic| *topic = topic.trim().to_owned());
        self
    }

    /// Whether the rules speak of tools and limits that there are.
    ///
    /// # Errors
    /// 422 with the field of each that does not.
    pub fn check(&self, tools: &[ToolName]) -> Result<()> {
        for (n, rule) in self.tools.iter().enumerate() {
            let wrong =
                |field: &str, code: &'static str, why: &str| Err(Error::field(format!("tools.{n}.{field}"), code, why));
            let tool = tools.iter().find(|tool| tool.name == rule.tool);
            // What forbids a tool of another server outlasts that server: it may be added again.
            if tool.is_none() && !is_outside(&rule.tool) {
                return wrong("tool", "unknown_tool", "there is no such tool");
            }
            let proposes = tool.and_then(|tool| tool.proposes);
            if self.tools.iter().take(n).any(|other| other.tool == rule.tool && other.role_id == rule.role_id) {
                return wrong("tool", "duplicate", "there is a rule for this tool and role already");
            }
            let fits = match rule.approval {
                Approval::Always => true,
                Approval::OwnTasks => proposes == Some(Proposes::Task),
                Approval::BelowAmount | Approval::AgentWritten => proposes == Some(Proposes::Change),
            };
            if !fits {
                return wrong("approval", "invalid_value", "this tool proposes nothing of that kind");
            }
            if (rule.approval == Approval::BelowAmount) != rule.below.is_some() {
                return wrong("below", "required", "an amount belongs to below_amount, and to nothing else");
            }
            if rule.below.is_some_and(|below| below.minor <= 0) {
                return wrong("below", "out_of_range", "more than nothing");
            }
        }
        Ok(())
    }

    /// The rules for a tool that bind a person.
    fn binding<'a>(&'a self, actor: &'a Actor, tool: &str) -> Vec<&'a ToolRule> {
        let of: Vec<&ToolRule> = self.tools.iter().filter(|rule| rule.tool == tool).collect();
        let has = |rule: &&ToolRule| rule.role_id.is_some_and(|id| actor.roles.iter().any(|(role, _)| *role == id));
        let theirs: Vec<&ToolRule> = of.iter().copied().filter(has).collect();
        if theirs.is_empty() { of.into_iter().filter(|rule| rule.role_id.is_none()).collect() } else { theirs }
    }

    /// Whether a person may use a tool at all.
    #[must_use]
    pub fn allows(&self, actor: &Actor, tool: &str) -> bool {
        let binding = self.binding(actor, tool);
        binding.is_empty() || binding.iter().any(|rule| rule.allowed)
    }

    /// What of a tool's proposals is applied without asking a person: every one of these must hold, and none means that a
    /// person is asked.
    #[must_use]
    pub fn automatic(&self, actor: &Actor, tool: &str) -> Vec<(Approval, Option<Money>)> {
        let binding = self.binding(actor, tool);
        if binding.iter().any(|rule| rule.approval == Approval::Always) {
            return Vec::new();
        }
        binding.iter().map(|rule| (rule.approval, rule.below)).collect()
    }

    /// The topic that a request may not be about, if it holds one: whole words, whatever their case.
    #[must_use]
    pub fn blocked(&self, text: &str) -> Option<&str> {
        let text = words(text);
        self.blocked_topics.iter().map(String::as_str).find(|topic| {
            let topic = words(topic);
            !topic.trim().is_empty() && text.contains(&topic)
        })
    }
}

/// Whether this is the name of a tool of another server: `server.tool`.
#[must_use]
pub fn is_outside(tool: &str) -> bool {
    tool.split_once('.').is_some_and(|(server, name)| !server.is_empty() && !name.is_empty() && tool.len() <= 140)
}

/// The words of a text, each with a blank on both sides.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

impl Validate for Guardrails {
    fn validate(&self) -> Result<()> {
        for (field, filter) in [("content_filter", self.content_filter), ("injection_filter", self.injection_filter)] {
            if !(50..=99).contains(&filter.threshold) {
                return Err(Error::field(format!("{field}.threshold"), "out_of_range", "from 50 to 99 percent"));
            }
        }
        if !(1..=3650).contains(&self.retention_days) {
            return Err(Error::field("retention_days", "out_of_range", "from 1 to 3650 days"));
        }
        if self.blocked_topics.len() > 50 {
            return Err(Error::field("blocked_topics", "too_many", "at most 50 topics"));
        }
        for (n, topic) in self.blocked_topics.iter().enumerate() {
            if words(topic).trim().is_empty() || topic.chars().count() > 100 {
                return Err(Error::field(
                    format!("blocked_topics.{n}"),
                    "invalid_length",
                    "from 1 to 100 characters, with a word in them",
                ));
            }
        }
        if self.tools.len() > 500 {
            return Err(Error::field("tools", "too_many", "at most 500 rules"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_whole_words() {
        let rails = Guardrails { blocked_topics: vec!["Lay-offs".into(), "tax".into()], ..Guardrails::shipped() };
        assert_eq!(rails.blocked("What about the LAY OFFS at Isdom?"), Some("Lay-offs"));
        assert_eq!(rails.blocked("a taxi for Isdom"), None);
        assert_eq!(rails.blocked("their tax, please"), Some("tax"));
    }

    #[test]
    fn rules_speak_of_what_there_is() {
        let tools = [ToolName { name: "create_task".into(), about: "".into(), proposes: Some(Proposes::Task) }];
        let rule =
            |tool: &str, approval| ToolRule { role_id: None, tool: tool.into(), allowed: true, approval, below: None };
        let check = |rules: Vec<ToolRule>| Guardrails { tools: rules, ..Guardrails::shipped() }.check(&tools);
        assert!(check(vec![rule("create_task", Approval::OwnTasks)]).is_ok());
        assert!(check(vec![rule("no_tool", Approval::Always)]).is_err());
        assert!(check(vec![rule("weather.forecast", Approval::Always)]).is_ok());
        assert!(check(vec![rule("weather.forecast", Approval::OwnTasks)]).is_err());
        assert!(check(vec![rule("create_task", Approval::AgentWritten)]).is_err());
        assert!(check(vec![rule("create_task", Approval::Always), rule("create_task", Approval::Always)]).is_err());
    }
}

//! What an administrator says of a form, and what is wrong with it.

use std::collections::BTreeSet;

use axum::http::Uri;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ChoiceId, UserId};
use dealwright_kernel::{Patch, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Asked, Fields};
use crate::record::{self, Texts};

const THANKS: &str = "Thank you. We will be in touch soon.";
const MAX_ASKED: usize = 40;
const MAX_ORIGINS: usize = 20;

/// A new form.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebForm {
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub intro: Option<String>,
    /// At least a name, a company or an e-mail address among them.
    #[schema(min_items = 1, max_items = 40)]
    pub fields: Vec<Asked>,
    #[serde(default)]
    pub source_id: Option<ChoiceId>,
    /// Whose a lead becomes that no assignment rule takes; the caller when absent.
    #[serde(default)]
    pub owner_id: Option<UserId>,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub thanks: Option<String>,
    /// Of http or https.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub redirect_url: Option<String>,
    /// As `https://www.example.com`.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub origins: Vec<String>,
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl Validate for NewWebForm {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("title", &self.title, 200);
        wrong.optional("intro", self.intro.as_deref(), 2_000);
        wrong.optional("thanks", self.thanks.as_deref(), 2_000);
        check_asked(&mut wrong, &self.fields);
        check_redirect(&mut wrong, self.redirect_url.as_deref());
        check_origins(&mut wrong, &self.origins);
        wrong.finish()
    }
}

impl NewWebForm {
    /// The fields of the new form.
    #[must_use]
    pub fn writable(self, caller: UserId) -> Fields {
        Fields {
            title: self.title.trim().to_owned(),
            intro: record::text(self.intro),
            fields: self.fields,
            source_id: self.source_id,
            owner_id: self.owner_id.unwrap_or(caller),
            thanks: record::text(self.thanks).unwrap_or_else(|| THANKS.to_owned()),
            redirect_url: record::text(self.redirect_url),
            origins: origins(self.origins),
            active: self.active,
        }
    }
}

/// A change of a form: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebFormPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub intro: Patch<String>,
    pub fields: Option<Vec<Asked>>,
    #[schema(value_type = Option<ChoiceId>)]
    pub source_id: Patch<ChoiceId>,
    pub owner_id: Option<UserId>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub thanks: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub redirect_url: Patch<String>,
    pub origins: Option<Vec<String>>,
    pub active: Option<bool>,
}

impl Validate for WebFormPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(title) = &self.title {
            wrong.required("title", title, 200);
        }
        wrong.patch("intro", &self.intro, 2_000);
        wrong.patch("thanks", &self.thanks, 2_000);
        if let Some(fields) = &self.fields {
            check_asked(&mut wrong, fields);
        }
        if let Patch::Value(url) = &self.redirect_url {
            check_redirect(&mut wrong, Some(url));
        }
        check_origins(&mut wrong, self.origins.as_deref().unwrap_or_default());
        wrong.finish()
    }
}

impl WebFormPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        Fields {
            title: self.title.map_or_else(|| old.title.clone(), |t| t.trim().to_owned()),
            intro: record::text(self.intro.apply(old.intro.clone())),
            fields: self.fields.unwrap_or_else(|| old.fields.clone()),
            source_id: self.source_id.apply(old.source_id),
            owner_id: self.owner_id.unwrap_or(old.owner_id),
            thanks: record::text(self.thanks.apply(Some(old.thanks.clone()))).unwrap_or_else(|| THANKS.to_owned()),
            redirect_url: record::text(self.redirect_url.apply(old.redirect_url.clone())),
            origins: self.origins.map_or_else(|| old.origins.clone(), origins),
            active: self.active.unwrap_or(old.active),
        }
    }
}

fn check_asked(wrong: &mut Texts, asked: &[Asked]) {
    if asked.len() > MAX_ASKED {
        wrong.push("fields", "too_many", format!("at most {MAX_ASKED} fields"));
    }
    if asked.iter().map(|a| a.field.as_str()).collect::<BTreeSet<_>>().len() != asked.len() {
        wrong.push("fields", "invalid_value", "each field is asked once");
    }
    if !asked.iter().any(|a| matches!(a.field.as_str(), "first_name" | "last_name" | "company")) {
        wrong.push("fields", "required", "ask for a name or a company: a lead has one of them");
    }
    for ask in asked {
        wrong.optional("fields", ask.label.as_deref(), 200);
    }
}

/// An address of http or https with a host.
fn web(text: &str) -> Option<Uri> {
    let uri: Uri = text.trim().parse().ok()?;
    let host = uri.host().is_some_and(|host| !host.is_empty());
    (host && matches!(uri.scheme_str(), Some("http" | "https"))).then_some(uri)
}

fn check_redirect(wrong: &mut Texts, url: Option<&str>) {
    let Some(url) = url.filter(|url| !url.trim().is_empty()) else { return };
    wrong.optional("redirect_url", Some(url), 2_000);
    if web(url).is_none() {
        wrong.push("redirect_url", "invalid_value", "an address that begins with https:// or http://");
    }
}

/// `https://www.example.com`, and with a port: what browsers call an origin.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let uri = web(text)?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let authority = uri.authority().map(|a| a.as_str().to_lowercase()).filter(|a| !a.contains('@'))?;
    // What a header can hold: no quotes, no semicolons, no spaces.
    let plain = authority.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    (bare && plain).then(|| format!("{}://{authority}", uri.scheme_str().unwrap_or("https")))
}

fn origins(texts: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = texts.iter().filter_map(|text| origin(text)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn check_origins(wrong: &mut Texts, origins: &[String]) {
    if origins.len() > MAX_ORIGINS {
        wrong.push("origins", "too_many", format!("at most {MAX_ORIGINS} origins"));
    }
    if let Some(bad) = origins.iter().find(|text| origin(text).is_none()) {
        let bad: String = bad.chars().take(100).collect();
        wrong.push("origins", "invalid_value", format!("“{bad}” is no origin such as https://www.example.com"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_nothing_else() {
        assert_eq!(origin(" https://WWW.Example.com/ ").as_deref(), Some("https://www.example.com"));
        assert_eq!(origin("http://localhost:3000").as_deref(), Some("http://localhost:3000"));
        for bad in [
            "example.com",
            "https://a.test/page",
            "javascript:alert(1)",
            "https://a.test; script-src *",
            "https://u@a.test",
            "*",
            "",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}

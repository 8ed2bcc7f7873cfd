//! Web forms: how strangers become leads.
//!
//! Here are the types; `input` is what an administrator says of a form, `field` what a form can ask, `page` how it looks,
//! `guard` what tells people from spam, `submit` how what was sent becomes a lead, `store` holds the SQL, `http` the
//! administrator's endpoints, `public` those that need no sign-in.

pub mod field;
pub mod guard;
pub mod http;
pub mod input;
mod page;
pub mod public;
pub mod store;
pub mod submit;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{ChoiceId, UserId, WebFormEntryId, WebFormId};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::guard::Suspicion;
pub use self::input::{NewWebForm, WebFormPatch};

/// Forms of an organisation.
pub const MAX_FORMS: i64 = 50;

/// What a form asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebFormField)]
pub struct Asked {
    /// A field of leads by its API name, `custom.<key>` for a custom one.
    #[schema(example = "email")]
    pub field: String,
    /// How the form calls it; its own name when null.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default)]
    pub required: bool,
}

/// What can be written of a form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub title: String,
    pub intro: Option<String>,
    pub fields: Vec<Asked>,
    pub source_id: Option<ChoiceId>,
    pub owner_id: UserId,
    pub thanks: String,
    pub redirect_url: Option<String>,
    pub origins: Vec<String>,
    pub active: bool,
}

/// A web form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebForm {
    pub id: WebFormId,
    /// Its public page is `/f/{key}`.
    pub key: String,
    pub title: String,
    /// What stands above the fields.
    pub intro: Option<String>,
    pub fields: Vec<Asked>,
    /// The source of its leads.
    pub source_id: Option<ChoiceId>,
    /// Whose a lead becomes that no assignment rule takes.
    pub owner_id: UserId,
    /// What is said when it has been sent.
    pub thanks: String,
    /// Where somebody is sent instead.
    pub redirect_url: Option<String>,
    /// Whose pages may show it in a frame, and whose own forms may post to it.
    pub origins: Vec<String>,
    pub active: bool,
    /// What looks like spam and waits for a decision.
    pub waiting: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[serde(skip)]
    pub actor_id: UserId,
}

impl WebForm {
    /// The writable part.
    #[must_use]
    pub fn writable(&self) -> Fields {
        Fields {
            title: self.title.clone(),
            intro: self.intro.clone(),
            fields: self.fields.clone(),
            source_id: self.source_id,
            owner_id: self.owner_id,
            thanks: self.thanks.clone(),
            redirect_url: self.redirect_url.clone(),
            origins: self.origins.clone(),
            active: self.active,
        }
    }

    /// An event about this form.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "web_form", id: self.id.0, name: self.title.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("web_form.{verb}"), subject)
    }
}

/// Something that looks like spam.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebFormEntry {
    pub id: WebFormEntryId,
    pub form_id: WebFormId,
    /// What was written, by field.
    #[schema(value_type = Object)]
    pub answers: Map<String, Value>,
    pub reason: Suspicion,
    pub at: DateTime<Utc>,
}

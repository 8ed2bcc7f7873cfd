//! Materials: playbooks, e-mail templates and scripts. Administrators and managers write them; everyone reads what is published,
//! on its page and in answers. Each version is kept.
//!
//! Here are the types and their rules; `store` holds the SQL, `http` the endpoints, [`placeholder`] what a template may stand in for.

pub mod http;
pub mod placeholder;
mod store;

use chrono::{DateTime, Utc};
use dealwright_crm::record::{Ref, Texts};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::MaterialId;
use dealwright_kernel::{Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Materials of an organisation.
pub const MAX_MATERIALS: i64 = 1_000;
const MAX_BODY: usize = 50_000;

/// What kind of material it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialKind {
    /// How a kind of deal, customer or situation is handled.
    Playbook,
    /// A letter with placeholders.
    EmailTemplate,
    /// What to say on the telephone or in a meeting.
    Script,
}

impl MaterialKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Playbook => "playbook",
            Self::EmailTemplate => "email_template",
            Self::Script => "script",
        }
    }

    pub(crate) fn read(word: &str) -> Self {
        match word {
            "email_template" => Self::EmailTemplate,
            "script" => Self::Script,
            _ => Self::Playbook,
        }
    }
}

/// What can be written of a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub title: String,
    pub summary: Option<String>,
    pub subject: Option<String>,
    pub body: String,
    pub published: bool,
}

/// A playbook, an e-mail template or a script.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Material {
    pub id: MaterialId,
    pub kind: MaterialKind,
    pub title: String,
    /// When it is of use, in a sentence or two.
    pub summary: Option<String>,
    /// Of an e-mail template.
    pub subject: Option<String>,
    /// Markdown; of an e-mail template plain text with placeholders.
    pub body: String,
    /// Everyone reads what is published; a draft is for who writes.
    pub published: bool,
    pub archived_at: Option<DateTime<Utc>>,
    pub updated_by: Ref,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Material {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            title: self.title.clone(),
            summary: self.summary.clone(),
            subject: self.subject.clone(),
            body: self.body.clone(),
            published: self.published,
        }
    }

    fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "material", id: self.id.0, name: self.title.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("material.{verb}"), subject)
    }
}

/// A material in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MaterialSummary {
    pub id: MaterialId,
    pub kind: MaterialKind,
    pub title: String,
    pub summary: Option<String>,
    pub published: bool,
    pub archived_at: Option<DateTime<Utc>>,
    pub updated_by: Ref,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// A material as it was written once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MaterialVersion {
    pub number: i64,
    pub title: String,
    pub summary: Option<String>,
    pub subject: Option<String>,
    pub body: String,
    pub published: bool,
    pub written_by: Ref,
    pub written_at: DateTime<Utc>,
}

/// A new material.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMaterial {
    pub kind: MaterialKind,
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    pub summary: Option<String>,
    /// Of an e-mail template alone.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub subject: Option<String>,
    #[schema(min_length = 1, max_length = 50000)]
    pub body: String,
    #[serde(default)]
    pub published: bool,
}

fn tidy(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What holds of every material, whoever writes it.
fn check(wrong: &mut Texts, kind: MaterialKind, fields: &Fields) {
    wrong.required("title", &fields.title, 200);
    wrong.optional("summary", fields.summary.as_deref(), 500);
    wrong.optional("subject", fields.subject.as_deref(), 300);
    wrong.required("body", &fields.body, MAX_BODY);
    if kind != MaterialKind::EmailTemplate {
        if fields.subject.is_some() {
            wrong.push("subject", "not_applicable", "only an e-mail template has a subject");
        }
        return;
    }
    for (field, text) in [("subject", fields.subject.as_deref().unwrap_or_default()), ("body", fields.body.as_str())] {
        for message in placeholder::wrong(text) {
            wrong.push(field, "unknown_placeholder", message);
        }
    }
}

/// Writes a new material, in the transaction of who may.
///
/// # Errors
/// 409 `material_title_taken`; 422 `too_many_materials`.
pub async fn create(tx: &mut Tx, new: &NewMaterial) -> Result<Material> {
    let id = MaterialId(tx.new_id());
    store::insert(tx, id, new.kind, &new.fields()).await?;
    let material = store::find(tx, id).await?.or_not_found("material")?;
    let event = material.event(tx, "created");
    tx.emit(event);
    Ok(material)
}

impl NewMaterial {
    /// The fields of the new material.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            title: self.title.trim().to_owned(),
            summary: tidy(self.summary.clone()),
            subject: tidy(self.subject.clone()),
            body: self.body.clone(),
            published: self.published,
        }
    }
}

impl Validate for NewMaterial {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        check(&mut wrong, self.kind, &self.fields());
        wrong.finish()
    }
}

/// A change of a material: what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MaterialPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    #[schema(value_type = Option<String>, max_length = 500)]
    pub summary: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 300)]
    pub subject: Patch<String>,
    #[schema(min_length = 1, max_length = 50000)]
    pub body: Option<String>,
    pub published: Option<bool>,
}

impl Validate for MaterialPatch {
    /// What a material is after the patch is judged when it is known what it was.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

impl MaterialPatch {
    /// The fields after this patch.
    ///
    /// # Errors
    /// 422 for each field that the material may not have.
    pub fn apply(self, kind: MaterialKind, old: &Fields) -> Result<Fields> {
        let new = Fields {
            title: self.title.map_or_else(|| old.title.clone(), |title| title.trim().to_owned()),
            summary: tidy(self.summary.apply(old.summary.clone())),
            subject: tidy(self.subject.apply(old.subject.clone())),
            body: self.body.unwrap_or_else(|| old.body.clone()),
            published: self.published.unwrap_or(old.published),
        };
        let mut wrong = Texts::default();
        check(&mut wrong, kind, &new);
        wrong.finish()?;
        Ok(new)
    }
}

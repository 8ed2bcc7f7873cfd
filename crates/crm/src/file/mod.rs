//! Files on records: an opportunity, an account, a contact or a lead has files, each with its versions. A file is seen as its
//! record is, and changed by who may change that.
//!
//! `upload` takes the bytes in, resumably; `check` has them scanned and read in the background; `link` lets them out, by a
//! link that soon ends; `write` renames, deletes and restores; `storage` is the administrators'. What bytes are, and where
//! they are kept, is the crate `files`'.

pub mod check;
pub mod http;
pub mod link;
pub mod storage;
pub mod store;
pub mod upload;
pub mod write;

use axum::extract::FromRef;
use chrono::{DateTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{UpdateAccount, UpdateContact, UpdateLead, UpdateOpportunity};
use dealwright_access::{Access, Context, Permission};
use dealwright_files::{Files, Kind, Preview};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AccountId, ContactId, FileId, FileVersionId, LeadId, OpportunityId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::Account;
use crate::contact::Contact;
use crate::lead::Lead;
use crate::opportunity::Opportunity;
use crate::record::Ref;
use crate::sharing::Shareable;
use crate::words::words;

/// What the handlers of files ask for.
#[derive(Clone, Debug, FromRef)]
pub struct FileState {
    pub access: Access,
    pub files: Files,
}

words! {
    /// What files hang on.
    FileParent, "object" {
        Opportunity = "opportunity",
        Account = "account",
        Contact = "contact",
        Lead = "lead",
    }
}

words! {
    /// Whether a version may be opened: `clean`, or `unscanned` where no scanner is set up. `scanning` waits for the scanner;
    /// in an `infected` one it found something; a `failed` one it will not look at.
    FileVersionState, "state" {
        Scanning = "scanning",
        Clean = "clean",
        Unscanned = "unscanned",
        Infected = "infected",
        Failed = "failed",
    }
}

impl FileVersionState {
    /// Nothing is opened that a scanner, where there is one, has not let through.
    #[must_use]
    pub fn may_open(self, files: &Files) -> bool {
        match self {
            Self::Clean => true,
            Self::Unscanned => files.scanner.is_off(),
            Self::Scanning | Self::Infected | Self::Failed => false,
        }
    }
}

/// The record that a file hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    pub object: FileParent,
    pub id: Uuid,
}

impl Parent {
    /// The one of these that is there.
    #[must_use]
    pub fn of(columns: [Option<Uuid>; 4]) -> Option<Self> {
        let objects = [FileParent::Opportunity, FileParent::Account, FileParent::Contact, FileParent::Lead];
        let mut given = objects.into_iter().zip(columns).filter_map(|(object, id)| Some(Self { object, id: id? }));
        let one = given.next();
        if given.next().is_some() { None } else { one }
    }

    /// As [`Self::of`] takes them.
    #[must_use]
    pub fn columns(self) -> [Option<Uuid>; 4] {
        let when = |object| (self.object == object).then_some(self.id);
        [when(FileParent::Opportunity), when(FileParent::Account), when(FileParent::Contact), when(FileParent::Lead)]
    }

    /// The column that names it.
    const fn column(self) -> &'static str {
        match self.object {
            FileParent::Opportunity => "opportunity_id",
            FileParent::Account => "account_id",
            FileParent::Contact => "contact_id",
            FileParent::Lead => "lead_id",
        }
    }

    /// The record under the actor's eyes.
    ///
    /// # Errors
    /// 404 when it is absent, hidden or in the trash.
    pub async fn seen(self, cx: &Context, tx: &mut Tx) -> Result<Seen> {
        let (may_update, mut event) = match self.object {
            FileParent::Opportunity => {
                look::<Opportunity>(cx, tx, OpportunityId(self.id), permission::<UpdateOpportunity>()).await
            }
            FileParent::Account => look::<Account>(cx, tx, AccountId(self.id), permission::<UpdateAccount>()).await,
            FileParent::Contact => look::<Contact>(cx, tx, ContactId(self.id), permission::<UpdateContact>()).await,
            FileParent::Lead => look::<Lead>(cx, tx, LeadId(self.id), permission::<UpdateLead>()).await,
        }?;
        if self.object == FileParent::Contact {
            // Who sees the company need not see the person, and then not what is filed with them.
            event.account = None;
        }
        Ok(Seen { parent: self, may_update, event })
    }
}

async fn look<T: Shareable>(cx: &Context, tx: &mut Tx, id: T::Id, update: Permission) -> Result<(bool, Event)> {
    let record = T::find(tx, id).await?.or_not_found(T::OBJECT.as_str())?;
    let (owner, team) = record.owner();
    let may = cx.actor().reaches(update, owner, team) || cx.actor().may_by_share(update, record.shared_to_edit());
    Ok((may, record.told(tx, "").await?))
}

/// A record that the actor sees, and whether they may change what is filed with it.
#[derive(Debug)]
pub struct Seen {
    pub parent: Parent,
    pub may_update: bool,
    /// An event of the record's: on its timelines.
    event: Event,
}

impl Seen {
    /// # Errors
    /// 403 when the actor may see the record but not change it.
    pub fn writable(self) -> Result<Self> {
        if self.may_update {
            return Ok(self);
        }
        let object = self.parent.object.as_str();
        Err(Error::forbidden("forbidden", format!("you may see this {object}, but not change its files")))
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.event.subject.name
    }

    /// An event about one of its files.
    #[must_use]
    pub fn told(&self, tx: &Tx, file: FileId, name: &str, version: i64, verb: &str) -> Event {
        let subject = Subject { object: "file", id: file.0, name: name.to_owned(), version: Some(version) };
        let event = &self.event;
        Event::with_id(tx.new_id().into(), format!("file.{verb}"), subject)
            .about(event.opportunity, event.account, event.contact)
            .on_lead(event.lead)
    }
}

/// What the caller may do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileMay {
    /// Open its latest version.
    pub open: bool,
    /// Rename, delete and restore it, and add versions.
    pub update: bool,
}

/// A file as the API shows it, with its latest version.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileView {
    pub id: FileId,
    pub name: String,
    /// What it hangs on.
    pub parent: FileParentRef,
    /// What it is: a value of the list `document_type`.
    pub document_type: Option<Ref>,
    pub version_id: FileVersionId,
    /// Of the latest version; the first is 1.
    pub number: i32,
    /// How many versions there are.
    pub versions: i64,
    /// In bytes.
    pub size: i64,
    /// By its bytes, not by its name.
    #[serde(rename = "type")]
    pub mime: String,
    pub preview: FilePreview,
    pub state: FileVersionState,
    /// What the scanner found in it, or why it would not look.
    pub finding: Option<String>,
    pub uploaded_by: Ref,
    pub uploaded_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub may: FileMay,
}

/// The record that a file hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileParentRef {
    pub object: FileParent,
    pub id: Uuid,
    pub name: String,
}

words! {
    /// How a file can be looked at in the app: by itself, or by its text.
    FilePreview, "preview" {
        Image = "image",
        Pdf = "pdf",
        Text = "text",
        None = "none",
    }
}

impl FilePreview {
    fn of(mime: &str) -> Self {
        match Kind::named(mime).map_or(Preview::None, |kind| kind.preview) {
            Preview::Image => Self::Image,
            Preview::Pdf => Self::Pdf,
            Preview::Text => Self::Text,
            Preview::None => Self::None,
        }
    }
}

/// One version of a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileVersion {
    pub id: FileVersionId,
    pub number: i32,
    pub size: i64,
    #[serde(rename = "type")]
    pub mime: String,
    /// In hexadecimal; null until it has been looked at.
    pub sha256: Option<String>,
    pub preview: FilePreview,
    pub state: FileVersionState,
    pub finding: Option<String>,
    pub checked_at: Option<DateTime<Utc>>,
    pub uploaded_by: Ref,
    pub uploaded_at: DateTime<Utc>,
    pub may_open: bool,
}

const MAX_NAME: usize = 255;

/// A name that is a name: no path, nothing unseen, and not hidden by a leading dot.
///
/// # Errors
/// 422 on `name`.
pub fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let wrong = |code: &'static str, message: &str| Error::field("name", code, message);
    if name.is_empty() {
        return Err(wrong("required", "a file has a name"));
    }
    if name.chars().count() > MAX_NAME {
        return Err(wrong("too_long", "at most 255 characters"));
    }
    // Marks that turn the direction of writing make an .exe look like a .pdf.
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    if name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
        || name.starts_with('.')
        || name.chars().any(unseen)
    {
        let message = "a name of a file, without a path: none of / \\ : * ? \" < > |, and no dot at its beginning";
        return Err(wrong("invalid_value", message));
    }
    Ok(name.to_owned())
}

/// Why a type is refused, on a field.
pub(crate) fn refused(field: &str, refusal: &dealwright_files::Refusal) -> Error {
    match refusal {
        dealwright_files::Refusal::NotAllowed(extension) if extension.is_empty() => {
            Error::field(field, "file_type_not_allowed", "the name of a file ends with its type, such as .pdf")
        }
        dealwright_files::Refusal::NotAllowed(extension) => {
            Error::field(field, "file_type_not_allowed", format!("files of type .{extension} are not taken"))
        }
        dealwright_files::Refusal::Disguised(kind) => {
            let named = kind.extensions.first().copied().unwrap_or_default();
            Error::field(field, "file_type_mismatch", format!("this is not a .{named} file, whatever its name says"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_hangs_on_one_record() {
        let id = Uuid::from_u128(7);
        let on = Parent { object: FileParent::Contact, id };
        assert_eq!(Parent::of(on.columns()), Some(on));
        assert_eq!(Parent::of([None; 4]), None);
        assert_eq!(Parent::of([Some(id), None, None, Some(id)]), None);
    }

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(check_name(" Offer 2026 (final).pdf ").unwrap(), "Offer 2026 (final).pdf");
        assert_eq!(check_name("Größe 📎.pdf").unwrap(), "Größe 📎.pdf");
        let long = "x".repeat(256);
        for wrong in ["", " ", "../x.pdf", "a/b.pdf", "C:\\x.pdf", ".htaccess", "a\nb.pdf", "a\u{202e}fdp.exe", &long] {
            assert!(check_name(wrong).is_err(), "{wrong:?}");
        }
    }
}

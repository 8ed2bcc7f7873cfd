//! What is there already that may be the same: candidates by indexed keys, read under the asker's eyes, scored and
//! explained.

use dealwright_access::{Actor, Context};
use dealwright_dedupe::{Field, Model, Record, person};
use dealwright_kernel::error::{Similar, SimilarReason};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{MatchObject, MatchingRule, OnMatch, store};
use crate::{account, contact, lead};

/// Candidates whose values are read, and of which so many are named.
const READ: i32 = 100;
const NAMED: usize = 10;

/// What two records are compared by. For a contact, `company` is the account's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub account_id: Option<Uuid>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub domain: Option<String>,
}

impl From<&account::Fields> for Draft {
    fn from(f: &account::Fields) -> Self {
        Self {
            company: Some(f.name.clone()),
            phone: f.phone.clone(),
            domain: f.domain.clone().or_else(|| f.website.clone()),
            ..Self::default()
        }
    }
}

impl From<&contact::Fields> for Draft {
    fn from(f: &contact::Fields) -> Self {
        Self {
            first_name: Some(f.first_name.clone()),
            last_name: Some(f.last_name.clone()),
            account_id: f.account_id.map(Into::into),
            email: f.email.clone(),
            phone: f.phone.clone(),
            ..Self::default()
        }
    }
}

impl From<&lead::Fields> for Draft {
    fn from(f: &lead::Fields) -> Self {
        Self {
            first_name: Some(f.first_name.clone()),
            last_name: Some(f.last_name.clone()),
            company: f.company.clone(),
            email: f.email.clone(),
            phone: f.phone.clone(),
            domain: f.website.clone(),
            ..Self::default()
        }
    }
}

impl Draft {
    fn get(&self, field: Field) -> Option<&str> {
        let value = match field {
            Field::Given => &self.first_name,
            Field::Family => &self.last_name,
            Field::Company => &self.company,
            Field::Email => &self.email,
            Field::Phone => &self.phone,
            Field::Domain => &self.domain,
            _ => return None,
        };
        value.as_deref().map(str::trim).filter(|v| !v.is_empty())
    }

    /// Without what is not compared, and what is hidden from who asks: a score must not tell of it.
    pub(super) fn keep(&mut self, object: MatchObject, kept: &[Field]) {
        for (_, field) in object.fields().iter().filter(|(_, field)| !kept.contains(field)) {
            match field {
                Field::Given => self.first_name = None,
                Field::Family => self.last_name = None,
                Field::Company => (self.company, self.account_id) = (None, None),
                Field::Email => self.email = None,
                Field::Phone => self.phone = None,
                _ => self.domain = None,
            }
        }
    }

    pub(super) fn record(&self, object: MatchObject, calling_code: &str) -> Record {
        let values = object.fields().iter().filter_map(|(_, field)| Some((*field, self.get(*field)?)));
        Record::of(values, calling_code)
    }

    /// The first name and what people of that name are called.
    pub(super) fn first_names(&self) -> Vec<String> {
        let Some(first) = self.get(Field::Given) else { return Vec::new() };
        let mut names = vec![first.to_owned()];
        names.extend(person::other_names(first).into_iter().map(str::to_owned));
        names
    }
}

/// The model of an object.
#[must_use]
pub fn model(object: MatchObject) -> Model {
    match object {
        MatchObject::Account => Model::companies(),
        MatchObject::Contact | MatchObject::Lead => Model::people(),
    }
}

/// The fields that a rule compares and that `actor` may read.
pub(super) fn compared(rule: &MatchingRule, actor: &Actor) -> Vec<Field> {
    let hidden = |name: &str| actor.fields.hides(rule.object.object(), name);
    let fields = rule.object.fields().iter().filter(|(name, _)| rule.fields.iter().any(|f| f == name) && !hidden(name));
    fields.map(|(_, field)| *field).collect()
}

/// What is there that may be the same as `draft`, of what `actor` may see, the likeliest first. `own` is the record itself.
///
/// # Errors
/// When the database is gone.
pub async fn similar(
    tx: &mut Tx,
    actor: &Actor,
    rule: &MatchingRule,
    own: Option<Uuid>,
    mut draft: Draft,
) -> Result<Vec<Similar>> {
    let kept = compared(rule, actor);
    if let Some(account) = draft.account_id {
        draft.company = store::account_name(tx, account).await?;
    }
    draft.keep(rule.object, &kept);
    let ids = store::candidates(tx, rule.object, &draft, &draft.first_names(), READ).await?;
    let ids: Vec<Uuid> = ids.into_iter().filter(|id| Some(*id) != own).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (model, wanted) = (model(rule.object), draft.record(rule.object, &rule.calling_code));
    let mut found = Vec::new();
    for mut row in store::rows(tx, rule.object, &ids).await? {
        row.draft.keep(rule.object, &kept);
        let score = model.score(&wanted, &row.draft.record(rule.object, &rule.calling_code));
        let percent = percent(score.probability());
        if percent >= rule.threshold {
            let reasons = score.reasons.iter().map(|r| reason(rule.object, r)).collect();
            found.push((
                score.bits,
                Similar { object: rule.object.as_str().into(), id: row.id, name: row.name, score: percent, reasons },
            ));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.id.cmp(&b.1.id)));
    Ok(found.into_iter().map(|(_, similar)| similar).take(NAMED).collect())
}

/// A probability in percent; certain is nothing.
#[must_use]
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "between 0 and 99")]
pub fn percent(probability: f32) -> i32 {
    (probability * 100.0).clamp(0.0, 99.0) as i32
}

/// A reason as the API tells it, to a tenth of a bit.
#[must_use]
pub fn reason(object: MatchObject, of: &dealwright_dedupe::Reason) -> SimilarReason {
    let name = object.fields().iter().find(|(_, field)| *field == of.field).map(|(name, _)| *name);
    SimilarReason {
        field: name.unwrap_or(of.field.as_str()).into(),
        level: of.level.as_str().into(),
        weight: f64::from((of.weight * 10.0).round()) / 10.0,
        words: of.words(),
    }
}

/// What is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Create,
    Update,
}

/// Does what the rule says when a record that is about to be written may be there already. `allow` is `allow_duplicates`.
///
/// # Errors
/// 409 `duplicate_found` with what the writer may see of it.
pub async fn guard(
    cx: &Context,
    tx: &mut Tx,
    object: MatchObject,
    moment: Moment,
    id: Uuid,
    draft: Draft,
    allow: bool,
) -> Result<()> {
    let rule = store::rule(tx, object).await?;
    let answer = match moment {
        Moment::Create => rule.on_create,
        Moment::Update => rule.on_update,
    };
    if answer == OnMatch::Off || (allow && answer == OnMatch::Warn) {
        return Ok(());
    }
    let mut found = similar(tx, cx.actor(), &rule, Some(id), draft).await?;
    if moment == Moment::Update {
        store::drop_dismissed(tx, object, id, &mut found).await?;
    }
    if found.is_empty() {
        return Ok(());
    }
    if answer == OnMatch::Report {
        return store::report(tx, object, id, &found).await;
    }
    let detail = match found.as_slice() {
        [one] => format!("this may be {}, which is there already", one.name),
        several => format!("this may be one of {} that are there already", several.len()),
    };
    Err(Error::conflict("duplicate_found", detail).duplicates(found, answer == OnMatch::Warn))
}

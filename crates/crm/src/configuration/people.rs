//! Custom fields and roles in a configuration file. Fields are known by object and key, roles by name. Nobody gives more by
//! a file than they hold.

use std::collections::{BTreeMap, HashMap};

use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::people::role::{self, Change, Draft, Role};
use dealwright_access::policy::fields::{FieldLevel, FieldRules};
use dealwright_access::policy::{Builtin, CreateRole, ReadRole, UpdateRole};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::Custom;
use dealwright_workflow::rule::custom::Definition;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::apply::{Action, Report, at, fold, in_order};
use crate::custom_field::{
    self, CustomField, CustomFieldPatch, FieldKind, FieldObject, FieldOption, Index, NewCustomField, OptionPatch,
    is_key,
};

/// A custom field in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomFieldFile {
    pub object: FieldObject,
    pub key: String,
    pub label: String,
    #[serde(default)]
    pub help: Option<String>,
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    /// Left out where it names a person or a record, which are no part of a configuration.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub default: Option<Value>,
    #[serde(default)]
    pub options: Vec<FieldOption>,
    #[serde(default)]
    pub section: Option<String>,
    #[serde(default)]
    pub archived: bool,
    /// Of a formula.
    #[serde(default)]
    pub expression: Option<String>,
    #[serde(default)]
    pub indexed: bool,
}

impl From<CustomField> for CustomFieldFile {
    fn from(field: CustomField) -> Self {
        let refers = matches!(field.kind, FieldKind::User | FieldKind::Account | FieldKind::Contact);
        Self {
            object: field.object,
            key: field.key,
            label: field.label,
            help: field.help,
            kind: field.kind,
            required: field.required,
            default: field.default.filter(|_| !refers),
            options: field.options,
            section: field.section,
            archived: field.archived,
            expression: field.expression,
            indexed: field.index != Index::None,
        }
    }
}

/// A role in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleFile {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Scopes by object and action; what is not named stays.
    #[serde(default)]
    pub grants: BTreeMap<String, BTreeMap<String, String>>,
    /// Fields that it keeps back, by object; the whole of them.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, BTreeMap<String, FieldLevel>>)]
    pub fields: BTreeMap<String, BTreeMap<String, FieldLevel>>,
}

impl From<Role> for RoleFile {
    fn from(role: Role) -> Self {
        let grants = role.grants.matrix().into_iter().map(|(object, actions)| {
            let actions =
                actions.into_iter().map(|(action, scope)| (action.as_str().to_owned(), scope.as_str().to_owned()));
            (object.as_str().to_owned(), actions.collect())
        });
        let fields = role.rules.all().iter().map(|(object, fields)| (object.as_str().to_owned(), fields.clone()));
        Self { grants: grants.collect(), fields: fields.collect(), name: role.name, description: role.description }
    }
}

/// The roles for the file: all but the Administrator, which is everything everywhere; none for whom may not read roles.
///
/// # Errors
/// When the database is gone.
pub async fn roles_of(cx: &Context, tx: &mut Tx) -> Result<Vec<RoleFile>> {
    if cx.actor().require(permission::<ReadRole>()).is_err() {
        return Ok(Vec::new());
    }
    let roles = role::store::list(tx).await?.into_iter();
    Ok(roles.filter(|r| r.builtin != Some(Builtin::Administrator)).map(RoleFile::from).collect())
}

/// Brings custom fields to what the file says.
///
/// # Errors
/// 409 or 422 with the place in the file.
pub async fn custom_fields(tx: &mut Tx, files: Vec<CustomFieldFile>, report: &mut Report) -> Result<()> {
    for object in [FieldObject::Opportunity, FieldObject::Account, FieldObject::Contact, FieldObject::Lead] {
        let of: Vec<(usize, &CustomFieldFile)> =
            files.iter().enumerate().filter(|(_, file)| file.object == object).collect();
        for (i, file) in with_formulas_last(object, &of) {
            let action = custom_field(tx, file).await.map_err(at(format!("custom_fields.{i}")))?;
            report.add("custom_field", &file.label, action);
        }
        if !of.is_empty() {
            let there = custom_field::store::of(tx, object).await?;
            let keys = there.iter().map(|f| (f.id.0, f.key.as_str()));
            let ids = in_order(keys, of.iter().map(|(_, file)| file.key.as_str()));
            custom_field::write::order(tx, object, &ids).await?;
        }
    }
    Ok(())
}

/// Formulas come when what they speak of is there.
fn with_formulas_last<'a>(
    object: FieldObject,
    files: &[(usize, &'a CustomFieldFile)],
) -> Vec<(usize, &'a CustomFieldFile)> {
    let definitions: Vec<Definition> = files
        .iter()
        .map(|(_, file)| Definition {
            key: file.key.clone(),
            label: file.label.clone(),
            kind: file.kind.as_str().to_owned(),
            expression: file.expression.clone(),
        })
        .collect();
    let formulas = Custom::of(object.of_rules(), &definitions).formulas;
    let places: HashMap<&str, usize> = formulas.iter().enumerate().map(|(i, f)| (f.key.as_str(), i + 1)).collect();
    let mut sorted = files.to_vec();
    sorted.sort_by_key(|(_, file)| places.get(file.key.as_str()).copied().unwrap_or(0));
    sorted
}

async fn custom_field(tx: &mut Tx, file: &CustomFieldFile) -> Result<Action> {
    let there = custom_field::store::of(tx, file.object).await?;
    let (field, action) = match there.into_iter().find(|f| f.key == file.key) {
        Some(found) if found.kind != file.kind => {
            let why = format!("the field is of type {}; change its type first", found.kind.as_str());
            return Err(Error::field("kind", "wrong_type", why));
        }
        Some(found) => (found, Action::Kept),
        None => (made(tx, file).await?, Action::Created),
    };
    let options = file.options.iter().map(|o| OptionPatch {
        value: Some(o.value.clone()),
        label: o.label.clone(),
        archived: o.archived,
    });
    let refers = matches!(file.kind, FieldKind::User | FieldKind::Account | FieldKind::Contact);
    let patch = CustomFieldPatch {
        version: None,
        label: Some(file.label.clone()),
        help: file.help.clone().into(),
        required: Some(file.required),
        default: if refers { Patch::Absent } else { file.default.clone().into() },
        options: matches!(file.kind, FieldKind::Select | FieldKind::MultiSelect).then(|| options.collect()),
        section: file.section.clone().into(),
        archived: Some(file.archived),
        expression: file.expression.clone(),
        indexed: Some(file.indexed),
    };
    patch.validate()?;
    let now = custom_field::write::update(tx, field.id, field.version, patch).await?;
    Ok(if action == Action::Kept && now.version != field.version { Action::Changed } else { action })
}

async fn made(tx: &mut Tx, file: &CustomFieldFile) -> Result<CustomField> {
    if let Some(i) = file.options.iter().position(|o| !is_key(&o.value)) {
        let why = "lower case letters, digits and underscores, at most 50";
        return Err(Error::field(format!("options.{i}.value"), "invalid_value", why));
    }
    let new = NewCustomField {
        object: file.object,
        key: Some(file.key.clone()),
        label: file.label.clone(),
        help: file.help.clone(),
        kind: file.kind,
        required: file.required,
        default: file.default.clone(),
        options: file.options.iter().map(|o| o.label.clone()).collect(),
        section: file.section.clone(),
        expression: file.expression.clone(),
        indexed: false,
    };
    new.validate()?;
    custom_field::write::create_with(tx, new, file.options.clone()).await
}

/// Brings roles to what the file says.
///
/// # Errors
/// 403 `privilege_escalation`; 409 or 422, with the place in the file.
pub async fn roles(cx: &Context, tx: &mut Tx, files: Vec<RoleFile>, report: &mut Report) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    [permission::<CreateRole>(), permission::<UpdateRole>()].into_iter().try_for_each(|p| cx.actor().require(p))?;
    for (i, file) in files.into_iter().enumerate() {
        let name = file.name.clone();
        let action = role(cx, tx, file).await.map_err(at(format!("roles.{i}")))?;
        report.add("role", &name, action);
    }
    Ok(())
}

async fn role(cx: &Context, tx: &mut Tx, file: RoleFile) -> Result<Action> {
    let rules = FieldRules::read(file.fields)?;
    let draft = Draft { name: file.name, description: Some(file.description), copy_of: None, grants: file.grants };
    draft.validate()?;
    let found = role::store::list(tx).await?.into_iter().find(|r| fold(&r.name) == fold(&draft.name));
    let (before, role) = match found {
        Some(found) => {
            let change = Change { name: None, description: draft.description, grants: draft.grants };
            let now = role::update(cx, tx, found.id, found.version, change).await?;
            (Some(found.version), now)
        }
        None => (None, role::create(cx, tx, draft).await?),
    };
    let mut kept = rules;
    if before.is_none() {
        kept.keep_back(&cx.actor().fields);
    }
    let now = role::keep_back(cx, tx, role.id, role.version, kept).await?;
    Ok(match before {
        None => Action::Created,
        Some(version) if version == now.version => Action::Kept,
        Some(_) => Action::Changed,
    })
}

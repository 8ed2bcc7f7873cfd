//! Saved views: a list's filter, order and columns under a name. One is for its owner alone, for a team and the teams
//! below it, or for the organisation, which takes a permission; row-level security decides who sees which. What somebody
//! pins, and begins with, is their own.

pub mod http;
pub mod store;

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateSavedView, DeleteSavedView, UpdateSavedView};
use dealwright_access::{Actor, Context, ScopeLevel};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{TeamId, UserId, ViewId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::custom_field::FieldObject;
use crate::list::Names;
use crate::opportunity::May;
use crate::record::{self, Ref, Texts};
use crate::selection::{Selection, catalogue};
use crate::summary::{Measure, grouped_by};
use crate::words::words;

/// The most views of one person.
pub const MAX_VIEWS: i64 = 200;
const MAX_COLUMNS: usize = 100;
const MAX_FILTER: usize = 20_000;

words! {
    /// For whom a view is.
    Visibility, "visibility" {
        Private = "private",
        /// The owner's team, and the teams below it.
        Team = "team",
        Organisation = "organisation",
    }
}

words! {
    /// How a view is laid out; a board is of opportunities alone.
    Layout, "layout" { List = "list", Board = "board" }
}

/// A column of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewColumn {
    #[schema(max_length = 100)]
    pub id: String,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 40, maximum = 2000)]
    pub width: Option<i32>,
    /// Stays in sight when the list is scrolled sideways.
    #[serde(default)]
    pub pinned: bool,
    /// What stands below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Measure>,
}

/// What can be written of a view, by the API's names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub visibility: Visibility,
    pub layout: Layout,
    pub filter: Option<Value>,
    pub q: Option<String>,
    pub sort: Vec<String>,
    pub columns: Vec<ViewColumn>,
    pub grouping: Option<String>,
}

/// A saved view as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SavedView {
    pub id: ViewId,
    pub object: FieldObject,
    pub name: String,
    pub owner_id: UserId,
    pub owner: Ref,
    pub visibility: Visibility,
    pub team: Option<Ref>,
    pub layout: Layout,
    /// A filter tree as `POST …/query` takes it; null when everything is shown.
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Value>,
    pub q: Option<String>,
    pub sort: Vec<String>,
    /// In their order; empty for those that the list begins with.
    pub columns: Vec<ViewColumn>,
    /// The field by which rows are grouped.
    pub grouping: Option<String>,
    /// Whether you have pinned it.
    pub pinned: bool,
    /// Whether it is the view that you begin with.
    pub default: bool,
    pub may: May,
    pub version: i64,
}

impl SavedView {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            visibility: self.visibility,
            layout: self.layout,
            filter: self.filter.clone(),
            q: self.q.clone(),
            sort: self.sort.clone(),
            columns: self.columns.clone(),
            grouping: self.grouping.clone(),
        }
    }

    /// An event about this view.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "saved_view", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("saved_view.{verb}"), subject)
    }

    /// As `actor` may write it.
    fn allowing(mut self, actor: &Actor) -> Self {
        let own = self.owner_id == actor.user;
        let shared = self.visibility == Visibility::Organisation;
        let reaches = |p| own || (shared && actor.scope(p) == ScopeLevel::All);
        self.may =
            May { update: reaches(permission::<UpdateSavedView>()), delete: reaches(permission::<DeleteSavedView>()) };
        self
    }
}

/// A new view.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedView {
    pub object: FieldObject,
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    #[serde(default = "private")]
    pub visibility: Visibility,
    #[serde(default = "as_list")]
    pub layout: Layout,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Value>,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub q: Option<String>,
    #[serde(default)]
    pub sort: Vec<String>,
    #[serde(default)]
    pub columns: Vec<ViewColumn>,
    #[serde(default)]
    #[schema(max_length = 100)]
    pub grouping: Option<String>,
}

const fn private() -> Visibility {
    Visibility::Private
}

const fn as_list() -> Layout {
    Layout::List
}

impl Validate for NewSavedView {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 100);
        columns(&mut wrong, &self.columns);
        size(&mut wrong, self.filter.as_ref());
        wrong.optional("grouping", self.grouping.as_deref(), 100);
        wrong.finish()
    }
}

impl NewSavedView {
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            visibility: self.visibility,
            layout: self.layout,
            filter: self.filter,
            q: record::text(self.q),
            sort: self.sort,
            columns: self.columns,
            grouping: record::text(self.grouping),
        }
    }
}

/// A change of a view: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SavedViewPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    pub visibility: Option<Visibility>,
    pub layout: Option<Layout>,
    #[schema(value_type = Option<Object>)]
    pub filter: Patch<Value>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub q: Patch<String>,
    pub sort: Option<Vec<String>>,
    pub columns: Option<Vec<ViewColumn>>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub grouping: Patch<String>,
}

impl Validate for SavedViewPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 100);
        }
        columns(&mut wrong, self.columns.as_deref().unwrap_or_default());
        if let Patch::Value(filter) = &self.filter {
            size(&mut wrong, Some(filter));
        }
        wrong.patch("grouping", &self.grouping, 100);
        wrong.finish()
    }
}

impl SavedViewPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        Fields {
            name: self.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
            visibility: self.visibility.unwrap_or(old.visibility),
            layout: self.layout.unwrap_or(old.layout),
            filter: self.filter.apply(old.filter.clone()),
            q: record::text(self.q.apply(old.q.clone())),
            sort: self.sort.unwrap_or_else(|| old.sort.clone()),
            columns: self.columns.unwrap_or_else(|| old.columns.clone()),
            grouping: record::text(self.grouping.apply(old.grouping.clone())),
        }
    }
}

fn columns(wrong: &mut Texts, columns: &[ViewColumn]) {
    if columns.len() > MAX_COLUMNS {
        wrong.push("columns", "too_many", format!("at most {MAX_COLUMNS} columns"));
    }
    let named = |id: &str| {
        (1..=100).contains(&id.len())
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'))
    };
    for (i, column) in columns.iter().enumerate().take(MAX_COLUMNS) {
        if !named(&column.id) {
            wrong.push(
                &format!("columns.{i}.id"),
                "invalid_value",
                "lower case letters, digits, points and underscores",
            );
        }
        if columns.iter().take(i).any(|c| c.id == column.id) {
            wrong.push(&format!("columns.{i}.id"), "said_twice", "the column is there already");
        }
        if column.width.is_some_and(|w| !(40..=2000).contains(&w)) {
            wrong.push(&format!("columns.{i}.width"), "out_of_range", "between 40 and 2000");
        }
    }
}

fn size(wrong: &mut Texts, filter: Option<&Value>) {
    if filter.is_some_and(|f| f.to_string().len() > MAX_FILTER) {
        wrong.push("filter", "too_long", format!("at most {MAX_FILTER} characters"));
    }
}

/// What of a view hangs on more than itself: its filter and order are of fields that there are and that its writer may
/// read, and who sees it is within their rights. Answers the team that it is for.
async fn check(
    cx: &Context,
    tx: &mut Tx,
    object: FieldObject,
    old: Option<&SavedView>,
    new: &Fields,
) -> Result<Option<TeamId>> {
    let selection = Selection { filter: new.filter.clone(), sort: new.sort.clone(), q: new.q.clone() };
    selection.read(cx, tx, object).await?;
    if let Some(by) = new.grouping.as_ref().filter(|by| old.is_none_or(|o| o.grouping.as_ref() != Some(*by))) {
        let asked = [("by".to_owned(), by.clone())];
        let names = Names::of_asked(tx, catalogue(object), &asked).await?;
        let field = grouped_by(by, &names).map_err(|e| Error::field("grouping", "unknown_field", e.detail))?;
        names.catalogue.may_read(cx.actor(), field, "grouping")?;
    }
    if new.layout == Layout::Board && object != FieldObject::Opportunity {
        return Err(Error::field("layout", "invalid_value", "a board is of opportunities"));
    }
    if old.is_some_and(|o| o.visibility == new.visibility) {
        return Ok(old.and_then(|o| o.team.as_ref()).map(|t| TeamId(t.id)));
    }
    let own = old.is_none_or(|o| o.owner_id == cx.actor().user);
    match new.visibility {
        Visibility::Private | Visibility::Team if !own => {
            let why = "only its owner takes a view from everyone, or gives it to their team";
            Err(Error::forbidden("forbidden", why).on("visibility"))
        }
        Visibility::Private => Ok(None),
        Visibility::Team => match cx.actor().team {
            Some(team) => Ok(Some(team)),
            None => Err(Error::field("visibility", "no_team", "you are in no team to share it with")),
        },
        Visibility::Organisation if cx.actor().scope(permission::<CreateSavedView>()) != ScopeLevel::All => {
            Err(Error::forbidden("forbidden", "none of your roles lets you share a view with everyone")
                .on("visibility"))
        }
        Visibility::Organisation => Ok(None),
    }
}

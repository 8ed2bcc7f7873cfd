//! What a list can be filtered and sorted by.

use dealwright_access::policy::Permission;
use dealwright_access::{Actor, Object};
use dealwright_kernel::Result;
use sqlx::{Postgres, QueryBuilder};

/// The type of a field: which operators and values it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An id of another record.
    Id,
    /// The id of an account, which may stand below others.
    Account,
    /// Records that have a part in it: a table of its parts and its column of ids. The column of the field itself is one
    /// more.
    Part(&'static str, &'static str),
    /// A user: also `me`.
    User,
    /// A team: also `my_team`.
    Team,
    /// A stage by id or name.
    Stage,
    /// `open`, `won` or `lost`: the kind of the record's stage.
    StageKind,
    /// A value of the managed list of this kind, by id or name.
    Choice(&'static str),
    /// One of fixed words.
    Word(&'static [&'static str]),
    /// Free text; `eq` and `contains` ignore case.
    Text,
    Int,
    /// In the organisation's currency, major units.
    Money,
    Date,
    Time,
    /// A tag of an opportunity.
    Tag,
    /// Whether the column has a value: the first word when it is null, else the second.
    State([&'static str; 2]),
    /// A number or an amount of a custom field: of at most four decimals, kept times 10,000.
    Decimal,
    /// `true` or `false`, or no value.
    Flag,
    /// An option of a custom field, by value or label.
    Option,
    /// Options of a custom field: whether one of them is among the record's.
    Options,
    /// The id of a record or, with `me`, of a person, as custom fields hold it.
    Reference {
        person: bool,
    },
}

/// Where a field's value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// A column of the table.
    Own(&'static str),
    /// What is worked out of alias `t`, for want of a column.
    Of(&'static str),
    /// A column of the account that the record hangs on, as far as the reader sees that account.
    OfAccount(&'static str),
}

impl Column {
    /// The value in SQL, on alias `t`.
    #[must_use]
    pub fn to_sql(self) -> String {
        match self {
            Self::Own(name) => format!("t.{name}"),
            Self::Of(text) => text.to_owned(),
            Self::OfAccount(name) => format!(
                "(select r.{name} from account r where r.org_id = t.org_id and r.id = t.account_id and r.deleted_at is null)"
            ),
        }
    }

    /// Writes it behind `before`.
    pub(super) fn after<'b>(self, sql: &'b mut QueryBuilder<Postgres>, before: &str) -> &'b mut QueryBuilder<Postgres> {
        match self {
            Self::Own(name) => sql.push(before).push("t.").push(name),
            Self::Of(_) | Self::OfAccount(_) => sql.push(before).push(self.to_sql()),
        }
    }
}

/// How a column sorts.
#[derive(Clone, Copy, Debug)]
pub struct SortKey {
    pub column: Column,
    pub nullable: bool,
}

/// A field of an object's lists.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub column: Column,
    pub kind: Kind,
    pub sort: Option<SortKey>,
}

impl Field {
    #[must_use]
    pub const fn new(name: &'static str, column: &'static str, kind: Kind) -> Self {
        Self { name, column: Column::Own(column), kind, sort: None }
    }

    /// A field of the account that a record hangs on, as far as the reader sees that account: `account.<field>`.
    #[must_use]
    pub const fn of_account(name: &'static str, column: &'static str, kind: Kind) -> Self {
        Self { name, column: Column::OfAccount(column), kind, sort: None }
    }

    /// A field that is worked out of alias `t`.
    #[must_use]
    pub const fn worked_out(name: &'static str, text: &'static str, kind: Kind) -> Self {
        Self { name, column: Column::Of(text), kind, sort: None }
    }

    /// Sortable by its own column, which may be null.
    #[must_use]
    pub const fn sorted(self) -> Self {
        Self { sort: Some(SortKey { column: self.column, nullable: true }), ..self }
    }

    /// Sortable by a column of numbers that says the order of its words, which is never null.
    #[must_use]
    pub const fn sorted_as(self, column: &'static str) -> Self {
        Self { sort: Some(SortKey { column: Column::Own(column), nullable: false }), ..self }
    }

    /// Sortable by its own column, which is never null.
    #[must_use]
    pub const fn sorted_not_null(self) -> Self {
        Self { sort: Some(SortKey { column: self.column, nullable: false }), ..self }
    }
}

/// An object's list: its table, its fields and who may read it.
#[derive(Debug)]
pub struct Catalogue {
    pub object: &'static str,
    pub table: &'static str,
    pub read: Permission,
    pub owner_column: &'static str,
    pub fields: &'static [Field],
    /// Records can be archived: they are kept out unless the filter speaks of `archived`.
    pub archives: bool,
    /// The fields of money whose sums a group of records is told by: what they come to, and that weighted.
    pub sums: &'static [&'static str],
    /// Fields of the default sort, as in the `sort` parameter.
    pub default_sort: &'static str,
}

impl Catalogue {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// Refuses to filter or sort by a field that is hidden from the actor.
    ///
    /// # Errors
    /// 403 `field_not_permitted` at `place`.
    pub fn may_read(&self, actor: &Actor, field: &Field, place: &str) -> Result<()> {
        let (object, name) = match field.name.strip_prefix("account.") {
            Some(name) => (Object::Account, name),
            None => (self.read.object, field.name),
        };
        actor.fields.may_read(object, name, place)
    }

    /// The names of the fields one can sort by.
    #[must_use]
    pub fn sortable(&self) -> String {
        self.fields.iter().filter(|f| f.sort.is_some()).map(|f| f.name).collect::<Vec<_>>().join(", ")
    }
}

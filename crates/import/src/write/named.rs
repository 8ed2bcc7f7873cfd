//! Records that rows name and that are not there: created in passing, each once.

use std::collections::{BTreeMap, HashMap};

use dealwright_access::policy::{Action, Object as Guarded, Permission};
use dealwright_kernel::id::TeamId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::{Insert, Ready, Writer, account, back_to_savepoint, contact, failed, product, refused, release, savepoint};
use crate::check::{Record, Value};
use crate::field::{self, Object, OptionKind};
use crate::store::{Fate, Reason};
use crate::values::matching::fold;
use dealwright_crm::{choice, rule};

/// What kind of record a name may create.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Account,
    Contact,
    Product,
    Option(OptionKind),
}

impl Kind {
    fn of(object: Object, key: &str) -> Option<Self> {
        let kind = field::find(object, key)?.kind;
        match kind {
            // A parent of the same file is tied at the end, when every account is there.
            field::Kind::Account if key == "parent" => None,
            field::Kind::Account => Some(Self::Account),
            field::Kind::Contact => Some(Self::Contact),
            field::Kind::Product => Some(Self::Product),
            field::Kind::Option(kind) => Some(Self::Option(kind)),
            _ => None,
        }
    }
}

impl Writer<'_> {
    /// Creates what the rows name and nobody has created yet.
    pub(super) async fn create_named(&mut self, tx: &mut Tx, ready: &[Ready]) -> Result<()> {
        let mut wanted: BTreeMap<(Kind, String), (String, Uuid)> = BTreeMap::new();
        for ready in ready {
            for (key, value) in &ready.record.values {
                let (Value::Named(name), Some(kind)) = (value, Kind::of(self.import.object, key)) else { continue };
                // Whose contact it is, is known once the accounts are there.
                if kind == Kind::Contact {
                    continue;
                }
                let place = (kind, fold(name));
                if !self.named.contains_key(&place) && !self.not_named.contains_key(&place) {
                    let owner = ready.record.reference("owner").unwrap_or(self.cx.actor().user.0);
                    wanted.entry(place).or_insert_with(|| (name.clone(), owner));
                }
            }
        }
        let mut lists: HashMap<OptionKind, Vec<String>> = HashMap::new();
        for ((kind, folded), (name, owner)) in wanted {
            match kind {
                Kind::Account => self.create_named_account(tx, folded, &name, owner).await?,
                Kind::Product => self.create_named_product(tx, folded, &name).await?,
                Kind::Option(kind) => lists.entry(kind).or_default().push(name),
                Kind::Contact => {}
            }
        }
        for (kind, names) in lists {
            self.create_options(tx, kind, &names).await?;
        }
        self.create_named_contacts(tx, ready).await
    }

    /// Creates the people that rows name, each once for the account of its row.
    async fn create_named_contacts(&mut self, tx: &mut Tx, ready: &[Ready]) -> Result<()> {
        for ready in ready {
            for (key, value) in &ready.record.values {
                let (Value::Named(name), Some(Kind::Contact)) = (value, Kind::of(self.import.object, key)) else {
                    continue;
                };
                let place = self.place(&ready.record, Kind::Contact, name);
                if self.named.contains_key(&place) || self.not_named.contains_key(&place) {
                    continue;
                }
                let account = self.reference(&ready.record, "account", Kind::Account);
                let owner = ready.record.reference("owner").unwrap_or(self.cx.actor().user.0);
                self.create_named_contact(tx, place, name, account, owner).await?;
            }
        }
        Ok(())
    }

    async fn create_named_contact(
        &mut self,
        tx: &mut Tx,
        place: (Kind, String),
        name: &str,
        account: Option<Uuid>,
        owner: Uuid,
    ) -> Result<()> {
        // A run that was interrupted has created it before.
        let known = sqlx::query_scalar!(
            "select id from contact where org_id = $1 and lower(name) = lower($2) and account_id is not distinct from $3 and import_id = $4
             and deleted_at is null limit 1",
            tx.org().0,
            name,
            account,
            self.import.id.0,
        )
        .fetch_optional(tx.db())
        .await?;
        let id = match known {
            Some(id) => id,
            None => {
                self.cx.actor().require(Permission::new(Guarded::Contact, Action::Create))?;
                let (owner, team) = self.owner_in_passing(Guarded::Contact, owner);
                let id = tx.new_id();
                let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
                savepoint(tx).await?;
                let row = json!([{ "id": id, "first_name": first.trim(), "last_name": last, "name": name, "account_id": account,
                                   "owner_id": owner, "team_id": team, "tags": [] }]);
                contact::Contacts(self.import.id).insert(tx, row).await?;
                if let Err(error) = rule::judge_new(tx, RuleObject::Contact, id).await {
                    back_to_savepoint(tx).await?;
                    return self.refuse_named(place, name, error);
                }
                release(tx).await?;
                tx.emit(contact::created(tx, self.import.id, id, name.to_owned(), account));
                id
            }
        };
        self.named.insert(place, id);
        Ok(())
    }

    /// Who owns what is created in passing, with their team: who owns the row, or who imports where they may not give it
    /// away.
    fn owner_in_passing(&self, object: Guarded, owner: Uuid) -> (Uuid, Option<TeamId>) {
        let team = self.teams.get(&owner).copied().flatten();
        match self.may_create(object, owner.into(), team) {
            Ok(()) => (owner, team),
            Err(_) => (self.cx.actor().user.0, self.cx.actor().team),
        }
    }

    /// Under what a record that a row names is kept. Two people of one name at two accounts are two.
    pub(super) fn place(&self, record: &Record, kind: Kind, name: &str) -> (Kind, String) {
        let of = match kind {
            Kind::Contact => self.reference(record, "account", Kind::Account),
            Kind::Account | Kind::Product | Kind::Option(_) => None,
        };
        (kind, of.map_or_else(|| fold(name), |account| format!("{} {account}", fold(name))))
    }

    async fn create_options(&mut self, tx: &mut Tx, kind: OptionKind, names: &[String]) -> Result<()> {
        choice::store::insert(tx, kind.key(), names).await?;
        for choice in choice::store::list(tx).await?.into_iter().filter(|choice| choice.kind == kind.key()) {
            self.named.insert((Kind::Option(kind), fold(&choice.name)), choice.id.0);
        }
        Ok(())
    }

    async fn create_named_account(&mut self, tx: &mut Tx, folded: String, name: &str, owner: Uuid) -> Result<()> {
        // A run that was interrupted has created it before.
        let known = sqlx::query_scalar!(
            "select id from account where org_id = $1 and name_sort = lower($2) and import_id = $3 and deleted_at is null limit 1",
            tx.org().0,
            name,
            self.import.id.0,
        )
        .fetch_optional(tx.db())
        .await?;
        let id = match known {
            Some(id) => id,
            None => {
                self.cx.actor().require(Permission::new(Guarded::Account, Action::Create))?;
                let (owner, team) = self.owner_in_passing(Guarded::Account, owner);
                let id = tx.new_id();
                savepoint(tx).await?;
                account::Accounts(self.import.id)
                    .insert(tx, json!([{ "id": id, "name": name, "owner_id": owner, "team_id": team, "tags": [] }]))
                    .await?;
                if let Err(error) = rule::judge_new(tx, RuleObject::Account, id).await {
                    back_to_savepoint(tx).await?;
                    return self.refuse_named((Kind::Account, folded), name, error);
                }
                release(tx).await?;
                tx.emit(account::created(tx, self.import.id, id, name));
                id
            }
        };
        self.named.insert((Kind::Account, folded), id);
        Ok(())
    }

    /// Keeps why a record is not created in passing; the rows that name it share its fate.
    fn refuse_named(&mut self, place: (Kind, String), name: &str, error: Error) -> Result<()> {
        let fate = refused(0, error)?;
        let reason = fate
            .problems
            .into_iter()
            .next()
            .map(|reason| Reason { message: format!("{name} can't be created: {}", reason.message), ..reason });
        self.not_named.extend(reason.map(|reason| (place, reason)));
        Ok(())
    }

    /// The rows without those that name what a rule kept from being created; the fates of those.
    pub(super) fn without_refused_names(&self, ready: Vec<Ready>) -> (Vec<Ready>, Vec<Fate>) {
        let mut fates = Vec::new();
        let reason = |ready: &Ready| {
            ready.record.values.iter().find_map(|(key, value)| {
                let (Value::Named(name), Some(kind)) = (value, Kind::of(self.import.object, key)) else { return None };
                let reason = self.not_named.get(&self.place(&ready.record, kind, name))?;
                Some(failed(ready.row, key, &reason.code, &reason.message))
            })
        };
        let kept = ready.into_iter().filter(|ready| match reason(ready) {
            Some(fate) => {
                fates.push(fate);
                false
            }
            None => true,
        });
        (kept.collect(), fates)
    }

    async fn create_named_product(&mut self, tx: &mut Tx, folded: String, name: &str) -> Result<()> {
        let known =
            sqlx::query_scalar!("select id from product where lower(name) = lower($1) and deleted_at is null", name)
                .fetch_optional(tx.db())
                .await?;
        let id = match known {
            Some(id) => id,
            None => {
                self.cx.actor().require(Permission::new(Guarded::Product, Action::Create))?;
                let id = tx.new_id();
                product::Products(self.import.id).insert(tx, json!([{ "id": id, "name": name }])).await?;
                tx.emit(product::event(tx, self.import.id, "created", id, name, 1));
                id
            }
        };
        self.named.insert((Kind::Product, folded), id);
        Ok(())
    }
}

/// The last rate of each currency, as of today.
pub(super) async fn rates(tx: &mut Tx) -> Result<HashMap<String, Decimal>> {
    let today = tx.now().date_naive();
    let rows = sqlx::query!(
        r#"select distinct on (currency) currency, rate::text as "rate!" from currency_rate where valid_from <= $1 order by currency, valid_from desc"#,
        today,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.currency, row.rate.parse().map_err(dealwright_kernel::Error::internal)?)))
        .collect()
}

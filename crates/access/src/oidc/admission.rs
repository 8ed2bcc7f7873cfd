//! Who a person is here, and what they may do: an identity finds its account; a trusted address finds or makes one, once;
//! the values that the provider tells stand for roles and teams.
//!
//! An identity is issuer and subject: an e-mail address that changes moves nobody to another account. A provider takes
//! away only what it gave, and never the organisation's last administrator.

use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Change, Event, Origin, Stamp, Subject, Tx};
use serde_json::{Value, json};

use super::claims::{Person, Values};
use super::store::{self, Account, Held};
use super::{Reason, Refusal};
use crate::Access;
use crate::identity_provider::store as providers;
use crate::identity_provider::{Mapping, Provider, Source};

/// Who stands in the events of what a provider brings about.
#[must_use]
pub fn stamp(provider: &Provider) -> Stamp {
    Stamp { kind: ActorKind::System, id: None, name: format!("Single sign-on ({})", provider.name), on_behalf_of: None }
}

/// Roles and a team that somebody should have from one source.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub roles: Vec<RoleId>,
    pub team: Option<TeamId>,
    /// All that the provider had to say is known: what is not wanted may be taken away.
    pub whole: bool,
}

impl Wanted {
    /// What the values of claims stand for.
    #[must_use]
    pub fn by_claims(mappings: &[Mapping], person: &Person) -> Self {
        let mut wanted = Self { whole: true, ..Self::default() };
        for mapping in mappings.iter().filter(|m| m.source == Source::Claim) {
            match person.values(&mapping.claim) {
                Values::Known(values) if values.contains(&mapping.value.as_str()) => wanted.add(mapping),
                Values::Known(_) => {}
                Values::Elsewhere => wanted.whole = false,
            }
        }
        wanted
    }

    /// Adds what a mapping stands for; of teams the first counts.
    pub fn add(&mut self, mapping: &Mapping) {
        if let Some(role) = mapping.role_id.filter(|role| !self.roles.contains(role)) {
            self.roles.push(role);
        }
        self.team = self.team.or(mapping.team_id);
    }
}

/// Lets a person in: finds or makes their account, and brings their roles and team up to date.
///
/// # Errors
/// Why not.
pub async fn admit(access: &Access, provider: &Provider, person: &Person, from: Origin) -> Result<UserId, Refusal> {
    let mut tx = access.begin_as(provider.org, stamp(provider), from).await?;
    store::hold_roles(&mut tx).await?;
    let mappings = providers::mappings(&mut tx, provider.id).await?;
    let wanted = Wanted::by_claims(&mappings, person);
    let (account, made) = match known(&mut tx, provider, person).await? {
        Some(account) => (account, false),
        None => (make(&mut tx, provider, person).await?, true),
    };
    let has_role = give(&mut tx, provider, Source::Claim, &account, &wanted).await?;
    if made && !has_role {
        tx.rollback().await?;
        return Err(Refusal::new(
            Reason::NoRole,
            "nothing that the provider tells stands for a role, and there is no default",
        ));
    }
    tx.commit(()).await?.into_inner();
    if has_role {
        Ok(account.id)
    } else {
        Err(Refusal::new(Reason::NoRole, format!("{} has no role any more", account.email)))
    }
}

/// The account of an identity; or of a trusted address, which is linked to it from now on.
async fn known(tx: &mut Tx, provider: &Provider, person: &Person) -> Result<Option<Account>, Refusal> {
    let Person { issuer, subject, .. } = person;
    let email = person.email.as_deref();
    if let Some(account) = store::by_identity(tx, provider, issuer, subject).await? {
        active(&account)?;
        store::used(tx, provider, issuer, subject, email).await?;
        return Ok(Some(account));
    }
    let shown = email.unwrap_or("no e-mail address");
    person.trusted.map_err(|reason| Refusal::new(reason, format!("{shown} (subject {subject})")))?;
    let Some(email) = email else { return Ok(None) };
    let Some((account, known_otherwise)) = store::by_email(tx, provider, email).await? else { return Ok(None) };
    active(&account)?;
    if known_otherwise {
        let why = format!("{email} came with subject {subject}, but its account is linked to another one");
        return Err(Refusal::new(Reason::IdentityConflict, why));
    }
    store::link(tx, provider, account.id, issuer, subject, Some(email)).await?;
    tx.emit(event(tx, &account, "identity_linked").data(json!({ "provider": provider.name, "subject": subject })));
    Ok(Some(account))
}

fn active(account: &Account) -> Result<(), Refusal> {
    if account.active {
        return Ok(());
    }
    Err(Refusal::new(Reason::AccountDeactivated, format!("{} is deactivated", account.email)))
}

async fn make(tx: &mut Tx, provider: &Provider, person: &Person) -> Result<Account, Refusal> {
    let email = person.email.as_deref().unwrap_or_default();
    let none = |why: &str| Refusal::new(Reason::NoAccount, format!("{email}: {why}"));
    if !provider.provisions {
        return Err(none("there is no account, and the provider makes none"));
    }
    let name = person.name.as_deref().unwrap_or(email);
    let account = store::insert_account(tx, name, email).await.map_err(|error| {
        // In another organisation, which is nobody's business here.
        if error.code == "email_taken" { none("no account can be made for this address") } else { error.into() }
    })?;
    store::link(tx, provider, account.id, &person.issuer, &person.subject, Some(email)).await?;
    tx.emit(event(tx, &account, "created").data(json!({ "provider": provider.name })));
    Ok(account)
}

/// An event about somebody.
pub(crate) fn event(tx: &Tx, account: &Account, verb: &str) -> Event {
    let subject = Subject { object: "user", id: account.id.0, name: account.name.clone(), version: None };
    Event::with_id(tx.new_id().into(), format!("user.{verb}"), subject)
}

/// Gives what is wanted and takes back what this source gave before and is not wanted any more. Says whether the person
/// has a role afterwards.
///
/// # Errors
/// When the database is gone.
pub async fn give(
    tx: &mut Tx,
    provider: &Provider,
    source: Source,
    account: &Account,
    wanted: &Wanted,
) -> Result<bool> {
    let before = store::held_roles(tx, account.id).await?;
    let (given, teams) = store::granted(tx, provider.id, source, account.id).await?;
    let mut roles = wanted.roles.clone();
    let stays = |held: &Held| !wanted.whole || !given.contains(&held.id);
    if roles.is_empty() && !before.iter().any(stays) {
        roles.extend(provider.default_role);
    }
    for role in roles.iter().filter(|role| !given.contains(role)) {
        store::grant_role(tx, provider.id, source, account.id, *role).await?;
    }
    for role in given.iter().filter(|role| wanted.whole && !roles.contains(role)) {
        let administrator = before.iter().any(|held| held.id == *role && held.administrator);
        if administrator && !store::other_administrator(tx, account.id).await? {
            let why = json!({ "provider": provider.name, "reason": "the organisation's last administrator" });
            tx.emit(event(tx, account, "role_kept").data(why));
        } else {
            store::take_role(tx, provider.id, source, account.id, *role).await?;
        }
    }
    let after = store::held_roles(tx, account.id).await?;
    let mut changes = Vec::new();
    if !before.iter().map(|h| h.id).eq(after.iter().map(|h| h.id)) {
        changes.push(change("roles", names(&before), names(&after)));
    }
    changes.extend(move_team(tx, provider, source, account, &teams, wanted).await?);
    if !changes.is_empty() {
        tx.emit(event(tx, account, "updated").changes(changes).data(json!({ "provider": provider.name })));
    }
    Ok(!after.is_empty())
}

async fn move_team(
    tx: &mut Tx,
    provider: &Provider,
    source: Source,
    account: &Account,
    given: &[TeamId],
    wanted: &Wanted,
) -> Result<Option<Change>> {
    let ours = account.team.is_some_and(|team| given.contains(&team));
    let to = match wanted.team {
        Some(team) if account.team == Some(team) => return Ok(None),
        Some(team) => Some(team),
        None if wanted.whole && ours => None,
        None => return Ok(None),
    };
    store::set_team(tx, provider.id, source, account.id, to).await?;
    let (old, new) = (store::team_name(tx, account.team).await?, store::team_name(tx, to).await?);
    Ok(Some(change("team", json!(old), json!(new))))
}

fn change(field: &str, old: Value, new: Value) -> Change {
    Change { field: field.to_owned(), old, new, old_label: None, new_label: None }
}

fn names(roles: &[Held]) -> Value {
    roles.iter().map(|r| r.name.as_str()).collect()
}

/// Writes a refused sign-in into the audit log.
///
/// # Errors
/// When the database is gone.
pub async fn record_refusal(
    access: &Access,
    provider: &Provider,
    refusal: &Refusal,
    from: Origin,
) -> Result<(), Error> {
    let mut tx = access.begin_as(provider.org, stamp(provider), from).await?;
    let data = json!({ "reason": refusal.reason.code(), "detail": refusal.detail });
    tx.emit(provider.event(&tx, "sign_in_refused").data(data));
    tx.commit(()).await?.into_inner();
    Ok(())
}

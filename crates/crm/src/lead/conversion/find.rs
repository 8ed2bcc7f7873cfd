//! What is there already: accounts and contacts that the caller sees, by address, domain and name.

use dealwright_access::{Context, Object};
use dealwright_kernel::Result;
use dealwright_store::Tx;

use super::draft::Draft;
use super::store::{self, AccountRow, ContactRow};
use super::{AccountCandidate, ContactCandidate, ConversionPreview, MatchedBy};
use crate::lead::Lead;
use crate::record::Ref;
use crate::search;

/// The most candidates of a kind.
const AT_MOST: usize = 10;

/// What a conversion of `lead` would find and make.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn preview(cx: &Context, tx: &mut Tx, lead: &Lead) -> Result<ConversionPreview> {
    let draft = Draft { cx, lead };
    let (account, contact) = (draft.account(tx).await?, draft.contact(tx).await?);
    let opportunity = draft.opportunity(tx).await?;
    let accounts = accounts(cx, tx, lead, draft.domain()).await?;
    let contacts = contacts(cx, tx, lead).await?;
    let (tasks, activities) = store::moving(tx, lead.id).await?;
    Ok(ConversionPreview { accounts, contacts, account, contact, opportunity, tasks, activities })
}

async fn accounts(cx: &Context, tx: &mut Tx, lead: &Lead, domain: Option<String>) -> Result<Vec<AccountCandidate>> {
    let hidden = cx.actor().fields.hides(Object::Account, "domain");
    let domain = domain.filter(|_| !hidden);
    let mut similar = match &lead.company {
        Some(company) => search::accounts(tx, cx.actor(), company).await?,
        None => Vec::new(),
    };
    similar.truncate(AT_MOST);
    let name = lead.company.as_deref().map(str::to_lowercase);
    let rows = store::accounts(tx, domain.as_deref(), name.as_deref(), &similar).await?;
    let of = |row: AccountRow| {
        let same = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
        let mut by = Vec::new();
        if same(row.domain.as_deref(), domain.as_deref()) {
            by.push(MatchedBy::Domain);
        }
        let named = same(Some(row.name.to_lowercase().as_str()), name.as_deref());
        by.push(if named { MatchedBy::Name } else { MatchedBy::SimilarName });
        if by.len() == 2 && !named && !similar.contains(&row.id.0) {
            by.pop();
        }
        AccountCandidate {
            id: row.id,
            name: row.name,
            domain: row.domain.filter(|_| !hidden),
            owner: Ref { id: row.owner_id, name: row.owner_name },
            matched_by: by,
        }
    };
    Ok(likeliest(rows.into_iter().map(of).collect(), |c| &c.matched_by))
}

async fn contacts(cx: &Context, tx: &mut Tx, lead: &Lead) -> Result<Vec<ContactCandidate>> {
    let fields = &cx.actor().fields;
    let hidden = |field| fields.hides(Object::Contact, field);
    let email = lead.email.as_deref().filter(|_| !hidden("email") && !fields.hides(Object::Lead, "email"));
    let name = Some(lead.fields().person()).filter(|n| !n.is_empty());
    let mut similar = match &name {
        Some(name) => search::contacts(tx, cx.actor(), name).await?,
        None => Vec::new(),
    };
    similar.truncate(AT_MOST);
    let name = name.map(|n| n.to_lowercase());
    let rows = store::contacts(tx, email, name.as_deref(), &similar).await?;
    let of = |row: ContactRow| {
        let mut by = Vec::new();
        if email.is_some() && row.email.as_deref() == email {
            by.push(MatchedBy::Email);
        }
        if name.as_deref() == Some(&*row.name.to_lowercase()) {
            by.push(MatchedBy::Name);
        } else if similar.contains(&row.id.0) {
            by.push(MatchedBy::SimilarName);
        }
        ContactCandidate {
            id: row.id,
            name: row.name,
            title: row.title.filter(|_| !hidden("title")),
            email: row.email.filter(|_| !hidden("email")),
            account: Ref::of(row.account_id, row.account_name),
            owner: Ref { id: row.owner_id, name: row.owner_name },
            matched_by: by,
        }
    };
    Ok(likeliest(rows.into_iter().map(of).collect(), |c| &c.matched_by))
}

/// Found by an address or a domain first, then by the whole name.
fn likeliest<T>(mut found: Vec<T>, by: impl Fn(&T) -> &Vec<MatchedBy>) -> Vec<T> {
    let doubt = |one: &T| {
        let by = by(one);
        let sure = by.contains(&MatchedBy::Email) || by.contains(&MatchedBy::Domain);
        (!sure, !by.contains(&MatchedBy::Name))
    };
    found.sort_by_key(doubt);
    found.truncate(AT_MOST);
    found
}

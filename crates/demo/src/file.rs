//! Files on some records of the demo company, brought in as people would bring them.

use axum::body::Body;
use chrono::NaiveDate;
use dealwright_access::Access;
use dealwright_crm::file::upload::{self, NewUpload, Open};
use dealwright_files::Files;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, FileId, OpportunityId, OrgId, UserId};
use sqlx::{Connection, FromRow};

/// A deal with what its papers say.
#[derive(FromRow)]
struct Deal {
    id: OpportunityId,
    owner: UserId,
    owner_name: String,
    name: String,
    account_id: AccountId,
    account: String,
    contact: Option<String>,
    email: Option<String>,
    next_step: Option<String>,
    amount: i64,
    currency: String,
    close_date: Option<NaiveDate>,
}

/// Files the papers of the largest open deals, by their owners.
///
/// # Errors
/// When the database or the place of the files can't be reached.
pub async fn write(access: &Access, files: &Files, org: OrgId) -> Result<()> {
    let mut db = access.database().maintenance().await?;
    let deals: Vec<Deal> = sqlx::query_as(
        "select o.id, o.owner_id as owner, u.name as owner_name, o.name, o.account_id, a.name as account, c.name as contact, c.email, o.next_step,
                o.amount_minor / 100 as amount, o.currency, o.close_date
         from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id join account a on a.org_id = o.org_id and a.id = o.account_id
         join app_user u on u.org_id = o.org_id and u.id = o.owner_id left join contact c on c.org_id = o.org_id and c.id = o.primary_contact_id
         where o.org_id = $1 and s.kind = 'open' and u.active and o.amount_minor is not null order by o.amount_minor desc, o.id limit 6",
    )
    .bind(org.0)
    .fetch_all(&mut db)
    .await?;
    db.close().await?;
    for (n, deal) in deals.iter().enumerate() {
        let on_deal = || NewUpload { opportunity_id: Some(deal.id), ..NewUpload::default() };
        let first = file(access, files, org, deal, on_deal(), "Proposal.md", proposal(deal, "Draft")).await?;
        if n % 2 == 0 {
            let next = NewUpload { file_id: Some(first), ..NewUpload::default() };
            file(access, files, org, deal, next, "Proposal.md", proposal(deal, "Final")).await?;
            file(access, files, org, deal, on_deal(), "Prices.csv", prices(deal)).await?;
        } else {
            file(access, files, org, deal, on_deal(), "Questions.eml", letter(deal)).await?;
        }
        if n < 2 {
            let on_account = NewUpload { account_id: Some(deal.account_id), ..NewUpload::default() };
            file(access, files, org, deal, on_account, "Framework agreement.txt", agreement(deal)).await?;
        }
    }
    Ok(())
}

async fn file(
    access: &Access,
    files: &Files,
    org: OrgId,
    deal: &Deal,
    on: NewUpload,
    name: &str,
    text: String,
) -> Result<FileId> {
    let cx = access.context_for(org, deal.owner).await?;
    let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let mut tx = cx.begin().await?;
    let upload = upload::begin(&cx, &mut tx, files, NewUpload { name: name.to_owned(), size, ..on }).await?;
    tx.commit(()).await?.into_inner();
    let open = Open { upload, parent: None };
    upload::receive(&cx, files, &open, Body::from(text)).await?;
    Ok(upload::complete(&cx, files, open.upload.id).await?.into_inner())
}

fn date(deal: &Deal) -> String {
    deal.close_date.map_or_else(|| "to be agreed".to_owned(), |date| date.format("%-d %B %Y").to_string())
}

fn proposal(deal: &Deal, state: &str) -> String {
    let Deal { account, name, amount, currency, owner_name, .. } = deal;
    let (next, close) = (deal.next_step.as_deref().unwrap_or("Agree on the scope"), date(deal));
    format!(
        "# Proposal for {account}\n\n{state}. {name}\n\n## What you get\n\nInstallation on two lines, training for both shifts, and spare parts for a \
         year. Commissioning takes ten working days, of which the line stands for three.\n\n## Price\n\n{amount} {currency}, of which 30 % with the \
         order, 60 % on delivery and 10 % after acceptance. The price holds until {close}.\n\n## Next step\n\n{next}.\n\n{owner_name}\n"
    )
}

fn prices(deal: &Deal) -> String {
    let (amount, currency) = (deal.amount, &deal.currency);
    let (training, parts) = (amount / 20, amount / 10);
    format!(
        "Item,Quantity,Price,Currency\nEquipment,1,{},{currency}\nTraining,2,{},{currency}\nSpare parts,1,{parts},{currency}\n",
        amount - training - parts,
        training / 2,
    )
}

fn letter(deal: &Deal) -> String {
    let who = deal.contact.as_deref().unwrap_or("Purchasing");
    let from = deal.email.as_deref().unwrap_or("purchasing@customer.example");
    format!(
        "From: {who} <{from}>\r\nTo: {owner} <sales@demo.example>\r\nSubject: Questions about {name}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nDear {owner},\r\n\r\nbefore we can order we need to know how long the line stands, who \
         trains the night shift, and whether the delivery time of eight weeks is firm.\r\n\r\nKind regards\r\n{who}\r\n{account}\r\n",
        owner = deal.owner_name,
        name = deal.name,
        account = deal.account,
    )
}

fn agreement(deal: &Deal) -> String {
    format!(
        "Framework agreement with {}\n\n1. Orders are placed in writing and confirmed within five working days.\n2. Invoices are due within 30 \
         days.\n3. The warranty is 24 months from acceptance.\n4. Either side may end this agreement with six months' notice to the end of a year.\n",
        deal.account
    )
}

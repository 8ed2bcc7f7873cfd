//! `/mailboxes`: a person connects their mailboxes, and an administrator the drop mailbox.
//!
//! No key and nobody who looks at the app as somebody else gets here. A password goes to the server it was given for and
//! comes back to nobody.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::context::permission;
use dealwright_access::outbound::Outbound;
use dealwright_access::policy::{CreateActivity, UpdateOrganisation};
use dealwright_access::throttle::{self, Counter};
use dealwright_access::{Access, Context, InPerson};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::MailboxId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::job::NewJob;
use dealwright_store::{Change, Committed, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::imap::{Account, Failed, Folder, Server};
use super::sync::{REMOVE, Removal, Task};
use super::{Connection, Fields, Mailbox, MailboxPatch, NewMailbox, policy_http, store, sync};

/// The mailboxes' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(look))
        .routes(routes!(get, update, delete))
        .routes(routes!(now))
}

/// Your mailboxes and, for an administrator, the drop mailbox
#[utoipa::path(get, path = "/mailboxes", tag = "mail", responses((status = 200, body = Page<Mailbox>), Problems))]
async fn index(cx: InPerson<CreateActivity>) -> Result<Json<Page<Mailbox>>> {
    let mut tx = cx.begin().await?;
    let mailboxes = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(mailboxes))).await
}

/// The folders of a mailbox.
#[derive(Debug, Serialize, ToSchema)]
struct MailFolders {
    folders: Vec<Folder>,
}

/// Try a connection, and see which folders there are
///
/// 422 with what is wrong: `login_refused`, `certificate`, `unreachable`, `address_refused`, `no_tls`, `no_starttls`,
/// `plain_refused`, `timeout`, `protocol`.
#[utoipa::path(post, path = "/mailboxes/check", tag = "mail", request_body = Connection, responses((status = 200, body = MailFolders), Problems))]
async fn look(cx: InPerson<CreateActivity>, Valid(connection): Valid<Connection>) -> Result<Json<MailFolders>> {
    let account = match (connection.password, connection.mailbox_id) {
        (Some(password), _) => Account {
            host: connection.host,
            port: connection.port,
            security: connection.security,
            username: connection.username,
            password,
        },
        (None, Some(id)) => {
            let mut tx = cx.begin().await?;
            let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
            let sealed = store::password(&mut tx, id).await?.or_not_found("mailbox")?;
            tx.done(()).await?;
            let kept = (mailbox.host.as_str(), mailbox.port, mailbox.security, mailbox.username.as_str());
            if kept != (connection.host.as_str(), connection.port, connection.security, connection.username.as_str()) {
                return Err(needs_password());
            }
            sync::account(&cx, &mailbox, &sealed)?
        }
        (None, None) => return Err(Error::field("password", "required", "this field is required")),
    };
    let mut server = reach(&cx, &account).await?;
    let folders = server.folders().await.map_err(refused);
    server.close().await;
    Ok(Json(MailFolders { folders: folders? }))
}

fn needs_password() -> Error {
    let message = "the password is needed again: it goes to no other server than the one it was given for";
    Error::field("password", "required", message)
}

fn refused(failed: Failed) -> Error {
    Error::invalid(failed.code, failed.message)
}

/// Connects as the person asks, not too often.
async fn reach(cx: &Context, account: &Account) -> Result<Server> {
    let now = cx.clock().now();
    let counters = [Counter::mailboxes(cx.actor().user.0)];
    let mut tx = cx.access().database().system().await?;
    throttle::check(&mut tx, &counters, now).await?;
    throttle::count(&mut tx, &counters, now).await?;
    tx.commit().await?;
    let outbound = Outbound::new(&cx.access().settings().outbound_networks);
    Server::open(&outbound, account).await.map_err(refused)
}

/// The folders that are read when nobody chose: the inbox and the sent messages.
async fn usual(server: &mut Server) -> Result<Vec<String>> {
    let folders = server.folders().await.map_err(refused)?;
    let usual = folders.into_iter().filter(|f| matches!(f.role, Some("inbox" | "sent"))).map(|f| f.name).take(2);
    let usual: Vec<String> = usual.collect();
    if usual.is_empty() { Ok(vec!["INBOX".to_owned()]) } else { Ok(usual) }
}

/// Whether there is everything that was asked for.
async fn open_all(server: &mut Server, folders: &[String]) -> Result<()> {
    for (i, folder) in folders.iter().enumerate() {
        if let Err(failed) = server.examine(folder).await {
            return Err(Error::field(format!("folders.{i}"), failed.code, failed.message));
        }
    }
    Ok(())
}

async fn check_account(cx: &Context, account: &Account, folders: Option<&[String]>) -> Result<Vec<String>> {
    let mut server = reach(cx, account).await?;
    let found = match folders {
        Some(folders) => folders.to_vec(),
        None => usual(&mut server).await?,
    };
    let opened = open_all(&mut server, &found).await;
    server.close().await;
    opened.map(|()| found)
}

/// Connect a mailbox
///
/// The connection is tried first; 422 says what is wrong with it, as `POST /mailboxes/check` does.
#[utoipa::path(post, path = "/mailboxes", tag = "mail", request_body = NewMailbox, responses((status = 201, body = Mailbox), Problems))]
async fn create(cx: InPerson<CreateActivity>, Valid(new): Valid<NewMailbox>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    if new.of_organisation {
        cx.actor().require(permission::<UpdateOrganisation>())?;
    } else if !policy_http::allows(&mut tx).await? {
        return Err(not_allowed());
    }
    tx.done(()).await?;
    let account = Account {
        host: new.host.trim().to_lowercase(),
        port: new.port,
        security: new.security,
        username: new.username.trim().to_owned(),
        password: new.password.clone(),
    };
    let found = check_account(&cx, &account, new.folders.as_deref()).await?;
    let fields = new.fields(found, cx.clock().today());
    let mut tx = cx.begin().await?;
    let id = MailboxId(tx.new_id());
    let sealed = cx.access().keyring().seal(&format!("mailbox:{id}"), new.password.as_bytes())?;
    let user = (!new.of_organisation).then_some(cx.actor().user);
    store::insert(&mut tx, id, user, &fields, &sealed).await?;
    if new.of_organisation {
        let old = policy_http::current(&mut tx).await?;
        let drop_address = old.drop_address.clone().or_else(|| Some(fields.address.clone()));
        policy_http::write(&mut tx, &old, policy_http::MailPolicy { drop_address, ..old.clone() }).await?;
    }
    let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    let event = mailbox.event(&tx, "connected").data(json!({ "host": fields.host, "private": fields.private }));
    tx.emit(event);
    enqueue(&cx, &mut tx, id)?;
    let location = [(header::LOCATION, format!("/api/v1/mailboxes/{id}"))];
    tx.commit((StatusCode::CREATED, etag(mailbox.version), location, Json(mailbox))).await
}

fn not_allowed() -> Error {
    Error::forbidden("mailboxes_not_allowed", "your administrator does not allow mailboxes to be connected")
}

fn enqueue(cx: &Context, tx: &mut Tx, mailbox: MailboxId) -> Result<()> {
    tx.enqueue(Task { org: tx.org(), user: cx.actor().user, mailbox }.job()?);
    Ok(())
}

/// One of your mailboxes
#[utoipa::path(get, path = "/mailboxes/{id}", tag = "mail", params(("id" = MailboxId, Path)), responses((status = 200, body = Mailbox), Problems))]
async fn get(cx: InPerson<CreateActivity>, Path(id): Path<MailboxId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    tx.done((etag(mailbox.version), Json(mailbox))).await
}

/// Change a mailbox
///
/// What is stored already stays as it is. Another server, user name or password is tried first.
#[utoipa::path(patch, path = "/mailboxes/{id}", tag = "mail", params(("id" = MailboxId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = MailboxPatch, responses((status = 200, body = Mailbox), Problems))]
async fn update(
    cx: InPerson<CreateActivity>,
    Path(id): Path<MailboxId>,
    if_match: IfMatch,
    Valid(patch): Valid<MailboxPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    let sealed = store::password(&mut tx, id).await?.or_not_found("mailbox")?;
    tx.done(()).await?;
    let old = current.fields();
    let new = patch.apply(&old);
    if current.version != version {
        return Err(stale(current.version, &old, &new));
    }
    let changes = diff(&old, &new)?;
    if changes.is_empty() && patch.password.is_none() {
        let tx = cx.begin().await?;
        return tx.commit((etag(current.version), Json(current))).await;
    }
    let moved = of_connection(&old) != of_connection(&new);
    let password = match patch.password {
        Some(password) => password,
        None if moved => return Err(needs_password()),
        None => sync::account(&cx, &current, &sealed)?.password,
    };
    if moved || new.folders != old.folders || sync::account(&cx, &current, &sealed)?.password != password {
        let account = Account {
            host: new.host.clone(),
            port: new.port,
            security: new.security,
            username: new.username.clone(),
            password: password.clone(),
        };
        check_account(&cx, &account, Some(&new.folders)).await?;
    }
    let resealed = cx.access().keyring().seal(&format!("mailbox:{id}"), password.as_bytes())?;
    written(&cx, &current, &new, &resealed, changes).await
}

/// A mailbox with its version.
type Shown = ([(header::HeaderName, String); 1], Json<Mailbox>);

/// What another password is needed for.
fn of_connection(f: &Fields) -> (&str, u16, super::Security, &str) {
    (&f.host, f.port, f.security, &f.username)
}

async fn written(
    cx: &Context,
    current: &Mailbox,
    new: &Fields,
    password: &[u8],
    changes: Vec<Change>,
) -> Result<Committed<Shown>> {
    let (id, old) = (current.id, current.fields());
    let mut tx = cx.begin().await?;
    if !store::update(&mut tx, id, current.version, new, Some(password)).await? {
        return Err(stale(current.version + 1, &old, new));
    }
    let anew = (&old.since, &old.never, &old.address, &old.host, &old.username)
        != (&new.since, &new.never, &new.address, &new.host, &new.username);
    if anew {
        store::forget(&mut tx, id).await?;
    }
    let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    let event = mailbox.event(&tx, "updated").changes(changes);
    tx.emit(event);
    enqueue(cx, &mut tx, id)?;
    tx.commit((etag(mailbox.version), Json(mailbox))).await
}

/// What becomes of what a mailbox brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Stored {
    #[default]
    Keep,
    /// Into the bin, but for messages in which colleagues took part: those are theirs too.
    Remove,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Disconnecting {
    /// What becomes of the messages that are stored: `keep` or `remove`.
    #[serde(default)]
    #[param(inline)]
    stored: Stored,
}

/// Disconnect a mailbox
///
/// Its password and all that was noted of it are gone at once; what is stored stays, or goes into the bin.
#[utoipa::path(delete, path = "/mailboxes/{id}", tag = "mail", params(("id" = MailboxId, Path), Disconnecting, ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Disconnected"), Problems))]
async fn delete(
    cx: InPerson<CreateActivity>,
    Path(id): Path<MailboxId>,
    Query(how): Query<Disconnecting>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    let version = if_match.0.unwrap_or(mailbox.version);
    let brought = if how.stored == Stored::Remove { store::brought(&mut tx, id).await? } else { Vec::new() };
    if !store::delete(&mut tx, id, version).await? {
        return Err(Error::stale(VersionConflict { version: mailbox.version, fields: Vec::new() }));
    }
    let event = mailbox.event(&tx, "disconnected").data(json!({ "removed": brought.len() }));
    tx.emit(event);
    if !brought.is_empty() {
        let removal = Removal { org: tx.org(), user: cx.actor().user, activities: brought };
        tx.enqueue(NewJob::new(REMOVE, &removal)?);
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Sync a mailbox now
///
/// Everything in it is held against the CRM anew. `GET /mailboxes/{id}` tells when it is done.
#[utoipa::path(post, path = "/mailboxes/{id}/sync", tag = "mail", params(("id" = MailboxId, Path)), responses((status = 202, body = Mailbox), Problems))]
async fn now(cx: InPerson<CreateActivity>, Path(id): Path<MailboxId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    if !mailbox.of_organisation && !policy_http::allows(&mut tx).await? {
        return Err(not_allowed());
    }
    store::hurry(&mut tx, id).await?;
    enqueue(&cx, &mut tx, id)?;
    let mailbox = store::find(&mut tx, id).await?.or_not_found("mailbox")?;
    tx.commit((StatusCode::ACCEPTED, Json(mailbox))).await
}

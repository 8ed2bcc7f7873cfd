//! The doors to the database. [`Allow`] checks a permission and yields a transaction; [`Permit`] proves that a record
//! was read under the actor's eyes and may be written.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{OrgId, TeamId, UserId};
use dealwright_kernel::{Clock, Error, Result};
use dealwright_store::database::access_changed;
use dealwright_store::{Database, Tx};
use moka::sync::Cache;

use crate::actor::Actor;
use crate::policy::{Needs, Object, Permission};
use crate::session::{self, TokenHash};
use crate::{people, policy};

/// What the operator decided about signing in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Demo logins are shown and allowed.
    pub demo: bool,
    /// The app is reached over TLS: cookies are `Secure` and carry the `__Host-` prefix.
    pub secure_cookies: bool,
}

/// Everything the crate needs at run time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    database: Database,
    actors: Cache<TokenHash, Arc<Actor>>,
    pub(crate) settings: Settings,
    pub(crate) hashing: Arc<tokio::sync::Semaphore>,
}

impl Access {
    #[must_use]
    pub fn new(database: Database, settings: Settings) -> Self {
        let actors = Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build();
        // Each password check takes 19 MiB and a core for a moment.
        Self { database, actors, settings, hashing: Arc::new(tokio::sync::Semaphore::new(2)) }
    }

    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    #[must_use]
    pub const fn clock(&self) -> &Clock {
        self.database.clock()
    }

    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The person behind a session's token. Kept for a minute at most; every transaction checks that nobody's access
    /// has changed since.
    pub(crate) async fn actor(&self, token: TokenHash) -> Result<Arc<Actor>> {
        if let Some(actor) = self.actors.get(&token) {
            return Ok(actor);
        }
        let actor = Arc::new(session::store::actor(self, &token).await?);
        self.actors.insert(token, Arc::clone(&actor));
        Ok(actor)
    }

    pub(crate) fn forget(&self, token: &TokenHash) {
        self.actors.invalidate(token);
    }

    /// A person without a session: for jobs and agents that act for them.
    ///
    /// # Errors
    /// 404 when the person is not active in the organisation.
    pub async fn person(&self, org: OrgId, user: UserId) -> Result<Arc<Actor>> {
        let mut tx = self.database.system().await?;
        let actor = people::store::actor(tx.db(), org, user).await?.or_not_found("user")?;
        tx.commit().await?;
        Ok(Arc::new(actor))
    }

    /// A context for work outside a request.
    #[must_use]
    pub fn context(&self, actor: Arc<Actor>) -> Context {
        Context { access: self.clone(), actor, fresh: OnceLock::new(), token: None, request_id: None }
    }

    /// A context for a person, read now.
    ///
    /// # Errors
    /// 404 when the person is not active in the organisation.
    pub async fn context_for(&self, org: OrgId, user: UserId) -> Result<Context> {
        Ok(self.context(self.person(org, user).await?))
    }
}

/// Somebody, and the way to the database as them.
#[derive(Clone, Debug)]
pub struct Context {
    access: Access,
    actor: Arc<Actor>,
    /// The actor as read again by a transaction that found their access changed: what counts from then on.
    fresh: OnceLock<Arc<Actor>>,
    token: Option<TokenHash>,
    request_id: Option<String>,
}

impl Context {
    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.fresh.get().unwrap_or(&self.actor)
    }

    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }

    #[must_use]
    pub const fn clock(&self) -> &Clock {
        self.access.clock()
    }

    /// The same person under another name, such as the agent that acts for them.
    #[must_use]
    pub fn acting(&self, actor: Arc<Actor>) -> Self {
        Self { actor, fresh: OnceLock::new(), ..self.clone() }
    }

    /// Begins a transaction as this actor. When access has changed since the actor was read, it is read again and must
    /// still be allowed `needs`; [`Self::actor`] answers the new one from then on. So what hangs on the actor's rights is
    /// decided after this.
    ///
    /// # Errors
    /// 401 when the session has ended, 403 when the permission was taken away, 503 when no connection is free.
    pub async fn begin_for(&self, needs: Option<Permission>) -> Result<Tx> {
        let request_id = self.request_id.clone();
        match self.access.database.begin(&self.actor().db_scope(request_id.clone())?).await {
            Err(error) if access_changed(&error) => {
                let fresh = Arc::new(self.again().await?);
                if let Some(permission) = needs {
                    fresh.require(permission)?;
                }
                let tx = self.access.database.begin(&fresh.db_scope(request_id)?).await?;
                _ = self.fresh.set(fresh);
                Ok(tx)
            }
            other => other,
        }
    }

    /// [`Self::begin_for`] without a permission: row-level security alone decides.
    ///
    /// # Errors
    /// As [`Self::begin_for`].
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_for(None).await
    }

    /// [`Self::begin`], refusing to go on when access has changed: for what must not outlive the rights it began with.
    ///
    /// # Errors
    /// When access has changed since the actor was read.
    pub async fn begin_unchanged(&self) -> Result<Tx> {
        self.access.database.begin(&self.actor().db_scope(self.request_id.clone())?).await
    }

    async fn again(&self) -> Result<Actor> {
        let fresh = match self.token {
            Some(token) => {
                self.access.forget(&token);
                self.access.actor(token).await?
            }
            None => self.access.person(self.actor.org, self.actor.user).await?,
        };
        Ok(Actor { stamp: self.actor.stamp.clone(), ..Actor::clone(&fresh) })
    }

    /// Reads the record under the actor's eyes and proves that `permission` reaches it.
    ///
    /// # Errors
    /// 404 when it is absent or hidden; 403 when it may be seen but not this.
    pub async fn permit_for<T: Record>(&self, tx: &mut Tx, id: T::Id, permission: Permission) -> Result<Permit<T>> {
        debug_assert_eq!(permission.object, T::OBJECT);
        let record = T::find(tx, id).await?.or_not_found(T::OBJECT.as_str())?;
        let (owner, team) = record.owner();
        let by_scope = self.actor().reaches(permission, owner, team);
        if !by_scope && !self.actor().may_by_share(permission, record.shared_to_edit()) {
            return Err(Error::forbidden(
                "forbidden",
                format!("you may see this {}, but not {} it", T::OBJECT, permission.action),
            ));
        }
        Ok(Permit { record, by_scope })
    }

    /// Refuses to give a record to somebody beyond the scope of `permission`.
    ///
    /// # Errors
    /// 403 `owner_out_of_scope`.
    pub fn may_assign(&self, permission: Permission, owner: UserId, team: Option<TeamId>) -> Result<()> {
        if self.actor().reaches(permission, owner, team) {
            return Ok(());
        }
        Err(Error::forbidden("owner_out_of_scope", "your roles do not let you give a record to this person")
            .on("owner_id"))
    }
}

/// A record with an owner and a team.
pub trait Record: Sized + Send {
    const OBJECT: Object;
    type Id: Copy + Send;

    /// The live record, if the actor of `tx` may see it.
    fn find(tx: &mut Tx, id: Self::Id) -> impl Future<Output = Result<Option<Self>>> + Send;

    fn owner(&self) -> (UserId, Option<TeamId>);

    /// Whether it is shared with the actor who read it, to be edited.
    fn shared_to_edit(&self) -> bool;
}

/// Proof that the actor may write this record. Only [`Context::permit_for`] makes one.
#[derive(Debug)]
#[must_use]
pub struct Permit<T> {
    record: T,
    /// By the scope of the actor's roles; else because it is shared with them.
    by_scope: bool,
}

impl<T> Permit<T> {
    pub fn into_inner(self) -> T {
        self.record
    }

    /// Whether the record is the actor's to give away: one that is only shared with them is not.
    ///
    /// # Errors
    /// 403 `owner_out_of_scope` on `field`.
    pub fn may_give_away(&self, field: &str) -> Result<()> {
        if self.by_scope {
            return Ok(());
        }
        Err(Error::forbidden("owner_out_of_scope", "this record is shared with you; its owner is not yours to change")
            .on(field))
    }

    /// Whether the scope of the actor's roles allows it, and not a share alone.
    #[must_use]
    pub const fn is_by_scope(&self) -> bool {
        self.by_scope
    }
}

impl<T> Deref for Permit<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.record
    }
}

/// The extractor that authorises and hands over the database: `Allow<UpdateOpportunity>`.
#[derive(Debug)]
pub struct Allow<P> {
    context: Context,
    needs: PhantomData<P>,
}

impl<P: Needs> Allow<P> {
    /// Begins a transaction as the caller, who may do `P`.
    ///
    /// # Errors
    /// As [`Context::begin_for`].
    pub async fn begin(&self) -> Result<Tx> {
        self.context.begin_for(Some(P::PERMISSION)).await
    }

    /// Reads the record and proves that `P` reaches it.
    ///
    /// # Errors
    /// 404 when it is absent or hidden; 403 when it may be seen but not this.
    pub async fn permit<T: Record>(&self, tx: &mut Tx, id: T::Id) -> Result<Permit<T>> {
        self.context.permit_for(tx, id, P::PERMISSION).await
    }
}

impl<P> Deref for Allow<P> {
    type Target = Context;
    fn deref(&self) -> &Context {
        &self.context
    }
}

impl<S, P> FromRequestParts<S> for Allow<P>
where
    S: Send + Sync,
    P: Needs,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let SignedIn(mut context) = SignedIn::from_request_parts(parts, state).await?;
        if !context.actor.may(P::PERMISSION) {
            // What was read may be old: a right that has been given since counts, and so does a session that has ended.
            context.actor = Arc::new(context.again().await?);
            context.actor.require(P::PERMISSION)?;
        }
        Ok(Self { context, needs: PhantomData })
    }
}

/// Anyone who is signed in: for what concerns only themselves.
#[derive(Debug)]
pub struct SignedIn(pub Context);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let access = Access::from_ref(state);
        let token = session::http::token(&parts.headers)?;
        let actor = access.actor(token).await?;
        let request_id = parts.headers.get("x-request-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
        Ok(Self(Context { access, actor, fresh: OnceLock::new(), token: Some(token), request_id }))
    }
}

/// The permission `P` names, for use outside an extractor.
#[must_use]
pub const fn permission<P: policy::Needs>() -> Permission {
    P::PERMISSION
}

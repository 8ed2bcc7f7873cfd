//! The doors to the database. [`Allow`] checks a permission and yields a transaction; [`Permit`] proves that a record
//! was read under the actor's eyes and may be written.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use axum::http::Method;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use chrono::{DateTime, Utc};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{OrgId, TeamId, UserId};
use dealwright_kernel::{Clock, Error, Result};
use dealwright_store::database::access_changed;
use dealwright_store::{Database, Keyring, Origin, Scope, Stamp, Tx};
use ipnet::IpNet;
use moka::sync::Cache;
use webauthn_rs::prelude::Webauthn;

use crate::actor::Actor;
use crate::bearer::{self, Proof};
use crate::oidc::Providers;
use crate::policy::{Needs, Object, Permission};
use crate::request_limit::{Buckets, RequestLimit};
use crate::session::device::Device;
use crate::session::renewal::Renewal;
use crate::{api_key, fresh, oauth, passkey, people, policy, session, viewing};

/// What the operator decided about signing in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Demo logins are shown and allowed.
    pub demo: bool,
    /// The app is reached over TLS: cookies are `Secure` and carry the `__Host-` prefix.
    pub secure_cookies: bool,
    /// Seals what must not be read from the database alone.
    pub keyring: Keyring,
    /// Where people reach the app, without a slash at its end: links in letters begin with it.
    pub base_url: String,
    /// Private networks that identity providers may be in.
    pub outbound_networks: Vec<IpNet>,
    /// Who is asked for DNS records; the machine's name servers when empty.
    pub dns_servers: Vec<SocketAddr>,
    /// The most requests of a caller; as many as they like when absent.
    pub request_limit: Option<RequestLimit>,
}

/// What a session's token stands for, as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub actor: Arc<Actor>,
    /// When the token is due to be replaced.
    pub renew_at: DateTime<Utc>,
    /// The organisation demands a second factor, and this person has none: they may only set one up.
    pub must_enrol: bool,
}

impl Held {
    /// A key is not renewed and has no second factor.
    fn of_key(actor: Actor) -> Self {
        Self { actor: Arc::new(actor), renew_at: DateTime::<Utc>::MAX_UTC, must_enrol: false }
    }
}

/// Everything the crate needs at run time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    database: Database,
    actors: Cache<Proof, Held>,
    pub(crate) settings: Settings,
    pub(crate) hashing: Arc<tokio::sync::Semaphore>,
    pub(crate) providers: Arc<Providers>,
    /// What passkeys are made for; none where the app is reached by a number.
    pub(crate) relying_party: Option<Arc<Webauthn>>,
    requests: Option<Arc<Buckets>>,
}

impl Access {
    #[must_use]
    pub fn new(database: Database, settings: Settings) -> Self {
        let actors = Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build();
        let providers = Arc::new(Providers::new(&settings.outbound_networks));
        let relying_party = passkey::relying_party(&settings.base_url).map(Arc::new);
        // Each password check takes 19 MiB and a core for a moment.
        let hashing = Arc::new(tokio::sync::Semaphore::new(2));
        let requests = settings.request_limit.map(|limit| Arc::new(Buckets::new(limit)));
        Self { database, actors, settings, hashing, providers, relying_party, requests }
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

    /// Whether there can be passkeys: the app is reached by a domain.
    #[must_use]
    pub const fn takes_passkeys(&self) -> bool {
        self.relying_party.is_some()
    }

    /// What seals and opens secrets at rest.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        &self.settings.keyring
    }

    /// Who is behind a proof. Kept for a minute at most; every transaction checks that nobody's access has changed
    /// since.
    pub(crate) async fn held(&self, proof: Proof, origin: &Origin) -> Result<Held> {
        let now = self.clock().now();
        if let Some(held) = self.actors.get(&proof).filter(|held| held.actor.until.is_none_or(|until| now < until)) {
            return Ok(held);
        }
        let held = match proof {
            Proof::Session(token) => session::store::by_token(self, &token, origin.ip.as_deref()).await?,
            Proof::ApiKey(secret) => Held::of_key(api_key::store::actor(self, &secret, origin).await?),
            Proof::AccessToken(token) => Held::of_key(oauth::store::actor(self, &token, origin).await?),
        };
        self.keep(proof, held.clone());
        Ok(held)
    }

    pub(crate) fn keep(&self, proof: Proof, held: Held) {
        self.actors.insert(proof, held);
        if let Some(requests) = &self.requests {
            requests.tidy();
        }
    }

    pub(crate) fn forget(&self, proof: &Proof) {
        self.actors.invalidate(proof);
    }

    /// Hashes a new password, when its turn comes.
    ///
    /// # Errors
    /// Internal, when hashing fails.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        let _slot = self.hashing.acquire().await.map_err(Error::internal)?;
        crate::password::hash(password).await
    }

    /// Whether `password` is the one behind `hash`, when its turn comes.
    ///
    /// # Errors
    /// Internal, when the hash is none.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let _slot = self.hashing.acquire().await.map_err(Error::internal)?;
        crate::password::verify(password, hash).await
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

    /// Begins a transaction of an organisation in nobody's name: for what a sign-in or a provisioning client brings about.
    /// It sees what belongs to the organisation as a whole, and no record.
    ///
    /// # Errors
    /// When there is no such organisation, or the database is gone.
    pub(crate) async fn begin_as(&self, org: OrgId, stamp: Stamp, origin: Origin) -> Result<Tx> {
        let mut tries = 0;
        loop {
            let mut tx = self.database.system().await?;
            let epoch = session::store::epoch(&mut tx, org).await?.or_not_found("organisation")?;
            tx.commit().await?;
            let scope = Scope {
                org,
                user: None,
                teams: Vec::new(),
                principals: Vec::new(),
                scopes: String::new(),
                epoch,
                stamp: stamp.clone(),
                origin: origin.clone(),
                read_only: false,
            };
            match self.database.begin(&scope).await {
                // Others change access at the same moment; it is read again.
                Err(error) if access_changed(&error) && tries < 5 => tries += 1,
                other => return other,
            }
        }
    }

    /// A context for work outside a request.
    #[must_use]
    pub fn context(&self, actor: Arc<Actor>) -> Context {
        let (origin, untouched) = (Origin::default(), Arc::default());
        Context {
            access: self.clone(),
            actor,
            fresh: OnceLock::new(),
            proof: None,
            origin,
            may_lack_factor: false,
            untouched,
        }
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
    proof: Option<Proof>,
    origin: Origin,
    /// A missing second factor does not matter: for setting one up.
    may_lack_factor: bool,
    /// A read of which nothing has been done yet, which can begin anew.
    untouched: Arc<AtomicBool>,
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

    /// The request this is for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The same person under another name, such as the agent that acts for them.
    #[must_use]
    pub fn acting(&self, actor: Arc<Actor>) -> Self {
        Self { actor, fresh: OnceLock::new(), ..self.clone() }
    }

    /// Begins a transaction as this actor. When access has changed since the actor was read, it is read again and must
    /// still be allowed `needs`, and [`Self::actor`] answers the new one from then on: what hangs on the actor's rights is
    /// decided after this. A read of which this is the first transaction begins anew as a whole.
    ///
    /// # Errors
    /// 401 when the session has ended, 403 when the permission was taken away, 409 `try_again` when access changes all the
    /// while, 503 when no connection is free.
    pub async fn begin_for(&self, needs: Option<Permission>) -> Result<Tx> {
        let untouched = self.untouched.swap(false, Ordering::Relaxed);
        match self.access.database.begin(&self.actor().db_scope(self.origin.clone())).await {
            Err(error) if access_changed(&error) && untouched => {
                if let Some(proof) = &self.proof {
                    self.access.forget(proof);
                }
                Err(fresh::begin_anew())
            }
            Err(error) if access_changed(&error) => {
                // It may change again meanwhile.
                for _ in 0..3 {
                    let fresh = Arc::new(self.again().await?);
                    if let Some(permission) = needs {
                        fresh.require(permission)?;
                    }
                    match self.access.database.begin(&fresh.db_scope(self.origin.clone())).await {
                        Err(error) if access_changed(&error) => {}
                        other => {
                            let tx = other?;
                            _ = self.fresh.set(fresh);
                            return Ok(tx);
                        }
                    }
                }
                Err(Error::conflict("try_again", "two changes met; try again"))
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
        self.access.database.begin(&self.actor().db_scope(self.origin.clone())).await
    }

    /// The actor as it is now.
    ///
    /// # Errors
    /// 401 when the session has ended; 409 when it has become another person's view, or their own again.
    async fn again(&self) -> Result<Actor> {
        let fresh = match (self.proof, self.actor.session) {
            (Some(proof @ Proof::Session(_)), Some(session)) => {
                self.access.forget(&proof);
                // By id: a stream outlives its token.
                let held = session::store::by_id(&self.access, self.actor.org, session).await?;
                self.may_go_on(&held)?;
                Actor::clone(&held.actor)
            }
            (Some(proof), _) => {
                self.access.forget(&proof);
                Actor::clone(&self.access.held(proof, &self.origin).await?.actor)
            }
            (None, _) => {
                let person = self.access.person(self.actor.org, self.actor.user).await?;
                Actor { session: self.actor.session, ..Actor::clone(&person) }
            }
        };
        if fresh.user != self.actor.user {
            return Err(Error::conflict("try_again", "the app is being looked at as somebody else by now; try again"));
        }
        Ok(Actor { stamp: self.actor.stamp.clone(), ..fresh })
    }

    fn may_go_on(&self, held: &Held) -> Result<()> {
        if held.must_enrol && !self.may_lack_factor {
            let detail = "your organisation asks for a second factor; set one up to go on";
            return Err(Error::forbidden("second_factor_required", detail));
        }
        Ok(())
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

    /// Begins a transaction as the caller is now, not as they were when they were last read: for what hands out rights,
    /// which must not exceed the caller's own.
    ///
    /// # Errors
    /// As [`Context::begin_for`]; 409 `try_again` when access changes all the while.
    pub async fn begin_fresh(&self) -> Result<(Context, Tx)> {
        for _ in 0..3 {
            let actor = Arc::new(self.context.again().await?);
            actor.require(P::PERMISSION)?;
            let context = Context { actor, fresh: OnceLock::new(), ..self.context.clone() };
            match context.begin_unchanged().await {
                Err(error) if access_changed(&error) => {}
                other => return Ok((context, other?)),
            }
        }
        Err(Error::conflict("try_again", "two changes met; try again"))
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
        let Caller(mut context) = Caller::from_request_parts(parts, state).await?;
        if !context.actor.may(P::PERMISSION) {
            // What was read may be old: a right that has been given since counts, and so does a session that has ended.
            context.actor = Arc::new(context.again().await?);
            context.actor.require(P::PERMISSION)?;
        }
        Ok(Self { context, needs: PhantomData })
    }
}

/// What a person does who is signed in, and no key may: `InPerson<CreateApiKey>`.
#[derive(Debug)]
pub struct InPerson<P>(Allow<P>);

impl<P> Deref for InPerson<P> {
    type Target = Allow<P>;
    fn deref(&self) -> &Allow<P> {
        &self.0
    }
}

impl<S, P> FromRequestParts<S> for InPerson<P>
where
    S: Send + Sync,
    P: Needs,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        SignedIn::from_request_parts(parts, state).await?;
        Allow::from_request_parts(parts, state).await.map(Self)
    }
}

/// Anyone who is signed in, in person: for what concerns only themselves, such as their sessions. No key gets here; and
/// somebody who looks at the app as another person is let in to read, and to nothing that is that person's alone.
#[derive(Debug)]
pub struct SignedIn(pub Context);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Caller(context) = Caller::from_request_parts(parts, state).await?;
        in_person(&context)?;
        Ok(Self(context))
    }
}

fn in_person(context: &Context) -> Result<()> {
    if context.actor.key.is_some() {
        return Err(Error::forbidden("session_required", "a key can't do this; sign in"));
    }
    Ok(())
}

/// Somebody who is signed in and may still lack the second factor that their organisation demands: for setting it up.
#[derive(Debug)]
pub struct Entering(pub Context);

impl<S> FromRequestParts<S> for Entering
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let context = authenticate(parts, Access::from_ref(state), true).await?.0;
        in_person(&context)?;
        refuse_viewer(parts, context).await.map(Self)
    }
}

/// Whose session it is, also while they look at the app as somebody else: to end the one or the other.
#[derive(Debug)]
pub struct OwnSession(pub Context);

impl<S> FromRequestParts<S> for OwnSession
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let mut context = authenticate(parts, Access::from_ref(state), true).await?.0;
        in_person(&context)?;
        if let Some(viewer) = &context.actor.viewer {
            let own = context.access.person(context.actor.org, viewer.id).await?;
            context.actor = Arc::new(Actor { session: context.actor.session, ..Actor::clone(&own) });
            context.proof = None;
        }
        Ok(Self(context))
    }
}

/// Anyone who is known, by a session or by a key: where the endpoint itself asks for what they may.
#[derive(Debug)]
pub struct Caller(pub Context);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let context = authenticate(parts, Access::from_ref(state), false).await?.0;
        refuse_viewer(parts, context).await.map(Self)
    }
}

/// Anyone who is known, whatever they may still lack: to be told who they are.
#[derive(Debug)]
pub struct Anyone {
    pub context: Context,
    /// Nothing else is open until a second factor is set up.
    pub must_enrol: bool,
}

impl<S> FromRequestParts<S> for Anyone
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let (context, must_enrol) = authenticate(parts, Access::from_ref(state), true).await?;
        Ok(Self { context, must_enrol })
    }
}

/// Who sends the request, and whether they have to set up a second factor.
async fn authenticate(parts: &Parts, access: Access, may_lack_factor: bool) -> Result<(Context, bool)> {
    let proof = bearer::proof(&parts.headers)?;
    let origin = origin(&parts.headers, &parts.extensions);
    let mut held = access.held(proof, &origin).await?;
    if let Some(requests) = &access.requests {
        requests.take(held.actor.caller())?;
    }
    if held.must_enrol {
        // What was read may be old: a second factor may have been set up since.
        access.forget(&proof);
        held = access.held(proof, &origin).await?;
    }
    let untouched = Arc::new(AtomicBool::new(matches!(parts.method, Method::GET | Method::HEAD)));
    let actor = Arc::clone(&held.actor);
    let fresh = OnceLock::new();
    let context = Context { access, actor, fresh, proof: Some(proof), origin, may_lack_factor, untouched };
    context.may_go_on(&held)?;
    if let (Some(renewal), Proof::Session(token)) = (parts.extensions.get::<Renewal>(), proof) {
        renewal.offer(&context.access, token, &held).await?;
    }
    Ok((context, held.must_enrol))
}

/// Who looks at the app as somebody else changes nothing and sees nothing that is that person's alone.
async fn refuse_viewer(parts: &Parts, context: Context) -> Result<Context> {
    if context.actor.viewer.is_none() || !viewing::is_refused(&parts.method, path(parts)) {
        return Ok(context);
    }
    // What was read may be old: the view may have ended on another node.
    if let Some(proof) = &context.proof {
        context.access.forget(proof);
    }
    let (fresh, _) = authenticate(parts, context.access, context.may_lack_factor).await?;
    if fresh.actor.viewer.is_some() { Err(viewing::refusal()) } else { Ok(fresh) }
}

/// The path as it was asked for, whatever router is nested where.
fn path(parts: &Parts) -> &str {
    parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.path(), |uri| uri.path())
}

/// Where a request comes from, as events tell it.
#[must_use]
pub fn origin(headers: &HeaderMap, extensions: &Extensions) -> Origin {
    // A client may name its request itself.
    let request_id = headers.get("x-request-id").and_then(|v| v.to_str().ok());
    let request_id = request_id.map(|id| id.chars().take(100).collect());
    Origin { request_id, ..Device::of(headers, extensions).origin() }
}

/// The permission `P` names, for use outside an extractor.
#[must_use]
pub const fn permission<P: policy::Needs>() -> Permission {
    P::PERMISSION
}

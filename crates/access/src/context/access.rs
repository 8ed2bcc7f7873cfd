//! What the crate needs at run time, and who is behind a proof of identity.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Clock, Error, Result};
use dealwright_store::database::access_changed;
use dealwright_store::{Database, Keyring, Origin, Scope, Stamp, Tx};
use ipnet::IpNet;
use moka::sync::Cache;
use webauthn_rs::prelude::Webauthn;

use super::Context;
use crate::actor::Actor;
use crate::bearer::Proof;
use crate::connected_app::Resource;
use crate::oidc::Providers;
use crate::policy::{Action, Grants, Object, Permission, ScopeLevel};
use crate::push_hosts::PushHosts;
use crate::request_limit::{Buckets, RequestLimit};
use crate::{api_key, connected_app, oauth, passkey, people, session};

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
    /// The push services that browsers' notifications may be sent to.
    pub push_hosts: PushHosts,
    /// Who the operators of a push service may turn to: a `mailto:` or `https:` URL.
    pub push_contact: String,
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
    /// The only thing that the token of a connected app opens.
    pub resource: Option<Resource>,
}

impl Held {
    /// A key is not renewed and has no second factor.
    fn of_key(actor: Actor) -> Self {
        Self { actor: Arc::new(actor), renew_at: DateTime::<Utc>::MAX_UTC, must_enrol: false, resource: None }
    }
}

/// Everything the crate needs at run time. Cheap to clone: each request does, for each of the layers it passes.
#[derive(Clone, Debug)]
pub struct Access(Arc<Parts>);

/// What [`Access`] is made of.
#[derive(Debug)]
pub struct Parts {
    pub(super) database: Database,
    actors: Cache<Proof, Held>,
    pub(crate) settings: Settings,
    pub(crate) hashing: Arc<tokio::sync::Semaphore>,
    pub(crate) providers: Arc<Providers>,
    /// What passkeys are made for; none where the app is reached by a number.
    pub(crate) relying_party: Option<Arc<Webauthn>>,
    pub(super) requests: Option<Arc<Buckets>>,
}

impl std::ops::Deref for Access {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
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
        Self(Arc::new(Parts { database, actors, settings, hashing, providers, relying_party, requests }))
    }

    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.database.clock()
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether there can be passkeys: the app is reached by a domain.
    #[must_use]
    pub fn takes_passkeys(&self) -> bool {
        self.relying_party.is_some()
    }

    /// What seals and opens secrets at rest.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
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
            Proof::AppToken(token) => {
                let (actor, resource) = connected_app::token_store::actor(self, &token, origin).await?;
                Held { resource: Some(resource), ..Held::of_key(actor) }
            }
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

    /// A service account that takes in what strangers bring: whatever its roles, it may create records of one object in its
    /// own name, see those that are still its own, and nothing else.
    ///
    /// # Errors
    /// 404 when the account is not active in the organisation.
    pub async fn receiving(
        &self,
        org: OrgId,
        account: UserId,
        object: Object,
        stamp: Stamp,
        origin: Origin,
    ) -> Result<Context> {
        let person = self.person(org, account).await?;
        let mut grants = Grants::default();
        for action in [Action::Create, Action::Read] {
            grants.grant(Permission::new(object, action), ScopeLevel::Own);
        }
        let actor = Actor { stamp, grants, shared: Vec::new(), principals: Vec::new(), ..Actor::clone(&person) };
        Ok(Context { origin, ..self.context(Arc::new(actor)) })
    }

    /// What an administrator's rule does by itself: with the rights that it names and no others, whatever the person who
    /// stands behind it may by now. It is never read again: who finds that access has changed begins anew with another one.
    ///
    /// # Errors
    /// 404 when there is no such person in the organisation.
    pub async fn steward(&self, org: OrgId, behind: UserId, stamp: Stamp, grants: Grants) -> Result<Context> {
        let mut tx = self.database.system().await?;
        let actor = people::store::steward(tx.db(), org, behind).await?.or_not_found("user")?;
        tx.commit().await?;
        Ok(self.context(Arc::new(Actor { stamp, grants, ..actor })))
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

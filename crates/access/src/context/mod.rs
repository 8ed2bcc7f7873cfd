//! The doors to the database. [`Allow`] checks a permission and yields a transaction; [`Permit`] proves that a record
//! was read under the actor's eyes and may be written.

mod access;
mod extract;

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Clock, Error, Result};
use dealwright_store::database::access_changed;
use dealwright_store::{Origin, Tx};
use futures::future::BoxFuture;

use crate::actor::Actor;
use crate::bearer::Proof;
use crate::policy::{Object, Permission};
use crate::{fresh, session};

pub(crate) use access::Held;
pub use access::{Access, Settings};
pub use extract::{Allow, Anyone, Caller, Entering, InPerson, OwnSession, SignedIn, origin, permission};

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
    pub fn clock(&self) -> &Clock {
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
    pub fn begin_for(&self, needs: Option<Permission>) -> BoxFuture<'_, Result<Tx>> {
        Box::pin(self.begin_anew_for(needs))
    }

    async fn begin_anew_for(&self, needs: Option<Permission>) -> Result<Tx> {
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
    fn again(&self) -> BoxFuture<'_, Result<Actor>> {
        Box::pin(self.read_again())
    }

    async fn read_again(&self) -> Result<Actor> {
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

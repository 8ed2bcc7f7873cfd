//! What handlers ask for: who sends the request, and that they may do what it asks.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use axum::http::Method;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Once, database::access_changed};
use dealwright_store::{Origin, Tx};
use futures::future::BoxFuture;

use super::{Access, Context, Permit, Record};
use crate::actor::Actor;
use crate::bearer::{self, Proof};
use crate::connected_app::Resource;
use crate::policy::{Needs, Permission};
use crate::session::device::Device;
use crate::session::renewal::Renewal;
use crate::{policy, viewing};

/// The extractor that authorises and hands over the database: `Allow<UpdateOpportunity>`.
#[derive(Debug)]
pub struct Allow<P> {
    context: Context,
    needs: PhantomData<P>,
}

impl<P: Needs> Allow<P> {
    /// For somebody who is known and, as they are now, may do `P`.
    async fn of(mut context: Context) -> Result<Self> {
        if !context.actor.may(P::PERMISSION) {
            // What was read may be old: a right that has been given since counts, and so does a session that has ended.
            context.actor = Arc::new(context.again().await?);
            context.actor.require(P::PERMISSION)?;
        }
        Ok(Self { context, needs: PhantomData })
    }

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
        let Caller(context) = Caller::from_request_parts(parts, state).await?;
        Self::of(context).await
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
        let SignedIn(context) = SignedIn::from_request_parts(parts, state).await?;
        Allow::of(context).await.map(Self)
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

/// Who sends the request, and whether they have to set up a second factor. Boxed: each handler awaits it.
fn authenticate(parts: &Parts, access: Access, may_lack_factor: bool) -> BoxFuture<'_, Result<(Context, bool)>> {
    Box::pin(identify(parts, access, may_lack_factor))
}

async fn identify(parts: &Parts, access: Access, may_lack_factor: bool) -> Result<(Context, bool)> {
    let proof = bearer::proof(&parts.headers)?;
    let origin = origin(&parts.headers, &parts.extensions);
    let mut held = access.held(proof, &origin).await?;
    if held.resource.is_some() && held.resource != parts.extensions.get::<Resource>().copied() {
        return Err(Error::unauthenticated(
            "wrong_resource",
            "this token was given for another address, and opens only that",
        ));
    }
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
    let once = extensions.get::<Once>().cloned();
    Origin { request_id, once, ..Device::of(headers, extensions).origin() }
}

/// The permission `P` names, for use outside an extractor.
#[must_use]
pub const fn permission<P: policy::Needs>() -> Permission {
    P::PERMISSION
}

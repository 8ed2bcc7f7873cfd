//! The token endpoint's part for apps: a code becomes tokens once, a refresh token becomes the next ones once, and either of
//! them shown a second time ends all that came of it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use dealwright_kernel::id::AppClientId;
use dealwright_store::{ActorKind, Origin, Stamp, SystemTx};
use serde_json::json;

use super::http::event;
use super::token_store::{self, Grant, Pair};
use super::{Reach, Resource};
use crate::oauth::wire::{Form, Refusal};
use crate::secret::{self, Kind, Secret};
use crate::throttle::{self, Counter};
use crate::{Access, people};

/// Tokens for an app.
#[derive(Debug)]
pub(crate) struct Issued {
    pub access: String,
    pub refresh: String,
    pub reach: Reach,
}

const SPENT: Refusal = Refusal::Grant("the code is unknown, was used, or is over");
const OVER: Refusal = Refusal::Grant("the refresh token is unknown, was used, or is over");

/// Who shows something at the token endpoint, and from where.
#[derive(Debug)]
pub(crate) struct Shower<'a> {
    pub access: &'a Access,
    pub origin: &'a Origin,
    client: AppClientId,
    now: DateTime<Utc>,
}

impl<'a> Shower<'a> {
    /// The app that says who it is: it has no secret to prove it by. What it shows is bound to it.
    pub async fn of(access: &'a Access, origin: &'a Origin, form: &Form) -> Result<Self, Refusal> {
        let now = access.clock().now();
        let id = form.get("client_id").ok_or(Refusal::Request("client_id is missing"))?;
        let mut tx = access.database().system().await?;
        throttle::check(&mut tx, &[Counter::clients(origin.ip.as_deref())], now).await?;
        let known = match id.parse() {
            Ok(id) => token_store::client(&mut tx, id).await?,
            Err(_) => None,
        };
        tx.commit().await?;
        let Some(known) = known else {
            let shower = Self { access, origin, client: AppClientId(uuid::Uuid::nil()), now };
            shower.failed().await?;
            return Err(Refusal::App);
        };
        Ok(Self { access, origin, client: known.id, now })
    }

    /// Counts what was shown in vain.
    async fn failed(&self) -> Result<(), Refusal> {
        let mut tx = self.access.database().system().await?;
        throttle::count(&mut tx, &[Counter::clients(self.origin.ip.as_deref())], self.now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// `grant_type=authorization_code`.
    pub async fn code(&self, form: &Form) -> Result<Issued, Refusal> {
        let code = form.get("code").ok_or(Refusal::Request("code is missing"))?;
        let verifier = form.get("code_verifier").ok_or(Refusal::Request("code_verifier is missing"))?;
        let redirect_uri = form.get("redirect_uri").ok_or(Refusal::Request("redirect_uri is missing"))?;
        let taken = match secret::read(code) {
            Some((Kind::AppCode, hash)) => {
                let mut tx = self.access.database().system().await?;
                let taken = token_store::take_code(&mut tx, &hash, self.now).await?;
                tx.commit().await?;
                taken
            }
            _ => None,
        };
        let Some(code) = taken else {
            self.failed().await?;
            return Err(SPENT);
        };
        if code.used_before {
            self.end_for_reuse(&code.grant, "code_reused").await?;
            return Err(SPENT);
        }
        let right = code.grant.client == self.client
            && code.redirect_uri == redirect_uri
            && code.expires_at > self.now
            && code.grant.lives
            && proves(verifier, &code.challenge);
        if !right {
            self.failed().await?;
            return Err(SPENT);
        }
        self.for_resource(form, code.grant.resource)?;
        self.issue(self.access.database().system().await?, &code.grant, code.grant.reach, true).await
    }

    /// `grant_type=refresh_token`.
    pub async fn refresh(&self, form: &Form) -> Result<Issued, Refusal> {
        let shown = form.get("refresh_token").ok_or(Refusal::Request("refresh_token is missing"))?;
        let Some((Kind::RefreshToken, hash)) = secret::read(shown) else {
            self.failed().await?;
            return Err(OVER);
        };
        let mut tx = self.access.database().system().await?;
        let token = token_store::token(&mut tx, &hash, "refresh", self.now).await?;
        let Some(token) = token.filter(|token| token.grant.client == self.client) else {
            tx.commit().await?;
            self.failed().await?;
            return Err(OVER);
        };
        if token.used {
            tx.commit().await?;
            self.end_for_reuse(&token.grant, "token_reused").await?;
            return Err(OVER);
        }
        if !token.grant.lives || token.expires_at <= self.now {
            tx.commit().await?;
            return Err(OVER);
        }
        self.for_resource(form, token.grant.resource)?;
        let reach = Reach::asked(form.get("scope"), token.reach).filter(|reach| *reach <= token.reach);
        let reach = reach.ok_or(Refusal::Scope)?;
        token_store::used(&mut tx, &token, self.now).await?;
        self.issue(tx, &token.grant, reach, false).await
    }

    /// RFC 7009. A refresh token takes the whole grant with it, an access token only itself; one that is unknown, another
    /// app's or over is answered alike.
    pub async fn revoke(&self, token: &str) -> Result<(), Refusal> {
        let (kind, hash) = match secret::read(token) {
            Some((Kind::RefreshToken, hash)) => ("refresh", hash),
            Some((Kind::AppToken, hash)) => ("access", hash),
            _ => return Ok(()),
        };
        let mut tx = self.access.database().system().await?;
        let token = token_store::token(&mut tx, &hash, kind, self.now).await?;
        if let Some(token) = token.filter(|token| token.grant.client == self.client) {
            if kind == "access" {
                token_store::revoke(&mut tx, &token, self.now).await?;
            } else if token_store::end(&mut tx, &token.grant, "app", self.now).await? {
                self.tell(&mut tx, &token.grant, "disconnected", json!({ "by": "app" })).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// RFC 8707: a token request that names a resource names the one that was agreed to.
    fn for_resource(&self, form: &Form, granted: Resource) -> Result<(), Refusal> {
        match form.get("resource") {
            Some(uri) if Resource::named(uri, &self.access.settings().base_url) != Some(granted) => {
                Err(Refusal::Target)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn issue(&self, mut tx: SystemTx, grant: &Grant, reach: Reach, first: bool) -> Result<Issued, Refusal> {
        if people::store::actor(tx.db(), grant.org, grant.user).await?.is_none() {
            return Err(if first { SPENT } else { OVER });
        }
        let pair = Pair { access: Secret::new(Kind::AppToken)?, refresh: Secret::new(Kind::RefreshToken)?, reach };
        let ids = [self.access.clock().new_id(), self.access.clock().new_id()];
        token_store::insert_pair(&mut tx, grant, &pair, ids, self.now).await?;
        if first {
            let told = json!({ "resource": grant.resource, "reach": reach, "client_id": grant.client });
            self.tell(&mut tx, grant, "connected", told).await?;
        }
        tx.commit().await?;
        Ok(Issued { access: pair.access.into_shown(), refresh: pair.refresh.into_shown(), reach })
    }

    /// Something was shown twice: one of the two who showed it stole it, and nobody can tell which.
    async fn end_for_reuse(&self, grant: &Grant, by: &'static str) -> Result<(), Refusal> {
        let mut tx = self.access.database().system().await?;
        if token_store::end(&mut tx, grant, by, self.now).await? {
            tracing::warn!(org = %grant.org, grant = %grant.id, by, "a connected app's secret was shown twice; it is disconnected");
            self.tell(&mut tx, grant, "disconnected", json!({ "by": by })).await?;
        }
        tx.commit().await?;
        self.failed().await
    }

    async fn tell(&self, tx: &mut SystemTx, grant: &Grant, verb: &str, data: serde_json::Value) -> Result<(), Refusal> {
        let stamp = Stamp {
            kind: ActorKind::Key,
            id: Some(grant.id.0),
            name: grant.client_name.clone(),
            on_behalf_of: Some(grant.user.0),
        };
        let told = event(self.access.clock().new_id(), verb, grant.id, &grant.client_name).data(data);
        Ok(tx.emit(grant.org, &stamp, self.origin, self.now, told).await?)
    }
}

/// RFC 7636, section 4.6: whether the verifier is what the challenge was made of.
fn proves(verifier: &str, challenge: &str) -> bool {
    let right = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
    let made = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    right && verify_slices_are_equal(made.as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_verifier_proves_the_challenge() {
        // The example of RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(proves(verifier, challenge));
        assert!(!proves(challenge, challenge));
        assert!(!proves(&verifier.replace('d', "e"), challenge));
        assert!(!proves(verifier, verifier));
        assert!(!proves("", challenge));
        let short = "short";
        assert!(!proves(short, &URL_SAFE_NO_PAD.encode(digest(&SHA256, short.as_bytes()))));
    }
}

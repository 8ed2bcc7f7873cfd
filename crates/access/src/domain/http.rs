//! `/domains`: an administrator sees which domains are claimed, and has the proof looked for.

use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lookup::{Failed, texts};
use super::{ClaimedDomain, store};
use crate::context::InPerson;
use crate::policy::{ReadSingleSignOn, UpdateSingleSignOn};
use crate::{Access, Allow};

/// The endpoints of claimed domains.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(verify))
}

async fn one(tx: &mut Tx, domain: &str) -> Result<ClaimedDomain> {
    store::claimed(tx, Some(domain)).await?.pop().or_not_found("domain")
}

/// The e-mail domains of the organisation's identity providers
///
/// One that is not proved signs nobody in. The proof is a TXT record.
#[utoipa::path(get, path = "/domains", tag = "single sign-on", responses((status = 200, body = Page<ClaimedDomain>), Problems))]
async fn index(cx: Allow<ReadSingleSignOn>) -> Result<Json<Page<ClaimedDomain>>> {
    let mut tx = cx.begin().await?;
    let items = store::claimed(&mut tx, None).await?;
    tx.done(Json(Page::whole(items))).await
}

/// Look for the proof of a domain
///
/// Asks the DNS for the record. What is proved stays so.
#[utoipa::path(post, path = "/domains/{domain}/verification", tag = "single sign-on", params(("domain" = String, Path)),
    responses((status = 200, body = ClaimedDomain), Problems))]
async fn verify(
    cx: InPerson<UpdateSingleSignOn>,
    Path(domain): Path<String>,
) -> Result<Committed<Json<ClaimedDomain>>> {
    let domain = domain.to_ascii_lowercase();
    if !domain.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::not_found("domain"));
    }
    let mut tx = cx.begin().await?;
    let claimed = one(&mut tx, &domain).await?;
    // Nothing is held while others are asked.
    tx.done(()).await?;
    let found = texts(&cx.access().settings().dns_servers, &claimed.record_name).await;
    let mut tx = cx.begin().await?;
    let claimed = one(&mut tx, &domain).await?;
    if claimed.verified_at.is_some() {
        return tx.commit(Json(claimed)).await;
    }
    if let Err(error) = judge(&claimed, found) {
        store::not_proved(&mut tx, &domain, &error.detail).await?;
        tx.commit(()).await?.into_inner();
        return Err(error);
    }
    store::proved(&mut tx, &domain).await?;
    let actor = cx.actor();
    let subject = Subject { object: "organisation", id: actor.org.0, name: actor.org_name.clone(), version: None };
    let event = Event::with_id(tx.new_id().into(), "organisation.domain_verified", subject);
    tx.emit(event.data(json!({ "domain": domain })));
    let claimed = one(&mut tx, &domain).await?;
    tx.commit(Json(claimed)).await
}

/// Whether what the DNS says is the proof.
fn judge(claimed: &ClaimedDomain, found: Result<Vec<String>, Failed>) -> Result<()> {
    let name = &claimed.record_name;
    let not_yet = |what: String| Error::conflict("domain_not_verified", what).on("domain");
    match found {
        Ok(texts) if texts.iter().any(|text| text.trim() == claimed.record_value) => Ok(()),
        Ok(_) => Err(not_yet(format!("{name} has a TXT record, but it says something else"))),
        Err(Failed::Absent) => {
            Err(not_yet(format!("there is no TXT record at {name} yet; a new one can take a while to be seen")))
        }
        Err(Failed::Unreachable(why)) => {
            tracing::info!(why, "a domain's record could not be asked for");
            Err(Error::unavailable("dns_unreachable", "the name servers could not be asked; try again later"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_text_is_a_proof() {
        let claimed = ClaimedDomain {
            domain: "acme.com".into(),
            verified_at: None,
            proof: None,
            record_name: super::super::record_name("acme.com"),
            record_value: super::super::record_value("abc"),
            checked_at: None,
            problem: None,
        };
        assert_eq!(claimed.record_name, "_dealwright-challenge.acme.com");
        let said = |texts: &[&str]| judge(&claimed, Ok(texts.iter().map(|t| (*t).to_owned()).collect()));
        assert!(said(&["v=spf1 -all", "dealwright-domain-verification=abc"]).is_ok());
        for wrong in [&["dealwright-domain-verification=abcd"][..], &["abc"], &[]] {
            assert_eq!(said(wrong).unwrap_err().code, "domain_not_verified");
        }
        assert_eq!(judge(&claimed, Err(Failed::Absent)).unwrap_err().code, "domain_not_verified");
        assert_eq!(judge(&claimed, Err(Failed::Unreachable("x".into()))).unwrap_err().code, "dns_unreachable");
    }
}

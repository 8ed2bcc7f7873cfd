//! Cross-site writes are refused, by what the browser itself says of a request's origin.
//!
//! `Sec-Fetch-Site` where it is sent, else `Origin` against `Host`. Clients that are no browsers send neither; and a
//! request with a bearer does not act by the cookie that another site could make a browser send.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dealwright_kernel::Error;

use crate::bearer::bearer;

/// Middleware for all that is served.
pub async fn refuse_cross_site_writes(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // A web form is sent from anywhere, and acts by no cookie; it judges by itself where it came from.
    let public = request.uri().path().starts_with("/f/");
    if safe || public || bearer(request.headers()).is_some() || same_site(request.headers()) {
        next.run(request).await
    } else {
        Error::forbidden("cross_site", "this write came from another site").into_response()
    }
}

fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => match text(header::ORIGIN.as_str()) {
            None => true,
            Some(origin) => {
                let authority = origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
                authority.as_deref().is_some_and(|a| text(header::HOST.as_str()) == Some(a))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_our_pages_from_others() {
        let of = |pairs: &[(&'static str, &str)]| {
            same_site(&pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect())
        };
        assert!(of(&[]));
        assert!(of(&[("sec-fetch-site", "same-origin")]));
        assert!(!of(&[("sec-fetch-site", "cross-site")]));
        assert!(!of(&[("sec-fetch-site", "same-site"), ("origin", "http://crm.test"), ("host", "crm.test")]));
        assert!(of(&[("origin", "http://crm.test:8080"), ("host", "crm.test:8080")]));
        assert!(!of(&[("origin", "http://evil.test"), ("host", "crm.test")]));
        assert!(!of(&[("origin", "null"), ("host", "crm.test")]));
    }
}

//! Where an app may have people sent back to: an https address, or a port of their own machine (RFC 8252, section 7.3).

use std::net::IpAddr;

use url::Url;

/// The longest address, in bytes.
pub(super) const MOST: usize = 1000;

/// Whether the host is the person's own machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<IpAddr>().map_or(host == "localhost", |ip| ip.is_loopback())
}

/// An address that may be registered.
///
/// # Errors
/// Why not.
pub(super) fn check(text: &str) -> Result<Url, &'static str> {
    if text.len() > MOST {
        return Err("a redirect URI is at most 1000 bytes long");
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("a redirect URI has a character that no URI has");
    }
    let url = Url::parse(text).map_err(|_| "a redirect URI is no URI")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a redirect URI has a user name in it");
    }
    if text.contains('#') {
        return Err("a redirect URI has a fragment");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("a redirect URI has no host");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => {
            Err("a redirect URI begins with https://, or with http:// and this machine (127.0.0.1, [::1] or localhost)")
        }
    }
}

/// Whether an app that registered `registered` may be answered at `asked`: the same text, but for the port on the person's own
/// machine, which a program can't choose beforehand.
pub(super) fn matches(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let (Ok(mut one), Ok(mut other)) = (check(registered), check(asked)) else { return false };
    let both_here = [&one, &other].into_iter().all(|url| url.scheme() == "http" && is_loopback(url));
    both_here && one.set_port(None).is_ok() && other.set_port(None).is_ok() && one == other
}

/// The host as a person is told it.
pub(super) fn told(text: &str) -> String {
    let Ok(url) = check(text) else { return String::new() };
    if is_loopback(&url) {
        return "this computer".to_owned();
    }
    // As the browser will show it: a name of other alphabets in its coded form, which can't be taken for another.
    url.host_str().unwrap_or_default().chars().take(300).collect()
}

/// The address with these parameters added.
pub(super) fn with(text: &str, parameters: &[(&str, &str)]) -> Option<String> {
    let mut url = check(text).ok()?;
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_returned_to() {
        for right in [
            "https://claude.example/callback",
            "https://x.test:8443/cb?tenant=1",
            "http://127.0.0.1/cb",
            "http://localhost:33418/",
            "http://[::1]:9/cb",
        ] {
            assert!(check(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "http://example.com/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://localhost.evil.test/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "cursor://callback",
            "https://user@evil.test/",
            "https://evil.test/#x",
            "https://evil.test/\n",
            "//evil.test/cb",
            "http://10.0.0.1/cb",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert!(check(&format!("https://x.test/{}", "a".repeat(2000))).is_err());
    }

    #[test]
    fn only_the_port_of_this_machine_may_differ() {
        assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb"));
        assert!(matches("http://localhost:1/cb", "http://localhost:2/cb"));
        for (one, other) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:5123/other"),
            ("http://127.0.0.1/cb", "http://localhost:5123/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1/cb?x=1"),
            ("https://x.test/cb", "https://x.test:444/cb"),
            ("https://x.test/cb", "https://x.test/cb/"),
            ("https://x.test/cb", "https://x.test/cb?x"),
            ("https://localhost/cb", "https://localhost:8/cb"),
        ] {
            assert!(!matches(one, other), "{one} {other}");
        }
    }

    #[test]
    fn parameters_are_added_to_those_that_are_there() {
        assert_eq!(
            with("https://x.test/cb?a=1", &[("code", "x&y"), ("iss", "https://crm.test")]).as_deref(),
            Some("https://x.test/cb?a=1&code=x%26y&iss=https%3A%2F%2Fcrm.test")
        );
    }
}

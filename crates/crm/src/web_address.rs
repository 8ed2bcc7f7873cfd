//! Web addresses as people write them.

/// A web address that has a host with a dot and no space.
pub fn url(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let host = domain(raw)?;
    (!host.is_empty() && !raw.contains(char::is_whitespace)).then(|| raw.to_owned())
}

/// The host of an address or of an e-mail address, without `www.`, in lower case: `https://www.Acme.test/x` is
/// `acme.test`.
pub fn domain(raw: &str) -> Option<String> {
    let lower = raw.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or("");
    let host = host.strip_prefix("www.").unwrap_or(host).trim_end_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    let good = labels.len() > 1
        && host.len() <= 253
        && labels.iter().all(|label| {
            !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && labels.last().is_some_and(|label| label.len() > 1 && label.chars().all(|c| c.is_alphabetic() || c == '-'));
    good.then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_the_host() {
        assert_eq!(domain("https://www.Acme.test/x?y"), Some("acme.test".to_owned()));
        assert_eq!(domain("jo@acme.co.uk"), Some("acme.co.uk".to_owned()));
        assert_eq!(domain("acme"), None);
        assert_eq!(domain("1.5"), None);
        assert_eq!(url("not a.url"), None);
        assert_eq!(url("acme.test/about"), Some("acme.test/about".to_owned()));
    }
}

//! E-mail addresses as exports hold them: bare, or with the name before them in angle brackets.

/// The address in lower case; `None` when there is none. `Jo Doe <Jo@Acme.test>` is `jo@acme.test`.
pub fn normalise(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let inner = match (raw.rfind('<'), raw.rfind('>')) {
        (Some(open), Some(close)) if open < close => raw.get(open + 1..close)?,
        _ => raw.strip_prefix("mailto:").unwrap_or(raw),
    };
    let address = inner.trim().to_lowercase();
    let (local, host) = address.rsplit_once('@')?;
    let good = !local.is_empty()
        && address.len() <= 254
        && local.len() <= 64
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c))
        && super::domain(host).as_deref() == Some(host);
    good.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_and_lowered() {
        assert_eq!(normalise("Jo Doe <Jo@Acme.test>"), Some("jo@acme.test".to_owned()));
        assert_eq!(normalise(" tony.turner@moveer.com "), Some("tony.turner@moveer.com".to_owned()));
        assert_eq!(normalise("mailto:a+b@c.de"), Some("a+b@c.de".to_owned()));
        for bad in ["", "@", "a@", "@b.de", "a b@c.de", "a@b", "a@b..de", ">a@b.de<"] {
            assert_eq!(normalise(bad), None, "{bad}");
        }
    }
}

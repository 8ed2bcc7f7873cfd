//! The push services that messages may be sent to. A browser tells us its own service's address; without this list a member
//! could have us call any server by saying that it is one.

use std::sync::Arc;

/// Hosts by name; `*.example.com` is all below example.com.
/// None at first: then nothing is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushHosts(Arc<[String]>);

impl PushHosts {
    /// Chrome, Edge, Firefox and Safari, by what they document.
    pub const USUAL: &str = "fcm.googleapis.com, *.push.services.mozilla.com, *.notify.windows.com, *.push.apple.com";
    /// What a list must be like.
    pub const FORM: &str =
        "host names with commas between, such as fcm.googleapis.com, *.push.apple.com; or none, to switch web push off";

    /// Hosts with commas between; `none` for none.
    ///
    /// # Errors
    /// The part that is no host.
    pub fn read(text: &str) -> Result<Self, &str> {
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Self::default());
        }
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let is_host = |part: &&str| {
            let name = part.strip_prefix("*.").unwrap_or(part);
            let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
            letters && !name.starts_with('.') && !name.ends_with('.') && name.contains('.')
        };
        parts.map(|part| Some(part).filter(is_host).map(str::to_ascii_lowercase).ok_or(part)).collect()
    }

    /// Whether messages are sent at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether messages may go to this host.
    #[must_use]
    pub fn allow(&self, host: &str) -> bool {
        self.0.iter().any(|known| match known.strip_prefix('*') {
            Some(end) => host.ends_with(end) && host.len() > end.len(),
            None => host == known,
        })
    }
}

impl FromIterator<String> for PushHosts {
    fn from_iter<T: IntoIterator<Item = String>>(hosts: T) -> Self {
        Self(hosts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_the_list_are_allowed() {
        let usual = PushHosts::read(PushHosts::USUAL).unwrap();
        for yes in [
            "fcm.googleapis.com",
            "updates.push.services.mozilla.com",
            "wns2-db5p.notify.windows.com",
            "web.push.apple.com",
        ] {
            assert!(usual.allow(yes), "{yes}");
        }
        for no in [
            "",
            "googleapis.com",
            "x.fcm.googleapis.com",
            "evilpush.apple.com",
            ".push.apple.com",
            "push.apple.com.evil.test",
            "127.0.0.1",
        ] {
            assert!(!usual.allow(no), "{no}");
        }
        assert!(PushHosts::read("none").unwrap().is_empty());
        assert_eq!(PushHosts::read("fcm.googleapis.com, *").unwrap_err(), "*");
        assert_eq!(PushHosts::read("https://push.test").unwrap_err(), "https://push.test");
        assert_eq!(PushHosts::read("push..").unwrap_err(), "push..");
    }
}

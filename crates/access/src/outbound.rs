//! Requests to addresses that an administrator typed in: only to public ones, and never further than was asked for.
//!
//! An address is looked at where it is used, after the name was resolved, so that a name which changes its mind does not
//! get by. Redirects are not followed; answers are cut off at a size and a time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::http;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url, redirect};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// The longest an answer may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The largest answer that is read.
const SIZE_LIMIT: usize = 1024 * 1024;

/// Why there is no answer, in words for an administrator.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Unreachable(String),
}

/// The way out.
#[derive(Debug)]
pub struct Outbound {
    allowed: Arc<[IpNet]>,
    client: OnceCell<Client>,
}

impl Outbound {
    /// May also reach the networks `allowed`, which would be refused otherwise.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        Self { allowed: allowed.into(), client: OnceCell::new() }
    }

    /// An address that may be asked: https, without a name or a password in it, and no private address. Plain http goes to
    /// this machine alone, where that is allowed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, address: &str) -> Result<Url, Failed> {
        let refuse = |why: &str| Err(Failed::Refused(format!("{}: {why}", shown(address))));
        let Ok(url) = Url::parse(address) else { return refuse("this is no URL") };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("a URL with a user name in it is not asked");
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let literal = host.parse::<IpAddr>().ok();
        let local = literal.map_or(host == "localhost", |ip| ip.to_canonical().is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if local && may_reach(IpAddr::V4(Ipv4Addr::LOCALHOST), &self.allowed) => {}
            _ => return refuse("it must begin with https://"),
        }
        match literal {
            Some(ip) if !may_reach(ip, &self.allowed) => refuse(PRIVATE),
            _ => Ok(url),
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When the address may not be asked or does not answer with 200.
    pub async fn get(&self, address: &str, bearer: Option<&str>) -> Result<Vec<u8>, Failed> {
        let mut request = http::Request::get(address).header(http::header::ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Vec::new()).map_err(|e| Failed::Refused(e.to_string()))?;
        let answer = self.send(request).await?;
        if answer.status() != http::StatusCode::OK {
            return Err(Failed::Unreachable(format!("{} answered {}", shown(address), answer.status())));
        }
        Ok(answer.into_body())
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When the address may not be asked, does not answer in time, or answers with too much.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failed> {
        let address = request.uri().to_string();
        self.check(&address)?;
        let failed = |error: reqwest::Error| Failed::Unreachable(format!("{}: {}", shown(&address), cause(&error)));
        let client = self.client.get_or_try_init(|| self.client()).await?;
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut answer = client.execute(request).await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(failed)? {
            if body.len() + part.len() > SIZE_LIMIT {
                return Err(Failed::Unreachable(format!("{} answered with more than 1 MiB", shown(&address))));
            }
            body.extend_from_slice(&part);
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        Ok(whole)
    }

    /// Fetches a file of at most so many bytes. Up to five redirects are followed, each checked as the first address is.
    ///
    /// # Errors
    /// When an address may not be asked, does not answer in time or with 200, or answers with too much.
    pub async fn fetch(&self, address: &str, at_most: usize, within: Duration) -> Result<Fetched, Failed> {
        let whole = tokio::time::timeout(within, self.follow(address, at_most, within));
        whole.await.unwrap_or_else(|_| Err(Failed::Unreachable(format!("{}: no answer in time", shown(address)))))
    }

    async fn follow(&self, address: &str, at_most: usize, within: Duration) -> Result<Fetched, Failed> {
        let mut url = self.check(address)?;
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.ask(&url, within).await?;
            if !answer.status().is_redirection() {
                return read_file(url, answer, at_most).await;
            }
            let to = answer.headers().get(http::header::LOCATION).and_then(|to| to.to_str().ok());
            let next = to.and_then(|to| url.join(to).ok());
            let next = next.ok_or_else(|| Failed::Unreachable(format!("{} leads nowhere", shown(url.as_str()))))?;
            url = self.check(next.as_str())?;
        }
        Err(Failed::Unreachable(format!("{} leads on and on", shown(address))))
    }

    async fn ask(&self, url: &Url, within: Duration) -> Result<reqwest::Response, Failed> {
        let failed = |error: reqwest::Error| Failed::Unreachable(format!("{}: {}", shown(url.as_str()), cause(&error)));
        let client = self.client.get_or_try_init(|| self.client()).await?;
        let mut request = reqwest::Request::new(http::Method::GET, url.clone());
        *request.timeout_mut() = Some(within);
        client.execute(request).await.map_err(failed)
    }

    /// Opens a connection to a server that speaks something else than HTTP, at the first of its addresses that may be reached
    /// and answers.
    ///
    /// # Errors
    /// When it may not be reached, or does not answer in time.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Failed> {
        let unreachable = |why: &str| Failed::Unreachable(format!("{}:{port}: {why}", shown(host)));
        let found: Vec<SocketAddr> = timeout(CONNECT_LIMIT, tokio::net::lookup_host((host, port)))
            .await
            .map_err(|_| unreachable("its name was not found in time"))?
            .map_err(|_| unreachable("there is no server of this name"))?
            .collect();
        let open: Vec<SocketAddr> = found.into_iter().filter(|at| may_reach(at.ip(), &self.allowed)).collect();
        if open.is_empty() {
            return Err(Failed::Refused(format!("{}:{port}: {PRIVATE}", shown(host))));
        }
        let mut last = unreachable("no answer in time");
        for at in open.into_iter().take(4) {
            match timeout(CONNECT_LIMIT, TcpStream::connect(at)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    last = unreachable("the connection was refused: nothing listens there");
                }
                Ok(Err(error)) => last = unreachable(&error.to_string()),
                Err(_) => last = unreachable("no answer in time"),
            }
        }
        Err(last)
    }

    async fn client(&self) -> Result<Client, Failed> {
        Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIME_LIMIT)
            .connect_timeout(CONNECT_LIMIT)
            .user_agent(concat!("dealwright/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Guard(Arc::clone(&self.allowed))))
            .build()
            .map_err(|e| Failed::Unreachable(cause(&e)))
    }
}

const MOST_REDIRECTS: usize = 5;

/// A file as it was fetched.
#[derive(Debug)]
pub struct Fetched {
    pub body: Vec<u8>,
    /// As its server calls it, or else as its address ends.
    pub name: String,
    /// As its server says, without parameters.
    pub mime: Option<String>,
}

async fn read_file(url: Url, mut answer: reqwest::Response, at_most: usize) -> Result<Fetched, Failed> {
    let address = shown(url.as_str());
    if answer.status() != http::StatusCode::OK {
        return Err(Failed::Unreachable(format!("{address} answered {}", answer.status())));
    }
    let too_large = || Failed::Refused(format!("{address} is larger than {} MB", at_most / 1_000_000));
    if answer.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > at_most)) {
        return Err(too_large());
    }
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let said = header(http::header::CONTENT_DISPOSITION).and_then(file_name);
    let mime = header(http::header::CONTENT_TYPE).and_then(|value| value.split(';').next());
    let mime = mime.map(|mime| mime.trim().to_ascii_lowercase());
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let name = said.unwrap_or_else(|| decoded(last));
    let mut body = Vec::new();
    while let Some(part) =
        answer.chunk().await.map_err(|error| Failed::Unreachable(format!("{address}: {}", cause(&error))))?
    {
        if body.len() + part.len() > at_most {
            return Err(too_large());
        }
        body.extend_from_slice(&part);
    }
    Ok(Fetched { body, name, mime })
}

/// The name in a `Content-Disposition`: that in UTF-8 before the plain one.
fn file_name(disposition: &str) -> Option<String> {
    let parameter = |name: &str| {
        disposition.split(';').find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let wide = parameter("filename*").and_then(|value| value.rsplit_once('\'').map(|(_, name)| decoded(name)));
    wide.or_else(|| parameter("filename")).filter(|name| !name.is_empty())
}

/// What is written as `%C3%A4` in an address.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const PRIVATE: &str = "a private address is not asked, unless OUTBOUND_NETWORKS allows it";

/// Resolves names to the addresses that may be reached.
struct Guard(Arc<[IpNet]>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let any = !found.is_empty();
            let open: Vec<SocketAddr> = found.into_iter().filter(|at| may_reach(at.ip(), &allowed)).collect();
            if any && open.is_empty() {
                return Err(PRIVATE.into());
            }
            let open: Addrs = Box::new(open.into_iter());
            Ok(open)
        })
    }
}

fn may_reach(ip: IpAddr, allowed: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    allowed.iter().any(|network| network.contains(&ip)) || is_public(ip)
}

/// Whether an address is one of the internet's: not of this machine, a private network, or a purpose of its own.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b) {
        (0 | 10 | 127 | 224.., _) => true,
        (100, 64..=127) | (169, 254) | (172, 16..=31) | (192, 168) | (198, 18 | 19) => true,
        (192, 0) => c == 0 || c == 2,
        (198, 51) => c == 100,
        (203, 0) => c == 113,
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // 2000::/3 is what is routed; of that: documentation, and what carries an IPv4 address inside (6to4, Teredo).
    (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b == 0x0db8 || b < 0x0200)) && a != 0x3fff
}

/// An address without what may be secret in it.
fn shown(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or_default().chars().take(200).collect()
}

/// The innermost reason: what a person can act on.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if error.is_timeout() { "no answer in time".to_owned() } else { inner.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_reached() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!may_reach(ip.parse().unwrap(), &[]), "{ip}");
        }
        for ip in ["1.1.1.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"] {
            assert!(may_reach(ip.parse().unwrap(), &[]), "{ip}");
        }
        assert!(may_reach("10.1.2.3".parse().unwrap(), &["10.0.0.0/8".parse().unwrap()]));
    }

    #[test]
    fn a_file_is_called_as_its_server_says() {
        for (disposition, name) in [
            ("attachment; filename=\"Offer 2026.pdf\"", Some("Offer 2026.pdf")),
            ("attachment; filename=x.pdf; filename*=UTF-8''Angebot%20%C3%A4.pdf", Some("Angebot ä.pdf")),
            ("inline", None),
            ("attachment; filename=\"\"", None),
        ] {
            assert_eq!(file_name(disposition).as_deref(), name, "{disposition}");
        }
        assert_eq!(decoded("100%25%2"), "100%%2");
    }

    #[test]
    fn an_address_is_https_without_a_name_and_not_private() {
        let strict = Outbound::new(&[]);
        for bad in [
            "http://idp.example.com",
            "ftp://idp.example.com",
            "https://user:pass@idp.example.com",
            "https://10.0.0.1/x",
            "https://[::1]/",
            "https://0x7f000001/",
            "http://127.0.0.1:8080",
            "not a url",
            "",
        ] {
            assert!(strict.check(bad).is_err(), "{bad}");
        }
        assert!(strict.check("https://idp.example.com/realms/x").is_ok());
        let local = Outbound::new(&["127.0.0.0/8".parse().unwrap()]);
        assert!(local.check("http://127.0.0.1:8080").is_ok());
        assert!(local.check("http://localhost:8080").is_ok());
        assert!(local.check("http://idp.example.com").is_err());
    }
}

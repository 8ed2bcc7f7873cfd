//! Asks the DNS for a domain's record.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::Resolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

/// For one try.
const TIMEOUT: Duration = Duration::from_secs(4);
/// For all of it.
const LIMIT: Duration = Duration::from_secs(15);
/// How the machine resolves names.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// What did not work.
#[derive(Debug)]
pub enum Failed {
    /// There is no such record.
    Absent,
    /// Nobody answers, for a reason that an administrator may be told.
    Unreachable(String),
}

/// The texts of a name's TXT records, asked anew each time: a record that was not there a minute ago may be by now.
///
/// # Errors
/// When there are none, or nobody answers.
pub async fn texts(servers: &[SocketAddr], name: &str) -> Result<Vec<String>, Failed> {
    let unreachable = |why: String| Failed::Unreachable(why);
    let config = ResolverConfig::from_parts(None, Vec::new(), servers_of(servers).await?);
    let mut builder = Resolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    (options.timeout, options.attempts, options.cache_size, options.edns0) = (TIMEOUT, 2, 0, true);
    let resolver = builder.build().map_err(|e| unreachable(e.to_string()))?;
    // With a dot at its end: it is not looked for below this machine's own domain.
    let asked = tokio::time::timeout(LIMIT, resolver.lookup(format!("{name}."), RecordType::TXT)).await;
    let answer = match asked.map_err(|_| unreachable("the name servers take too long".to_owned()))? {
        Ok(answer) => answer,
        Err(error) if error.is_no_records_found() || error.is_nx_domain() => return Err(Failed::Absent),
        Err(error) => return Err(unreachable(error.to_string())),
    };
    let texts = answer.answers().iter().filter_map(|record| match &record.data {
        RData::TXT(text) => Some(text.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect::<String>()),
        _ => None,
    });
    Ok(texts.take(100).collect())
}

/// The operator's name servers, or the machine's.
async fn servers_of(given: &[SocketAddr]) -> Result<Vec<NameServerConfig>, Failed> {
    let servers = if given.is_empty() {
        let file = tokio::fs::read_to_string(RESOLV_CONF).await.unwrap_or_default();
        nameservers(&file)
    } else {
        given.to_vec()
    };
    if servers.is_empty() {
        let why = format!("there is no name server in {RESOLV_CONF}; set DNS_SERVERS");
        return Err(Failed::Unreachable(why));
    }
    let server = |address: SocketAddr| {
        let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
        connections.iter_mut().for_each(|c| c.port = address.port());
        NameServerConfig::new(address.ip(), true, connections)
    };
    Ok(servers.into_iter().map(server).collect())
}

/// The name servers of a `resolv.conf`.
fn nameservers(file: &str) -> Vec<SocketAddr> {
    let address = |line: &str| {
        let mut words = line.split_whitespace();
        let address = words.next().filter(|word| *word == "nameserver").and_then(|_| words.next())?;
        // Without the zone of a link-local address, which no SocketAddr is written with.
        address.split('%').next()?.parse::<IpAddr>().ok()
    };
    file.lines().filter_map(address).map(|ip| SocketAddr::new(ip, 53)).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_name_servers_of_the_machine() {
        let file = "# generated\nsearch acme.test\nnameserver 10.0.0.2\nnameserver\tfd00::53%eth0 # v6\nnameserver x\noptions ndots:5\n";
        let found: Vec<String> = nameservers(file).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["10.0.0.2:53", "[fd00::53]:53"]);
        assert!(nameservers("").is_empty());
    }
}

//! A name server that knows what a test tells it, by RFC 1035, over UDP.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::TXT;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

use crate::Failure;

/// TXT records by name, without a dot at its end.
type Texts = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// A running name server.
#[derive(Clone, Debug)]
pub struct NameServer {
    pub address: SocketAddr,
    texts: Texts,
}

impl NameServer {
    /// One that knows nothing yet.
    ///
    /// # Panics
    /// When it can't be started.
    #[expect(clippy::panic, reason = "a test whose premises can't be made has failed")]
    pub async fn start() -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await;
        let socket = socket.unwrap_or_else(|error| panic!("no name server: {error}"));
        let address = socket.local_addr().unwrap_or_else(|error| panic!("no name server: {error}"));
        let texts = Texts::default();
        tokio::spawn(serve(socket, Arc::clone(&texts)));
        Self { address, texts }
    }

    /// From now on a name has these TXT records.
    pub fn set(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|t| (*t).to_owned()).collect();
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), texts);
    }
}

async fn serve(socket: UdpSocket, texts: Texts) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        if let Ok(answer) = answer(&buffer[..length], &texts) {
            _ = socket.send_to(&answer, from).await;
        }
    }
}

fn answer(asked: &[u8], texts: &Texts) -> Result<Vec<u8>, Failure> {
    let asked = Message::from_vec(asked)?;
    let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
    answer.metadata.recursion_desired = asked.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    let query = asked.queries.first().ok_or("nothing is asked")?;
    answer.add_query(query.clone());
    let name = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let known = texts.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
    match known {
        Some(texts) if query.query_type() == RecordType::TXT => {
            for text in texts {
                // A record's strings have at most 255 bytes each.
                let (head, tail) = text.split_at_checked(20).unwrap_or((&text, ""));
                let data = RData::TXT(TXT::new(vec![head.to_owned(), tail.to_owned()]));
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
        }
        Some(_) => {}
        None => answer.metadata.response_code = ResponseCode::NXDomain,
    }
    Ok(answer.to_vec()?)
}

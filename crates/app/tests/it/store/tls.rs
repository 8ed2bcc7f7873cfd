//! Connections to a database elsewhere are encrypted where its address says so. TLS is a feature of `sqlx-core` that nothing
//! else names: without it such a connection is refused before it begins.

use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_connection_that_must_be_encrypted_begins_with_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut asked, mut hello) = ([0; 8], [0; 3]);
        stream.read_exact(&mut asked).await.unwrap();
        stream.write_all(b"S").await.unwrap();
        stream.read_exact(&mut hello).await.unwrap();
        (asked, hello)
    });
    let url = format!("postgres://app:secret@127.0.0.1:{port}/dealwright?sslmode=require");
    assert!(PgConnection::connect(&url).await.is_err(), "nobody answers");
    let (asked, hello) = server.await.unwrap();
    assert_eq!(asked, [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f], "an SSLRequest");
    assert_eq!(hello, [0x16, 3, 1], "a ClientHello");
}

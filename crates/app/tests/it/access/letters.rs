//! Letters as their receivers get them.

use std::path::Path;

use dealwright_testkit::TestApp;

/// The letters in a folder to this address, oldest first, decoded.
pub fn in_folder(folder: &Path, to: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> =
        entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "eml")).collect();
    paths.sort();
    let letters = paths.iter().map(|path| decoded(&std::fs::read(path).unwrap()));
    letters.filter(|letter| letter.contains(&format!("To: {to}"))).collect()
}

/// Sends what waits, and reads this person's letters.
pub async fn to(app: &TestApp, email: &str) -> Vec<String> {
    app.drain().await;
    in_folder(&app.letters, email)
}

/// Quoted-printable, as far as letters need it.
fn decoded(raw: &[u8]) -> String {
    let raw = String::from_utf8_lossy(raw).replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = raw.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The token of the link in a letter: what stands behind the `#`.
pub fn token(letter: &str, page: &str) -> String {
    let start = format!("http://crm.test/{page}#");
    let rest = letter.split_once(&start).unwrap_or_else(|| panic!("no link to {page} in {letter}")).1;
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

//! Secrets at rest: sealed by AES-256-GCM with a key that is not in the database.
//!
//! The keys are in `DATA_DIR/credentials/secret-key`, one a line, or in the environment. The first seals; the others
//! only open what they sealed before. What a secret is for, and whose, is its *context*: a sealed value that is moved to
//! another row does not open there. Layout: version, key id (4 bytes), nonce (12), ciphertext with its tag.

use std::fmt;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dealwright_kernel::{Error, Result};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::Database;

const VERSION: u8 = 1;
const KEY_LEN: usize = 32;
const ID_LEN: usize = 4;
const HEADER_LEN: usize = 1 + ID_LEN;

/// A column that holds sealed values.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    pub table: &'static str,
    pub column: &'static str,
    /// An SQL expression over the row: the context under which it was sealed.
    pub context: &'static str,
}

/// All of them: what a new key seals again.
pub const SEALED: &[Sealed] = &[
    Sealed { table: "mail", column: "body", context: "'mail:' || id" },
    Sealed { table: "totp", column: "secret", context: "'totp:' || user_id" },
    Sealed { table: "identity_provider", column: "client_secret", context: "'oidc-client:' || id" },
    Sealed { table: "oidc_session", column: "id_token", context: "'oidc-session:' || session_id" },
    Sealed { table: "oidc_login", column: "verifier", context: "'oidc-login:' || id" },
    Sealed { table: "mailbox", column: "password", context: "'mailbox:' || id" },
    Sealed { table: "automation", column: "webhook_secret", context: "'automation:' || id" },
    Sealed { table: "mail_drop", column: "token", context: "'mail-drop:' || user_id" },
    Sealed { table: "push_key", column: "private_key", context: "'push-key:' || id" },
];

/// The keys. Cheap to clone; shows none of them.
#[derive(Clone)]
pub struct Keyring(Arc<Keys>);

struct Keys {
    first: Key,
    older: Vec<Key>,
}

#[derive(Clone, PartialEq, Eq)]
struct Key {
    id: [u8; ID_LEN],
    bytes: [u8; KEY_LEN],
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("keys", &(1 + self.0.older.len())).finish_non_exhaustive()
    }
}

impl Keyring {
    /// The keys of a data folder, made when there are none. Keys `from_env` (base64 of 32 bytes; several with commas
    /// between) come first, and with them none is made. Blocking.
    ///
    /// # Errors
    /// 503, saying what to do, when a key can't be read, written or understood.
    pub fn load(dir: &Path, from_env: Option<&str>) -> Result<Self> {
        let path = file(dir);
        let filed = match fs::read_to_string(&path) {
            Ok(text) => parse(&text, &path.display().to_string())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(refused(format!("{} can't be read: {error}", path.display()))),
        };
        let mut keys = from_env.map(|text| parse(text, "SECRET_KEY")).transpose()?.unwrap_or_default();
        keys.extend(filed);
        if keys.is_empty() {
            keys.push(Key::random()?);
            write(&path, &keys)?;
        }
        Self::of(keys)
    }

    /// Puts a new key first, in the data folder; the older ones stay and open what they sealed. Keys of the environment
    /// are the operator's to add. Blocking.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn rotate(dir: &Path, from_env: Option<&str>) -> Result<Self> {
        let held = Self::load(dir, from_env)?;
        if from_env.is_some() {
            return Ok(held);
        }
        let mut keys = vec![Key::random()?];
        keys.extend(held.keys().cloned());
        write(&file(dir), &keys)?;
        Self::of(keys)
    }

    /// One key, the same in every test.
    #[must_use]
    pub fn for_tests() -> Self {
        Self(Arc::new(Keys { first: Key::new([7; KEY_LEN]), older: Vec::new() }))
    }

    fn of(keys: Vec<Key>) -> Result<Self> {
        let mut keys = keys.into_iter();
        let first = keys.next().ok_or_else(|| refused("there is no key to seal secrets with".into()))?;
        Ok(Self(Arc::new(Keys { first, older: keys.collect() })))
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.0.first).chain(&self.0.older)
    }

    /// Seals a secret for one context, such as `totp:<user id>`.
    ///
    /// # Errors
    /// Internal, when the system has no randomness to give.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let key = &self.0.first;
        let header = key.header();
        let mut body = plain.to_vec();
        let nonce = key
            .cipher()?
            .seal_in_place_append_tag(Aad::from(aad(&header, context)), &mut body)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok([header.as_slice(), nonce.as_ref().as_slice(), &body].concat())
    }

    /// Opens what was sealed for the same context.
    ///
    /// # Errors
    /// Internal, when it was sealed for another one, by a key that is gone, or has been changed since.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let parts = sealed.split_at_checked(HEADER_LEN).and_then(|(header, rest)| {
            let (nonce, body) = rest.split_at_checked(NONCE_LEN)?;
            Some((header, nonce, body))
        });
        let (header, nonce, body) = parts.ok_or_else(|| Error::internal("a sealed secret is too short"))?;
        let key = self
            .keys()
            .find(|key| key.header() == header)
            .ok_or_else(|| Error::internal("the key of a sealed secret is not in the keyring: was secret-key lost?"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::internal("a nonce has 12 bytes"))?;
        let mut body = body.to_vec();
        let plain = key
            .cipher()?
            .open_in_place(nonce, Aad::from(aad(header, context)), &mut body)
            .map_err(|_| Error::internal("a sealed secret does not open: it was changed, moved or sealed otherwise"))?;
        Ok(plain.to_vec())
    }

    /// A tag by which a message of ours is known again, for one context: anyone may read it, nobody else can make it.
    #[must_use]
    pub fn tag(&self, context: &str, message: &[u8]) -> Vec<u8> {
        self.0.first.tag(context, message)
    }

    /// Whether a tag was made by this ring, for the same context and message.
    #[must_use]
    pub fn is_tag(&self, context: &str, message: &[u8], tag: &[u8]) -> bool {
        self.keys().any(|key| hmac::verify(&key.tagging(context), message, tag).is_ok())
    }

    /// Seals again, with the first key, all that is stored; returns how many. All of it or nothing.
    ///
    /// # Errors
    /// When a secret does not open, or the database is gone.
    pub async fn reseal(&self, database: &Database) -> Result<usize> {
        let mut db = database.maintenance().await?;
        let mut tx = db.begin().await?;
        let mut done = 0;
        for place in SEALED {
            done += self.reseal_column(&mut tx, place).await?;
        }
        tx.commit().await?;
        db.close().await?;
        Ok(done)
    }

    async fn reseal_column(&self, db: &mut PgConnection, place: &Sealed) -> Result<usize> {
        // Names and expressions are our own words, from `SEALED`.
        let Sealed { table, column, context } = place;
        let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as(AssertSqlSafe(format!(
            "select ctid::text, {context}, {column} from {table} where {column} is not null for update"
        )))
        .fetch_all(&mut *db)
        .await?;
        for (row, context, sealed) in &rows {
            let again = self.seal(context, &self.open(context, sealed)?)?;
            sqlx::query(AssertSqlSafe(format!("update {table} set {column} = $2 where ctid = $1::tid")))
                .bind(row)
                .bind(again)
                .execute(&mut *db)
                .await?;
        }
        Ok(rows.len())
    }
}

impl Key {
    fn new(bytes: [u8; KEY_LEN]) -> Self {
        let mut id = [0; ID_LEN];
        id.iter_mut().zip(digest(&SHA256, &bytes).as_ref()).for_each(|(to, from)| *to = *from);
        Self { id, bytes }
    }

    fn random() -> Result<Self> {
        let mut bytes = [0; KEY_LEN];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
        Ok(Self::new(bytes))
    }

    /// A key of its own for each context: what seals does not sign.
    fn tagging(&self, context: &str) -> hmac::Key {
        let root = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes);
        let derived = hmac::sign(&root, format!("tag:{context}").as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
    }

    fn tag(&self, context: &str, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.tagging(context), message).as_ref().to_vec()
    }

    fn header(&self) -> [u8; HEADER_LEN] {
        let mut header = [VERSION; HEADER_LEN];
        header.iter_mut().skip(1).zip(self.id).for_each(|(to, from)| *to = from);
        header
    }

    fn cipher(&self) -> Result<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.bytes).map_err(|_| Error::internal("a key has 32 bytes"))
    }
}

fn aad(header: &[u8], context: &str) -> Vec<u8> {
    [header, context.as_bytes()].concat()
}

fn file(dir: &Path) -> PathBuf {
    dir.join("credentials/secret-key")
}

fn refused(detail: String) -> Error {
    Error::unavailable("secret_key", detail)
}

fn parse(text: &str, place: &str) -> Result<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    for part in text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let bytes = STANDARD.decode(part).ok().and_then(|bytes| <[u8; KEY_LEN]>::try_from(bytes).ok());
        let bytes = bytes.ok_or_else(|| {
            refused(format!(
                "{place} holds something that is not 32 bytes in base64; make one by: openssl rand -base64 32"
            ))
        })?;
        keys.push(Key::new(bytes));
    }
    Ok(keys)
}

/// Writes the keys beside the old file and puts them in its place, so that a crash loses none.
fn write(path: &Path, keys: &[Key]) -> Result<()> {
    let text: String = keys.iter().map(|key| format!("{}\n", STANDARD.encode(key.bytes))).collect();
    let new = path.with_extension("new");
    let written = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    written().map_err(|error| refused(format!("{} can't be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("dealwright-secret-{name}-{}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn only_the_same_context_and_key_open() {
        let keyring = Keyring::for_tests();
        let sealed = keyring.seal("totp:1", b"secret").unwrap();
        assert_eq!(keyring.open("totp:1", &sealed).unwrap(), b"secret");
        assert_ne!(keyring.seal("totp:1", b"secret").unwrap(), sealed, "the nonce is new each time");
        assert!(keyring.open("totp:2", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(keyring.open("totp:1", &changed).is_err(), "byte {at}");
            assert!(keyring.open("totp:1", &sealed[..at]).is_err(), "cut at {at}");
        }
        assert!(!format!("{keyring:?}").contains('7'));
    }

    #[test]
    fn a_new_key_seals_and_the_older_ones_open() {
        let dir = folder("rotate");
        let old = Keyring::load(&dir, None).unwrap();
        let sealed = old.seal("a", b"secret").unwrap();
        assert_eq!(Keyring::load(&dir, None).unwrap().open("a", &sealed).unwrap(), b"secret", "it is kept");
        let new = Keyring::rotate(&dir, None).unwrap();
        assert_eq!(new.open("a", &sealed).unwrap(), b"secret");
        assert!(old.open("a", &new.seal("a", b"secret").unwrap()).is_err());
        let mode = fs::metadata(file(&dir)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn keys_of_the_environment_come_first_and_are_checked() {
        let dir = folder("env");
        let key = STANDARD.encode([1; KEY_LEN]);
        let keyring = Keyring::load(&dir, Some(&key)).unwrap();
        assert!(!file(&dir).exists(), "none is made beside them");
        let sealed = keyring.seal("a", b"secret").unwrap();
        let two = format!("{},{key}", STANDARD.encode([2; KEY_LEN]));
        assert_eq!(Keyring::load(&dir, Some(&two)).unwrap().open("a", &sealed).unwrap(), b"secret");
        let error = Keyring::load(&dir, Some("c2hvcnQ=")).unwrap_err();
        assert!(error.detail.contains("SECRET_KEY") && !error.detail.contains("c2hvcnQ"), "{error}");
    }
}

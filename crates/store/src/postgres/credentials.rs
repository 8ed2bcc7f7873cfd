//! Generated passwords of the private PostgreSQL's roles: one file each, 0600, in `DATA_DIR/credentials` (0700).

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::error::PostgresError;
use super::layout::folder;

#[derive(Debug, Clone)]
pub(super) struct Credentials {
    folder: PathBuf,
}

impl Credentials {
    pub fn open(data_dir: &Path) -> Result<Self, PostgresError> {
        let path = data_dir.join("credentials");
        folder(&path, 0o700, None)?;
        Ok(Self { folder: path })
    }

    /// The role's password: 64 hex digits, made and written down at the first call. Blocking.
    pub fn password(&self, role: &str) -> Result<String, PostgresError> {
        let path = self.folder.join(role);
        match fs::read_to_string(&path) {
            Ok(password) if !password.is_empty() => return Ok(password),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(PostgresError::io("read", &path)(error));
            }
            Ok(_) | Err(_) => {}
        }
        let password = random()?;
        let new = self.folder.join(format!("{role}.new"));
        write_private(&new, &password).map_err(PostgresError::io("write", &new))?;
        fs::rename(&new, &path).map_err(PostgresError::io("put in place", &path))?;
        Ok(password)
    }
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, content: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

fn random() -> Result<String, PostgresError> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| PostgresError::System {
        doing: "make a random password",
        source: io::Error::other("the system gave no random bytes"),
    })?;
    Ok(hex::encode(bytes))
}

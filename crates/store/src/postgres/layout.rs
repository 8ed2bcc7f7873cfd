//! Where a private PostgreSQL keeps its things.
//!
//! Below `DATA_DIR/postgres`: `data` (the cluster, 0700), `run` (its socket, 0700), `log`, `dealwright.conf` (ours, written
//! at each start) and `local.conf` (the administrator's, read last). As root, with a DATA_DIR that the database's account
//! can't reach, all of that lives under the state folder instead and `DATA_DIR/postgres` is a link to it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};

use super::account::{Account, give};
use super::error::PostgresError;

/// The shortest limit on a socket's path among the systems we run on (macOS; Linux has 107).
const SOCKET_PATH_LIMIT: usize = 103;

#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub root: PathBuf,
    pub data: PathBuf,
    pub log: PathBuf,
    pub conf: PathBuf,
    /// The folder of the socket; may be elsewhere when the path would be too long.
    pub socket: PathBuf,
    /// Whether `root` is not under DATA_DIR.
    pub moved: bool,
}

impl Layout {
    /// Finds or makes the folders. `data_dir` exists; the caller holds its lock. Blocking.
    pub fn resolve(
        data_dir: &Path,
        state_dir: &Path,
        account: Option<&Account>,
        port: u16,
    ) -> Result<Self, PostgresError> {
        let data_dir = data_dir.canonicalize().map_err(PostgresError::io("find", data_dir))?;
        let (root, moved) = root(&data_dir, state_dir, account)?;
        folder(&root, if account.is_some() { 0o755 } else { 0o700 }, None)?;
        let log = root.join("log");
        folder(&log, 0o700, None)?;
        let data = root.join("data");
        let socket = socket_folder(&root, account, port)?;
        Ok(Self { conf: root.join("dealwright.conf"), root, data, log, socket, moved })
    }

    pub fn is_initialised(&self) -> bool {
        self.data.join("PG_VERSION").is_file()
    }

    pub fn postmaster_pid(&self) -> PathBuf {
        self.data.join("postmaster.pid")
    }
}

fn root(data_dir: &Path, state_dir: &Path, account: Option<&Account>) -> Result<(PathBuf, bool), PostgresError> {
    let here = data_dir.join("postgres");
    let is_link = here.is_symlink();
    if is_link && let Ok(there) = here.canonicalize() {
        return Ok((there, true));
    }
    let Some(account) = account else { return Ok((here, false)) };
    if !is_link && account.reaches(&here) {
        return Ok((here, false));
    }
    if !is_link && here.join("data").join("PG_VERSION").is_file() {
        return Err(PostgresError::Initialise {
            folder: here,
            reason: format!(
                "the account `{}` can't reach this folder; open the folders above it to others (chmod o+x)",
                account.name
            ),
        });
    }
    move_out(data_dir, state_dir, &here, is_link)
}

/// A place under the state folder, and a link to it.
fn move_out(data_dir: &Path, state_dir: &Path, here: &Path, is_link: bool) -> Result<(PathBuf, bool), PostgresError> {
    let base = state_dir.join("clusters");
    fs::create_dir_all(&base).map_err(PostgresError::io("create", &base))?;
    for open in [state_dir, &base] {
        fs::set_permissions(open, Permissions::from_mode(0o755)).map_err(PostgresError::io("open up", open))?;
    }
    let there = base.join(short_hash(data_dir));
    if there.exists() {
        // Its DATA_DIR was deleted, and with it the passwords: a new start, but nobody's data is thrown away.
        let aside = (1..1000_u32)
            .map(|n| base.join(format!("{}.left-{n}", short_hash(data_dir))))
            .find(|path| !path.exists())
            .ok_or_else(|| PostgresError::Initialise {
                folder: there.clone(),
                reason: "too many abandoned databases beside it; remove the `.left-` folders".to_owned(),
            })?;
        super::server::clear_left_over(&there.join("data"))?;
        fs::rename(&there, &aside).map_err(PostgresError::io("put aside", &there))?;
        tracing::warn!(kept = %aside.display(), "the data folder was emptied; the old database is kept here, remove it when sure");
    }
    fs::create_dir(&there).map_err(PostgresError::io("create", &there))?;
    if is_link {
        fs::remove_file(here).map_err(PostgresError::io("remove", here))?;
    }
    symlink(&there, here).map_err(PostgresError::io("link", here))?;
    tracing::info!(folder = %there.display(), "DATA_DIR is closed to the database's account, so the database lives elsewhere");
    Ok((there, true))
}

fn socket_folder(root: &Path, account: Option<&Account>, port: u16) -> Result<PathBuf, PostgresError> {
    let fits = |folder: &Path| folder.join(format!(".s.PGSQL.{port}")).as_os_str().len() <= SOCKET_PATH_LIMIT;
    let near = root.join("run");
    if fits(&near) {
        folder(&near, 0o700, account)?;
        return Ok(near);
    }
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|_| account.is_none()).map(PathBuf::from);
    let system = account.is_some().then(|| PathBuf::from("/run"));
    let name = format!("dealwright-{}", short_hash(root));
    let mut reasons = Vec::new();
    for base in runtime.into_iter().chain(system).chain([PathBuf::from("/tmp")]) {
        let candidate = base.join(&name);
        if !fits(&candidate) {
            continue;
        }
        match private_folder(&candidate, account) {
            Ok(()) => return Ok(candidate),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    Err(PostgresError::Socket { reason: reasons.join("; ") })
}

/// A folder in a place where others may write: it must be ours, and closed, or it is not used.
fn private_folder(path: &Path, account: Option<&Account>) -> Result<(), PostgresError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(PostgresError::io("create", path)(error));
        }
        Ok(()) => give(path, account)?,
        Err(_) => {}
    }
    let meta = fs::symlink_metadata(path).map_err(PostgresError::io("look at", path))?;
    let owner = account.map_or_else(|| nix::unistd::geteuid().as_raw(), |account| account.uid);
    if meta.is_dir() && meta.uid() == owner && meta.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(PostgresError::Socket { reason: format!("{} belongs to somebody else", path.display()) })
    }
}

/// Makes a folder with this mode and owner, if it isn't there.
pub(super) fn folder(path: &Path, mode: u32, account: Option<&Account>) -> Result<(), PostgresError> {
    if !path.is_dir() {
        fs::create_dir(path).map_err(PostgresError::io("create", path))?;
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(PostgresError::io("set the permissions of", path))?;
    give(path, account)
}

/// Sixteen hex digits that stand for a path.
fn short_hash(path: &Path) -> String {
    hex::encode(digest(&SHA256, path.as_os_str().as_encoded_bytes())).chars().take(16).collect()
}

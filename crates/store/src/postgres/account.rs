//! The unprivileged account that PostgreSQL runs under when the server itself is root.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use super::error::PostgresError;

const NAME: &str = "dealwright";
const FALLBACK: &str = "nobody";

/// Who runs PostgreSQL, if not we ourselves.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// None unless we are root. As root: `dealwright`, created if missing, else `nobody`. Blocking.
    pub fn choose() -> Result<Option<Self>, PostgresError> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        if let Some(account) = Self::find(NAME)? {
            return Ok(Some(account));
        }
        let created = Command::new("useradd")
            .args(["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"])
            .args(["--shell", "/usr/sbin/nologin", "--comment", "Dealwright database", NAME])
            .stdin(Stdio::null())
            .output();
        // Another process may have created it in between, so look before judging.
        if let Some(account) = Self::find(NAME)? {
            tracing::info!(account = NAME, "created the system account that PostgreSQL runs under");
            return Ok(Some(account));
        }
        let reason = match created {
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(%reason, "no account `{NAME}` and none could be created; PostgreSQL runs as `{FALLBACK}`");
        match Self::find(FALLBACK)? {
            Some(account) => Ok(Some(account)),
            None => Err(PostgresError::Account {
                reason: format!("there is no account `{FALLBACK}` and `{NAME}` could not be created ({reason})"),
            }),
        }
    }

    fn find(name: &str) -> Result<Option<Self>, PostgresError> {
        let found = User::from_name(name)
            .map_err(|errno| PostgresError::System { doing: "look up system accounts", source: errno.into() })?;
        Ok(found.map(|user| Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }))
    }

    /// Whether the account can get to `path`: every folder above what exists of it lets it pass.
    pub fn reaches(&self, path: &Path) -> bool {
        path.ancestors().filter_map(|folder| std::fs::metadata(folder).ok()).filter(std::fs::Metadata::is_dir).all(
            |folder| {
                let bit = match (folder.uid() == self.uid, folder.gid() == self.gid) {
                    (true, _) => 0o100,
                    (false, true) => 0o010,
                    (false, false) => 0o001,
                };
                folder.mode() & bit != 0
            },
        )
    }
}

/// Gives a path to the account, if there is one.
pub(super) fn give(path: &Path, account: Option<&Account>) -> Result<(), PostgresError> {
    match account {
        None => Ok(()),
        Some(account) => std::os::unix::fs::chown(path, Some(account.uid), Some(account.gid))
            .map_err(PostgresError::io("hand over", path)),
    }
}

/// A command that runs under the account, in its own process group (a Ctrl-C at the terminal is for us to pass on, in
/// our order), with nothing of the caller's PostgreSQL settings.
pub(super) fn command(program: &Path, account: Option<&Account>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).process_group(0).stdin(Stdio::null()).env("LC_ALL", "C").env_remove("LANG");
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("PG") {
            command.env_remove(variable);
        }
    }
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid).env("HOME", "/nonexistent").env("USER", &account.name);
    }
    command
}

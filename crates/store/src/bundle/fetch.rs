//! Gets a bundle's wheels into the cache with pip, each verified before it gets its final name.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::{Bundle, BundleError, Dirs, OnProgress, ProgressState, Wheel, digest};

const LOOK: Duration = Duration::from_millis(250);
const NO_PYTHON: &str =
    "python3 was not found. Install Python 3 with pip (Debian and Ubuntu: apt-get install python3-pip).";

/// The paths of all the bundle's wheels, in order, verified. Those that are there from an earlier, interrupted run stay.
pub(super) async fn wheels(
    bundle: &Bundle,
    dirs: &Dirs,
    progress: OnProgress<'_>,
) -> Result<Vec<PathBuf>, BundleError> {
    let folder = dirs.wheels();
    std::fs::create_dir_all(&folder).map_err(|error| BundleError::io("create", &folder, error))?;
    let mut done = 0;
    let mut paths = Vec::with_capacity(bundle.wheels.len());
    for wheel in bundle.wheels {
        let path = folder.join(wheel.file);
        progress(bundle.progress(ProgressState::Running, done));
        if !is_right(wheel, &path).await? {
            let during = |bytes: u64| progress(bundle.progress(ProgressState::Running, done.saturating_add(bytes)));
            download(bundle, wheel, &folder, &during).await?;
        }
        done = done.saturating_add(wheel.bytes);
        progress(bundle.progress(ProgressState::Running, done));
        paths.push(path);
    }
    Ok(paths)
}

/// Removes wheels that are no longer needed, to give their space back.
pub(super) async fn discard(wheels: &[PathBuf]) {
    for wheel in wheels {
        if let Err(error) = tokio::fs::remove_file(wheel).await {
            tracing::warn!(path = %wheel.display(), %error, "a used-up download stays on disk; it does no harm");
        }
    }
}

async fn is_right(wheel: &Wheel, path: &Path) -> Result<bool, BundleError> {
    match tokio::fs::metadata(path).await {
        Ok(meta) if meta.len() == wheel.bytes => Ok(hash(path).await? == wheel.sha256),
        _ => Ok(false),
    }
}

async fn hash(path: &Path) -> Result<String, BundleError> {
    let owned = path.to_path_buf();
    tokio::task::spawn_blocking(move || digest::of_file(&owned))
        .await
        .unwrap_or_else(|stopped| Err(std::io::Error::other(stopped)))
        .map_err(|error| BundleError::io("read", path, error))
}

async fn download(
    bundle: &Bundle,
    wheel: &Wheel,
    folder: &Path,
    during: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), BundleError> {
    let arriving = folder.join(format!(".{}-arriving", wheel.file));
    remove_folder(&arriving)?;
    std::fs::create_dir_all(&arriving).map_err(|error| BundleError::io("create", &arriving, error))?;
    let fetched =
        run_pip(wheel, &arriving, during).await.map_err(|reason| BundleError::fetch(bundle, wheel, folder, reason));
    let kept = match fetched {
        Ok(()) => keep(bundle, wheel, &arriving, folder).await,
        Err(error) => Err(error),
    };
    remove_folder(&arriving)?;
    kept
}

/// Runs pip, with its temporary files in `arriving` too, so that their size tells how far it is.
async fn run_pip(wheel: &Wheel, arriving: &Path, during: &(dyn Fn(u64) + Send + Sync)) -> Result<(), String> {
    let child = Command::new("python3")
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "download"])
        .args(["--no-deps", "--only-binary=:all:", "--progress-bar=off", "--quiet"])
        .arg(format!("{}=={}", wheel.package, wheel.version))
        .arg("-d")
        .arg(arriving)
        .env("TMPDIR", arriving)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .process_group(0)
        .spawn()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => NO_PYTHON.to_owned(),
            _ => format!("python3 could not be started: {error}"),
        })?;
    let finished = child.wait_with_output();
    tokio::pin!(finished);
    let output = loop {
        tokio::select! {
            output = &mut finished => break output.map_err(|error| format!("pip could not be followed: {error}"))?,
            () = tokio::time::sleep(LOOK) => during(bytes_under(arriving)),
        }
    };
    if output.status.success() { Ok(()) } else { Err(why(&String::from_utf8_lossy(&output.stderr), output.status)) }
}

/// The lines in which pip says what was wrong.
fn why(stderr: &str, status: std::process::ExitStatus) -> String {
    if stderr.contains("No module named pip") {
        return "python3 has no pip (Debian and Ubuntu: apt-get install python3-pip).".to_owned();
    }
    let errors: Vec<&str> = stderr.lines().map(str::trim).filter(|line| line.starts_with("ERROR:")).collect();
    match (errors.as_slice(), stderr.lines().map(str::trim).rfind(|line| !line.is_empty())) {
        ([], None) => format!("pip ended with {status}"),
        ([], Some(last)) => format!("pip said: {last}"),
        (lines, _) => format!("pip said: {}", lines.join(" ")),
    }
}

/// Verifies what pip brought and gives it its final name.
async fn keep(bundle: &Bundle, wheel: &Wheel, arriving: &Path, folder: &Path) -> Result<(), BundleError> {
    let arrived = arriving.join(wheel.file);
    if !arrived.is_file() {
        let found: Vec<String> = std::fs::read_dir(arriving)
            .map_err(|error| BundleError::io("read", arriving, error))?
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let reason = format!("pip brought {} instead of {}", found.join(", "), wheel.file);
        return Err(BundleError::fetch(bundle, wheel, folder, reason));
    }
    let found = hash(&arrived).await?;
    if found != wheel.sha256 {
        return Err(BundleError::Digest { file: arrived, expected: wheel.sha256, found });
    }
    let path = folder.join(wheel.file);
    std::fs::rename(&arrived, &path).map_err(|error| BundleError::io("put in place", &path, error))
}

/// Removes a folder and all in it; one that is not there is fine.
pub(super) fn remove_folder(path: &Path) -> Result<(), BundleError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(BundleError::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// The size of everything under a folder; entries that vanish while we look count as nothing.
fn bytes_under(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes_under(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

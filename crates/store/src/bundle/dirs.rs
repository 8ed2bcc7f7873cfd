//! Where bundles live on this machine, and which of them the user brings along.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::table;

/// Set to put what an unprivileged account must reach (PostgreSQL's programs, a relocated cluster) elsewhere.
const STATE_DIR: &str = "DEALWRIGHT_STATE_DIR";
const DEFAULT_STATE_DIR: &str = "/var/lib/dealwright";

/// The folders that bundles use, and the user's own copies.
#[derive(Debug, Clone)]
pub struct Dirs {
    /// For wheels, models and whatever only this user runs: `$XDG_CACHE_HOME/dealwright` or `~/.cache/dealwright`.
    pub cache: PathBuf,
    /// For what an unprivileged account must reach: as root `/var/lib/dealwright` (or `DEALWRIGHT_STATE_DIR`), since
    /// root's home is closed to others; otherwise the same as `cache`.
    pub shared: PathBuf,
    /// Own copies by the name of their environment variable, such as `DEALWRIGHT_POSTGRES_DIR`.
    pub overrides: BTreeMap<String, PathBuf>,
}

impl Dirs {
    /// As the environment says.
    #[must_use]
    pub fn from_env() -> Self {
        let cache = absolute("XDG_CACHE_HOME")
            .or_else(|| std::env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".cache")))
            .unwrap_or_else(std::env::temp_dir)
            .join("dealwright");
        let shared = absolute(STATE_DIR).unwrap_or_else(|| {
            if nix::unistd::geteuid().is_root() { PathBuf::from(DEFAULT_STATE_DIR) } else { cache.clone() }
        });
        let overrides = table::ALL
            .iter()
            .filter_map(|bundle| {
                let own = std::env::var_os(bundle.variable).filter(|value| !value.is_empty())?;
                Some((bundle.variable.to_owned(), PathBuf::from(own)))
            })
            .collect();
        Self { cache, shared, overrides }
    }

    pub(super) fn wheels(&self) -> PathBuf {
        self.cache.join("wheels")
    }
}

fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

//! Fetches bundles ahead of time: all of them, or those named on the command line. Prints where each is.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use dealwright_store::bundle::{self, Dirs, Progress};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), String> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = bundle::ALL.iter().map(|bundle| bundle.name).collect();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no bundle `{unknown}`; there are {}", names.join(", ")));
    }
    let dirs = Dirs::from_env();
    for bundle in bundle::ALL {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == bundle.name) {
            continue;
        }
        let path = bundle::ensure(bundle, &dirs, &show()).await.map_err(|error| error.to_string())?;
        println!("\r{}: {}\x1b[K", bundle.label, path.display());
    }
    Ok(())
}

/// Writes the percentage when it changes.
fn show() -> impl Fn(Progress) + Send + Sync {
    let last = AtomicU64::new(0);
    move |progress| {
        let percent = progress.done_bytes.saturating_mul(100).checked_div(progress.total_bytes).unwrap_or(0);
        if last.swap(percent, Ordering::Relaxed) != percent {
            print!("\r{} {percent} %", progress.label);
            if let Err(error) = std::io::stdout().flush() {
                eprintln!("{error}");
            }
        }
    }
}

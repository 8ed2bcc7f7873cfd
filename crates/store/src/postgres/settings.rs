//! PostgreSQL's configuration, sized for this machine. An administrator's `local.conf` beside it is read last and wins.

use std::fmt::Write as _;
use std::path::Path;

use super::Profile;
use super::layout::Layout;

const MIB: u64 = 1 << 20;
/// Assumed when the machine doesn't say.
const UNKNOWN_MEMORY: u64 = 4 << 30;

/// Of the machine, or of the container we are in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    /// Bytes.
    pub memory: u64,
    pub cores: usize,
}

impl Machine {
    /// Blocking.
    pub fn look() -> Self {
        let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| mem_total(&text));
        let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
            .iter()
            .find_map(|path| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
        let memory = total.unwrap_or(UNKNOWN_MEMORY).min(limit.unwrap_or(u64::MAX));
        Self { memory, cores: std::thread::available_parallelism().map_or(1, usize::from) }
    }
}

/// Bytes, from the text of /proc/meminfo.
fn mem_total(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    kib.checked_mul(1024)
}

/// The whole of `dealwright.conf`.
pub(super) fn render(
    layout: &Layout,
    install_dir: &Path,
    profile: Profile,
    port: Option<u16>,
    machine: Machine,
) -> String {
    let mut text = String::from(
        "# Written by dealwright at each start. Put settings of your own into local.conf beside this file.\n",
    );
    let mut set = |name: &str, value: &str| {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
    };
    set("listen_addresses", if port.is_some() { "127.0.0.1" } else { "" });
    set("port", &port.unwrap_or(super::SOCKET_PORT).to_string());
    set("unix_socket_directories", &quoted(&layout.socket));
    set("unix_socket_permissions", "0700");
    set("password_encryption", "scram-sha-256");
    set("timezone", "UTC");
    set("log_timezone", "UTC");
    set("logging_collector", "off");
    set("log_destination", "stderr");
    set("log_line_prefix", "%m [%p] %q%u@%d ");
    // Row contents are people's data and stay out of the log: no DETAIL lines, no parameters.
    set("log_error_verbosity", "terse");
    set("log_parameter_max_length", "0");
    set("log_parameter_max_length_on_error", "0");
    set("log_checkpoints", "off");
    set("jit", "off");
    set("random_page_cost", "1.1");
    // Only pglz is built in, which costs a write more than all its indexes do.
    set("wal_compression", "off");
    set("huge_pages", "try");
    set("idle_in_transaction_session_timeout", "5min");
    match profile {
        Profile::Serve => serve(&mut set, install_dir, machine),
        Profile::Test => test(&mut set),
    }
    text
}

fn serve(set: &mut impl FnMut(&str, &str), install_dir: &Path, machine: Machine) {
    let mib = |bytes: u64, least: u64, most: u64| format!("{}MB", (bytes / MIB).clamp(least, most));
    set("max_connections", "100");
    set("shared_buffers", &mib(machine.memory / 4, 64, 2048));
    set("effective_cache_size", &mib(machine.memory / 2, 128, 1 << 20));
    set("work_mem", &mib(machine.memory / 512, 4, 32));
    set("maintenance_work_mem", &mib(machine.memory / 16, 64, 512));
    set("wal_buffers", "16MB");
    set("min_wal_size", "256MB");
    set("max_wal_size", "4GB");
    set("checkpoint_timeout", "15min");
    set("checkpoint_completion_target", "0.9");
    set("max_parallel_workers_per_gather", &(machine.cores / 2).min(4).to_string());
    set("max_parallel_workers", &machine.cores.max(1).to_string());
    set("max_parallel_maintenance_workers", &(machine.cores / 2).clamp(1, 4).to_string());
    set("autovacuum_naptime", "30s");
    set("autovacuum_vacuum_scale_factor", "0.05");
    set("autovacuum_vacuum_insert_scale_factor", "0.1");
    set("autovacuum_analyze_scale_factor", "0.02");
    set("autovacuum_vacuum_cost_limit", "1000");
    if has_library(install_dir, "pg_stat_statements") {
        set("shared_preload_libraries", "pg_stat_statements");
    }
}

/// For throw-away clusters: nothing is worth syncing.
fn test(set: &mut impl FnMut(&str, &str)) {
    set("max_connections", "300");
    set("shared_buffers", "128MB");
    set("fsync", "off");
    set("synchronous_commit", "off");
    set("full_page_writes", "off");
    set("max_wal_size", "1GB");
    set("checkpoint_timeout", "30min");
    set("autovacuum", "off");
    set("max_parallel_workers_per_gather", "0");
}

fn has_library(install_dir: &Path, name: &str) -> bool {
    ["lib", "lib/postgresql", "lib64", "lib64/pgsql"]
        .iter()
        .any(|folder| install_dir.join(folder).join(name).with_extension("so").is_file())
}

/// A path as an element of a comma-separated setting.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            root: "/d".into(),
            data: "/d/data".into(),
            log: "/d/log".into(),
            conf: "/d/dealwright.conf".into(),
            socket: "/d/it's".into(),
            moved: false,
        }
    }

    #[test]
    fn memory_is_shared_out_within_bounds() {
        let of = |memory| render(&layout(), Path::new("/none"), Profile::Serve, None, Machine { memory, cores: 2 });
        assert!(of(1 << 30).contains("shared_buffers = '256MB'"));
        assert!(of(1 << 30).contains("work_mem = '4MB'"));
        assert!(of(64 << 30).contains("shared_buffers = '2048MB'"));
        assert!(of(64 << 30).contains("effective_cache_size = '32768MB'"));
    }

    #[test]
    fn a_quote_in_a_path_is_doubled() {
        let machine = Machine { memory: 1 << 30, cores: 1 };
        let text = render(&layout(), Path::new("/none"), Profile::Test, Some(5433), machine);
        assert!(text.contains("unix_socket_directories = '\"/d/it''s\"'"));
        assert!(text.contains("listen_addresses = '127.0.0.1'") && text.contains("port = '5433'"));
    }

    #[test]
    fn meminfo_is_in_kibibytes() {
        assert_eq!(mem_total("MemTotal:        2048 kB\nMemFree: 1 kB\n"), Some(2 * MIB));
    }
}

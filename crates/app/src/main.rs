//! The binary `dealwright`.

use std::process::ExitCode;

/// A list's answer is thousands of small allocations: see docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dealwright_app::cli::main()
}

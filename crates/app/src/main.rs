//! The binary `dealwright`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dealwright_app::cli::main()
}

//! The binary `towpath`: command line and wiring.
//!
//! [`cli`] says what may be typed, one file in [`commands`] carries each command out, [`output`] holds all that
//! prints. [`project`] loads pipeline files and connections; [`quarantine`] is the local store of rejected
//! rows, [`state`] that of runs and checkpoints.

mod attempt;
mod cli;
mod commands;
mod connections;
mod diff;
mod endpoint;
mod inspection;
mod output;
mod project;
mod quarantine;
mod serve;
mod state;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !towpath_connectors::guard::is_guarded() {
            hook(info);
        }
    }));
    let cli = cli::Cli::parse();
    let console = output::Console::new(&cli.options);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            console.error(&format!("the program cannot start its threads: {error}"), None);
            return ExitCode::from(1);
        }
    };
    let outcome = runtime.block_on(commands::carry_out(cli, &console));
    // Reading standard input or a slow disk must not hold the program back once it has said what happened.
    runtime.shutdown_background();
    ExitCode::from(outcome.code())
}

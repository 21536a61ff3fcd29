//! The commands, one file each.

mod attempts;
mod check;
mod copy;
mod discover;
mod init;
mod inspect;
pub(crate) mod lineage;
mod manual;
mod plan;
mod preview;
mod quarantine;
pub(crate) mod run;
pub(crate) mod server;
mod state;
mod test;
pub(crate) mod undo;

use clap::CommandFactory;
use towpath_engine::graph::Graph;

use crate::cli::{Cli, Command};
use crate::output::{Console, Outcome};
use crate::project::{Invalid, Project};

/// Carries out what was typed.
pub(crate) async fn carry_out(cli: Cli, console: &Console) -> Outcome {
    let options = &cli.options;
    let result = match cli.command {
        Command::Copy(args) => Box::pin(copy::copy(&args, options, console)).await,
        Command::Inspect(args) => inspect::inspect(&args, options, console).await,
        Command::Init(args) => init::init(&args, options, console).await,
        Command::Check(args) => check::check(&args, options, console).await,
        Command::Preview(args) => preview::preview(&args, options, console).await,
        Command::Plan(args) => plan::plan(&args, options, console).await,
        Command::Test(args) => test::test(&args, options, console).await,
        Command::Run(args) => Box::pin(run::run(&args, options, console)).await,
        Command::Undo(args) => undo::undo(&args, options, console).await,
        Command::State(args) => state::state(&args, options, console),
        Command::Quarantine(args) => quarantine::quarantine(&args, options, console),
        Command::Discover(args) => discover::discover(&args, options, console).await,
        Command::Connectors(args) => manual::connectors(&args, console),
        Command::Transforms(args) => manual::transforms(&args, console),
        Command::Schema(args) => manual::schema(&args, options, console),
        Command::Serve(args) => Box::pin(crate::serve::start::serve(&args, options, console))
            .await
            .map(|()| Outcome::Done)
            .map_err(Stop::from),
        Command::User(args) => server::user::user(&args, console).await.map_err(Stop::from),
        Command::Import(args) => {
            Box::pin(server::import::import(&args, options, console)).await.map_err(Stop::from)
        }
        Command::Secrets(args) => server::secrets::secrets(&args, console).await.map_err(Stop::from),
        Command::Audit(args) => server::audit::audit(&args, console).await.map_err(Stop::from),
        Command::Backup(args) => server::backup::backup(&args, console).await.map_err(Stop::from),
        Command::Restore(args) => server::backup::restore(&args, console).await.map_err(Stop::from),
        Command::Doctor(args) => server::doctor::doctor(&args, console).await.map_err(Stop::from),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "towpath", &mut std::io::stdout());
            Ok(Outcome::Done)
        }
    };
    match result {
        Ok(outcome) => outcome,
        Err(Stop::Invalid(invalid)) => {
            console.problems(&invalid.problems);
            Outcome::Invalid
        }
        Err(Stop::Fault(fault)) => {
            console.fault(&fault);
            match fault.kind() {
                towpath_model::FaultKind::Config => Outcome::Invalid,
                _ => Outcome::Failed,
            }
        }
    }
}

/// Why a command stopped early.
#[derive(Debug)]
pub(crate) enum Stop {
    Invalid(Invalid),
    Fault(towpath_model::Fault),
}

impl From<Invalid> for Stop {
    fn from(invalid: Invalid) -> Self {
        Stop::Invalid(invalid)
    }
}

impl From<towpath_model::Fault> for Stop {
    fn from(fault: towpath_model::Fault) -> Self {
        Stop::Fault(fault)
    }
}

/// Shows what is wrong with a compiled pipeline; `None` when nothing is.
fn wrong(project: &Project, graph: &Graph, console: &Console) -> Option<Outcome> {
    let invalid = project.located([project.problems.as_slice(), &graph.problems].concat());
    console.problems(&invalid.problems);
    for (_, fault) in &graph.faults {
        console.fault(fault);
    }
    match (invalid.problems.is_empty(), graph.faults.is_empty()) {
        (true, true) => None,
        (false, _) => Some(Outcome::Invalid),
        (true, false) => Some(Outcome::Failed),
    }
}

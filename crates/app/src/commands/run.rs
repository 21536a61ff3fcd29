//! `towpath run`, and what `towpath copy` shares with it.

use std::sync::Arc;

use towpath_engine::report::RunState;
use towpath_engine::run::RunOptions;
use towpath_model::RunId;

use super::{Stop, wrong};
use crate::cli::{Options, PipelineArgs};
use crate::output::{Console, Outcome, progress, tables};
use crate::project::Project;
use crate::quarantine::{QuarantineStore, path};

pub(crate) async fn run(args: &PipelineArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let project = Project::load_with_problems(&args.file, options)?;
    let see = format!("towpath quarantine {}", args.file.display());
    carry_out(&project, options, console, &see).await
}

/// Runs a project to its end. Ctrl-C cancels it: nothing stays half visible.
pub(crate) async fn carry_out(
    project: &Project,
    options: &Options,
    console: &Console,
    see: &str,
) -> Result<Outcome, Stop> {
    let run = RunId::generate();
    let store = QuarantineStore::new(path(&project.state_folder(), &project.spec.name), run.clone());
    let (cancel, cancelled) = tokio::sync::watch::channel(false);
    let says = *console;
    let listener = tokio::spawn(async move {
        // Without a signal handler the default applies: the process ends, and the loads with it.
        while tokio::signal::ctrl_c().await.is_ok() {
            if *cancel.borrow() {
                std::process::exit(1);
            }
            says.say("cancelling; press Ctrl-C again to stop at once");
            cancel.send_replace(true);
        }
    });
    let mut stop = cancelled.clone();
    let compiled = tokio::select! {
        compiled = project.compile(Arc::new(store.clone()), options) => compiled,
        _ = stop.wait_for(|stop| *stop) => Err(towpath_model::Fault::cancelled()),
    };
    let graph = compiled?;
    if let Some(outcome) = wrong(project, &graph, console) {
        listener.abort();
        return Ok(outcome);
    }
    let run_options = RunOptions {
        run: run.clone(),
        date: project.scope.interval.as_ref().map(|interval| interval.logical_date().to_string()),
        events: progress::sink(*console),
        cancel: cancelled,
    };
    let report = towpath_engine::run::run(&graph, run_options).await;
    listener.abort();
    // Rows that were rejected before a failure are kept, too: they may tell why it failed.
    store.flush()?;
    tables::report(console, &report, Some(&format!("{see} --run {run}")));
    Ok(match report.state {
        RunState::Done => Outcome::Done,
        RunState::DoneWithQuarantine => Outcome::Quarantined,
        RunState::Failed | RunState::Cancelled => match report.fault.map(|fault| fault.code) {
            Some("config") => Outcome::Invalid,
            _ => Outcome::Failed,
        },
    })
}

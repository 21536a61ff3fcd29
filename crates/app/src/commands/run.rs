//! `towpath run`, and what `towpath copy` shares with it.

use tokio::sync::watch;
use towpath_engine::report::RunState;
use towpath_model::pipeline::{NodeSpec, Role};
use towpath_model::{Fault, RunId, WriteMode};

use super::attempts::Attempts;
use super::{Stop, wrong};
use crate::attempt::Ended;
use crate::cli::{Options, RunArgs};
use crate::diff::DiffFiles;
use crate::output::{Console, Outcome, Tone, tables};
use crate::project::Project;
use crate::quarantine::{QuarantineStore, path};
use crate::state::{Standing, StateStore, StoredRun};

/// What to do with a project.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    /// The command that lists the quarantine, for the report.
    pub(crate) see: &'a str,
    /// Runs are remembered: they can be resumed, and incremental reads go on.
    pub(crate) remember: bool,
    /// Go on with this run.
    pub(crate) resume: Option<StoredRun>,
    /// Lets the guards of mirrors pass.
    pub(crate) force: bool,
    /// Attempts after the first, when a failure is temporary.
    pub(crate) retries: usize,
    /// Commit nothing; tell what would change.
    pub(crate) dry: Option<&'a DiffFiles>,
}

impl<'a> Order<'a> {
    /// An ordinary run that is not remembered.
    pub(crate) fn once(see: &'a str, retries: usize) -> Self {
        Order { see, remember: false, resume: None, force: false, retries, dry: None }
    }
}

pub(crate) async fn run(args: &RunArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let mut project = Project::load_with_problems(&args.file, options)?;
    let mut resume = None;
    if !args.dry_run {
        resume = unfinished(&project, args, console)?;
        if let Some(run) = &resume {
            // The run goes on with what it was started with.
            let options = Options {
                set: run.orders.set.clone().into_iter().collect(),
                from: run.orders.from,
                to: run.orders.to,
                date: None,
                ..options.clone()
            };
            project = Project::load_with_problems(&args.file, &options)?;
        }
    }
    let see = format!("towpath quarantine {}", args.file.display());
    let files = args.dry_run.then(|| DiffFiles::new(args.diff_out.clone(), &project.spec)).transpose()?;
    let order = Order {
        see: &see,
        remember: !args.dry_run,
        resume,
        force: args.force,
        retries: args.retries,
        dry: files.as_ref(),
    };
    let outcome = carry_out(&project, options, console, order).await?;
    if let Some(files) = files {
        for written in files.finish(options, console).await? {
            console.say(&format!("  {} {}", console.tone(Tone::Good, "all changes:"), written.display()));
        }
    }
    Ok(outcome)
}

/// The run to go on with: asked for, or the last one of a pipeline that reads things once, which must not be passed
/// over because nobody knows whether its rows are in place.
fn unfinished(project: &Project, args: &RunArgs, console: &Console) -> Result<Option<StoredRun>, Stop> {
    let store = StateStore::open(&project.state_folder())?;
    let last = store.runs(Some(&project.spec.name), 1)?.into_iter().next();
    let open = last.filter(|run| matches!(run.standing, Standing::Running | Standing::Failed));
    let Some(run) = open else {
        if args.resume {
            console.say("no run of this pipeline waits to be resumed; a new one begins");
        }
        return Ok(None);
    };
    let incremental = project.spec.nodes.values().any(|node| node.incremental.is_some());
    let must = (incremental || doubles(project, &run)) && run.standing == Standing::Running;
    if !args.resume && !must {
        return Ok(None);
    }
    if run.fingerprint != project.fingerprint() {
        return Err(Fault::config(format!(
            "run `{}` did not end, and `{}` has changed since",
            run.run,
            args.file.display()
        ))
        .hint("bring back the earlier version to resume, or forget the run with `towpath state forget`")
        .into());
    }
    console.say(&format!("going on with run `{}`, which did not end", run.run));
    Ok(Some(run))
}

/// Whether reading the items of that run once more as another run could load their rows twice.
fn doubles(project: &Project, run: &StoredRun) -> bool {
    let appends = |node: &NodeSpec| node.role == Role::Destination && node.landing.mode == WriteMode::Append;
    run.orders.taken.iter().any(|taken| !taken.items.is_empty()) && project.spec.nodes.values().any(appends)
}

/// Runs a project to its end. Ctrl-C cancels it: nothing stays half visible.
pub(crate) async fn carry_out(
    project: &Project,
    options: &Options,
    console: &Console,
    order: Order<'_>,
) -> Result<Outcome, Stop> {
    let run = order.resume.as_ref().map_or_else(RunId::generate, |resume| resume.run.clone());
    let quarantine = QuarantineStore::new(path(&project.state_folder(), &project.spec.name), run.clone());
    let (cancel, cancelled) = watch::channel(false);
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
    let attempts =
        Attempts { project, options, console, order: &order, run: &run, quarantine: &quarantine, cancelled };
    let ended = attempts.all().await;
    listener.abort();
    // Rows that were rejected before a failure are kept, too: they may tell why it failed.
    quarantine.flush()?;
    let report = match ended? {
        Ended::Report(report) => report,
        Ended::Fault(fault) => return Err(fault.into()),
        Ended::Unready(graph) => return Ok(wrong(project, &graph, console).unwrap_or(Outcome::Failed)),
    };
    let see = format!("{} --run {run}", order.see);
    tables::report(console, &report, Some(&see));
    if report.resumable && order.remember {
        console.say(&format!(
            "  {} `towpath run --resume` goes on after what is already in place",
            console.tone(Tone::Good, "resume:")
        ));
    }
    Ok(match report.state {
        RunState::Done => Outcome::Done,
        RunState::DoneWithQuarantine => Outcome::Quarantined,
        RunState::Failed | RunState::Cancelled => match report.fault.map(|fault| fault.code) {
            Some("config") => Outcome::Invalid,
            _ => Outcome::Failed,
        },
    })
}

//! What may be typed. The doc comments are the help.

mod server;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use towpath_model::WriteMode;

pub(crate) use self::server::*;
use crate::serve::config::ServeArgs;

/// Brings an organisation's data home: reads, checks, shapes and loads it, and says what happened to every row.
#[derive(Debug, Parser)]
#[command(
    name = "towpath",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done · 1 the run failed or was cancelled · 2 wrong use or invalid pipeline · \
                  3 done, and some rows are in quarantine"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every command")]
pub(crate) struct Options {
    /// File with named connections [default: `connections.yaml` beside the pipeline, or here]
    #[arg(long, global = true, value_name = "FILE", env = "TOWPATH_CONNECTIONS")]
    pub(crate) connections: Option<PathBuf>,
    /// Give a parameter a value; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) set: Vec<(String, String)>,
    /// Logical date of the run, for example 2025-11-04 [default: yesterday]
    #[arg(long, global = true, value_name = "DATE", conflicts_with_all = ["from", "to"])]
    pub(crate) date: Option<jiff::civil::Date>,
    /// First day of the data interval
    #[arg(long = "from", global = true, value_name = "DATE", requires = "to", id = "from")]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Day after the last one of the data interval
    #[arg(long = "to", global = true, value_name = "DATE", requires = "from", id = "to")]
    pub(crate) to: Option<jiff::civil::Date>,
    /// Print events and results as JSON, one object per line, on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print only errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = When::Auto)]
    pub(crate) color: When,
    /// Memory that sorts, joins and aggregates may use before they spill to disk, for example 512MB
    #[arg(long, global = true, value_name = "SIZE", default_value = "512MB", value_parser = size)]
    pub(crate) memory: usize,
}

/// When to do something that suits terminals only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Commands, in the order of a first day with Towpath.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copy a table, query or file to a table or file, without any pipeline file
    #[command(after_help = "Examples:\n  \
        towpath copy sales.csv sales.parquet\n  \
        towpath copy postgresql://me@db/shop/public.orders sqlite:///shop.db/orders --mode upsert --key id\n  \
        cat sales.csv | towpath copy - sqlite:///shop.db/sales")]
    Copy(CopyArgs),
    /// Show what a file holds: encoding, layout and types, each with what speaks for it, and the rows that do not fit
    #[command(after_help = "Examples:\n  \
        towpath inspect sales.csv\n  \
        towpath inspect sales.csv --with decimal=, --with header=false\n  \
        towpath inspect 'drop/*.csv' --json")]
    Inspect(InspectArgs),
    /// Start a pipeline file, by asking or from flags
    Init(InitArgs),
    /// Check a pipeline without running it: every problem at once, with its place
    #[command(after_help = "With `--against`, exit code 2 also says that a load would be refused.")]
    Check(CheckArgs),
    /// Show the first rows of a node
    Preview(PreviewArgs),
    /// Show the columns of every node
    Plan(PlanArgs),
    /// Run the tests that stand in a pipeline file
    Test(TestArgs),
    /// Run a pipeline
    #[command(
        after_help = "A run that was interrupted goes on with `--resume`: what is in place is not loaded again. \
                            Failures that may pass, such as a lost connection, are tried again by themselves."
    )]
    Run(RunArgs),
    /// Take back what a run changed, except rows that somebody changed since
    Undo(UndoArgs),
    /// Show or set what is remembered between runs: runs, and checkpoints of incremental reads
    State(StateArgs),
    /// List the rows that runs sent to quarantine, with original value, place and reason
    Quarantine(QuarantineArgs),
    /// List the tables or files of a connection, with columns and keys
    Discover(DiscoverArgs),
    /// Show the connectors, or the manual of one
    Connectors(NameArgs),
    /// Show the transforms, or the manual of one
    Transforms(NameArgs),
    /// Print a JSON Schema, for editors and forms
    Schema(SchemaArgs),
    /// Start the server: people, connections, pipelines, schedules, runs, over HTTP
    #[command(
        after_help = "Everything is kept in the folder of `--data`, or in the PostgreSQL database of `--store`."
    )]
    Serve(Box<ServeArgs>),
    /// Make accounts on a server, and links with which people choose a password
    User(UserArgs),
    /// Bring connections and pipelines from files into a workspace of a server
    #[command(after_help = "Examples:\n  \
        towpath import --workspace factory --connections-file connections.yaml pipelines/*.yaml")]
    Import(ImportArgs),
    /// Make a key that seals secrets, or exchange it
    Secrets(SecretsArgs),
    /// Check that the audit of a server is whole, or print it
    Audit(AuditArgs),
    /// Write everything that a server remembers into a file, also while it runs
    Backup(BackupArgs),
    /// Bring a backup back, into either kind of store
    Restore(RestoreArgs),
    /// Look at everything that a server needs, and say what is wrong
    Doctor(DoctorArgs),
    /// Print completions for a shell
    Completions {
        /// Shell to complete in
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// What the schema is of
    #[arg(value_enum, default_value_t = SchemaOf::Pipelines)]
    pub(crate) of: SchemaOf,
}

/// What is written down by people, and has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Pipeline files
    Pipelines,
    /// Files with connections, such as `connections.yaml`
    Connections,
    /// Settings of channels and of everything else about notifications
    Notifications,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Pipeline file (YAML or JSON)
    pub(crate) file: PathBuf,
    /// Compare what this destination node would be given with its table as it is now, and tell what a load would do
    /// about each difference; `all` for every destination
    #[arg(long, value_name = "NODE")]
    pub(crate) against: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Pipeline file (YAML or JSON)
    pub(crate) file: PathBuf,
    /// Go on with the last run, if it did not end; otherwise begin a new one
    #[arg(long)]
    pub(crate) resume: bool,
    /// Let mirrors take away more rows than their guard allows
    #[arg(long)]
    pub(crate) force: bool,
    /// Do everything but commit, and tell which rows would be new, changed, deleted or unchanged
    #[arg(long, conflicts_with = "resume")]
    pub(crate) dry_run: bool,
    /// Write every change of the dry run to this file (.parquet, .csv, .ndjson)
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub(crate) diff_out: Option<PathBuf>,
    /// How often to try again after a failure that may pass
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) retries: usize,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// Pipeline file whose run is taken back
    pub(crate) file: PathBuf,
    /// Identity of the run [default: the last one that is done]
    #[arg(long)]
    pub(crate) run: Option<String>,
    /// Only the load of this destination node
    #[arg(long)]
    pub(crate) node: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Show the checkpoints, the files that were read once, and the last runs
    Show {
        /// Pipeline file; without one, every pipeline in this folder
        file: Option<PathBuf>,
    },
    /// Forget checkpoints and files that were read: the next run begins anew there
    Reset {
        /// Pipeline file
        file: PathBuf,
        /// Only what is remembered of this source node
        #[arg(long)]
        node: Option<String>,
    },
    /// Forget that the last run did not end
    Forget {
        /// Pipeline file
        file: PathBuf,
    },
    /// Print the checkpoints and the files that were read as JSON
    Export {
        /// Pipeline file; without one, every pipeline in this folder
        file: Option<PathBuf>,
    },
    /// Set checkpoints and files that were read to what an export says
    Import {
        /// File that `towpath state export` printed; `-` for standard input
        export: PathBuf,
        /// Folder of the pipelines
        #[arg(long, default_value = ".")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// Where rows come from: a file, `-`, a URL that ends in a table, or `connection:table`
    #[arg(value_name = "FROM")]
    pub(crate) source: String,
    /// Where rows go, written in the same way
    #[arg(value_name = "TO")]
    pub(crate) destination: String,
    /// How rows land [default: overwrite for files; must be given for tables that exist]
    #[arg(long, value_parser = mode)]
    pub(crate) mode: Option<WriteMode>,
    /// Columns that identify a row
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) key: Vec<String>,
    /// Read the rows of this SQL query instead of a table
    #[arg(long, value_name = "SQL")]
    pub(crate) query: Option<String>,
    /// Keep only rows for which this SQL condition holds
    #[arg(long = "where", value_name = "SQL")]
    pub(crate) condition: Option<String>,
    /// Print the pipeline file that the command stands for, and do nothing
    #[arg(long)]
    pub(crate) print: bool,
    /// How often to try again after a failure that may pass
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) retries: usize,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A file, a pattern of files, `-`, a URL that ends in a table, or `connection:table`
    #[arg(value_name = "FROM")]
    pub(crate) source: String,
    /// Give a setting of the source a value, as a pipeline file would; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) with: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// File to write
    #[arg(default_value = "pipeline.yaml")]
    pub(crate) file: PathBuf,
    /// Name of the pipeline [default: the name of the file]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Where rows come from, as in `towpath copy`
    #[arg(long, value_name = "FROM")]
    pub(crate) source: Option<String>,
    /// Where rows go, as in `towpath copy`
    #[arg(long, value_name = "TO")]
    pub(crate) destination: Option<String>,
    /// How rows land
    #[arg(long, value_parser = mode)]
    pub(crate) mode: Option<WriteMode>,
    /// Columns that identify a row
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) key: Vec<String>,
    /// Replace the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewArgs {
    /// Pipeline file, or a file with data
    pub(crate) file: PathBuf,
    /// Node to show; `node.port` for one of several outputs [default: what the first destination would get]
    #[arg(long, short)]
    pub(crate) node: Option<String>,
    /// Rows to show
    #[arg(long, short, default_value_t = 10)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Pipeline file
    pub(crate) file: PathBuf,
    /// Show from which columns of sources each column of a destination comes
    #[arg(long)]
    pub(crate) lineage: bool,
    /// Show the query plan of each destination as well
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Pipeline files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct QuarantineArgs {
    /// Pipeline file; without one, the rows of `towpath copy` in this folder
    pub(crate) file: Option<PathBuf>,
    /// Only rows of this run
    #[arg(long)]
    pub(crate) run: Option<String>,
    /// Rows to show
    #[arg(long, short, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Remove the rows that match
    #[arg(long)]
    pub(crate) clear: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiscoverArgs {
    /// Name of a connection, a URL, or a folder
    pub(crate) connection: String,
}

#[derive(Debug, Args)]
pub(crate) struct NameArgs {
    /// Show the manual of this one
    pub(crate) name: Option<String>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write `key=value`".into()),
    }
}

fn mode(text: &str) -> Result<WriteMode, String> {
    let found = WriteMode::ALL.into_iter().find(|mode| mode.name() == text);
    found.ok_or_else(|| format!("choose one of {}", WriteMode::ALL.map(WriteMode::name).join(", ")))
}

fn size(text: &str) -> Result<usize, String> {
    let upper = text.trim().to_ascii_uppercase();
    let (digits, factor) = match upper.trim_end_matches('B') {
        rest if rest.ends_with('K') => (rest.trim_end_matches('K'), 1 << 10),
        rest if rest.ends_with('M') => (rest.trim_end_matches('M'), 1 << 20),
        rest if rest.ends_with('G') => (rest.trim_end_matches('G'), 1 << 30),
        rest => (rest, 1usize),
    };
    let number: usize = digits.trim().parse().map_err(|_| "write a size such as `512MB`".to_owned())?;
    number.checked_mul(factor).filter(|bytes| *bytes >= 16 << 20).ok_or("the least is 16MB".to_owned())
}

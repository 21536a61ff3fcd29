//! `cargo xtask`: the tasks of developers.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks")]

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use towpath_testkit::samples;
use xtask::{reference, root, servers, tidy};

/// Tasks of developers.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start the servers that tests need, run all tests, stop the servers
    Test {
        /// What to hand to `cargo nextest run`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check what compilers do not: layers, lengths, glossary, folders, links, generated files
    Tidy,
    /// Write the reference pages and the schema of pipeline files
    Gen {
        /// Write nothing; fail when a file is not what it should be
        #[arg(long)]
        check: bool,
    },
    /// Write sample data, the same every time
    Sample {
        /// What to write
        kind: Sample,
        /// File to write
        #[arg(long)]
        out: PathBuf,
        /// Rows, or orders
        #[arg(long, default_value_t = 200)]
        rows: u32,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sample {
    /// A factory's ERP as a SQL script for MySQL and MariaDB
    Erp,
    /// A shop's sales as CSV
    Sales,
}

fn main() -> ExitCode {
    match carry_out(Cli::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(task: Task) -> anyhow::Result<ExitCode> {
    let root = root();
    match task {
        Task::Test { args } => return servers::test(&root, &args),
        Task::Tidy => {
            let findings = tidy::all(&root)?;
            findings.iter().for_each(|finding| println!("{finding}"));
            if findings.iter().any(tidy::Finding::is_error) {
                return Ok(ExitCode::FAILURE);
            }
            println!("tidy");
        }
        Task::Gen { check } => {
            let stale = reference::stale(&root, &reference::binary()?)?;
            for page in &stale {
                println!("{} {}", if check { "stale:" } else { "wrote" }, page.path.display());
                if !check {
                    page.write(&root)?;
                }
            }
            if check && !stale.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
        Task::Sample { kind, out, rows } => {
            let file =
                std::fs::File::create(&out).with_context(|| format!("cannot write {}", out.display()))?;
            let mut writer = BufWriter::new(file);
            match kind {
                Sample::Erp => samples::erp::write(&mut writer, rows, Some("db_commandes"))?,
                Sample::Sales => samples::sales::write(&mut writer, rows)?,
            }
            writer.flush().with_context(|| format!("cannot write {}", out.display()))?;
            println!("wrote {}", out.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

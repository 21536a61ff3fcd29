//! `cargo xtask`: the tasks of developers.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks")]

use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use towpath_testkit::samples;
use xtask::{demo, reference, root, servers, tidy};

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
    /// Make a workspace with sample systems and data, start a server on it, and print how to sign in
    Demo {
        /// Address to listen on
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// Check what compilers do not: layers, lengths, glossary, folders, links, generated files
    Tidy,
    /// Write the reference pages and the schema of pipeline files
    Gen {
        /// Write nothing; fail when a file is not what it should be
        #[arg(long)]
        check: bool,
    },
    /// Note that translated documents say what the English ones say now; do it after you have looked through them
    Translated {
        /// The translations, for example `docs/fr/guides/loading.md`
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Count the lines of a file, and do nothing else: the floor for what reads lines
    Lines {
        /// File to read
        file: PathBuf,
        /// File for the number
        #[arg(long)]
        out: PathBuf,
    },
    /// Write sample data, the same every time
    Sample {
        /// What to write
        kind: Sample,
        /// File to write, or folder for `machines`
        #[arg(long)]
        out: PathBuf,
        /// Rows, or orders
        #[arg(long, default_value_t = 200)]
        rows: u32,
        /// Days of the machines' logs
        #[arg(long, default_value_t = 120)]
        days: u32,
        /// Write the machines' logs as they are first seen: some are late, some are not finished
        #[arg(long)]
        drafts: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sample {
    /// A factory's ERP as a SQL script for MySQL and MariaDB
    Erp,
    /// A shop's sales as CSV
    Sales,
    /// Logs of a factory's machines, a folder for each machine and a file for each day
    Machines,
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
        Task::Demo { listen } => return demo::demo(&root, &listen),
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
        Task::Translated { files } => tidy::translations::note(&root, &files)?,
        Task::Lines { file, out } => {
            let lines = lines(&file).with_context(|| format!("cannot read {}", file.display()))?;
            std::fs::write(&out, format!("lines,{lines}\n"))
                .with_context(|| format!("cannot write {}", out.display()))?;
        }
        Task::Sample { kind: Sample::Machines, out, days, drafts, .. } => {
            for file in samples::machines::files(days) {
                let content = if drafts { file.draft } else { Some(file.content) };
                let Some(content) = content else { continue };
                let path = out.join(&file.path);
                let folder = path.parent().unwrap_or(&out);
                std::fs::create_dir_all(folder)
                    .and_then(|()| std::fs::write(&path, content))
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            println!("wrote {}", out.display());
        }
        Task::Sample { kind, out, rows, .. } => {
            let file =
                std::fs::File::create(&out).with_context(|| format!("cannot write {}", out.display()))?;
            let mut writer = BufWriter::new(file);
            match kind {
                Sample::Erp => samples::erp::write(&mut writer, rows, Some("db_commandes"))?,
                Sample::Sales => samples::sales::write(&mut writer, rows)?,
                Sample::Machines => {}
            }
            writer.flush().with_context(|| format!("cannot write {}", out.display()))?;
            println!("wrote {}", out.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The line ends of a file, looked for in pieces of half a megabyte.
fn lines(file: &std::path::Path) -> std::io::Result<u64> {
    let mut file = std::fs::File::open(file)?;
    let (mut buffer, mut lines) = (vec![0; 1 << 19], 0);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
    }
}

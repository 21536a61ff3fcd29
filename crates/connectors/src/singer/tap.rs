//! A tap, run as a child process.
//!
//! Its settings go to it as private temporary files, never as words of its command line, which others could see. It is
//! killed when whoever waits for it goes away. What it says on its standard error is kept, and shown when it fails,
//! without the values of its settings.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::Command;
use towpath_connect::Context;
use towpath_model::Fault;

use super::config::{Connection, Private};
use crate::trouble::io_fault;

/// Bytes of the standard error that are kept.
const KEPT: usize = 16 << 10;
/// Lines of the standard error that a fault shows.
const SHOWN: usize = 10;
/// Most bytes of a catalog.
const CATALOG: u64 = 256 << 20;
/// Shorter values of settings are no secrets, and would be found in every sentence.
const SHORTEST_SECRET: usize = 4;

/// An installed tap with its settings.
pub(super) struct Tap {
    words: Vec<String>,
    name: String,
    base: PathBuf,
    scratch: PathBuf,
    /// Options that take a file, with what it holds.
    files: Vec<(&'static str, Map<String, Value>)>,
    state_file: Option<PathBuf>,
    /// All that the tap sees of the environment; `None` when it sees everything.
    environment: Option<Vec<(String, String)>>,
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tap({})", self.name)
    }
}

impl Tap {
    /// A tap that is not started yet.
    pub(super) fn new(connection: Connection, cx: &Context) -> Result<Self, Fault> {
        let words = connection.command.unwrap_or_default();
        let Some(program) = words.first().filter(|word| !word.is_empty()) else {
            return Err(Fault::config("`command` names no program").hint("write it as `command: [tap-name]`"));
        };
        if connection.state.is_some() && connection.state_file.is_some() {
            return Err(Fault::config("`state` and `state_file` are both given").hint("remove one of them"));
        }
        if connection.catalog.is_some() && connection.properties.is_some() {
            return Err(Fault::config("`catalog` and `properties` are both given")
                .hint("keep the one that the tap knows; most know `catalog`"));
        }
        cx.bounds.check_program(program)?;
        let name =
            Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or(program).to_owned();
        let files = [
            ("--config", connection.config.map(|Private(map)| map)),
            ("--catalog", connection.catalog),
            ("--properties", connection.properties),
            ("--state", connection.state),
        ];
        Ok(Tap {
            name,
            words,
            base: cx.base.clone(),
            scratch: cx.scratch.clone(),
            files: files.into_iter().filter_map(|(option, value)| Some((option, value?))).collect(),
            state_file: connection.state_file.map(|path| cx.resolve(path)).transpose()?,
            environment: cx.bounds.environment(),
        })
    }

    /// The name of the program.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Runs the tap and writes what it says to a file; answers the number of bytes.
    pub(super) async fn extract(&self, into: File) -> Result<u64, Fault> {
        let mut options: Vec<&str> = self.files.iter().map(|(option, _)| *option).collect();
        if self.state_file.as_ref().is_some_and(|path| path.exists()) {
            options.push("--state");
        }
        let mut into = tokio::fs::File::from_std(into);
        self.run(&options, None, &mut into).await
    }

    /// What the tap says of itself with `--discover`.
    pub(super) async fn catalog(&self) -> Result<Value, Fault> {
        let options: Vec<&str> =
            self.files.iter().map(|(option, _)| *option).filter(|option| *option == "--config").collect();
        let mut said = Vec::new();
        self.run(&options, Some("--discover"), &mut said).await?;
        serde_json::from_slice(&said).map_err(|error| {
            Fault::data(format!("tap `{}`: what it prints with `--discover` is not JSON: {error}", self.name))
                .hint("see in the tap's manual whether it can list its streams")
        })
    }

    async fn run<W>(&self, options: &[&str], last: Option<&str>, into: &mut W) -> Result<u64, Fault>
    where
        W: AsyncWrite + Unpin,
    {
        let is_catalog = last.is_some();
        let mut command = Command::new(self.program());
        command.args(&self.words[1..]).current_dir(&self.base);
        if let Some(environment) = &self.environment {
            command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        }
        // The files are removed when this goes away, however the tap ends.
        let mut files = Vec::new();
        for option in options {
            command.arg(option);
            match self.files.iter().find(|(name, _)| name == option) {
                Some((_, value)) => {
                    let file = self.private(value)?;
                    command.arg(file.path());
                    files.push(file);
                }
                None => drop(self.state_file.as_ref().map(|path| command.arg(path))),
            }
        }
        command
            .args(last)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| self.no_start(error))?;
        let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(Fault::internal("a tap was started without its outputs"));
        };
        let limit = if is_catalog { CATALOG } else { u64::MAX };
        // Each side is dropped as soon as it is done, so that a tap whose output is not taken any more ends too.
        let copy = async move {
            let count = tokio::io::copy(&mut out.take(limit), into).await?;
            into.flush().await?;
            io::Result::Ok(count)
        };
        let (copied, said, ended) = tokio::join!(copy, last_bytes(err), child.wait());
        let broken = |error| io_fault("folder", &self.scratch.display().to_string(), error);
        let count = copied.map_err(broken)?;
        let status = ended.map_err(|error| self.no_start(error))?;
        if status.success() { Ok(count) } else { Err(self.failed(status, &said)) }
    }

    /// A program with a path is looked for from the folder of the pipeline.
    fn program(&self) -> PathBuf {
        let program = Path::new(&self.words[0]);
        if self.words[0].contains('/') {
            let path = self.base.join(program);
            return std::path::absolute(&path).unwrap_or(path);
        }
        program.to_owned()
    }

    /// A file that only its owner may read.
    fn private(&self, value: &Map<String, Value>) -> Result<NamedTempFile, Fault> {
        let write = || -> io::Result<NamedTempFile> {
            let mut file =
                tempfile::Builder::new().prefix("towpath-").suffix(".json").tempfile_in(&self.scratch)?;
            file.write_all(&serde_json::to_vec(value)?)?;
            file.flush()?;
            Ok(file)
        };
        write().map_err(|error| io_fault("folder", &self.scratch.display().to_string(), error))
    }

    fn no_start(&self, error: io::Error) -> Fault {
        let program = &self.words[0];
        let fault = match error.kind() {
            io::ErrorKind::NotFound => Fault::not_found(format!("the tap `{program}` does not exist")),
            io::ErrorKind::PermissionDenied => Fault::auth(format!("the tap `{program}` may not be run")),
            _ => Fault::unavailable(format!("the tap `{program}` cannot be run")),
        };
        fault.cause(error).hint("install the tap, and give the path of its program in `command`")
    }

    fn failed(&self, status: ExitStatus, said: &[u8]) -> Fault {
        let how = match status.code() {
            Some(code) => format!("ended with code {code}"),
            None => "was killed".into(),
        };
        let said = self.without_secrets(String::from_utf8_lossy(said).into_owned());
        let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n  ");
        let what = match last.is_empty() {
            true => format!("tap `{}` {how} and said nothing", self.name),
            false => format!("tap `{}` {how}; it said last:\n  {last}", self.name),
        };
        Fault::data(what).hint("mend what the tap names, or run it by itself to see all that it says")
    }

    fn without_secrets(&self, mut said: String) -> String {
        let mut secrets = Vec::new();
        for (_, values) in self.files.iter().filter(|(option, _)| *option == "--config") {
            values.values().for_each(|value| leaves(value, &mut secrets));
        }
        // A secret that holds another one goes first.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
            said = said.replace(secret.as_str(), "***");
        }
        said
    }
}

/// Texts and numbers inside a value.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(map) => map.values().for_each(|item| leaves(item, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The last bytes that a program says.
async fn last_bytes(mut from: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut kept: VecDeque<u8> = VecDeque::with_capacity(KEPT);
    let mut piece = vec![0; 4096];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        kept.extend(&piece[..count]);
        kept.drain(..kept.len().saturating_sub(KEPT));
    }
    kept.into()
}

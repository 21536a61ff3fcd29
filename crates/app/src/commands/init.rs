//! `towpath init`: starts a pipeline file, from flags or by asking.

use std::io::{BufRead, IsTerminal};

use serde_json::{Map, Value, json};
use towpath_model::scope::plain_io;
use towpath_model::{Document, Fault, WriteMode, yaml};

use super::Stop;
use crate::cli::{InitArgs, Options};
use crate::endpoint::Endpoint;
use crate::output::{Console, Outcome, Tone};
use crate::project::{Project, workshop};

pub(crate) async fn init(args: &InitArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    if args.file.exists() && !args.force {
        return Err(Fault::config(format!("`{}` exists already", args.file.display()))
            .hint("choose another name, or add `--force` to replace it")
            .into());
    }
    let base = args.file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(".".as_ref());
    let tools = workshop(options, base)?;
    let asks = std::io::stdin().is_terminal() && !console.quiet && !console.json;
    let question = |question: &str, default: &str| ask(console, question, default);
    let need = |given: &Option<String>, flag: &str, text: &str, example: &str| match (given, asks) {
        (Some(given), _) => Ok(given.clone()),
        (None, true) => question(text, example),
        (None, false) => {
            Err(Fault::config(format!("`{flag}` is missing")).hint(format!("for example `{flag} {example}`")))
        }
    };
    let from = need(
        &args.source,
        "--source",
        "Where do rows come from (file, URL or connection:table)?",
        "sales.csv",
    )?;
    let to = need(
        &args.destination,
        "--destination",
        "Where do they go (file, URL or connection:table)?",
        "sqlite:///data.db/sales",
    )?;
    let source = Endpoint::parse(&from, true, &tools.registry, &tools.connections)?
        .without_secrets(&tools.registry, "SOURCE");
    let destination = Endpoint::parse(&to, true, &tools.registry, &tools.connections)?
        .without_secrets(&tools.registry, "DESTINATION");
    let key = match (args.key.is_empty(), asks && destination.kind != "file" && args.mode.is_none()) {
        (true, true) => {
            let columns = question("Which columns identify a row (empty: none)?", "")?;
            columns
                .split(',')
                .map(|column| column.trim().to_owned())
                .filter(|column| !column.is_empty())
                .collect()
        }
        _ => args.key.clone(),
    };
    let mode = args.mode.unwrap_or(match (destination.kind.as_str(), key.is_empty()) {
        ("file", _) | (_, true) => WriteMode::Overwrite,
        _ => WriteMode::Upsert,
    });
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = args.name.clone().or(stem).unwrap_or_else(|| "pipeline".to_owned());
    let mut load = destination.node("destination");
    load.insert("from".into(), json!("rows"));
    load.insert("mode".into(), json!(mode));
    if !key.is_empty() {
        load.insert("key".into(), json!(key));
    }
    let mut nodes = Map::new();
    nodes.insert("rows".into(), Value::Object(source.node("source")));
    nodes.insert("load".into(), Value::Object(load));
    let document = json!({ "towpath": 1, "name": name, "nodes": nodes });
    let text = format!(
        "# Check it: towpath check {file}   Look at it: towpath preview {file}   Run it: towpath run {file}\n{}",
        yaml::write(&document),
        file = args.file.display(),
    );
    std::fs::write(&args.file, &text).map_err(|error| {
        Fault::unavailable(format!("`{}` cannot be written: {}", args.file.display(), plain_io(&error)))
    })?;
    console.say(&format!("{} wrote {}", console.tone(Tone::Good, "ok:"), args.file.display()));
    // Problems are shown now, while the person is at it; the file stays for editing.
    let document = Document::parse(&args.file.display().to_string(), &text)
        .map_err(|problems| Stop::Invalid(problems.into()))?;
    Project::of(document, base, options)?;
    console.say(&format!("  next: towpath check {}", args.file.display()));
    Ok(Outcome::Done)
}

fn ask(console: &Console, question: &str, example: &str) -> Result<String, Fault> {
    let suggestion = if example.is_empty() { String::new() } else { format!(" [{example}]") };
    console.ask(&format!("{question}{suggestion} "));
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Fault::config(format!("the answer cannot be read: {}", plain_io(&error))))?;
    let answer = line.trim();
    Ok(if answer.is_empty() { example.to_owned() } else { answer.to_owned() })
}

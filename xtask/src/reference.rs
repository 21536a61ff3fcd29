//! The reference pages: made of what the program says of itself, so they cannot disagree with it.
//!
//! The binary `towpath` prints its connectors, transforms, schema and help; the pages are those texts as Markdown.
//! They are committed, so that they can be read without building, and `xtask/tests/tidy.rs` compares them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;
use towpath_model::settings::settings;

/// Folder of the pages, below the root.
pub const FOLDER: &str = "docs/reference";

/// Pages that tests of the interface compare, not this program: the document of the interface, and what is made of its
/// lists.
const OF_TESTS: [&str; 4] = ["openapi.json", "rights.md", "events.md", "errors"];

/// A generated file. Without text it must not exist.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Path below the root.
    pub path: PathBuf,
    /// Its whole text; `None` when the file is left over from something that is gone.
    pub text: Option<String>,
}

impl Page {
    /// Writes the file, or removes it.
    pub fn write(&self, root: &Path) -> anyhow::Result<()> {
        let path = root.join(&self.path);
        let done = match &self.text {
            Some(text) => path
                .parent()
                .map_or(Ok(()), std::fs::create_dir_all)
                .and_then(|()| std::fs::write(&path, text)),
            None => std::fs::remove_file(&path),
        };
        done.with_context(|| format!("cannot change {}", path.display()))
    }
}

/// The binary `towpath` that was built beside this program.
pub fn binary() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    // Test binaries live one folder deeper.
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join("towpath")).find(|path| path.is_file());
    found.context("the binary `towpath` is not built; run `cargo build --workspace` first")
}

/// The pages that are not what they should be, with what they should be.
pub fn stale(root: &Path, binary: &Path) -> anyhow::Result<Vec<Page>> {
    let wanted = pages(binary)?;
    let mut stale: Vec<Page> = Vec::new();
    for path in crate::tidy::files::below(root, Path::new(FOLDER))? {
        let is_of_tests = OF_TESTS.iter().any(|name| path.starts_with(Path::new(FOLDER).join(name)));
        if !is_of_tests && wanted.iter().all(|page| page.path != path) {
            stale.push(Page { path, text: None });
        }
    }
    for page in wanted {
        if std::fs::read_to_string(root.join(&page.path)).ok() != page.text {
            stale.push(page);
        }
    }
    Ok(stale)
}

/// What the program says of itself as JSON, one value per line.
pub fn spoken(binary: &Path, args: &[&str]) -> anyhow::Result<Vec<Value>> {
    let text = say(binary, args)?;
    text.lines().map(|line| serde_json::from_str(line).context("the program did not print JSON")).collect()
}

fn say(binary: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(binary)
        .args(args)
        .env_clear()
        .env("COLUMNS", "100")
        .current_dir(std::env::temp_dir())
        .output()
        .with_context(|| format!("{} cannot be run", binary.display()))?;
    if !output.status.success() {
        bail!("`towpath {}` failed: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn pages(binary: &Path) -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut page = |name: String, text: String| {
        pages.push(Page { path: Path::new(FOLDER).join(name), text: Some(text) });
    };
    let mut index = String::from(
        "# Reference\n\nThese pages are made by `cargo xtask gen` from what the program says of itself.\n\n\
         - [Command line](command-line.md)\n- JSON Schemas of [pipeline files](pipeline.schema.json),\n  \
         of [files with connections](connections.schema.json)\n  \
         and of the [settings of notifications](notifications.schema.json)\n\
         - [Interface of the server](openapi.json), an OpenAPI document\n- [Rights](rights.md): who may use which route\n\
         - [Live events](events.md): what happens, kind by kind\n\
         - [Problems](errors/README.md) that the interface answers\n",
    );
    index.push_str("\n## Connectors\n\n| Connector | What it is | Write modes |\n|---|---|---|\n");
    for spec in spoken(binary, &["connectors", "--json"])? {
        let name = word(&spec, "name");
        let modes: Vec<&str> = spec["capabilities"]["write_modes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        writeln!(
            index,
            "| [{name}](connectors/{name}.md) | {} | {} |",
            word(&spec, "summary"),
            modes.join(", ")
        )?;
        page(format!("connectors/{name}.md"), connector(&spec)?);
    }
    index.push_str("\n## Transforms\n\n| Transform | What it does | Group |\n|---|---|---|\n");
    for spec in spoken(binary, &["transforms", "--json"])? {
        let name = word(&spec, "name");
        writeln!(
            index,
            "| [{name}](transforms/{name}.md) | {} | {} |",
            word(&spec, "summary"),
            word(&spec, "group")
        )?;
        page(format!("transforms/{name}.md"), transform(&spec)?);
    }
    page("README.md".into(), index);
    page("command-line.md".into(), command_line(binary)?);
    page("pipeline.schema.json".into(), say(binary, &["schema"])?);
    for of in ["connections", "notifications"] {
        page(format!("{of}.schema.json"), say(binary, &["schema", of])?);
    }
    Ok(pages)
}

fn word<'a>(spec: &'a Value, key: &str) -> &'a str {
    spec[key].as_str().unwrap_or_default()
}

fn connector(spec: &Value) -> anyhow::Result<String> {
    let mut text = format!("{}\n", word(spec, "docs").trim());
    let schemes: Vec<String> = spec["schemes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|s| format!("`{s}://`"))
        .collect();
    let name = word(spec, "name");
    writeln!(text, "\n## Settings of a connection\n\nAs a URL it starts with {}.\n", schemes.join(" or "))?;
    list(&mut text, &spec["connection"])?;
    writeln!(text, "\n## Settings of `source: {name}`\n")?;
    list(&mut text, &spec["source"])?;
    if spec["capabilities"]["write_modes"].as_array().is_some_and(|modes| !modes.is_empty()) {
        writeln!(text, "\n## Settings of `destination: {name}`\n\nBesides `mode`, `key` and `contract`:\n")?;
        list(&mut text, &spec["destination"])?;
    }
    for example in spec["examples"].as_array().into_iter().flatten() {
        let (file, yaml) = (example[0].as_str().unwrap_or_default(), example[1].as_str().unwrap_or_default());
        writeln!(text, "\n## Example: {file}\n\n```yaml\n{}\n```", yaml.trim())?;
    }
    Ok(text)
}

fn transform(spec: &Value) -> anyhow::Result<String> {
    let (name, title) = (word(spec, "name"), word(spec, "title"));
    let manual = spec["config"]["description"].as_str().unwrap_or_else(|| word(spec, "summary"));
    let inputs = match &spec["inputs"] {
        Value::String(ports) if ports == "one" => "one node: `from: node`".to_owned(),
        Value::String(_) => "one node or more: `from: [a, b]`, or `from: { name: node }`".to_owned(),
        named => {
            let ports = named["named"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let ports: Vec<String> = ports.map(|port| format!("{port}: …")).collect();
            format!("named ports: `from: {{ {} }}`, or a list in this order", ports.join(", "))
        }
    };
    let mut text = format!("# {title} (`{name}`)\n\n{manual}\n\nRows come from {inputs}.\n\n## Settings\n\n");
    list(&mut text, &spec["config"])?;
    writeln!(text, "\n## Example, with its tests\n\n```yaml\n{}\n```", word(spec, "example").trim())?;
    Ok(text)
}

fn list(text: &mut String, schema: &Value) -> anyhow::Result<()> {
    let all = settings(schema);
    if all.is_empty() {
        text.push_str("None.\n");
    }
    for setting in all {
        let remark = match (setting.is_required, setting.default) {
            (true, _) => ", required".to_owned(),
            (false, Some(value)) => format!(", default `{value}`"),
            (false, None) => String::new(),
        };
        writeln!(text, "- **`{}`** ({}{remark}): {}", setting.name, setting.kind, indented(&setting.text))?;
        for (choice, meaning) in setting.choices {
            let meaning = if meaning.is_empty() { String::new() } else { format!(": {meaning}") };
            writeln!(text, "  - `{choice}`{meaning}")?;
        }
    }
    Ok(())
}

/// Text whose further lines stay in the item of a list.
fn indented(text: &str) -> String {
    text.replace('\n', "\n  ").replace("\n  \n", "\n\n")
}

fn command_line(binary: &Path) -> anyhow::Result<String> {
    let help = say(binary, &["--help"])?;
    let mut text = format!("# Command line\n\n```text\n{}\n```\n", trim_lines(&help));
    let commands = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "));
    for line in commands {
        // A name stands two spaces in; further lines of its text are deeper.
        let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else { continue };
        let name = name.split(' ').next().unwrap_or_default();
        if name == "help" {
            continue;
        }
        let help = say(binary, &[name, "--help"])?;
        // The shared options stand once, above.
        let own = help.split("\nOptions for every command:").next().unwrap_or(&help);
        let after = help.split("\nExamples:").nth(1).map(|rest| format!("\n\nExamples:{}", rest.trim_end()));
        let own = own.split("\nExamples:").next().unwrap_or(own).trim_end();
        writeln!(
            text,
            "\n## towpath {name}\n\n```text\n{}{}\n```",
            trim_lines(own),
            after.unwrap_or_default()
        )?;
    }
    Ok(text)
}

fn trim_lines(text: &str) -> String {
    text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

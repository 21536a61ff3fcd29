//! The pages as Markdown.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;
use towpath_model::settings::settings;

use super::tongue::Tongue;
use super::{Page, say, spoken};

/// Every page in English.
pub(super) fn english(binary: &Path) -> anyhow::Result<Vec<Page>> {
    let tongue = Tongue::english();
    let mut pages = of_nodes(binary, &tongue)?;
    pages.insert(0, page(&tongue, "README.md", index(&tongue, ENGLISH_INDEX, binary)?));
    pages.push(page(&tongue, "command-line.md", command_line(binary)?));
    pages.push(page(&tongue, "pipeline.schema.json", say(binary, &["schema"])?));
    for of in ["connections", "notifications"] {
        pages.push(page(&tongue, &format!("{of}.schema.json"), say(binary, &["schema", of])?));
    }
    Ok(pages)
}

/// The pages that other languages have.
pub(super) fn translated(binary: &Path, tongue: &Tongue) -> anyhow::Result<Vec<Page>> {
    let mut pages = of_nodes(binary, tongue)?;
    pages.push(page(tongue, "README.md", index(tongue, FRENCH_INDEX, binary)?));
    Ok(pages)
}

const ENGLISH_INDEX: &str = "# Reference

These pages are made by `cargo xtask gen` from what the program says of itself.

- [Command line](command-line.md)
- JSON Schemas of [pipeline files](pipeline.schema.json),
  of [files with connections](connections.schema.json)
  and of the [settings of notifications](notifications.schema.json)
- [Interface of the server](openapi.json), an OpenAPI document
- [Rights](rights.md): who may use which route
- [Live events](events.md): what happens, kind by kind
- [Problems](errors/README.md) that the interface answers
";

const FRENCH_INDEX: &str = "# Référence

`cargo xtask gen` fait ces pages à partir de ce que le programme dit de lui-même.

- [Ligne de commande](../../reference/command-line.md), en anglais
- Schémas JSON des [fichiers de pipeline](../../reference/pipeline.schema.json),
  des [fichiers de connexions](../../reference/connections.schema.json)
  et des [réglages des notifications](../../reference/notifications.schema.json)
- [Interface du serveur](../../reference/openapi.json), un document OpenAPI
- [Droits](../../reference/rights.md), en anglais : qui peut se servir de quelle route
- [Événements en direct](../../reference/events.md), en anglais : ce qui se passe, sorte par sorte
- [Problèmes](errors/README.md) que l'interface répond
";

fn page(tongue: &Tongue, name: &str, text: String) -> Page {
    Page { path: Path::new(tongue.folder).join(name), text: Some(text) }
}

/// The pages of connectors and transforms.
fn of_nodes(binary: &Path, tongue: &Tongue) -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    for spec in spoken(binary, &["connectors", "--json"])? {
        pages.push(page(
            tongue,
            &format!("connectors/{}.md", word(&spec, "name")),
            connector(&spec, tongue)?,
        ));
    }
    for spec in spoken(binary, &["transforms", "--json"])? {
        pages.push(page(
            tongue,
            &format!("transforms/{}.md", word(&spec, "name")),
            transform(&spec, tongue)?,
        ));
    }
    Ok(pages)
}

/// The first page: what leads elsewhere, and a table of all connectors and transforms.
fn index(tongue: &Tongue, begin: &str, binary: &Path) -> anyhow::Result<String> {
    let mut index = format!("{begin}\n{}\n|---|---|---|\n", tongue.phrases.connectors);
    for spec in spoken(binary, &["connectors", "--json"])? {
        let name = word(&spec, "name");
        let modes: Vec<&str> = spec["capabilities"]["write_modes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let summary = tongue.text(word(&spec, "summary"));
        writeln!(index, "| [{name}](connectors/{name}.md) | {summary} | {} |", modes.join(", "))?;
    }
    write!(index, "\n{}\n|---|---|---|\n", tongue.phrases.transforms)?;
    for spec in spoken(binary, &["transforms", "--json"])? {
        let name = word(&spec, "name");
        let (summary, group) = (tongue.text(word(&spec, "summary")), tongue.group(word(&spec, "group"))?);
        writeln!(index, "| [{name}](transforms/{name}.md) | {summary} | {group} |")?;
    }
    Ok(index)
}

fn word<'a>(spec: &'a Value, key: &str) -> &'a str {
    spec[key].as_str().unwrap_or_default()
}

fn connector(spec: &Value, tongue: &Tongue) -> anyhow::Result<String> {
    let (name, say) = (word(spec, "name"), tongue.phrases);
    let mut text = format!("{}\n", tongue.manual(name, word(spec, "docs"))?.trim());
    let schemes: Vec<String> = spec["schemes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|s| format!("`{s}://`"))
        .collect();
    writeln!(text, "\n## {}\n\n{} {}.\n", say.of_connection, say.as_url, schemes.join(say.or))?;
    list(&mut text, &spec["connection"], tongue)?;
    writeln!(text, "\n## {} `source: {name}`\n", say.of)?;
    list(&mut text, &spec["source"], tongue)?;
    if spec["capabilities"]["write_modes"].as_array().is_some_and(|modes| !modes.is_empty()) {
        writeln!(text, "\n## {} `destination: {name}`\n\n{}\n", say.of, say.besides)?;
        list(&mut text, &spec["destination"], tongue)?;
    }
    for example in spec["examples"].as_array().into_iter().flatten() {
        let (file, yaml) = (example[0].as_str().unwrap_or_default(), example[1].as_str().unwrap_or_default());
        writeln!(text, "\n## {}{file}\n\n```yaml\n{}\n```", say.example, yaml.trim())?;
    }
    Ok(text)
}

fn transform(spec: &Value, tongue: &Tongue) -> anyhow::Result<String> {
    let (name, say) = (word(spec, "name"), tongue.phrases);
    let manual = spec["config"]["description"].as_str().unwrap_or_else(|| word(spec, "summary"));
    let inputs = match &spec["inputs"] {
        Value::String(ports) if ports == "one" => say.one.to_owned(),
        Value::String(_) => say.many.to_owned(),
        named => {
            let ports = named["named"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let ports: Vec<String> = ports.map(|port| format!("{port}: …")).collect();
            format!("{} `from: {{ {} }}`, {}", say.named, ports.join(", "), say.in_order)
        }
    };
    let (title, manual) = (tongue.text(word(spec, "title")), tongue.text(manual));
    let mut text = format!("# {title} (`{name}`)\n\n{manual}\n\n");
    writeln!(text, "{} {inputs}.\n\n## {}\n", say.rows_come_from, say.settings)?;
    list(&mut text, &spec["config"], tongue)?;
    writeln!(text, "\n## {}\n\n```yaml\n{}\n```", say.tests, word(spec, "example").trim())?;
    Ok(text)
}

fn list(text: &mut String, schema: &Value, tongue: &Tongue) -> anyhow::Result<()> {
    let (all, say) = (settings(schema), tongue.phrases);
    if all.is_empty() {
        writeln!(text, "{}", say.none)?;
    }
    for setting in all {
        let remark = match (setting.is_required, setting.default) {
            (true, _) => format!(", {}", say.required),
            (false, Some(value)) => format!(", {} `{value}`", say.default),
            (false, None) => String::new(),
        };
        let (kind, meaning) = (tongue.kind(&setting.kind)?, tongue.text(&setting.text));
        writeln!(text, "- **`{}`** ({kind}{remark}){}{}", setting.name, say.colon, indented(&meaning))?;
        for (choice, meaning) in setting.choices {
            let meaning = tongue.text(&meaning);
            let colon = if meaning.is_empty() { "" } else { say.colon };
            writeln!(text, "  - `{choice}`{colon}{meaning}")?;
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

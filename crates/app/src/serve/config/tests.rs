//! What is typed, what variables say and what stands in a file, in this order.

use clap::Parser;
use towpath_model::PipelineSpec;

use super::*;

#[derive(Parser)]
struct Typed {
    #[command(flatten)]
    serve: ServeArgs,
}

/// The settings of what was typed and of a file.
fn settings(typed: &[&str], file: &str) -> Result<ServerSettings, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.yaml");
    std::fs::write(&path, file).unwrap();
    let path = path.display().to_string();
    let words = ["serve", "--config", &path].into_iter().chain(typed.iter().copied());
    Typed::parse_from(words).serve.settings().map(|(settings, _, _)| settings)
}

#[test]
fn what_is_typed_goes_before_the_file_and_the_file_before_the_default() {
    let url = |typed: &[&str], file: &str| settings(typed, file).unwrap().public_url;
    let file = "public_url: https://data.example.org/towpath/\n";
    assert_eq!(url(&["--public-url", "https://typed.example.org"], file), "https://typed.example.org");
    assert_eq!(url(&[], file), "https://data.example.org/towpath");
    assert_eq!(url(&["--listen", "127.0.0.1:7"], "programs: []\n"), "http://127.0.0.1:7");
    let wrong = settings(&[], "public_url: data.example.org\n").unwrap_err();
    assert!(wrong.to_string().contains("`data.example.org`"), "{wrong}");
}

#[test]
fn proxies_are_addresses_or_networks_and_nothing_else() {
    let known = settings(&[], "trusted_proxies: [127.0.0.1, 10.42.0.0/16, \"fd00::/8\"]\n").unwrap();
    let known: Vec<String> = known.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(known, ["127.0.0.1", "10.42.0.0/16", "fd00::/8"]);
    let wrong = settings(&[], "trusted_proxies: [10.0.0.0/33]\n").unwrap_err();
    assert!(wrong.to_string().contains("`10.0.0.0/33`") && wrong.hint_text().is_some(), "{wrong}");
}

/// Blocks of YAML in a guide, with the line at which each begins, as far out as they stand.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim() == "```yaml" {
            let inside: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
            let least = inside.iter().filter(|line| !line.trim().is_empty());
            let least = least.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
            let inside = inside.iter().map(|line| line.get(least..).unwrap_or_default());
            found.push((at + 1, inside.collect::<Vec<_>>().join("\n") + "\n"));
        }
    }
    found
}

/// Whether an example stands in the settings of a server.
fn is_for_the_server(guide: &str, block: &str) -> bool {
    let begins = |word: &str| block.lines().any(|line| line.starts_with(word));
    ["server.md", "people-and-rights.md"].contains(&guide) || begins("egress:")
}

#[test]
fn every_example_of_the_guides_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides");
    let (mut servers, mut pipelines) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let guide = path.file_name().unwrap().to_str().unwrap().to_owned();
        for (line, block) in blocks(&std::fs::read_to_string(&path).unwrap()) {
            let place = format!("{guide}:{line}");
            if block.lines().all(|line| line.starts_with('#')) {
                continue;
            }
            if is_for_the_server(&guide, &block) {
                parse(&place, &block, |name| Some(format!("of {name}")))
                    .unwrap_or_else(|fault| panic!("{fault}"));
                servers += 1;
            } else if block.starts_with("towpath: 1") || block.starts_with("nodes:") {
                let whole = match block.starts_with("nodes:") {
                    true => format!("towpath: 1\nname: example\n{block}"),
                    false => block,
                };
                let document =
                    Document::parse(&place, &whole).unwrap_or_else(|problems| panic!("{problems:?}"));
                let (_, problems) = PipelineSpec::from_document(&document);
                assert!(problems.is_empty(), "{place}: {problems:?}");
                pipelines += 1;
            } else if Document::parse(&place, &block).is_err() {
                // Several that stand for each other, one on each line.
                for line in block.lines() {
                    Document::parse(&place, line).unwrap_or_else(|problems| panic!("{place}: {problems:?}"));
                }
            }
        }
    }
    assert!(servers >= 4 && pipelines >= 5, "{servers} of servers, {pipelines} of pipelines");
}

#[test]
fn the_settings_for_kubernetes_are_understood() {
    let manifest = include_str!("../../../../../deploy/kubernetes/towpath.yaml");
    let block = manifest.split_once("settings.yaml: |\n").unwrap().1.split_once("---").unwrap().0;
    let text: String = block.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    let file = parse("settings.yaml", &text, |name| Some(format!("of {name}"))).unwrap();
    assert_eq!(file.metrics_token.unwrap().expose(), "of METRICS_TOKEN");
}

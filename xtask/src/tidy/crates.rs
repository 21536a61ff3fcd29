//! Who may know whom.
//!
//! The borders between crates keep heavy libraries and promises apart: DataFusion stays in the engine, drivers stay
//! in the connectors, the model needs nothing. The table below is the one of ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use super::Finding;

struct Layer {
    name: &'static str,
    /// Crates of this workspace that it may depend on.
    may: &'static [&'static str],
    /// Libraries that it never knows.
    never: &'static [&'static str],
}

const DRIVERS: [&str; 4] = ["rusqlite", "tokio-postgres", "mysql_async", "parquet"];

const LAYERS: [Layer; 11] = [
    Layer {
        name: "towpath-model",
        may: &[],
        never: &[
            "tokio",
            "arrow",
            "futures",
            "sqlparser",
            "rusqlite",
            "tokio-postgres",
            "mysql_async",
            "reqwest",
        ],
    },
    Layer {
        name: "towpath-connect",
        may: &["towpath-model"],
        never: &["axum", "sqlx", "rusqlite", "tokio-postgres", "mysql_async"],
    },
    Layer {
        name: "towpath-connectors",
        may: &["towpath-connect", "towpath-model"],
        never: &["axum", "sqlx"],
    },
    Layer { name: "towpath-engine", may: &["towpath-connect", "towpath-model"], never: &["axum", "sqlx"] },
    Layer {
        name: "towpath-store",
        may: &["towpath-model"],
        never: &["axum", "arrow", "rusqlite", "tokio-postgres", "reqwest"],
    },
    Layer {
        name: "towpath-scheduler",
        may: &["towpath-model", "towpath-store"],
        never: &["arrow", "axum", "sqlx"],
    },
    Layer {
        name: "towpath-api",
        may: &["towpath-connect", "towpath-model", "towpath-scheduler", "towpath-store"],
        never: &["arrow", "sqlx", "rusqlite", "tokio-postgres"],
    },
    Layer {
        name: "towpath-notify",
        may: &["towpath-connect", "towpath-model", "towpath-store"],
        never: &["axum", "sqlx", "rusqlite", "tokio-postgres", "mysql_async", "parquet"],
    },
    Layer {
        name: "towpath-app",
        may: &[
            "towpath-api",
            "towpath-connect",
            "towpath-connectors",
            "towpath-engine",
            "towpath-model",
            "towpath-notify",
            "towpath-scheduler",
            "towpath-store",
        ],
        never: &["tokio-postgres", "mysql_async", "parquet"],
    },
    Layer { name: "towpath-testkit", may: &[], never: &["arrow", "tokio"] },
    Layer { name: "xtask", may: &["towpath-model", "towpath-testkit"], never: &["arrow", "tokio"] },
];

/// Only this crate names DataFusion.
const ENGINE: &str = "towpath-engine";
/// Only tests and tasks start servers.
const TESTKIT: &str = "towpath-testkit";

/// Compares the dependencies of every crate with the table, and looks for second versions of Arrow.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cargo metadata cannot be run")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let mut findings = edges(&metadata);
    findings.extend(versions(&std::fs::read_to_string(root.join("Cargo.lock"))?));
    Ok(findings)
}

fn edges(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let packages: Vec<(&str, &Value)> =
        packages.map(|package| (package["name"].as_str().unwrap_or_default(), package)).collect();
    for (name, package) in &packages {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == *name) else {
            findings.push(Finding::new(
                "xtask/src/tidy/crates.rs",
                format!("crate `{name}` is missing in the table"),
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let is_for_tests = dependency["kind"].as_str() == Some("dev");
            let is_ours = packages.iter().any(|(name, _)| *name == other);
            let complaint = match (is_ours, is_for_tests) {
                // Tests may turn on features of what is there anyway, and start servers.
                (true, true) if other == TESTKIT || layer.may.contains(&other) => None,
                (true, false) if layer.may.contains(&other) => None,
                (true, _) => Some(format!("`{name}` must not depend on `{other}`")),
                (false, _) if other.starts_with("datafusion") && layer.name != ENGINE => {
                    Some(format!("only the engine names DataFusion, and `{name}` depends on `{other}`"))
                }
                (false, false) if layer.never.contains(&other) => {
                    Some(format!("`{name}` never knows `{other}`"))
                }
                (false, false) if layer.name == ENGINE && DRIVERS.contains(&other) => {
                    Some(format!("the engine knows no drivers, and depends on `{other}`"))
                }
                _ => None,
            };
            findings.extend(complaint.map(|message| Finding::new(manifest(name), message)));
        }
    }
    findings
}

fn manifest(name: &str) -> String {
    match name.strip_prefix("towpath-") {
        Some(folder) => format!("crates/{folder}/Cargo.toml"),
        None => format!("{name}/Cargo.toml"),
    }
}

/// Two versions of Arrow do not share a batch; the program would compile and copy, or not compile at all.
fn versions(lock: &str) -> Vec<Finding> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in lock.lines() {
        let value = |key: &str| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"');
        if let Some(value) = value("name") {
            name = value;
        } else if let Some(version) = value("version") {
            let is_single = ["arrow", "parquet", "datafusion"].iter().any(|family| {
                name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            });
            if is_single {
                found.entry(name).or_default().push(version);
            }
        }
    }
    let twice = found.into_iter().filter(|(_, versions)| versions.len() > 1);
    twice
        .map(|(name, versions)| {
            Finding::new("Cargo.lock", format!("`{name}` is there twice: {}", versions.join(" and ")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_forbidden_edge_is_found() {
        let package = |name: &str, dependencies: &[(&str, Value)]| {
            let dependencies: Vec<Value> =
                dependencies.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect();
            json!({ "name": name, "dependencies": dependencies })
        };
        let metadata = json!({ "packages": [
            package("towpath-model", &[("serde", Value::Null)]),
            package("towpath-connectors", &[("towpath-engine", Value::Null), ("datafusion", json!("dev"))]),
            package("towpath-engine", &[("datafusion", Value::Null), ("rusqlite", json!("dev")), ("rusqlite", Value::Null)]),
        ]});
        let messages: Vec<String> = edges(&metadata).into_iter().map(|finding| finding.message).collect();
        assert_eq!(
            messages,
            [
                "`towpath-connectors` must not depend on `towpath-engine`",
                "only the engine names DataFusion, and `towpath-connectors` depends on `datafusion`",
                "the engine knows no drivers, and depends on `rusqlite`",
            ]
        );
    }

    #[test]
    fn a_second_arrow_is_found() {
        let lock = "name = \"arrow-array\"\nversion = \"59.0.0\"\nname = \"arrow-array\"\nversion = \"58.1.0\"\nname = \"arrows\"\nversion = \"1.0.0\"\n";
        assert_eq!(versions(lock).len(), 1);
    }
}

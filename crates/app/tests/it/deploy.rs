//! The files in `deploy/` are what the programs that read them want, and speak of a server as it is.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use towpath_testkit::deploy_program;

use crate::sandbox::Sandbox;

fn deploy(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(path)
}

#[track_caller]
fn passes(program: &str, args: &[&str], file: &Path) {
    let done = Command::new(deploy_program(program)).args(args).arg(file).output().unwrap();
    assert!(done.status.success(), "{program} {args:?}:\n{}", both(&done));
}

fn both(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[test]
fn alerts_are_raised_by_what_they_are_about_and_by_nothing_else() {
    passes("promtool", &["check", "rules"], &deploy("monitoring/alerts.yaml"));
    passes("promtool", &["test", "rules"], &deploy("monitoring/alerts.test.yaml"));
    // An alert that nothing shows to work may never be raised.
    let read = |name: &str| std::fs::read_to_string(deploy(name)).unwrap();
    let (alerts, tests) = (read("monitoring/alerts.yaml"), read("monitoring/alerts.test.yaml"));
    for name in alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(tests.contains(&format!("alertname=\"{name}\"")), "nothing shows that `{name}` works");
    }
}

#[test]
fn prometheus_understands_where_to_ask() {
    passes("promtool", &["check", "config", "--syntax-only"], &deploy("monitoring/prometheus.yaml"));
}

#[test]
fn an_image_is_built_from_what_is_in_the_repository() {
    let read = |name: &str| std::fs::read_to_string(deploy(name)).unwrap();
    // The pages are built, and are there before the program is built that carries them.
    let image = read("docker/Dockerfile");
    let places =
        ["npm ci", "npm run build", "COPY . .", "COPY --from=pages /src/web/dist web/dist", "cargo build"];
    let places = places.map(|step| image.find(step).unwrap_or_else(|| panic!("`{step}` is missing")));
    assert!(places.is_sorted(), "{image}");
    // What git leaves out, the image leaves out: it may be large, old, or somebody's data.
    let (left_out, ignored) = (read("../.dockerignore"), read("../.gitignore"));
    let has = |line: &str| left_out.lines().any(|known| known == line);
    for line in ignored.lines() {
        let name = line.trim_matches('/');
        assert!(
            has(name)
                || has(&format!("**/{name}"))
                || has(&format!("**/{}", name.rsplit('/').next().unwrap())),
            "`.dockerignore` does not leave out `{line}`"
        );
    }
    assert!(has("web/dist/*") && has(".git"));
}

#[test]
fn systemd_understands_the_unit_and_finds_little_exposed() {
    let home = Sandbox::new();
    let unit = std::fs::read_to_string(deploy("systemd/towpath.service")).unwrap();
    let binary = env!("CARGO_BIN_EXE_towpath");
    home.write("towpath.service", unit.replace("/usr/bin/towpath", binary));
    passes("systemd-analyze", &["verify", "--man=no"], &home.path("towpath.service"));
    // 2.0 of 10, for everything that a unit can shut.
    passes(
        "systemd-analyze",
        &["security", "--offline=true", "--threshold=20"],
        &home.path("towpath.service"),
    );
}

#[test]
fn kubernetes_compose_and_docker_files_have_their_shapes() {
    passes("kubernetes-validate", &["--strict", "--quiet"], &deploy("kubernetes/towpath.yaml"));
    passes("check-jsonschema", &["--builtin-schema", "vendor.compose-spec"], &deploy("docker/compose.yaml"));
    passes("hadolint", &["--no-color"], &deploy("docker/Dockerfile"));
}

#[test]
fn deployments_name_no_variable_and_no_route_that_is_not_there() {
    let help = Sandbox::new().towpath(&["serve", "--help"]).out;
    let routes = std::fs::read_to_string(deploy("../docs/reference/openapi.json")).unwrap();
    let files = [
        "docker/Dockerfile",
        "docker/compose.yaml",
        "kubernetes/towpath.yaml",
        "monitoring/prometheus.yaml",
        "systemd/towpath.service",
        "proxy/nginx.conf",
    ];
    let mut seen = 0;
    for name in files {
        let text = std::fs::read_to_string(deploy(name)).unwrap();
        let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_/".contains(letter)));
        for word in words {
            if word.starts_with("TOWPATH_") {
                assert!(help.contains(word), "{name}: `{word}` is no variable of `towpath serve`");
                seen += 1;
            }
            if word.starts_with("/health/") || word == "/metrics" {
                assert!(routes.contains(&format!("\"{word}\"")), "{name}: there is no `{word}`");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen} words were found");
}

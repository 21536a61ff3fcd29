//! Taps that are run: small scripts, so that every program there can be seen.

use std::os::unix::fs::PermissionsExt;

use towpath_connect::{Bounds, Egress};
use towpath_model::FaultKind;

use super::*;

const GOOD: &str = r#"#!/bin/sh
echo run >>runs
config=$2
case "$*" in *--discover*)
  echo '{"streams":[{"stream":"t","tap_stream_id":"t","schema":{"properties":{"id":{"type":"integer"}}},'
  echo '"metadata":[{"breadcrumb":[],"metadata":{"table-key-properties":["id"]}}]}]}'
  exit;;
esac
stat -c %a "$config" >mode
echo "$@" | tr ' ' '\n' | grep '^--' >options
echo '{"type":"SCHEMA","stream":"t","schema":{"properties":{"token":{"type":"string"}}},"key_properties":[]}'
printf '{"type":"RECORD","stream":"t","record":%s}\n' "$(cat "$config")"
echo '{"type":"STATE","value":{"at":1}}'
echo "$config" >path
"#;

fn folder(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tap-test");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[tokio::test]
async fn a_tap_runs_once_and_gets_its_settings_in_private() {
    let folder = folder(GOOD);
    let connection = json!({
        "command": ["./tap-test"], "config": { "token": "s3cret" }, "catalog": { "streams": [] },
        "state_file": "state.json", "next_state_file": "next.json"
    });
    let read = read_with(folder.path(), connection.clone(), "t", |_| {}).await.unwrap();
    assert_eq!(read.rows(), [r#"{"token":"s3cret"}"#]);
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!((text("runs").as_str(), text("mode").as_str()), ("run\n", "600\n"));
    assert_eq!(text("options"), "--config\n--catalog\n");
    assert!(!Path::new(text("path").trim()).exists(), "the settings are removed");
    // With a state, the tap gets it.
    std::fs::rename(folder.path().join("next.json"), folder.path().join("state.json")).unwrap();
    read_with(folder.path(), connection.clone(), "t", |_| {}).await.unwrap();
    assert_eq!(text("options"), "--config\n--catalog\n--state\n");
    let found = connector().discover(&connection, &Context::new(folder.path())).await.unwrap();
    assert_eq!(found.streams[0].name, "t");
    assert_eq!(found.streams[0].info.primary_key, ["id"]);
}

#[tokio::test]
async fn a_tap_that_fails_is_quoted_without_its_secrets() {
    let folder =
        folder("#!/bin/sh\necho '{\"type\":\"STATE\",\"value\":{}}'\necho \"no: $(cat $2)\" >&2\nexit 4\n");
    let connection =
        json!({ "command": ["./tap-test"], "config": { "deep": { "token": "s3cret" }, "pin": 123_456 } });
    let fault = read_with(folder.path(), connection, "t", |_| {}).await.unwrap_err();
    let said = fault.to_string();
    assert!(
        said.contains("tap `tap-test` ended with code 4; it said last:") && said.contains("no: {"),
        "{said}"
    );
    assert!(!said.contains("s3cret") && !said.contains("123456"), "{said}");
    let missing = json!({ "command": ["no-such-tap"] });
    let fault = read_with(folder.path(), missing, "t", |_| {}).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::NotFound);
}

#[tokio::test]
async fn a_tap_is_killed_when_nobody_waits_for_it() {
    // The tap keeps its end of a pipe open for as long as it lives, and never ends by itself.
    let folder = folder("#!/bin/sh\nexec 3>alive\necho up >&3\nexec tail -f /dev/null 3>&3\n");
    let pipe = folder.path().join("alive");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let settings = json!({ "stream": "t" });
    let source =
        connector().source(&json!({ "command": ["./tap-test"] }), &settings, &Context::new(folder.path()));
    let source = source.unwrap();
    let describing = tokio::spawn(async move { source.describe().await.map(drop) });
    let (up, is_up) = tokio::sync::oneshot::channel();
    let ended = tokio::task::spawn_blocking(move || {
        use std::io::Read;
        let mut pipe = std::fs::File::open(pipe).unwrap();
        let mut said = [0; 3];
        pipe.read_exact(&mut said).unwrap();
        up.send(said).unwrap();
        pipe.read_to_end(&mut Vec::new()).unwrap()
    });
    assert_eq!(&is_up.await.unwrap(), b"up\n");
    describing.abort();
    assert_eq!(ended.await.unwrap(), 0, "the pipe is closed because the tap is gone");
}

#[tokio::test]
async fn within_bounds_only_listed_programs_run_and_without_the_secrets_of_the_server() {
    let folder = folder("#!/bin/sh\nenv >seen\necho '{\"type\":\"STATE\",\"value\":{}}'\n");
    let program = folder.path().join("tap-test").display().to_string();
    let within = |programs: &[&str]| {
        let programs = programs.iter().map(|program| (*program).to_owned()).collect();
        Context::new(folder.path()).within(Bounds::new(folder.path(), Egress::open(), programs))
    };
    let source = |command: &str, cx: &Context| {
        connector().source(&json!({ "command": [command] }), &json!({ "stream": "t" }), cx)
    };
    for (command, cx) in
        [("sh", within(&[])), (&program, within(&["sh"])), ("./tap-test", within(&["./tap-test"]))]
    {
        let fault = source(command, &cx).unwrap_err();
        assert!(fault.to_string().starts_with("program refused by policy"), "{fault}");
    }
    let _ = source(&program, &within(&[&program])).unwrap().describe().await;
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    // The runner of tests sets variables of its own, which stand for those of a server.
    assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO")));
    assert!(seen.contains("PATH=") && !seen.contains("CARGO"), "{seen}");
}

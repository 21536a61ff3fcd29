//! Settings of a workspace: every part is judged when it is changed, as a wrong one would stop runs or hold them back later.
//!
//! A part that stays as it is is not judged again: pages send all settings back with every change.

use serde_json::Value;
use towpath_connect::{Egress, EgressSettings};
use towpath_model::calendar::Calendars;
use towpath_model::problem::join;
use towpath_model::suggest;
use towpath_store::{Conn, schedules};

use super::fields::Wrong;
use crate::postman::Form;
use crate::problem::{Answer, Finding};
use crate::server::Server;

/// What a workspace may set.
const KNOWN: [&str; 4] = ["calendars", "egress", "limits", "watch"];
/// What may be limited.
const LIMITS: [&str; 2] = ["pipeline_runs", "runs"];

/// Refuses settings that are not right, and such that take away what schedules use.
pub(crate) async fn check(
    server: &Server,
    conn: &mut Conn,
    workspace: &str,
    before: &Value,
    after: &Value,
) -> Answer<()> {
    let mut wrong = Wrong::default();
    wrong.settings("/settings", after);
    for (name, value) in after.as_object().into_iter().flatten() {
        if before.get(name) == Some(value) {
            continue;
        }
        let path = join("/settings", name);
        match name.as_str() {
            "egress" => egress(&mut wrong, &path, value),
            "limits" => limits(&mut wrong, &path, value),
            "calendars" => calendars(&mut wrong, &path, after),
            "watch" => watch(&mut wrong, server, &path, value),
            _ => wrong.hinted(
                &path,
                format!("unknown setting `{name}`"),
                suggest::hint(name, "settings", KNOWN),
            ),
        }
    }
    if before.get("calendars") != after.get("calendars") {
        in_use(&mut wrong, conn, workspace, before, after).await?;
    }
    wrong.end()
}

fn egress(wrong: &mut Wrong, path: &str, value: &Value) {
    let Some(settings) = value.as_object() else {
        return wrong.add(path, "egress is an object: what connections may reach besides public addresses");
    };
    for (name, value) in settings {
        let path = join(path, name);
        match (name.as_str(), value) {
            ("allow_private", Value::Bool(_)) => {}
            ("allow_private", _) => wrong.add(&path, "`allow_private` is `true` or `false`"),
            ("allow", Value::Array(entries)) => {
                entries
                    .iter()
                    .enumerate()
                    .for_each(|(index, entry)| reach(wrong, &format!("{path}/{index}"), entry));
            }
            ("allow", _) => wrong.add(&path, "`allow` is a list of names, addresses, networks and folders"),
            _ => {
                let hint = suggest::hint(name, "known keys", ["allow", "allow_private"]);
                wrong.hinted(&path, format!("unknown key `{name}`"), hint);
            }
        }
    }
}

/// One thing that can be reached.
fn reach(wrong: &mut Wrong, path: &str, entry: &Value) {
    let Some(entry) = entry.as_str() else { return wrong.add(path, "an entry of `allow` is text") };
    let one = EgressSettings { allow: vec![entry.to_owned()], ..EgressSettings::default() };
    if let Err(fault) = Egress::new(&one) {
        wrong.hinted(path, fault.to_string(), fault.hint_text().map(str::to_owned));
    }
}

fn limits(wrong: &mut Wrong, path: &str, value: &Value) {
    let Some(limits) = value.as_object() else { return wrong.add(path, "limits are an object of numbers") };
    for (name, value) in limits {
        let path = join(path, name);
        if !LIMITS.contains(&name.as_str()) {
            wrong.hinted(&path, format!("unknown limit `{name}`"), suggest::hint(name, "limits", LIMITS));
        } else if value.as_u64().is_none_or(|most| most == 0 || most > u64::from(u32::MAX)) {
            let hint = "leave it out for no limit; to let nothing run, pause the schedules";
            wrong.hinted(&path, "a limit is a whole number from 1 on".to_owned(), Some(hint.into()));
        }
    }
}

fn calendars(wrong: &mut Wrong, path: &str, settings: &Value) {
    let Some(own) = settings.get("calendars").and_then(Value::as_object) else {
        return wrong.add(path, "calendars are an object: each under its name");
    };
    if own.keys().any(|name| name.trim().is_empty()) {
        wrong.add(path, "a calendar has a name");
    }
    for problem in Calendars::of_workspace(settings).1 {
        wrong.push(Finding { path: format!("/settings{}", problem.path), ..Finding::from(problem) });
    }
}

fn watch(wrong: &mut Wrong, server: &Server, path: &str, value: &Value) {
    if !value.is_object() {
        return wrong.add(path, "what is watched is an object");
    }
    for finding in server.postman.check(Form::Watch, value) {
        wrong.push(Finding { path: format!("{path}{}", finding.path), ..finding });
    }
}

/// Calendars that go while schedules count by them: those schedules would stop.
async fn in_use(
    wrong: &mut Wrong,
    conn: &mut Conn,
    workspace: &str,
    before: &Value,
    after: &Value,
) -> Answer<()> {
    let (before, after) = (Calendars::of_workspace(before).0, Calendars::of_workspace(after).0);
    let users = schedules::stating(conn, workspace, "calendar").await?;
    for name in before.names().filter(|name| after.get(name).is_none()) {
        let counting =
            users.iter().filter(|one| one.spec.get("calendar").and_then(Value::as_str) == Some(name));
        let of: Vec<String> = counting.map(|one| format!("`{}` (`{}`)", one.name, one.pipeline)).collect();
        if !of.is_empty() {
            let path = join("/settings/calendars", name);
            let hint = "give them another calendar first, or keep this one";
            wrong.hinted(
                &path,
                format!("schedules count by calendar `{name}`: {}", of.join(", ")),
                Some(hint.into()),
            );
        }
    }
    Ok(())
}

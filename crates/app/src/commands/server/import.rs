//! `towpath import`: brings connections and pipelines from files into a workspace, in the name of a person.
//!
//! What exists already under the same name becomes a new version, or is changed; nothing is removed. It goes through the
//! interface, so what it refuses is refused here as well, with the same reasons.

use std::path::Path;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use towpath_api::Operator;
use towpath_engine::connections::read;
use towpath_model::scope::{Scope, plain_io};
use towpath_model::{Document, Fault};
use towpath_store::{accounts, members};

use crate::cli::{ImportArgs, Options};
use crate::output::{Console, Outcome, Tone};
use crate::serve::start::offline;

pub(crate) async fn import(
    args: &ImportArgs,
    options: &Options,
    console: &Console,
) -> Result<Outcome, Fault> {
    let server = offline(&args.store, options).await?;
    let mut conn = server.store.read().await?;
    let workspace = towpath_store::workspaces::find(&mut conn, &args.workspace).await?;
    let workspace =
        workspace.ok_or_else(|| Fault::not_found(format!("there is no workspace `{}`", args.workspace)))?;
    let user = match &args.owner {
        Some(email) => accounts::by_email(&mut conn, email).await?,
        None => owner(&mut conn, workspace.id.as_str()).await?,
    };
    drop(conn);
    let user = user.ok_or_else(|| {
        Fault::not_found("nobody is there in whose name it could be done").hint("name somebody with `--as`")
    })?;
    let operator = Operator::enter(&server, user).await?;
    let place = format!("/workspaces/{}", workspace.slug);
    let result = all(args, &operator, &place, console).await;
    operator.leave().await?;
    server.store.close().await;
    result
}

async fn owner(conn: &mut towpath_store::Conn, workspace: &str) -> Result<Option<accounts::User>, Fault> {
    let people = members::list(conn, workspace).await?;
    let owner = people.iter().find(|member| member.active && member.role == towpath_model::Role::Owner);
    match owner {
        Some(owner) => Ok(accounts::find(conn, owner.user_id.as_str()).await?),
        None => Ok(None),
    }
}

async fn all(
    args: &ImportArgs,
    operator: &Operator,
    place: &str,
    console: &Console,
) -> Result<Outcome, Fault> {
    if let Some(file) = &args.connections_file {
        connections(operator, place, file, console).await?;
    }
    for file in &args.files {
        pipeline(operator, place, file, console).await?;
    }
    Ok(Outcome::Done)
}

fn text(file: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(file)
        .map_err(|error| Fault::config(format!("`{}` cannot be read: {}", file.display(), plain_io(&error))))
}

/// A refusal with every place that is wrong.
fn refused(what: &str, answer: &Value) -> Fault {
    let word = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut message = word("detail").to_owned();
    for problem in answer.get("problems").and_then(Value::as_array).into_iter().flatten().skip(1) {
        message.push_str("; ");
        message.push_str(problem.get("message").and_then(Value::as_str).unwrap_or_default());
    }
    let fault = Fault::config(format!("{what}: {message}"));
    let first = answer.pointer("/problems/0/hint").or(answer.get("hint")).and_then(Value::as_str);
    match first {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

async fn connections(operator: &Operator, place: &str, file: &Path, console: &Console) -> Result<(), Fault> {
    let name = file.display().to_string();
    let wrong = |problems: Vec<towpath_model::Problem>| {
        Fault::config(problems.first().map_or_else(String::new, |problem| problem.message.clone()))
            .at("file", &name)
    };
    let document = Document::parse(&name, &text(file)?).map_err(wrong)?;
    let scope = Scope::new(file.parent().unwrap_or(Path::new(".")), |name| std::env::var(name).ok());
    let resolved = scope.resolve(&document.value, &Value::Null, "").map_err(wrong)?;
    let registry = towpath_connectors::all();
    for (name, value) in resolved.as_object().into_iter().flatten() {
        let connection = read(value, &registry).map_err(|fault| fault.at("connection", name))?;
        let body =
            json!({ "name": name, "connector": connection.connector, "settings": connection.settings });
        let (status, answer) =
            operator.ask(Method::GET, &format!("{place}/connections/{name}"), None, None).await?;
        let (status, answer) = match status {
            StatusCode::OK => {
                let tag = revision(&answer);
                operator
                    .ask(Method::PUT, &format!("{place}/connections/{name}"), Some(&body), Some(&tag))
                    .await?
            }
            _ => operator.ask(Method::POST, &format!("{place}/connections"), Some(&body), None).await?,
        };
        if !status.is_success() {
            return Err(refused(&format!("connection `{name}`"), &answer));
        }
        console.say(&format!("{} connection `{name}`", console.tone(Tone::Good, "imported:")));
    }
    Ok(())
}

fn revision(answer: &Value) -> String {
    format!("\"{}\"", answer.get("revision").and_then(Value::as_i64).unwrap_or_default())
}

async fn pipeline(operator: &Operator, place: &str, file: &Path, console: &Console) -> Result<(), Fault> {
    let document = text(file)?;
    let name = Document::parse(&file.display().to_string(), &document)
        .ok()
        .and_then(|parsed| parsed.value.get("name").and_then(Value::as_str).map(str::to_owned))
        .unwrap_or_default();
    let body = Value::Object(Map::from_iter([
        ("document".to_owned(), Value::from(document)),
        ("remark".to_owned(), Value::from(format!("imported from {}", file.display()))),
    ]));
    let path = format!("{place}/pipelines/{name}");
    let (status, known) = match name.is_empty() {
        true => (StatusCode::NOT_FOUND, Value::Null),
        false => operator.ask(Method::GET, &path, None, None).await?,
    };
    let (status, answer) = match status {
        StatusCode::OK => operator.ask(Method::PUT, &path, Some(&body), Some(&revision(&known))).await?,
        _ => operator.ask(Method::POST, &format!("{place}/pipelines"), Some(&body), None).await?,
    };
    if !status.is_success() {
        return Err(refused(&file.display().to_string(), &answer));
    }
    let version = answer.get("version").and_then(Value::as_i64).unwrap_or_default();
    console.say(&format!("{} pipeline `{name}`, version {version}", console.tone(Tone::Good, "imported:")));
    Ok(())
}

//! Stands for notifications: one kind of channel, which sends nothing.

use async_trait::async_trait;
use serde_json::{Value, json};
use towpath_api::postman::{ChannelKind, Form, OpenChannel, Postman, Refused, Words};
use towpath_api::problem::Finding;
use towpath_model::Fault;
use towpath_store::workspaces::Workspace;

#[derive(Debug)]
pub(crate) struct Mailbag;

fn wrong(path: &str) -> Vec<Finding> {
    vec![Finding { path: path.into(), message: "it is wrong".into(), hint: None, line: None, column: None }]
}

#[async_trait]
impl Postman for Mailbag {
    fn kinds(&self) -> Vec<ChannelKind> {
        vec![ChannelKind { name: "email".into(), title: "E-mail".into(), schema: json!({}) }]
    }
    fn schemas(&self) -> Value {
        json!({})
    }
    fn secrets(&self, _: &str, settings: &Value) -> Vec<String> {
        settings.get("password").map(|_| "/password".to_owned()).into_iter().collect()
    }
    fn check_channel(&self, kind: &str, settings: &Value) -> Vec<Finding> {
        let is_right = kind == "email" && settings["host"].is_string() && settings["password"].is_string();
        if is_right { Vec::new() } else { wrong("/settings") }
    }
    fn check(&self, _: Form, value: &Value) -> Vec<Finding> {
        if value.get("wrong").is_some() { wrong("/wrong") } else { Vec::new() }
    }
    fn words(&self, notice: &Value, language: &str) -> Words {
        let title = format!("{} ({language})", notice["says"].as_str().unwrap_or_default());
        Words { title, ..Words::default() }
    }
    fn mails_people(&self) -> bool {
        false
    }
    async fn test(&self, _: &Workspace, channel: OpenChannel) -> Result<Vec<Refused>, Fault> {
        match channel.settings["password"].as_str() {
            Some("right") => Ok(Vec::new()),
            _ => Err(Fault::auth("the server refused the password").hint("check `password`")),
        }
    }
    fn wake(&self) {}
}

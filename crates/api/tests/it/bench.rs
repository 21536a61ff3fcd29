//! Stands for engine and connectors, of which nothing is asked here.

use async_trait::async_trait;
use serde_json::{Value, json};
use towpath_api::problem::Finding;
use towpath_api::trials::{DryRun, Remembered, TestEnd};
use towpath_api::workbench::{
    Asked, Checked, Export, ExportFormat, Forecast, Inspected, Landing, Look, OpenConnection, Reading, Room,
    Rows, StreamOutline, Upstream, Workbench,
};
use towpath_connect::ConnectorSpec;
use towpath_connect::bounds::{Step, Steps};
use towpath_model::{Document, Fault, RunId};
use towpath_store::runs::Run;
use towpath_store::workspaces::Workspace;

#[derive(Debug)]
pub(crate) struct Bench;

fn nothing<T>() -> Result<T, Fault> {
    Err(Fault::unavailable("no engine is here"))
}

#[async_trait]
impl Workbench for Bench {
    fn connectors(&self) -> Vec<ConnectorSpec> {
        Vec::new()
    }
    fn transforms(&self) -> Vec<Value> {
        Vec::new()
    }
    fn document_schema(&self) -> Value {
        json!({})
    }
    fn check(&self, _: &Workspace, _: &str, _: &Value) -> Vec<Finding> {
        Vec::new()
    }

    fn read(&self, text: &str) -> Reading {
        let value = Document::parse("document", text).map(|document| document.value).unwrap_or_default();
        let nodes = value["nodes"].as_object();
        let connections = nodes.into_iter().flatten().filter_map(|(_, node)| node["connection"].as_str());
        Reading {
            name: value["name"].as_str().unwrap_or_default().to_owned(),
            connections: connections.map(str::to_owned).collect(),
            schedule: value.get("schedule").cloned(),
            ..Reading::default()
        }
    }
    fn secrets(&self, _: &str, _: &Value) -> Vec<String> {
        Vec::new()
    }
    fn check_connection(&self, _: &str, _: &Value) -> Vec<Finding> {
        Vec::new()
    }
    async fn outline(&self, _: Room, _: &str, _: &Value, _: bool) -> Result<Checked, Fault> {
        nothing()
    }
    fn upstream(&self, _: &str, _: &str) -> Option<Upstream> {
        None
    }
    async fn rows(&self, _: Room, _: &str, _: Look) -> Result<Rows, Fault> {
        nothing()
    }
    async fn dry_run(&self, _: Room, _: &str, _: &Value, _: Remembered, _: usize) -> Result<DryRun, Fault> {
        nothing()
    }
    async fn tests(&self, _: Room, _: &str, _: &Value) -> Result<Vec<TestEnd>, Fault> {
        nothing()
    }
    fn beside_secrets(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
    fn steps(&self, _: &str, _: &Value) -> Vec<Step> {
        Vec::new()
    }
    async fn test(&self, _: Room, _: OpenConnection, _: Steps) -> Result<Option<u64>, Fault> {
        nothing()
    }
    async fn discover(&self, _: Room, _: OpenConnection) -> Result<Vec<StreamOutline>, Fault> {
        nothing()
    }
    async fn browse(&self, _: Room, _: OpenConnection, _: Asked) -> Result<Rows, Fault> {
        nothing()
    }
    async fn export(&self, _: Room, _: OpenConnection, _: Asked, _: ExportFormat) -> Result<Export, Fault> {
        nothing()
    }
    async fn inspect(
        &self,
        _: Room,
        _: &str,
        _: Option<OpenConnection>,
        _: Value,
    ) -> Result<Inspected, Fault> {
        nothing()
    }
    fn passage(&self, _: &str, _: &str) -> Result<Vec<Landing>, Fault> {
        nothing()
    }
    fn nodes(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
    async fn undo(&self, _: Room, _: &str, _: &Run, _: &[String]) -> Result<Vec<Value>, Fault> {
        nothing()
    }
    fn wake(&self) {}
    fn stop(&self, _: &RunId) {}
    fn forecast(
        &self,
        _: &Value,
        _: &Workspace,
        _: jiff::Timestamp,
        _: usize,
    ) -> Result<Forecast, Vec<Finding>> {
        Ok(Forecast::default())
    }
}

//! Stands for engine and connectors, of which nothing is asked here.

use async_trait::async_trait;
use serde_json::{Value, json};
use towpath_api::problem::Finding;
use towpath_api::workbench::{
    Checked, Forecast, Landing, Look, OpenConnection, Reading, Room, Rows, StreamOutline, Workbench,
};
use towpath_connect::ConnectorSpec;
use towpath_model::{Fault, RunId};
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

    fn read(&self, _: &str) -> Reading {
        Reading::default()
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
    async fn rows(&self, _: Room, _: &str, _: Look) -> Result<Rows, Fault> {
        nothing()
    }
    async fn test(&self, _: Room, _: OpenConnection) -> Result<(), Fault> {
        nothing()
    }
    async fn discover(&self, _: Room, _: OpenConnection) -> Result<Vec<StreamOutline>, Fault> {
        nothing()
    }
    async fn browse(&self, _: Room, _: OpenConnection, _: Value, _: usize) -> Result<Rows, Fault> {
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

//! A factory to try the shipped pipelines on: folders of machines, and a database with its tables.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::json;
use towpath_testkit::{Postgres, postgres};

use super::PIPELINES;
use super::model::Sessions;
use super::rows::told;
use crate::sandbox::{Said, Sandbox, said};

/// A database with the factory's tables, and the folders of its machines.
pub(super) struct Factory {
    pub(super) home: Sandbox,
    pub(super) database: Postgres,
    /// The connection to the machines.
    pub(super) machines: String,
    pub(super) logs: PathBuf,
}

impl Factory {
    pub(super) fn new() -> Factory {
        let home = Sandbox::new();
        let logs = home.path("logs");
        fs::create_dir(&logs).unwrap();
        let machines = json!({ "connector": "file", "root": logs.display().to_string() }).to_string();
        let factory = Factory { home, database: postgres(), machines, logs };
        factory.prepare();
        factory
    }

    /// Runs the script of the tables.
    pub(super) fn prepare(&self) {
        self.database.sql(&fs::read_to_string(format!("{PIPELINES}/factory.sql")).unwrap());
    }

    /// Puts a file into its machine's folder, as if somebody had done so a while ago.
    pub(super) fn put(&self, path: &str, content: impl AsRef<[u8]>, minutes_ago: u64) {
        put(&self.logs, path, content.as_ref(), minutes_ago);
    }

    pub(super) fn towpath(&self, args: &[&str]) -> Said {
        let mut command = self.home.command(args);
        command
            .env("TOWPATH_CONNECTION_MACHINES", &self.machines)
            .env("TOWPATH_CONNECTION_FACTORY", self.database.url())
            .env("TOWPATH_STATE", self.home.path("state"));
        said(command.output().unwrap())
    }

    pub(super) fn run(&self) -> Said {
        self.towpath(&["run", &pipeline()])
    }

    /// Runs over all that is new; so many lines must be in quarantine.
    #[track_caller]
    pub(super) fn read(&self, unreadable: usize) {
        let said = self.run();
        match unreadable {
            0 => said.expect(0, &[]),
            1 => said.expect(3, &["1 row is in quarantine"]),
            rows => said.expect(3, &[&format!("{rows} rows are in quarantine")]),
        };
    }

    #[track_caller]
    pub(super) fn lines(&self, sql: &str) -> Vec<String> {
        self.database.sql(sql).lines().map(str::to_owned).collect()
    }

    /// What all loads so far have changed.
    pub(super) fn changes(&self) -> String {
        self.database.sql("select sum(inserted + updated + deleted) from public._towpath_loads")
    }

    #[track_caller]
    pub(super) fn holds(&self, expected: &Sessions) {
        for (what, sql, told) in told(expected) {
            let found = self.lines(sql);
            let odd = found.iter().zip(&told).find(|(found, told)| found != told);
            assert!(
                found == told,
                "{what}: {} rows are found and {} expected; the first that differ are {odd:#?}",
                found.len(),
                told.len()
            );
        }
    }
}

pub(super) fn pipeline() -> String {
    format!("{PIPELINES}/machine-logs.yaml")
}

fn put(folder: &Path, path: &str, content: &[u8], minutes_ago: u64) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    let at = SystemTime::now() - Duration::from_secs(60 * minutes_ago);
    File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
}

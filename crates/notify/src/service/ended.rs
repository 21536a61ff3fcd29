//! What an ended run has to say: that it failed, which troubles are over, and what is unlike before. Pure.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use towpath_store::notices::happenings::Open;
use towpath_store::pipelines::Pipeline;
use towpath_store::runs::{Cause, Run, RunState};
use towpath_store::workspaces::Workspace;

use crate::anomaly::{Finding, RunVolume, drift, volume};
use crate::notice::{Detail, Notice, NoticeKind};
use crate::watch::Watch;

/// What is known of a run that ended.
#[derive(Debug, Clone)]
pub struct EndedRun<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The run.
    pub run: &'a Run,
    /// What it reported.
    pub report: Option<&'a Value>,
    /// How the run before it ended.
    pub before: Option<RunState>,
    /// What the last success before it reported.
    pub report_before: Option<&'a Value>,
    /// Rows of the successes before it, the latest of which stand last.
    pub history: &'a [RunVolume],
    /// Troubles of the pipeline that go on, besides failures.
    pub going_on: &'a [Open],
    /// What is watched.
    pub watch: &'a Watch,
    /// Where the run is shown.
    pub link: Option<String>,
}

/// The part of a report that is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    nodes: Vec<Node>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Node {
    node: String,
    alerts: Vec<Alert>,
    columns: Vec<(String, String)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Alert {
    what: String,
    since: String,
    missing: Option<Missing>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Missing {
    File {
        date: String,
        #[serde(default)]
        part: Option<(String, String)>,
    },
    Files(u64),
}

impl Alert {
    /// What is missing, to be said in any language; as it stands there where it is not understood.
    fn detail(&self) -> Detail {
        match (&self.missing, self.since.parse::<Timestamp>()) {
            (Some(Missing::File { date, part }), Ok(due)) => {
                Detail::MissingFile { date: date.clone(), part: part.clone(), due }
            }
            (Some(Missing::Files(more)), Ok(due)) => Detail::MissingFiles { more: *more, due },
            _ if self.since.is_empty() => Detail::text(&self.what),
            _ => Detail::text(format!("{} ({})", self.what, self.since)),
        }
    }
}

/// Why a run failed, as it is kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kept {
    message: String,
    hint: Option<String>,
}

/// What an ended run has to say. A run that somebody stopped says nothing.
pub fn notices_of(ended: &EndedRun<'_>) -> Vec<Notice> {
    let run = ended.run;
    let mut notices = Vec::new();
    match run.state {
        RunState::Failed => {
            let kept: Kept = read(run.fault.as_ref());
            let words = if kept.message.is_empty() { "it is not known why".into() } else { kept.message };
            let failed = ended.notice(NoticeKind::RunFailed, Detail::text(words));
            notices.push(Notice { hint: kept.hint, ..failed });
        }
        state if state.is_success() && ended.before == Some(RunState::Failed) => {
            let detail = Detail::Recovered { rows: run.rows_written };
            notices.push(ended.notice(NoticeKind::RunRecovered, detail));
        }
        _ => {}
    }
    if run.rows_quarantined > 0 && run.state.is_success() {
        let of = run.rows_read.max(run.rows_quarantined);
        let detail = Detail::Quarantined { rows: run.rows_quarantined, of };
        notices.push(ended.notice(NoticeKind::RunQuarantined, detail));
    }
    let report: Report = read(ended.report);
    for (node, alert) in
        report.nodes.iter().flat_map(|node| node.alerts.iter().map(move |alert| (node, alert)))
    {
        let missing = ended.notice(NoticeKind::MissingFile, alert.detail());
        // Files that two nodes wait for are two troubles.
        notices.push(Notice { group: format!("{}/{}", missing.group, node.node), ..missing });
    }
    if run.state.is_success() {
        notices.extend(ended.over(&report, &notices));
        notices.extend(ended.unlike(&report));
    }
    notices
}

impl EndedRun<'_> {
    fn notice(&self, kind: NoticeKind, detail: Detail) -> Notice {
        let at = self.run.ended_at.unwrap_or(self.run.created_at);
        Notice {
            tags: self.pipeline.tags.clone(),
            run: Some(self.run.id.to_string()),
            link: self.link.clone(),
            ..Notice::new(kind, &self.workspace.name, &self.pipeline.name, detail, at)
        }
    }

    /// Troubles that are over, now that the run ended well.
    fn over(&self, report: &Report, said: &[Notice]) -> Vec<Notice> {
        let is_over = |open: &&Open| match NoticeKind::of(&open.kind) {
            // Whether data came is seen from when a run ended well.
            Some(NoticeKind::RunLate | NoticeKind::Freshness) => true,
            // A run of other days, or of a few rows, does not look for what is due now.
            Some(NoticeKind::MissingFile) => {
                let has_looked =
                    report.nodes.iter().any(|node| open.group.ends_with(&format!("/{}", node.node)));
                self.is_usual() && has_looked && !said.iter().any(|notice| notice.group == open.group)
            }
            _ => false,
        };
        let detail = Detail::Recovered { rows: self.run.rows_written };
        let notice = |open: &Open| Notice {
            ends: NoticeKind::of(&open.kind),
            group: open.group.clone(),
            ..self.notice(NoticeKind::RunRecovered, detail.clone())
        };
        self.going_on.iter().filter(is_over).map(notice).collect()
    }

    /// A backfill moves what it moves, and a repair a few rows.
    fn is_usual(&self) -> bool {
        self.run.backfill_id.is_none() && self.run.cause != Cause::Repair
    }

    /// What is unlike the runs before.
    fn unlike(&self, report: &Report) -> Vec<Notice> {
        let mut found: Vec<(Finding, &str)> = Vec::new();
        let name = &self.pipeline.name;
        if self.watch.tells_rows(name) && self.is_usual() {
            let at = self.run.ended_at.unwrap_or(self.run.created_at);
            let date = date(self.run.interval_start, at, &self.run.zone);
            let here = RunVolume { date, rows: self.run.rows_written };
            found.extend(volume(self.history, here, &self.watch.rows).map(|finding| (finding, "")));
        }
        if self.watch.tells_columns(name) {
            let before: Report = read(self.report_before);
            for node in report.nodes.iter().filter(|node| !node.columns.is_empty()) {
                let earlier =
                    before.nodes.iter().find(|other| other.node == node.node && !other.columns.is_empty());
                let finding = earlier.and_then(|earlier| drift(&node.node, &earlier.columns, &node.columns));
                found.extend(finding.map(|finding| (finding, node.node.as_str())));
            }
        }
        let notice = |(finding, node): (Finding, &str)| {
            let notice = self.notice(finding.kind, finding.detail);
            let group = if node.is_empty() { notice.group } else { format!("{}/{node}", notice.group) };
            Notice { severity: finding.severity, group, ..notice }
        };
        found.into_iter().map(notice).collect()
    }
}

fn read<T: Default + serde::de::DeserializeOwned>(value: Option<&Value>) -> T {
    value.and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
}

/// The logical date of a run; without a data interval, the day on which it ended.
pub(super) fn date(interval_start: Option<Timestamp>, ended_at: Timestamp, zone: &str) -> Date {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    interval_start.unwrap_or(ended_at).to_zoned(zone).date()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::language::Language;

    fn workspace() -> Workspace {
        serde_json::from_value(
            json!({ "id": "ws_1", "slug": "shop", "name": "Shop", "settings": {}, "revision": 1,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z" }),
        )
        .unwrap()
    }

    fn pipeline() -> Pipeline {
        serde_json::from_value(
            json!({ "id": "pi_1", "workspace_id": "ws_1", "name": "orders", "description": "",
            "tags": ["finance"], "version": 1, "restricted": false, "has_hook": false, "revision": 1,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z" }),
        )
        .unwrap()
    }

    fn run(more: Value) -> Run {
        let mut run = json!({ "id": "run_1", "workspace_id": "ws_1", "pipeline_id": "pi_1", "version": 1,
            "cause": "schedule", "state": "done", "priority": 0, "params": {}, "zone": "Europe/Paris",
            "interval_start": "2026-03-02T23:00:00Z", "not_before": "2026-03-04T01:00:00Z", "timeout_seconds": 7200,
            "retries": {}, "force": false, "connections": [], "targets": [], "attempt": 1, "resumable": false,
            "rows_read": 1000, "rows_written": 1000, "rows_quarantined": 0, "created_at": "2026-03-04T01:00:00Z",
            "ended_at": "2026-03-04T01:05:00Z", "failures": 0, "lost": 0, "may_pass": false, "revision": 1 });
        for (name, value) in more.as_object().unwrap() {
            run[name] = value.clone();
        }
        serde_json::from_value(run).unwrap()
    }

    struct Case {
        run: Value,
        before: Option<RunState>,
        report: Value,
        report_before: Value,
        history: Vec<RunVolume>,
        going_on: Vec<Open>,
        watch: Watch,
    }

    impl Default for Case {
        fn default() -> Self {
            let (run, nothing) = (json!({}), json!({ "nodes": [] }));
            Case {
                run,
                before: Some(RunState::Done),
                report: nothing.clone(),
                report_before: nothing,
                history: Vec::new(),
                going_on: Vec::new(),
                watch: Watch::default(),
            }
        }
    }

    fn said(case: &Case) -> Vec<Notice> {
        notices_of(&EndedRun {
            workspace: &workspace(),
            pipeline: &pipeline(),
            run: &run(case.run.clone()),
            report: Some(&case.report),
            before: case.before,
            report_before: Some(&case.report_before),
            history: &case.history,
            going_on: &case.going_on,
            watch: &case.watch,
            link: Some("https://towpath.example.com/w/shop/runs/run_1".into()),
        })
    }

    fn kinds(case: &Case) -> Vec<&'static str> {
        said(case).iter().map(|notice| notice.kind.name()).collect()
    }

    #[test]
    fn a_failure_and_its_end_are_one_trouble_and_a_run_like_the_others_says_nothing() {
        assert_eq!(said(&Case::default()), []);
        let fault = json!({ "code": "auth", "temporary": false, "message": "the password is wrong", "hint": "change it" });
        let failed = Case { run: json!({ "state": "failed", "fault": fault }), ..Case::default() };
        let [notice] = said(&failed).try_into().unwrap();
        assert_eq!((notice.kind, notice.hint.as_deref()), (NoticeKind::RunFailed, Some("change it")));
        assert_eq!(
            (notice.tags.as_slice(), notice.run.as_deref()),
            (&["finance".to_owned()][..], Some("run_1"))
        );
        assert_eq!(notice.at.to_string(), "2026-03-04T01:05:00Z");
        assert!(notice.link.unwrap().ends_with("/w/shop/runs/run_1"));
        let [again] = said(&Case { before: Some(RunState::Failed), ..Case::default() }).try_into().unwrap();
        assert_eq!((again.kind, &again.group), (NoticeKind::RunRecovered, &notice.group));
        let stopped =
            Case { run: json!({ "state": "cancelled" }), before: Some(RunState::Failed), ..Case::default() };
        assert_eq!(said(&stopped), []);
        let unknown = Case { run: json!({ "state": "failed" }), ..Case::default() };
        assert_eq!(kinds(&unknown), ["run_failed"]);
    }

    #[test]
    fn rows_in_quarantine_and_missing_files_are_told_of_runs_that_ended_well() {
        let alert = json!({ "what": "no file `a.csv` since Monday", "since": "2026-03-02" });
        let report = json!({ "nodes": [{ "node": "files", "alerts": [alert] }, { "node": "other", "alerts": [alert] }] });
        let case =
            Case { run: json!({ "state": "quarantined", "rows_quarantined": 7 }), report, ..Case::default() };
        assert_eq!(kinds(&case), ["run_quarantined", "missing_file", "missing_file"]);
        let said = said(&case);
        assert_eq!(said[0].detail, Detail::Quarantined { rows: 7, of: 1000 });
        assert_ne!(said[1].group, said[2].group);
    }

    #[test]
    fn a_missing_file_is_told_in_the_language_of_who_hears_of_it() {
        let alert = |missing: Value| json!({ "what": "in English", "since": "2026-03-02T09:00:00+01:00", "missing": missing });
        let file = alert(json!({ "file": { "date": "2026-03-02", "part": ["line", "A"] } }));
        let files = alert(json!({ "files": 7 }));
        let report = json!({ "nodes": [{ "node": "files", "alerts": [file, files] }] });
        let said = said(&Case { report, ..Case::default() });
        let words = |language| said.iter().map(|notice| notice.detail.words(language)).collect::<Vec<_>>();
        assert_eq!(
            words(Language::English),
            [
                "no file of 2026-03-02 has come for line `A`; it was due at 2026-03-02 08:00 UTC",
                "7 files more have not come; the last one was due at 2026-03-02 08:00 UTC"
            ]
        );
        assert_eq!(
            words(Language::French),
            [
                "aucun fichier du 2026-03-02 n'est arrivé pour line `A` ; il était attendu le 2026-03-02 08:00 UTC",
                "7 autres fichiers ne sont pas arrivés ; le dernier était attendu le 2026-03-02 08:00 UTC"
            ]
        );
    }

    #[test]
    fn a_run_that_ends_well_ends_the_troubles_that_it_answers() {
        let open =
            |kind: &str, group: &str| Open { kind: kind.into(), group: format!("Shop/orders/{group}") };
        let going_on = vec![
            open("run_late", "run_late"),
            open("freshness", "freshness"),
            open("missing_file", "missing_file/files"),
            open("missing_file", "missing_file/other"),
        ];
        let alert = json!({ "what": "no file", "since": "2026-03-02" });
        let report = json!({ "nodes": [{ "node": "files" }, { "node": "other", "alerts": [alert] }] });
        let case = Case { report, going_on, ..Case::default() };
        let ended = |case: &Case| -> Vec<(NoticeKind, String)> {
            let ends = said(case).into_iter().filter(Notice::is_recovery);
            ends.map(|notice| (notice.trouble(), notice.group)).collect()
        };
        let of = |kind: NoticeKind, group: &str| (kind, format!("Shop/orders/{group}"));
        let expected = [
            of(NoticeKind::RunLate, "run_late"),
            of(NoticeKind::Freshness, "freshness"),
            of(NoticeKind::MissingFile, "missing_file/files"),
        ];
        assert_eq!(ended(&case), expected);
        let backfill = Case { run: json!({ "backfill_id": "bf_1" }), ..case };
        assert_eq!(ended(&backfill), expected[..2], "it looks for other files");
        let failed = Case { run: json!({ "state": "failed" }), ..backfill };
        assert_eq!(ended(&failed), []);
    }

    #[test]
    fn what_is_unlike_before_is_told_unless_nobody_wants_to_know() {
        let monday: Date = "2026-01-05".parse().unwrap();
        let history =
            (0..8).map(|week| RunVolume { date: monday + jiff::ToSpan::weeks(week), rows: 100 }).collect();
        let columns =
            |of: &str| json!({ "nodes": [{ "node": "orders", "columns": [["id", of]] }, { "node": "new" }] });
        let case =
            Case { report: columns("int64"), report_before: columns("text"), history, ..Case::default() };
        assert_eq!(kinds(&case), ["volume", "drift"]);
        let backfill = json!({ "backfill_id": "bf_1" });
        assert_eq!(kinds(&Case { run: backfill, history: case.history.clone(), ..Case::default() }), [""; 0]);
        let own = json!({ "pipelines": { "orders": { "unusual_rows": false, "columns": false } } });
        let watch = Watch::of(&json!({ "watch": own }));
        assert_eq!(kinds(&Case { watch, ..case }), [""; 0]);
    }
}

//! Lists of runs: which ones, in which order.

use jiff::Timestamp;
use serde_json::Value;

use super::{Cause, Run, RunState};
use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};

/// Microseconds from the first start to the end, -1 before the end or without a start; the same as [`duration`].
const DURATION: &str = "COALESCE(ended_at - started_at, -1)";

fn duration(run: &Run) -> i64 {
    let ends = run.started_at.zip(run.ended_at);
    ends.map_or(-1, |(start, end)| end.as_microsecond() - start.as_microsecond())
}

impl Listed for Run {
    fn standing(&self, order: &str) -> (Value, String) {
        let value: Value = match order {
            "duration" => duration(self).into(),
            "written" => self.rows_written.into(),
            "quarantined" => self.rows_quarantined.into(),
            _ => self.created_at.as_microsecond().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one pipeline.
    pub pipeline_id: Option<String>,
    /// In one of these states.
    pub states: Vec<RunState>,
    /// Started by that.
    pub cause: Option<Cause>,
    /// Of one schedule.
    pub schedule_id: Option<String>,
    /// Of one backfill.
    pub backfill_id: Option<String>,
    /// Asked for from then on.
    pub from: Option<Timestamp>,
    /// Asked for before then.
    pub until: Option<Timestamp>,
    /// Only of pipelines that everybody sees, or on which this person has a grant.
    pub visible_to: Option<String>,
}

/// Runs, the newest first; or by `duration` from the first start to the end, by rows `written` or `quarantined`.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Run>, Error> {
    let orders = [
        Order::number("created", "created_at"),
        Order::number("duration", DURATION),
        Order::number("written", "rows_written"),
        Order::number("quarantined", "rows_quarantined"),
    ];
    let states: Vec<String> = filter.states.iter().map(|state| state.word().to_owned()).collect();
    List::of("SELECT * FROM runs")
        .only_if("workspace_id = ?", workspace)
        .maybe("pipeline_id = ?", filter.pipeline_id.as_deref())
        .one_of("state", &states)
        .maybe("cause = ?", filter.cause.map(Cause::word))
        .maybe("schedule_id = ?", filter.schedule_id.as_deref())
        .maybe("backfill_id = ?", filter.backfill_id.as_deref())
        .maybe("created_at >= ?", filter.from)
        .maybe("created_at < ?", filter.until)
        .maybe(
            "pipeline_id IN (SELECT id FROM pipelines WHERE restricted = 0 OR id IN
              (SELECT object_id FROM grants WHERE user_id = ?))",
            filter.visible_to.as_deref(),
        )
        .page(conn, page, &orders, "id", true)
        .await
}

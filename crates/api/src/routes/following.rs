//! Schedules that run after other pipelines: those are there and in use, and nothing runs in a circle.
//!
//! Pipelines are named in `after`. What others run after is not put away, renamed or removed: they would never run again,
//! and nobody would be told.

use std::collections::BTreeMap;

use serde_json::Value;
use towpath_model::suggest;
use towpath_scheduler::circle;
use towpath_store::pipelines::{self, Named, Pipeline};
use towpath_store::schedules::{self, Schedule, Stating};
use towpath_store::{Conn, Tx};

use crate::caller::{Caller, Within};
use crate::problem::{self, Answer, Finding, Problem};
use crate::server::Server;

/// Pipelines of a workspace and what they run after, as they stand until the transaction ends.
struct Around {
    pipelines: Vec<Named>,
    following: Vec<Stating>,
    /// Identities of pipelines that the caller does not see.
    hidden: Vec<String>,
}

impl Around {
    async fn read(server: &Server, tx: &mut Tx, caller: &Caller, within: &Within) -> Answer<Around> {
        // Two schedules that are saved at once must not close a circle together.
        server.store.lock(tx, "towpath-after").await?;
        let conn: &mut Conn = tx;
        let hidden = match within.visible_to(caller) {
            Some(user) => pipelines::hidden_from(conn, within.id(), user).await?,
            None => Vec::new(),
        };
        let pipelines = pipelines::names(conn, within.id()).await?;
        Ok(Around { pipelines, following: schedules::stating(conn, within.id(), "after").await?, hidden })
    }

    fn find(&self, name: &str) -> Option<&Named> {
        self.pipelines.iter().find(|known| known.name == name && !self.hidden.contains(&known.id))
    }

    /// A name for the caller's eyes.
    fn shown(&self, name: &str) -> String {
        match self.find(name) {
            Some(_) => format!("`{name}`"),
            None => "…".to_owned(),
        }
    }
}

/// Names of the pipelines that a rule waits for.
fn names(spec: &Value) -> Vec<&str> {
    let list = spec.get("after").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Refuses a schedule that waits for what is not there or is not in use, and one that closes a circle.
pub(crate) async fn check(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    within: &Within,
    schedule: &Schedule,
    place: &str,
) -> Answer<()> {
    let wanted = names(&schedule.spec);
    if wanted.is_empty() {
        return Ok(());
    }
    let around = Around::read(server, tx, caller, within).await?;
    let own = around.pipelines.iter().find(|known| known.id == schedule.pipeline_id.as_str());
    let own = own.map(|known| known.name.clone()).unwrap_or_default();
    let mut wrong = Vec::new();
    for (index, name) in wanted.iter().enumerate() {
        let finding = |message: String, hint: Option<String>| Finding {
            path: format!("{place}/after/{index}"),
            message,
            hint,
            line: None,
            column: None,
        };
        match around.find(name) {
            None => {
                let in_use = around.pipelines.iter().filter(|known| {
                    !known.is_archived && known.name != own && !around.hidden.contains(&known.id)
                });
                let hint = suggest::hint(name, "pipelines", in_use.map(|known| known.name.as_str()));
                wrong.push(finding(format!("there is no pipeline `{name}` here"), hint));
            }
            Some(_) if *name == own => {
                let hint = "take it out of `after`; to run it again and again, say `every`";
                wrong.push(finding(format!("`{name}` cannot run after itself"), Some(hint.into())));
            }
            Some(known) if known.is_archived => {
                let hint = "take it out of the archive first, or leave it out of `after`";
                wrong.push(finding(format!("`{name}` is archived and never runs"), Some(hint.into())));
            }
            Some(_) => {}
        }
    }
    if wrong.is_empty()
        && let Some(way) = closes(&around, schedule, &own, &wanted)
    {
        let index =
            wanted.iter().position(|name| way.get(1).is_some_and(|next| next == name)).unwrap_or_default();
        let way: Vec<String> = way.iter().map(|name| around.shown(name)).collect();
        wrong.push(Finding {
            path: format!("{place}/after/{index}"),
            message: format!("these pipelines would run after each other for ever: {}", way.join(" → ")),
            hint: Some("take one of them out of `after` where it closes the circle".into()),
            line: None,
            column: None,
        });
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Problem::invalid(wrong)),
    }
}

/// The circle that a schedule closes, if it does.
fn closes(around: &Around, schedule: &Schedule, own: &str, wanted: &[&str]) -> Option<Vec<String>> {
    let mut after: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for other in around.following.iter().filter(|other| other.schedule_id != schedule.id.as_str()) {
        let names = names(&other.spec).into_iter().map(str::to_owned);
        after.entry(other.pipeline.clone()).or_default().extend(names);
    }
    after.entry(own.to_owned()).or_default().extend(wanted.iter().map(|name| (*name).to_owned()));
    circle(&after, own)
}

/// Refuses to take a pipeline away from under those that run after it.
pub(crate) async fn keep(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    within: &Within,
    pipeline: &Pipeline,
) -> Answer<()> {
    let around = Around::read(server, tx, caller, within).await?;
    let waits = |other: &&Stating| {
        !other.is_archived
            && other.pipeline_id != pipeline.id.as_str()
            && names(&other.spec).contains(&pipeline.name.as_str())
    };
    let mut others: Vec<&Stating> = around.following.iter().filter(waits).collect();
    others.sort_by_key(|other| (&other.pipeline, &other.pipeline_id));
    others.dedup_by(|a, b| a.pipeline_id == b.pipeline_id);
    if others.is_empty() {
        return Ok(());
    }
    let seen: Vec<String> = others
        .iter()
        .filter(|other| !around.hidden.contains(&other.pipeline_id))
        .map(|other| format!("`{}`", other.pipeline))
        .collect();
    let name = &pipeline.name;
    let detail = match (seen.is_empty(), others.len() - seen.len()) {
        (true, _) => format!("pipelines that you may not see run after `{name}`"),
        (false, 0) => format!("other pipelines run after `{name}`: {}", seen.join(", ")),
        (false, more) => format!("other pipelines run after `{name}`: {} and {more} more", seen.join(", ")),
    };
    Err(Problem::new(problem::CONFLICT, detail)
        .hint("take it out of `after` in their schedules first; they would never run again, and nobody would be told"))
}

/// Refuses to take a pipeline out of the archive that waits for others which are gone meanwhile.
pub(crate) async fn may_return(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    within: &Within,
    pipeline: &Pipeline,
) -> Answer<()> {
    let around = Around::read(server, tx, caller, within).await?;
    let own = around.following.iter().filter(|one| one.pipeline_id == pipeline.id.as_str());
    let is_there = |name: &str| around.pipelines.iter().any(|known| known.name == name && !known.is_archived);
    let gone: Vec<String> = own
        .flat_map(|one| names(&one.spec))
        .filter(|name| !is_there(name))
        .map(|name| format!("`{name}`"))
        .collect();
    match gone.is_empty() {
        true => Ok(()),
        false => Err(Problem::new(
            problem::CONFLICT,
            format!("`{}` runs after pipelines that are not in use: {}", pipeline.name, gone.join(", ")),
        )
        .hint("take those out of the archive first, or change `after` in its schedule")),
    }
}

//! `towpath doctor`: looks at everything that a server needs, and says what is wrong and what to do.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use towpath_model::Fault;
use towpath_model::scope::plain_io;
use towpath_store::{audit, secrets, workers};

use crate::cli::DoctorArgs;
use crate::output::{Console, Outcome, Tone};

/// What was found out about one thing.
#[derive(Debug, Serialize)]
struct Look {
    what: &'static str,
    ok: bool,
    detail: String,
    hint: Option<String>,
}

fn fine(what: &'static str, detail: impl Into<String>) -> Look {
    Look { what, ok: true, detail: detail.into(), hint: None }
}

fn bad(what: &'static str, fault: &Fault) -> Look {
    Look { what, ok: false, detail: fault.to_string(), hint: fault.hint_text().map(str::to_owned) }
}

pub(crate) async fn doctor(args: &DoctorArgs, console: &Console) -> Result<Outcome, Fault> {
    let mut looks = vec![folder(&args.store.data)];
    let keys = args.store.keys();
    looks.push(match &keys {
        Ok(keys) => fine("key", key(&keys.ids())),
        Err(fault) => bad("key", fault),
    });
    match args.store.open().await {
        Ok(store) => {
            looks.push(fine("store", format!("{:?} opens and is up to date", store.engine())));
            match inside(&store, keys.as_ref().ok()).await {
                Ok(more) => looks.extend(more),
                Err(fault) => looks.push(bad("store", &fault)),
            }
            store.close().await;
        }
        Err(fault) => looks.push(bad("store", &fault)),
    }
    looks.push(clock());
    let is_well = looks.iter().all(|look| look.ok);
    for look in &looks {
        if console.json {
            console.json_line(look);
            continue;
        }
        let mark =
            if look.ok { console.tone_out(Tone::Good, "ok ") } else { console.tone_out(Tone::Warn, "bad") };
        console.result(&format!("{mark} {}: {}", look.what, look.detail));
        if let Some(hint) = &look.hint {
            console.result(&format!("      {hint}"));
        }
    }
    Ok(if is_well { Outcome::Done } else { Outcome::Failed })
}

fn key(ids: &[String]) -> String {
    let current = &ids[0];
    match ids.len() {
        1 => format!("key `{current}` seals secrets"),
        more => format!("key `{current}` seals secrets, and {} older ones open them", more - 1),
    }
}

fn folder(path: &Path) -> Look {
    let tried = std::fs::create_dir_all(path).and_then(|()| tempfile::tempfile_in(path).map(drop));
    match tried {
        Ok(()) => fine("folder", format!("`{}` can be written to", path.display())),
        Err(error) => bad(
            "folder",
            &Fault::unavailable(format!("`{}` cannot be written to: {}", path.display(), plain_io(&error)))
                .hint("give the user of the server the right to write there"),
        ),
    }
}

/// A clock that is far off breaks sign-ins and schedules. This program was not made in the future.
fn clock() -> Look {
    let now = jiff::Timestamp::now();
    match now.to_zoned(jiff::tz::TimeZone::UTC).year() {
        2025..=2100 => fine("clock", format!("it is {}", now.strftime("%Y-%m-%d %H:%M:%S UTC"))),
        year => bad(
            "clock",
            &Fault::config(format!("the clock says {year}")).hint("set the clock of the machine"),
        ),
    }
}

async fn inside(
    store: &towpath_store::Store,
    keys: Option<&towpath_store::seal::Keys>,
) -> Result<Vec<Look>, Fault> {
    let mut looks = Vec::new();
    let mut conn = store.read().await?;
    let verdict = audit::verify(store, &mut *store.snapshot(&mut conn).await?).await?;
    looks.push(match verdict.breaks.first() {
        None if verdict.notes.is_empty() => fine("audit", format!("{} entries, whole", verdict.entries)),
        None => fine("audit", format!("{} entries, whole; {}", verdict.entries, verdict.notes.join("; "))),
        Some(first) => bad(
            "audit",
            &Fault::data(first.clone()).hint("compare with a backup; see `towpath audit verify`"),
        ),
    });
    if let Some(keys) = keys {
        let looked = secrets::look(&mut conn, keys).await?;
        looks.push(match looked.failed.as_slice() {
            [] => fine("secrets", opened(&looked.opened)),
            names => bad(
                "secrets",
                &Fault::config(format!("{} cannot be opened with the key at hand", names.join(", ")))
                    .hint("give the key that sealed them; see `towpath secrets --help`"),
            ),
        });
    }
    let now = jiff::Timestamp::now();
    let all = workers::all(&mut conn).await?;
    let alive: Vec<_> =
        all.iter().filter(|worker| now.duration_since(worker.heartbeat_at).as_secs() < 60).collect();
    looks.push(fine("workers", format!("{} give signs of life", alive.len())));
    let current = keys.map(towpath_store::seal::Keys::current);
    let lacks = |worker: &&&workers::Worker| current.as_ref().is_some_and(|key| !worker.keys.contains(key));
    if let (Some(current), Some(server)) = (&current, alive.iter().find(lacks)) {
        looks.push(bad(
            "workers",
            &Fault::config(format!("server `{}` does not have key `{current}`", server.name))
                .hint("give every server the same keys; see `towpath secrets --help`"),
        ));
    }
    Ok(looks)
}

/// How much of each kind opens.
fn opened(counts: &BTreeMap<secrets::Kind, u64>) -> String {
    match counts.values().sum::<u64>() {
        0 => "nothing is sealed".into(),
        all => {
            let each = counts.iter().map(|(kind, count)| format!("{} {count}", kind.word()));
            format!("{all} open ({})", each.collect::<Vec<_>>().join(", "))
        }
    }
}

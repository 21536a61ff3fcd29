//! Three servers on one store are killed, frozen and replaced at random moments, while long loads and schedules go on. In the
//! end no interval is left out, no row is lost or doubled, and long loads went on where they had stopped.
//!
//! `TOWPATH_KILL_SEEDS` sets how many times it is played; a failure names its seed, and `TOWPATH_KILL_SEED` plays that one alone.

use std::time::Duration;

use serde_json::{Value, json};
use towpath_testkit::Postgres;

use super::House;
use super::fleet::{Fleet, until};
use crate::crash::Dice;
use crate::sandbox::Sandbox;

/// Rows of a long load and of one of its chunks; every `ODD`th row ends in quarantine.
const ROWS: u64 = 8000;
const CHUNK: u64 = 100;
const ODD: u64 = 500;
/// Rows of a short load.
const FEW: u64 = 20;

/// A lease that ends and a run that begins again, on a machine that has other things to do.
const LONG: Duration = Duration::from_secs(150);

/// What happens to the server that carries out a long run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Kill,
    Freeze,
    Replace,
}

const SHORT: [&str; 3] = ["every: 2s", "every: 3s", "cron: '*/2 * * * * *'"];

fn long(number: usize) -> String {
    format!(
        "towpath: 1\nname: long_{number}\nnodes:\n  \
         rows: {{ source: postgres, connection: shop, table: big }}\n  \
         load: {{ destination: postgres, connection: shop, from: rows, table: long_{number}, mode: append, \
         resume: {{ rows: {CHUNK}, parallel: 1 }} }}\n"
    )
}

fn short(number: usize) -> String {
    format!(
        "towpath: 1\nname: short_{number}\n\
         schedule: {{ {}, data: since_last, catch_up: all, overlap: queue, stagger: '0', \
         retries: {{ max: 20, first: 1s, factor: 1 }} }}\nnodes:\n  \
         rows: {{ source: postgres, connection: shop, query: 'select id, ${{run.start}} as since from few' }}\n  \
         load: {{ destination: postgres, connection: shop, from: rows, table: short_{number}, mode: append }}\n",
        SHORT[number]
    )
}

/// A shop whose loads take their time: a chunk is sealed every tenth of a second.
fn shop(home: &Sandbox) -> Postgres {
    let shop = towpath_testkit::postgres();
    shop.sql(&format!(
        "CREATE TABLE big (id bigint PRIMARY KEY, name text, amount double precision);
         INSERT INTO big SELECT id, CASE WHEN id % {ODD} = 0 THEN NULL ELSE 'row ' || id END, id / 4.0
           FROM generate_series(1, {ROWS}) AS id;
         CREATE TABLE few AS SELECT id FROM generate_series(1::bigint, {FEW}) AS id;
         ANALYZE big;"
    ));
    for number in 0..ACTS.len() {
        shop.sql(&format!(
            "CREATE TABLE long_{number} (id bigint, name text NOT NULL, amount double precision)"
        ));
    }
    for number in 0..SHORT.len() {
        shop.sql(&format!("CREATE TABLE short_{number} (id bigint NOT NULL, since timestamptz NOT NULL)"));
    }
    // A first load makes the tables that loads are remembered in.
    home.write(
        "first.yaml",
        format!(
            "towpath: 1\nname: first\nnodes:\n  \
             rows: {{ source: postgres, connection: '{0}', table: big }}\n  \
             load: {{ destination: postgres, connection: '{0}', from: rows, table: first, mode: append, \
             resume: {{ rows: 3000 }} }}\n",
            shop.url()
        ),
    );
    home.towpath(&["run", "first.yaml"]).expect(0, &[]);
    shop.sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END';
         CREATE TRIGGER slow BEFORE UPDATE ON _towpath_chunks FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    shop
}

const ACTS: [Act; 4] = [Act::Kill, Act::Freeze, Act::Replace, Act::Kill];

/// What the store and the shop say.
struct Watch<'a> {
    store: &'a Postgres,
    shop: &'a Postgres,
}

impl Watch<'_> {
    fn number(&self, sql: &str) -> u64 {
        self.store.sql(sql).parse().unwrap()
    }

    /// Chunks of a run that are safe.
    fn sealed(&self, run: &str) -> u64 {
        let count = "SELECT count(*) FROM _towpath_chunks WHERE sealed_at IS NOT NULL AND load_id =";
        self.shop.sql(&format!("{count} '{run}/load'")).parse().unwrap()
    }

    /// The number of the present attempt of a run, and the process that carries it out.
    fn holder(&self, run: &str) -> Option<(u64, u32)> {
        let found = self.store.sql(&format!(
            "SELECT number, split_part(worker, '/', 2) FROM attempts WHERE run_id = '{run}' AND state = 'running'"
        ));
        let (number, process) = found.split_once('|')?;
        Some((number.parse().unwrap(), process.parse().unwrap()))
    }

    fn state(&self, run: &str) -> String {
        self.store.sql(&format!("SELECT state FROM runs WHERE id = '{run}'"))
    }

    /// How the attempts of a run ended.
    fn attempts(&self, run: &str) -> Vec<String> {
        let found =
            self.store.sql(&format!("SELECT state FROM attempts WHERE run_id = '{run}' ORDER BY number"));
        found.lines().map(str::to_owned).collect()
    }

    /// Waits until so many chunks of a run are safe and a server works on it; gives that server.
    #[track_caller]
    fn reached(&self, fleet: &Fleet<'_>, run: &str, chunks: u64) -> u32 {
        until(&format!("run {run} seals {chunks} chunks"), LONG, || {
            assert!(!self.state(run).starts_with("done"), "run {run} was faster than its trouble");
            let (_, process) = self.holder(run).filter(|_| self.sealed(run) >= chunks)?;
            fleet.is_awake(process).then_some(process)
        })
    }
}

/// A long run, what happened to it, and how many rows were safe at that moment.
struct Long {
    number: usize,
    run: String,
    act: Act,
    safe: u64,
}

#[expect(clippy::print_stderr, reason = "the seed is part of the message of a failure")]
async fn play(seed: u64) {
    eprintln!("seed {seed}");
    let mut dice = Dice::new(seed);
    let store = towpath_testkit::postgres();
    let key = Sandbox::new();
    key.write("key", key.towpath(&["secrets", "new-key"]).expect(0, &[]).out.as_str());
    let (url, file) = (store.url(), key.path("key").display().to_string());
    let options = ["--store", &url, "--key-file", &file];
    let mut house = House::open(&options).await;
    let shop = shop(&key);
    connect(&house, &shop).await;
    for number in 0..ACTS.len() {
        house.pipeline(&long(number)).await;
    }
    for number in 0..SHORT.len() {
        house.pipeline(&short(number)).await;
    }
    assert!(house.stop());
    let home = std::mem::replace(&mut house.home, Sandbox::new());
    let mut fleet = Fleet::start(&home, &options, 3);
    let watch = Watch { store: &store, shop: &shop };

    let mut acts = ACTS.to_vec();
    (1..acts.len()).rev().for_each(|last| acts.swap(last, dice.below(last as u64 + 1) as usize));
    let (mut runs, mut zombie) = (Vec::new(), None);
    for (number, act) in acts.into_iter().enumerate() {
        house.address = fleet.address();
        let run = house.post(&format!("pipelines/long_{number}/runs"), json!({})).await.expect(201);
        let run = run["id"].as_str().unwrap().to_owned();
        let process = watch.reached(&fleet, &run, 1 + dice.below(15));
        let safe = watch.sealed(&run) * CHUNK;
        match act {
            Act::Kill => fleet.kill(process),
            Act::Replace => fleet.replace(process),
            Act::Freeze => {
                fleet.freeze(process);
                zombie = Some((process, run.clone()));
            }
        }
        runs.push(Long { number, run, act, safe });
    }
    // The frozen server wakes up when another one is at work on its run.
    let (process, run) = zombie.unwrap();
    until("the run of the frozen server goes on elsewhere", LONG, || {
        watch.holder(&run).filter(|(number, other)| *number > 1 && *other != process)
    });
    fleet.wake(process);
    until("all long runs end", LONG, || {
        runs.iter().all(|long| watch.state(&long.run) == "quarantined").then_some(())
    });
    house.address = fleet.address();
    let schedules = house.get("schedules").await.expect(200);
    for schedule in schedules["items"].as_array().unwrap() {
        let id = schedule["id"].as_str().unwrap();
        house.post(&format!("schedules/{id}/pause"), json!({})).await.expect(200);
    }
    until("everything ends", LONG, || {
        (watch.number("SELECT count(*) FROM runs WHERE ended_at IS NULL") == 0).then_some(())
    });
    fleet.end();
    runs.iter().for_each(|long| judge_long(&watch, long));
    (0..SHORT.len()).for_each(|number| judge_short(&watch, number));
    judge_all(&watch);
}

pub(super) async fn connect(house: &House, shop: &Postgres) {
    let url = url::Url::parse(&shop.url()).unwrap();
    let settings = json!({
        "host": url.host_str(), "port": url.port(), "database": url.path().trim_start_matches('/'),
        "user": url.username(), "password": url.password(), "tls": "disable",
    });
    let connection = json!({ "name": "shop", "connector": "postgres", "settings": settings });
    house.post("connections", connection).await.expect(201);
    // The shop is on this machine.
    let seen = house.get("/api/v1/workspaces/house").await;
    let settings = json!({ "settings": { "egress": { "allow_private": true } } });
    house
        .ask(reqwest::Method::PATCH, "/api/v1/workspaces/house", Some(settings), seen.tag.as_deref())
        .await
        .expect(200);
}

fn judge_long(watch: &Watch<'_>, long: &Long) {
    let Long { number, run, act, safe } = long;
    let good = format!("WHERE id % {ODD} <> 0");
    let rows = |table: &str| {
        let sum = "SELECT count(*), count(DISTINCT id), sum(hashtext(id || name || amount)) FROM";
        watch.shop.sql(&format!("{sum} {table} {good}"))
    };
    assert_eq!(rows(&format!("long_{number}")), rows("big"), "the table of run {run} ({act:?})");
    let rejects = "SELECT count(*), count(DISTINCT original) FROM rejects WHERE run_id =";
    let odd = ROWS / ODD;
    assert_eq!(watch.store.sql(&format!("{rejects} '{run}'")), format!("{odd}|{odd}"), "{run} ({act:?})");
    let attempts = watch.attempts(run);
    let trouble = if *act == Act::Replace { "handed_over" } else { "lost" };
    assert!(attempts.iter().any(|state| state == trouble), "run {run} ({act:?}): {attempts:?}");
    let (last, others) = attempts.split_last().unwrap();
    assert_eq!(last, "quarantined");
    let known = ["lost", "handed_over", "failed"];
    assert!(others.iter().all(|state| known.contains(&state.as_str())), "{run}: {attempts:?}");
    // It went on after what was safe, and counts all rows all the same.
    let tasks =
        watch.store.sql(&format!("SELECT detail FROM tasks WHERE run_id = '{run}' AND node = 'load'"));
    let before = serde_json::from_str::<Value>(&tasks).unwrap()["before"].as_u64().unwrap_or_default();
    assert!(
        (safe - safe / ODD - 1..ROWS).contains(&before),
        "run {run} ({act:?}): {before} rows, {safe} were safe"
    );
    let read = watch.number(&format!("SELECT rows_read FROM runs WHERE id = '{run}'"));
    assert_eq!(read, ROWS, "run {run} ({act:?})");
}

/// Every interval has exactly one run, and every run its rows.
fn judge_short(watch: &Watch<'_>, number: usize) {
    let runs = watch.store.sql(&format!(
        "SELECT r.state, r.interval_start, r.interval_end, r.interval_start = r.fire_at - (r.interval_end - r.interval_start)
         FROM runs r JOIN pipelines p ON p.id = r.pipeline_id WHERE p.name = 'short_{number}' ORDER BY r.fire_at"
    ));
    let mut ends: Option<String> = None;
    for run in runs.lines() {
        let fields: Vec<&str> = run.split('|').collect();
        assert_eq!((fields[0], fields[3]), ("done", "t"), "short_{number}: {run}");
        assert!(
            ends.is_none_or(|end| end == fields[1]),
            "short_{number}: an interval is missing before {run}"
        );
        ends = Some(fields[2].to_owned());
    }
    let count = runs.lines().count();
    assert!(count >= 10, "short_{number}: {runs}");
    let table = watch.shop.sql(&format!(
        "SELECT count(*), count(DISTINCT since), count(DISTINCT (since, id)),
         count(DISTINCT since) FILTER (WHERE (extract(epoch FROM since) * 1000000)::bigint IN ({}))
         FROM short_{number}",
        runs.lines().map(|run| run.split('|').nth(1).unwrap()).collect::<Vec<_>>().join(", ")
    ));
    let all = count as u64 * FEW;
    assert_eq!(table, format!("{all}|{count}|{all}|{count}"), "short_{number}");
}

fn judge_all(watch: &Watch<'_>) {
    let together = watch.number(
        "SELECT count(*) FROM attempts a JOIN attempts b ON a.run_id = b.run_id AND a.number < b.number
         WHERE a.ended_at IS NULL OR a.ended_at > b.started_at",
    );
    assert_eq!(together, 0, "attempts of one run that lived at the same time");
    let gaps = watch.store.sql("SELECT run_id FROM run_logs GROUP BY run_id HAVING count(*) <> max(number)");
    assert_eq!(gaps, "", "logs with gaps");
    // On a machine that is busy, a server may not answer in time; such an attempt fails, and is tried again.
    let errors = watch.store.sql(
        "SELECT run_id, number, message FROM run_logs WHERE level = 'error'
         AND run_id NOT IN (SELECT run_id FROM attempts WHERE state = 'failed')",
    );
    assert_eq!(errors, "", "errors of runs of which no attempt failed");
    let handed = "SELECT count(DISTINCT run_id) FROM attempts WHERE state = 'handed_over'";
    let told = "SELECT count(DISTINCT run_id) FROM run_logs WHERE message LIKE '%hands the run over%'";
    assert_eq!(watch.number(handed), watch.number(told), "runs whose log says that they were handed over");
    let left = watch.shop.sql("SELECT count(*) FROM _towpath_chunks");
    assert_eq!(left, "0", "chunks that are left behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_killed_frozen_and_replaced_lose_nothing_and_do_nothing_twice() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("TOWPATH_KILL_SEED") {
        Some(seed) => play(seed).await,
        None => {
            for seed in 0..number("TOWPATH_KILL_SEEDS").unwrap_or(1) {
                play(seed).await;
            }
        }
    }
}

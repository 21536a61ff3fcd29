//! `towpath secrets`: keys are made, exchanged and forgotten, also while servers run.
//!
//! An exchange has two steps. `rotate` puts a new key before the old ones, which go on opening, waits until every server
//! that gives signs of life has it, and only then seals everything with it. `rotate --retire` takes the old ones out once
//! nothing is sealed with them and no server seals with them. Each step can be repeated where it stopped.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use towpath_model::Fault;
use towpath_model::scope::plain_io;
use towpath_scheduler::LEASE;
use towpath_store::seal::Keys;
use towpath_store::workers::{self, Worker};
use towpath_store::{Store, audit, commit, now, secrets as stored};

use super::done;
use crate::cli::{SecretsArgs, SecretsCommand};
use crate::output::{Console, Outcome};
use crate::serve::private::write_private;

/// How long servers are waited for. They tell of their keys with every sign of life; one that died without a word counts as
/// living for that long.
const LONGEST: Duration = LEASE.unsigned_abs().saturating_add(Duration::from_secs(1));

/// How often signs of life are looked at while a server is waited for.
const LOOK: Duration = Duration::from_millis(500);

pub(crate) async fn secrets(args: &SecretsArgs, console: &Console) -> Result<Outcome, Fault> {
    match &args.command {
        SecretsCommand::NewKey => {
            console.result(&Keys::generate()?);
            Ok(Outcome::Done)
        }
        SecretsCommand::Rotate(how) if how.retire => retire(args, console).await,
        SecretsCommand::Rotate(_) => rotate(args, console).await,
    }
}

async fn rotate(args: &SecretsArgs, console: &Console) -> Result<Outcome, Fault> {
    let store = args.store.open().await?;
    let file = args.store.key_file();
    match &file {
        Some(file) => add_key(&store, file).await?,
        None if args.store.keys()?.ids().len() < 2 => {
            return Err(Fault::config("`TOWPATH_KEY` holds one key, and this program cannot add another one").hint(
                "make one with `towpath secrets new-key`; put it on a line behind the old one and start every server anew; \
                 put it first, start them anew once more, and rotate again",
            ));
        }
        None => {}
    }
    let keys = args.store.keys()?;
    let key = keys.current();
    let waits = |worker: &Worker| !worker.keys.contains(&key);
    if let Some(server) = wait(&store, LONGEST, || waiting(console), waits).await? {
        return Err(Fault::config(format!("server `{server}` does not have key `{key}`, so nothing was sealed with it"))
            .hint(
                "give it the same key file, or put the key into its `TOWPATH_KEY` and start it anew; then rotate again",
            ));
    }
    let sealed = seal(&store, &keys, "secrets.rotate").await?;
    store.close().await;
    console.say(&format!("{sealed} secrets are sealed with key `{key}`"));
    console.say("keep a copy of it elsewhere; backups made until now need the old keys, so keep those as long as the backups");
    console.say("`towpath secrets rotate --retire` forgets the old keys");
    Ok(Outcome::Done)
}

/// Puts a new key before the one in the file. With two keys, an earlier exchange was not finished, or the new key was put
/// there by hand.
async fn add_key(store: &Store, file: &Path) -> Result<(), Fault> {
    // Whoever exchanges the key at the same time waits, and finds two.
    let mut tx = store.begin().await?;
    store.lock(&mut tx, "towpath-keys").await?;
    let old = read(file)?;
    if Keys::parse(&old).map_err(|fault| fault.at("key file", file.display()))?.ids().len() < 2 {
        write_private(file, &format!("{}\n{old}", Keys::generate()?)).map_err(by_hand)?;
    }
    Ok(commit(tx).await?)
}

async fn retire(args: &SecretsArgs, console: &Console) -> Result<Outcome, Fault> {
    let keys = args.store.keys()?;
    let (key, old) = (keys.current(), keys.ids().split_off(1));
    if old.is_empty() {
        console.say(&format!("there is no key but `{key}`"));
        return Ok(Outcome::Done);
    }
    let store = args.store.open().await?;
    let waits = |worker: &Worker| worker.keys.first() != Some(&key);
    if let Some(server) = wait(&store, LONGEST, || waiting(console), waits).await? {
        return Err(Fault::config(format!(
            "server `{server}` does not seal with key `{key}`, so the old keys stay"
        ))
        .hint("give it the same key file, or put the key first in its `TOWPATH_KEY` and start it anew"));
    }
    // What was sealed with an old key while the new one made its way to the servers.
    seal(&store, &keys, "secrets.retire").await?;
    let left = stored::of_other_keys(&mut *store.read().await?, &key).await?;
    if left > 0 {
        return Err(Fault::contract(format!("{left} secrets were sealed with another key in the meantime"))
            .hint("retire the old keys again"));
    }
    store.close().await;
    match args.store.key_file() {
        Some(file) => {
            write_private(&file, &without_old(&read(&file)?)).map_err(by_hand)?;
            console.say(&format!("`{}` holds key `{key}` only; {} forgotten", file.display(), are(&old)));
        }
        None => console.say(&format!(
            "nothing needs {} any more: take all lines but the first out of `TOWPATH_KEY`",
            old.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and ")
        )),
    }
    Ok(Outcome::Done)
}

fn are(keys: &[String]) -> String {
    match keys {
        [one] => format!("`{one}` is"),
        more => format!("{} keys are", more.len()),
    }
}

/// The first key and what people noted beside it.
fn without_old(text: &str) -> String {
    let mut has_key = false;
    let mut kept = String::new();
    for line in text.lines() {
        let is_key = !line.trim().is_empty() && !line.trim().starts_with('#');
        if is_key && has_key {
            continue;
        }
        has_key |= is_key;
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// Seals what other keys sealed; returns how much that was.
async fn seal(store: &Store, keys: &Keys, action: &str) -> Result<u64, Fault> {
    let mut tx = store.begin().await?;
    let (sealed, failed) = stored::rotate(&mut tx, keys).await?;
    let mut entry = done(action);
    entry.detail = Some(json!({ "key": keys.current(), "sealed": sealed, "failed": failed.len() }));
    audit::write(store, &mut tx, vec![entry]).await?;
    commit(tx).await?;
    if failed.is_empty() {
        return Ok(sealed);
    }
    let failure =
        format!("{} secrets do not open with the keys at hand: {}", failed.len(), failed.join(", "));
    Err(Fault::config(failure)
        .hint("add the key that sealed them behind the others, and rotate again; or give those secrets anew"))
}

fn waiting(console: &Console) {
    console.say("waiting for the servers to read the keys");
}

/// Waits until no server that gives signs of life is waited for; returns the name of one that keeps waiting.
async fn wait(
    store: &Store,
    longest: Duration,
    mut say: impl FnMut(),
    waits: impl Fn(&Worker) -> bool,
) -> Result<Option<String>, Fault> {
    let begun = Instant::now();
    let mut is_said = false;
    loop {
        let mut conn = store.read().await?;
        let now = now(&mut conn).await?;
        let servers = workers::all(&mut conn).await?;
        drop(conn);
        let mut living = servers.iter().filter(|worker| now.duration_since(worker.heartbeat_at) < LEASE);
        let Some(server) = living.find(|worker| waits(worker)) else { return Ok(None) };
        if begun.elapsed() > longest {
            return Ok(Some(server.name.clone()));
        }
        if !std::mem::replace(&mut is_said, true) {
            say();
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn read(file: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(file).map_err(|error| {
        Fault::config(format!("the key file `{}` cannot be read: {}", file.display(), plain_io(&error)))
    })
}

fn by_hand(fault: Fault) -> Fault {
    fault.hint("change the file where it comes from: one key on each line, the one that seals first; then rotate again")
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use towpath_model::ids::WorkerId;

    use super::*;

    #[tokio::test]
    async fn a_server_without_the_key_is_named_while_it_gives_signs_of_life() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_file(&folder.path().join("towpath.db")).await.unwrap();
        let now = Timestamp::now();
        let put = async |name: &str, ago: i64, keys: &[&str]| {
            let worker = Worker {
                id: WorkerId::generate(),
                name: name.into(),
                version: "1".into(),
                capacity: 1,
                draining: false,
                started_at: now,
                heartbeat_at: now - SignedDuration::from_secs(ago),
                keys: keys.iter().map(|&key| key.to_owned()).collect(),
            };
            let mut tx = store.begin().await.unwrap();
            workers::put(&mut tx, &worker).await.unwrap();
            commit(tx).await.unwrap();
        };
        let lacks = async |key: &str| {
            wait(&store, Duration::ZERO, || (), |worker| !worker.keys.iter().any(|known| known == key))
                .await
                .unwrap()
        };
        put("gone/1", 31, &[]).await;
        assert_eq!(lacks("new").await, None);
        put("here/2", 5, &["new", "old"]).await;
        assert_eq!(lacks("new").await, None);
        put("here/3", 5, &["old"]).await;
        assert_eq!(lacks("new").await.as_deref(), Some("here/3"));
    }

    #[test]
    fn old_keys_go_and_notes_stay() {
        assert_eq!(
            without_old("# of March\nnew\n\n# of May\nold\n older\n"),
            "# of March\nnew\n\n# of May\n"
        );
    }
}

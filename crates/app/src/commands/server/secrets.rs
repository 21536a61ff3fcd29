//! `towpath secrets`.

use serde_json::json;
use towpath_model::Fault;
use towpath_store::seal::Keys;
use towpath_store::{audit, commit, secrets as stored};

use super::done;
use crate::cli::{SecretsArgs, SecretsCommand};
use crate::output::{Console, Outcome};
use crate::serve::config::write_private;

pub(crate) async fn secrets(args: &SecretsArgs, console: &Console) -> Result<Outcome, Fault> {
    match &args.command {
        SecretsCommand::NewKey => {
            console.result(&Keys::generate()?);
            Ok(Outcome::Done)
        }
        SecretsCommand::Rotate => rotate(args, console).await,
    }
}

/// Seals everything with a new key. The old one stays behind it in the file until every secret is sealed anew, so a
/// server that dies half way opens all of them.
async fn rotate(args: &SecretsArgs, console: &Console) -> Result<Outcome, Fault> {
    let file = args.store.own_key_file();
    let given = std::env::var("TOWPATH_KEY").is_ok() && args.store.key_file.is_none();
    if !given {
        let old = std::fs::read_to_string(&file).map_err(|error| {
            Fault::config(format!("the key file `{}` cannot be read: {error}", file.display()))
        })?;
        let lines = old.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
        // With two keys, an earlier rotation was not finished, or the new key was put there by hand.
        if lines < 2 {
            write_private(&file, &format!("{}\n{}", Keys::generate()?, old))?;
        }
    }
    let keys = args.store.keys()?;
    let store = args.store.open().await?;
    let mut tx = store.begin().await?;
    let (sealed, failed) = stored::rotate(&mut tx, &keys).await?;
    let mut entry = done("secrets.rotate");
    entry.detail = Some(json!({ "key": keys.current(), "sealed": sealed, "failed": failed.len() }));
    audit::write(&store, &mut tx, vec![entry]).await?;
    commit(tx).await?;
    store.close().await;
    console.say(&format!("{sealed} secrets are sealed with key `{}`", keys.current()));
    if !failed.is_empty() {
        return Err(Fault::config(format!(
            "{} secrets do not open with the keys at hand: {}",
            failed.len(),
            failed.join(", ")
        ))
        .hint(
            "add the key that sealed them behind the others, and rotate again; or give those secrets anew",
        ));
    }
    match given {
        true => console.say("take the old key out of `TOWPATH_KEY`, and start the servers anew"),
        false => {
            let text = std::fs::read_to_string(&file).map_err(|error| {
                Fault::config(format!("the key file `{}` cannot be read: {error}", file.display()))
            })?;
            let first = text
                .lines()
                .find(|line| !line.trim().is_empty() && !line.starts_with('#'))
                .unwrap_or_default();
            write_private(&file, &format!("{first}\n"))?;
            console.say(&format!(
                "`{}` holds the new key only; keep a copy of it elsewhere, and start the servers anew",
                file.display()
            ));
        }
    }
    Ok(Outcome::Done)
}

//! Settings with secrets in them: taken out and sealed when they come, kept when a change leaves them out.
//!
//! A secret that is kept goes to nobody but whom it was given for: whatever else of the settings changes might be where it goes
//! or how it is guarded there (an address, a path, a certificate, whether to encrypt), so then it has to be given again. Only
//! settings that are known to decide nothing of that may change beside it; connectors mark them in their schema
//! (`x-beside-secrets`). A test of changed settings follows the same rule as keeping them.

use serde_json::Value;
use towpath_store::secrets;
use towpath_store::{Conn, Tx};

use crate::caller::Within;
use crate::problem::{Answer, Finding, Problem};
use crate::server::Server;
use crate::workbench::{filled, take_secrets};

/// Settings that came, apart from their secrets.
#[derive(Debug)]
pub(crate) struct Sealed {
    /// The settings without secrets.
    pub(crate) settings: Value,
    /// Secrets that came: place and text.
    came: Vec<(String, String)>,
    /// Secrets that were kept before and still count.
    stay: Vec<(String, String)>,
    /// Places of secrets that were kept and do not count any more.
    gone: Vec<String>,
}

impl Sealed {
    /// Settings of something new; `places` are those of its secrets.
    pub(crate) fn fresh(mut settings: Value, places: &[String]) -> Sealed {
        let came = take_secrets(&mut settings, places);
        Sealed { settings, came, stay: Vec::new(), gone: Vec::new() }
    }

    /// Settings that take the place of others; `kept` are the secrets of those, and `harmless` the settings that may change
    /// without their being given again. `is_same` says whether it is still the same kind of thing.
    pub(crate) fn instead(
        self,
        before: &Value,
        kept: Vec<(String, String)>,
        harmless: &[&str],
        is_same: bool,
    ) -> Sealed {
        let still = is_same && without(&self.settings, harmless) == without(before, harmless);
        let (stay, gone): (Vec<_>, Vec<_>) =
            kept.into_iter().partition(|(place, _)| still && self.came.iter().all(|(new, _)| new != place));
        let gone = gone.into_iter().map(|(place, _)| place);
        let gone = gone.filter(|place| self.came.iter().all(|(new, _)| new != place)).collect();
        Sealed { stay, gone, ..self }
    }

    /// The settings with every secret that counts in its place.
    pub(crate) fn whole(&self) -> Value {
        filled(&self.settings, self.stay.iter().chain(&self.came))
    }

    /// Refuses settings without the secrets that do not count any more and were not given again. One that was taken out
    /// on purpose, by `null`, is not asked for.
    pub(crate) fn refuse_without(&self, given: &Value, at: &str) -> Answer<()> {
        let is_missing = |place: &&String| given.pointer(place).is_none_or(|value| !value.is_null());
        let finding = |place: &String| Finding {
            path: format!("{at}{place}"),
            message: "this has to be given again: other settings changed, and it could go elsewhere".into(),
            hint: Some("enter it once more, or undo the other changes".into()),
            line: None,
            column: None,
        };
        let problems: Vec<Finding> = self.gone.iter().filter(is_missing).map(finding).collect();
        if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
    }

    /// Seals and keeps the secrets that came, and forgets those that do not count any more.
    pub(crate) async fn keep(
        &self,
        server: &Server,
        tx: &mut Tx,
        within: &Within,
        owner: &str,
    ) -> Answer<()> {
        for place in &self.gone {
            secrets::remove(tx, owner, Some(place)).await?;
        }
        for (place, text) in &self.came {
            secrets::put(tx, &server.keys, within.id(), owner, place, text).await?;
        }
        Ok(())
    }
}

/// Secrets that are kept for an owner.
pub(crate) async fn kept(server: &Server, conn: &mut Conn, owner: &str) -> Answer<Vec<(String, String)>> {
    Ok(secrets::open(conn, &server.keys, owner).await?)
}

fn without(settings: &Value, names: &[&str]) -> Value {
    let mut rest = settings.clone();
    if let Some(map) = rest.as_object_mut() {
        map.retain(|name, value| !names.contains(&name.as_str()) && !value.is_null());
        map.sort_keys();
    }
    rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(to: Value, harmless: &[&str]) -> Sealed {
        let before = json!({ "root": "sftp://me@plant/logs", "to": ["a"] });
        let kept = vec![("/password".to_owned(), "s3cret".to_owned())];
        Sealed::fresh(to, &["/password".to_owned()]).instead(&before, kept, harmless, true)
    }

    #[test]
    fn a_kept_secret_goes_nowhere_else() {
        let same = changed(json!({ "to": ["a"], "root": "sftp://me@plant/logs" }), &[]);
        assert_eq!(same.whole()["password"], "s3cret");
        for elsewhere in [
            json!({ "root": "sftp://me@evil/logs", "to": ["a"] }),
            json!({ "root": "sftp://me@plant/logs", "to": ["a"], "proxy": "evil" }),
            json!({ "root": "sftp://me@plant/logs" }),
        ] {
            let moved = changed(elsewhere, &[]);
            assert_eq!(
                (moved.whole().get("password"), moved.gone.as_slice()),
                (None, &["/password".to_owned()][..])
            );
            let refused = moved.refuse_without(&moved.settings, "/settings").unwrap_err();
            assert_eq!(refused.body("", "").problems[0].path, "/settings/password");
            assert!(moved.refuse_without(&json!({ "password": null }), "").is_ok(), "taken out on purpose");
        }
    }

    #[test]
    fn harmless_settings_change_beside_it_and_a_new_one_takes_its_place() {
        let more = changed(json!({ "root": "sftp://me@plant/logs", "to": ["a", "b"] }), &["to"]);
        assert_eq!(more.whole()["password"], "s3cret");
        assert!(more.refuse_without(&more.settings, "").is_ok());
        let new = changed(json!({ "root": "sftp://me@evil/logs", "password": "other" }), &[]);
        assert_eq!((new.whole()["password"].as_str(), new.gone.len()), (Some("other"), 0));
    }
}

//! Checks of what people send: every place that is wrong is told at once.

use towpath_store::accounts::email_key;

use crate::problem::{Answer, Finding, Problem};

/// Longest mail address (RFC 5321).
const LONGEST_ADDRESS: usize = 254;
/// Longest name.
const LONGEST_NAME: usize = 200;
/// Most bytes of settings as JSON.
const MOST_SETTINGS: usize = 64 << 10;

/// Places that are wrong.
#[derive(Debug, Default)]
pub(crate) struct Wrong(Vec<Finding>);

impl Wrong {
    pub(crate) fn add(&mut self, path: &str, message: impl Into<String>) {
        self.hinted(path, message.into(), None);
    }

    /// A place with what to do about it.
    pub(crate) fn hinted(&mut self, path: &str, message: String, hint: Option<String>) {
        self.push(Finding { path: path.into(), message, hint, line: None, column: None });
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// A mail address, as far as its form tells.
    pub(crate) fn email(&mut self, path: &str, email: &str) {
        let key = email_key(email);
        let is_plain = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(letter))
        };
        let is_good = key.len() <= LONGEST_ADDRESS
            && key.split_once('@').is_some_and(|(person, host)| is_plain(person) && is_plain(host));
        if !is_good {
            self.add(path, "this is not a mail address");
        }
    }

    /// A name that people read.
    pub(crate) fn name(&mut self, path: &str, name: &str) {
        let count = name.trim().chars().count();
        if count == 0 || count > LONGEST_NAME {
            self.add(path, format!("a name has from 1 to {LONGEST_NAME} characters"));
        } else if name.chars().any(char::is_control) {
            self.add(path, "a name has no line breaks and the like");
        }
    }

    /// A language of the pages.
    pub(crate) fn language(&mut self, path: &str, language: &str) {
        if !matches!(language, "en" | "fr") {
            self.add(path, "the languages are `en` and `fr`");
        }
    }

    /// Settings that the pages keep here.
    pub(crate) fn settings(&mut self, path: &str, settings: &serde_json::Value) {
        if !settings.is_object() {
            self.add(path, "settings are an object");
        } else if settings.to_string().len() > MOST_SETTINGS {
            self.add(path, "settings have at most 64 KiB");
        }
    }

    /// Goes on only if nothing is wrong.
    pub(crate) fn end(self) -> Answer<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        let is_good = |email: &str| {
            let mut wrong = Wrong::default();
            wrong.email("/email", email);
            wrong.end().is_ok()
        };
        for good in ["ada@example.org", " Ada.L+x@EXAMPLE.org", "é@exemple.fr", "root@localhost"] {
            assert!(is_good(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@x",
            "a@",
            "a b@x",
            "a\n@x",
            "a@b@c",
            "\"a\"@x",
            "a\\@x",
            &format!("{}@x", "a".repeat(300)),
        ] {
            assert!(!is_good(bad), "{bad}");
        }
    }
}

//! The languages of messages, and their words.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::notice::{NoticeKind, Severity};

/// The language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
}

/// Fixed words of messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) hint: &'static str,
    pub(crate) open: &'static str,
    pub(crate) at: &'static str,
    pub(crate) run: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) test: &'static str,
    pub(crate) still: &'static str,
    pub(crate) more: &'static str,
    pub(crate) sent_by: &'static str,
}

const ENGLISH: Words = Words {
    hint: "What to do",
    open: "Open in Towpath",
    at: "When",
    run: "Run",
    summary: "several notices",
    digest: "digest",
    test: "a test message",
    still: "still",
    more: "more, not shown here",
    sent_by: "Sent by Towpath, workspace",
};

const FRENCH: Words = Words {
    hint: "Que faire",
    open: "Ouvrir dans Towpath",
    at: "Quand",
    run: "Exécution",
    summary: "plusieurs avis",
    digest: "récapitulatif",
    test: "un message d'essai",
    still: "toujours",
    more: "autres, non montrés ici",
    sent_by: "Envoyé par Towpath, espace de travail",
};

impl Language {
    /// The language of that word, `en` or `fr`; English for every other.
    pub fn of(word: &str) -> Self {
        if word == "fr" { Language::French } else { Language::English }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
        }
    }

    /// What stands between a name and what is said of it.
    pub(crate) fn colon(self) -> &'static str {
        match self {
            Language::English => ": ",
            Language::French => " : ",
        }
    }

    /// The code of the language, for example `en`.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    pub(crate) fn kind(self, kind: NoticeKind) -> &'static str {
        match (self, kind) {
            (Language::English, NoticeKind::RunFailed) => "failed",
            (Language::English, NoticeKind::RunRecovered) => "runs again",
            (Language::English, NoticeKind::RunQuarantined) => "put rows into quarantine",
            (Language::English, NoticeKind::RunLate) => "is late",
            (Language::English, NoticeKind::MissingFile) => "a file is missing",
            (Language::English, NoticeKind::Freshness) => "the data is too old",
            (Language::English, NoticeKind::Volume) => "an unusual number of rows",
            (Language::English, NoticeKind::Drift) => "the columns changed",
            (Language::English, NoticeKind::Test) => "a test",
            (Language::French, NoticeKind::RunFailed) => "a échoué",
            (Language::French, NoticeKind::RunRecovered) => "fonctionne de nouveau",
            (Language::French, NoticeKind::RunQuarantined) => "a mis des lignes en quarantaine",
            (Language::French, NoticeKind::RunLate) => "est en retard",
            (Language::French, NoticeKind::MissingFile) => "un fichier manque",
            (Language::French, NoticeKind::Freshness) => "les données sont trop anciennes",
            (Language::French, NoticeKind::Volume) => "un nombre de lignes inhabituel",
            (Language::French, NoticeKind::Drift) => "les colonnes ont changé",
            (Language::French, NoticeKind::Test) => "un essai",
        }
    }

    /// That a trouble is over.
    pub(crate) fn end(self, trouble: NoticeKind) -> &'static str {
        match (self, trouble) {
            (Language::English, NoticeKind::RunLate) => "is no longer late",
            (Language::English, NoticeKind::MissingFile) => "no file is missing any more",
            (Language::English, NoticeKind::Freshness) => "the data is fresh again",
            (Language::French, NoticeKind::RunLate) => "n'est plus en retard",
            (Language::French, NoticeKind::MissingFile) => "il ne manque plus de fichier",
            (Language::French, NoticeKind::Freshness) => "les données sont de nouveau à jour",
            (language, _) => language.kind(NoticeKind::RunRecovered),
        }
    }

    pub(crate) fn severity(self, severity: Severity) -> &'static str {
        match (self, severity) {
            (Language::English, Severity::Info) => "information",
            (Language::English, Severity::Warning) => "warning",
            (Language::English, Severity::Error) => "error",
            (Language::French, Severity::Info) => "information",
            (Language::French, Severity::Warning) => "avertissement",
            (Language::French, Severity::Error) => "erreur",
        }
    }

    /// How often it happened, when that is more than once.
    pub(crate) fn times(self, count: u64, since: Timestamp) -> String {
        match self {
            Language::English => format!("{count} times since {}", moment(since)),
            Language::French => format!("{count} fois depuis le {}", moment(since)),
        }
    }
}

/// A point in time, to the minute.
pub(crate) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A span of time in its two largest units.
pub(crate) fn span(seconds: i64, language: Language) -> String {
    let day = if language == Language::French { "j" } else { "d" };
    let units = [(86_400, day), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (length, unit) in units {
        if rest >= length {
            parts.push(format!("{} {unit}", rest / length));
            rest %= length;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_two_largest_units() {
        let told: Vec<String> = [0, 59, 3600, 93_784, 86_460]
            .into_iter()
            .map(|seconds| span(seconds, Language::English))
            .collect();
        assert_eq!(told, ["0 s", "59 s", "1 h", "1 d 2 h", "1 d 1 min"]);
        assert_eq!(span(172_800, Language::French), "2 j");
    }
}

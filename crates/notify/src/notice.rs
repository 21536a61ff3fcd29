//! Something that happened and that somebody may want to know.
//!
//! A notice keeps what was found out as data ([`Detail`]), and becomes text in the language of whoever reads it. Notices
//! of one `group` belong together: a trouble, its repetitions and its end.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::anomaly::drift::SchemaChange;
use crate::language::{Language, moment, span};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A run failed for good, after its retries.
    RunFailed,
    /// A trouble is over: the pipeline ran through again, or a late run, fresh data or a missing file has come.
    RunRecovered,
    /// A run ended well and put rows into quarantine.
    RunQuarantined,
    /// A pipeline should have run by now and has not.
    RunLate,
    /// A file that was due has not come.
    MissingFile,
    /// The data of a pipeline is older than it may be.
    Freshness,
    /// A run moved far more or fewer rows than usual.
    Volume,
    /// The columns of a source or table changed.
    Drift,
    /// A message to try a channel.
    Test,
}

impl NoticeKind {
    /// Every kind that a rule can name.
    pub const ALL: [NoticeKind; 8] = [
        NoticeKind::RunFailed,
        NoticeKind::RunRecovered,
        NoticeKind::RunQuarantined,
        NoticeKind::RunLate,
        NoticeKind::MissingFile,
        NoticeKind::Freshness,
        NoticeKind::Volume,
        NoticeKind::Drift,
    ];

    /// The kind of that name.
    pub(crate) fn of(name: &str) -> Option<NoticeKind> {
        NoticeKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in settings and messages to programs.
    pub fn name(self) -> &'static str {
        match self {
            NoticeKind::RunFailed => "run_failed",
            NoticeKind::RunRecovered => "run_recovered",
            NoticeKind::RunQuarantined => "run_quarantined",
            NoticeKind::RunLate => "run_late",
            NoticeKind::MissingFile => "missing_file",
            NoticeKind::Freshness => "freshness",
            NoticeKind::Volume => "volume",
            NoticeKind::Drift => "drift",
            NoticeKind::Test => "test",
        }
    }

    /// Whether it is a trouble whose end is told. Others are over once they do not happen any more.
    pub(crate) fn has_end(self) -> bool {
        matches!(
            self,
            NoticeKind::RunFailed | NoticeKind::RunLate | NoticeKind::MissingFile | NoticeKind::Freshness
        )
    }

    /// How bad it is when nothing else is known.
    pub fn usual_severity(self) -> Severity {
        match self {
            NoticeKind::RunFailed => Severity::Error,
            NoticeKind::RunRecovered | NoticeKind::Test => Severity::Info,
            _ => Severity::Warning,
        }
    }
}

/// How bad it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    #[default]
    Info,
    /// Worth a look.
    Warning,
    /// Somebody must act.
    Error,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Detail {
    /// Words, such as those of a fault.
    Text {
        /// The words.
        text: String,
    },
    /// A pipeline ran through again.
    Recovered {
        /// Rows in place.
        rows: u64,
    },
    /// Rows were put into quarantine.
    Quarantined {
        /// How many.
        rows: u64,
        /// Of how many.
        of: u64,
    },
    /// A run did not come.
    Late {
        /// When it was expected.
        expected: Timestamp,
        /// When a run last ended well.
        last_success: Option<Timestamp>,
    },
    /// A file did not come.
    MissingFile {
        /// The date that it is of, as `2026-01-31`.
        date: String,
        /// Name and value of the part of its name that tells it from other files of the date.
        #[serde(default)]
        part: Option<(String, String)>,
        /// Until when it was due.
        due: Timestamp,
    },
    /// More files did not come than were named.
    MissingFiles {
        /// How many.
        more: u64,
        /// Until when the last of them was due.
        due: Timestamp,
    },
    /// Data is old.
    Stale {
        /// When a run last ended well.
        last_success: Option<Timestamp>,
        /// The age in seconds.
        age_seconds: i64,
        /// The age it may have, in seconds.
        longest_seconds: i64,
    },
    /// A run moved an unusual number of rows.
    Volume {
        /// Rows of the run.
        rows: u64,
        /// The usual number.
        usual: u64,
        /// The least and the most that would not have been worth a notice.
        range: (u64, u64),
        /// Runs that were compared with.
        compared: u64,
        /// Whether those are runs of Saturdays and Sundays; `None` when all days were taken together.
        weekend: Option<bool>,
    },
    /// Columns changed.
    Drift {
        /// The table or stream.
        stream: String,
        /// What changed.
        changes: Vec<SchemaChange>,
    },
}

impl Detail {
    /// Plain words, for example those of a fault.
    pub fn text(text: impl Into<String>) -> Self {
        Detail::Text { text: text.into() }
    }

    /// What was found out, in words.
    pub fn words(&self, language: Language) -> String {
        let is_french = language == Language::French;
        match self {
            Detail::Text { text } => text.clone(),
            Detail::Recovered { rows } => match is_french {
                false => format!("{rows} rows are in place"),
                true => format!("{rows} lignes sont en place"),
            },
            Detail::Quarantined { rows, of } => match is_french {
                false => format!("{rows} of {of} rows are in quarantine"),
                true => format!("{rows} lignes sur {of} sont en quarantaine"),
            },
            Detail::Late { expected, last_success } => {
                let last = last(*last_success, language);
                match is_french {
                    false => format!("expected at {}; {last}", moment(*expected)),
                    true => format!("attendu le {} ; {last}", moment(*expected)),
                }
            }
            Detail::MissingFile { date, part, due } => {
                let (of, due) = (part.as_ref(), moment(*due));
                match is_french {
                    false => {
                        let of = of.map(|(name, value)| format!(" for {name} `{value}`")).unwrap_or_default();
                        format!("no file of {date} has come{of}; it was due at {due}")
                    }
                    true => {
                        let of =
                            of.map(|(name, value)| format!(" pour {name} `{value}`")).unwrap_or_default();
                        format!("aucun fichier du {date} n'est arrivé{of} ; il était attendu le {due}")
                    }
                }
            }
            Detail::MissingFiles { more, due } => match is_french {
                false => format!("{more} files more have not come; the last one was due at {}", moment(*due)),
                true => {
                    format!(
                        "{more} autres fichiers ne sont pas arrivés ; le dernier était attendu le {}",
                        moment(*due)
                    )
                }
            },
            Detail::Stale { last_success, age_seconds, longest_seconds } => {
                let (age, longest) = (span(*age_seconds, language), span(*longest_seconds, language));
                let last = last(*last_success, language);
                match is_french {
                    false => format!("the data is {age} old and may be {longest} old; {last}"),
                    true => format!("les données ont {age}, pour {longest} au plus ; {last}"),
                }
            }
            Detail::Volume { rows, usual, range: (least, most), compared, weekend } => match is_french {
                false => {
                    let days = match weekend {
                        Some(true) => " of weekends",
                        Some(false) => " of weekdays",
                        None => "",
                    };
                    format!("{rows} rows; usual are {usual} ({least} to {most}, by {compared} runs{days})")
                }
                true => {
                    let days = match weekend {
                        Some(true) => " de fins de semaine",
                        Some(false) => " de jours ouvrables",
                        None => "",
                    };
                    format!(
                        "{rows} lignes ; d'habitude {usual} ({least} à {most}, d'après {compared} exécutions{days})"
                    )
                }
            },
            Detail::Drift { stream, changes } => {
                let changes: Vec<String> = changes.iter().map(|change| change.words(language)).collect();
                format!("`{stream}`: {}", changes.join(", "))
            }
        }
    }
}

fn last(success: Option<Timestamp>, language: Language) -> String {
    match (success, language) {
        (Some(at), Language::English) => format!("the last good run ended at {}", moment(at)),
        (Some(at), Language::French) => {
            format!("la dernière exécution réussie s'est terminée le {}", moment(at))
        }
        (None, Language::English) => "no run has ended well so far".into(),
        (None, Language::French) => "aucune exécution n'a encore réussi".into(),
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// How bad it is.
    pub severity: Severity,
    /// Name of the workspace.
    pub workspace: String,
    /// Name of the pipeline, when it is about one.
    pub pipeline: Option<String>,
    /// Tags of the pipeline.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The run, when it is about one.
    pub run: Option<String>,
    /// What was found out.
    pub detail: Detail,
    /// The way out, when one is known.
    pub hint: Option<String>,
    /// Where to read more: an `https://` or `http://` address.
    pub link: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// Notices of one trouble, its repetitions and its end share this.
    pub group: String,
    /// The trouble that is over, when it is the end of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<NoticeKind>,
}

impl Notice {
    /// A notice of usual severity about a pipeline, which forms a group with others of its kind. A recovery is that of
    /// failures.
    pub fn new(kind: NoticeKind, workspace: &str, pipeline: &str, detail: Detail, at: Timestamp) -> Self {
        let ends = (kind == NoticeKind::RunRecovered).then_some(NoticeKind::RunFailed);
        let trouble = ends.unwrap_or(kind);
        Notice {
            kind,
            severity: kind.usual_severity(),
            workspace: workspace.to_owned(),
            pipeline: Some(pipeline.to_owned()),
            tags: Vec::new(),
            run: None,
            detail,
            hint: None,
            link: None,
            at,
            group: format!("{workspace}/{pipeline}/{}", trouble.name()),
            ends,
        }
    }

    /// A notice to try a channel.
    pub fn test(workspace: &str, at: Timestamp, language: Language) -> Self {
        let text = match language {
            Language::English => "this channel works; nothing happened",
            Language::French => "ce canal fonctionne ; il ne s'est rien passé",
        };
        let notice = Notice::new(NoticeKind::Test, workspace, "", Detail::text(text), at);
        Notice { pipeline: None, ..notice }
    }

    /// Whether it ends a trouble instead of being one.
    pub fn is_recovery(&self) -> bool {
        self.kind == NoticeKind::RunRecovered
    }

    /// The trouble that it is, or that it ends. Notices of earlier versions end failures.
    pub fn trouble(&self) -> NoticeKind {
        match self.is_recovery() {
            true => self.ends.unwrap_or(NoticeKind::RunFailed),
            false => self.kind,
        }
    }

    /// One line that says what happened.
    pub fn title(&self, language: Language) -> String {
        let what = match self.is_recovery() {
            true => language.end(self.trouble()),
            false => language.kind(self.kind),
        };
        match &self.pipeline {
            Some(pipeline) => format!("{pipeline}{}{what}", language.colon()),
            None => format!("{}{}{what}", self.workspace, language.colon()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_out_is_told_in_both_languages() {
        let at: Timestamp = "2026-03-01T07:30:00Z".parse().unwrap();
        let detail = Detail::Late { expected: at, last_success: None };
        let notice = Notice::new(NoticeKind::RunLate, "shop", "orders", detail, at);
        assert_eq!(notice.title(Language::English), "orders: is late");
        assert_eq!(
            notice.detail.words(Language::English),
            "expected at 2026-03-01 07:30 UTC; no run has ended well so far"
        );
        assert_eq!(notice.title(Language::French), "orders : est en retard");
        assert!(notice.detail.words(Language::French).starts_with("attendu le 2026-03-01 07:30 UTC"));
        let kept = serde_json::to_value(&notice).unwrap();
        assert_eq!(serde_json::from_value::<Notice>(kept).unwrap(), notice);
    }
}

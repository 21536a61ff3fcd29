//! What a person wants to hear of. The comments on the fields are the manual.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::Language;
use crate::notice::{Notice, NoticeKind};
use crate::pace::PaceSettings;

/// What a person wants to hear of, in every workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Preferences {
    /// What is shown in the pages. Without it, everything.
    pub in_app: Vec<NoticeKind>,

    /// What is also sent to the person by mail, for example `[run_failed]`. Without it, nothing. The server must have an
    /// account for mail.
    pub mail: Vec<NoticeKind>,

    /// Language of the mails and of the notices in the pages. Without it, that of the account.
    pub language: Option<Language>,

    /// How often mail is sent, for example `{ digest: daily, digest_at: "07:30", timezone: Europe/Paris }`.
    pub pace: PaceSettings,
}

impl Default for Preferences {
    fn default() -> Self {
        Preferences {
            in_app: NoticeKind::ALL.to_vec(),
            mail: Vec::new(),
            language: None,
            pace: PaceSettings::default(),
        }
    }
}

impl Preferences {
    /// The name under which they stand among all that a person prefers.
    pub const KEY: &str = "notifications";

    /// Those among all that a person prefers. What cannot be read counts as if nothing was said.
    pub fn of(settings: &Value) -> Self {
        let own = settings.get(Self::KEY).cloned();
        own.and_then(|own| serde_json::from_value(own).ok()).unwrap_or_default()
    }

    /// The language in which the person reads.
    pub fn language(&self, of_account: &str) -> Language {
        self.language.unwrap_or_else(|| Language::of(of_account))
    }
}

/// Whether a list of kinds has that of a notice. Who hears of a trouble hears of its end.
pub(crate) fn has(kinds: &[NoticeKind], notice: &Notice) -> bool {
    match notice.trouble() {
        // That a pipeline runs again may be worth knowing by itself; the other ends are nothing without their beginning.
        NoticeKind::RunFailed => kinds.contains(&notice.kind) || kinds.contains(&NoticeKind::RunFailed),
        trouble => kinds.contains(&trouble),
    }
}

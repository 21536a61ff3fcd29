//! What is sent: one or several entries, and the occasion.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::notice::{Notice, Severity};

/// Most entries that a message shows.
pub(crate) const SHOWN: usize = 25;

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// Something began.
    First,
    /// It goes on.
    Reminder,
    /// It ended.
    Recovery,
    /// More happened than may be told one by one.
    Summary,
    /// The time for all of it together has come.
    Digest,
    /// Somebody tries the channel.
    Test,
}

impl Occasion {
    /// The name in messages to programs.
    pub fn name(self) -> &'static str {
        match self {
            Occasion::First => "first",
            Occasion::Reminder => "reminder",
            Occasion::Recovery => "recovery",
            Occasion::Summary => "summary",
            Occasion::Digest => "digest",
            Occasion::Test => "test",
        }
    }
}

/// What a message says of one trouble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The latest notice of it.
    pub notice: Notice,
    /// How often it happened since the channel was last told.
    pub count: u64,
    /// How many times it began since then; more than one for what comes and goes.
    pub streaks: u64,
    /// When it began.
    pub since: Timestamp,
    /// It ended.
    pub is_over: bool,
}

/// What is sent to a channel at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every try to send it, so that whoever receives it twice can tell.
    pub id: String,
    /// Why it is sent.
    pub occasion: Occasion,
    /// What it says; never empty.
    pub entries: Vec<Entry>,
    /// When it was made.
    pub at: Timestamp,
}

impl Message {
    /// A message with an identity that follows from what it says, and from how many were sent `earlier` within the hour: a
    /// trouble that begins, ends and begins again in one instant is told of three times.
    pub fn new(occasion: Occasion, entries: Vec<Entry>, at: Timestamp, earlier: usize) -> Self {
        let mut text = format!("{} {at} {earlier}", occasion.name());
        for entry in &entries {
            text.push_str(&format!("\n{} {} {}", entry.notice.group, entry.since, entry.notice.at));
        }
        let id = format!("msg-{}-{}", at.as_second(), towpath_model::fingerprint(&text));
        Message { id, occasion, entries, at }
    }

    /// A message to try a channel.
    pub fn test(workspace: &str, at: Timestamp, language: Language) -> Self {
        let notice = Notice::test(workspace, at, language);
        let entry = Entry { notice, count: 1, streaks: 1, since: at, is_over: false };
        Message::new(Occasion::Test, vec![entry], at, 0)
    }

    /// The worst severity of what is not over.
    pub fn severity(&self) -> Severity {
        let open = self.entries.iter().filter(|entry| !entry.is_over);
        open.map(|entry| entry.notice.severity).max().unwrap_or_default()
    }

    /// One line for a subject or a headline.
    pub fn title(&self, language: Language) -> String {
        let words = language.words();
        match (self.occasion, self.entries.as_slice()) {
            (Occasion::Test, [entry, ..]) => {
                format!("{}{}{}", entry.notice.workspace, language.colon(), words.test)
            }
            (Occasion::Reminder, [entry]) => format!("{} ({})", entry.title(language), words.still),
            (_, [entry]) => entry.title(language),
            (occasion, entries) => {
                let what = if occasion == Occasion::Digest { words.digest } else { words.summary };
                let workspace = entries.first().map_or("Towpath", |entry| entry.notice.workspace.as_str());
                format!("{workspace}{}{what} ({})", language.colon(), entries.len())
            }
        }
    }

    /// The entries that are shown, and how many are not.
    pub(crate) fn shown(&self) -> (&[Entry], usize) {
        let shown = self.entries.len().min(SHOWN);
        (&self.entries[..shown], self.entries.len() - shown)
    }
}

impl Entry {
    /// One line that says what happened.
    pub fn title(&self, language: Language) -> String {
        let title = self.notice.title(language);
        match (self.is_over && !self.notice.is_recovery(), language) {
            (false, _) => title,
            (true, Language::English) => format!("{title}, and it is over"),
            (true, Language::French) => format!("{title}, et c'est terminé"),
        }
    }

    /// How often it happened, when that is more than once.
    pub(crate) fn times(&self, language: Language) -> Option<String> {
        (self.count > 1).then(|| language.times(self.count, self.since))
    }
}

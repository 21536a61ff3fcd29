//! Letters that the server sends to people: who can send them is decided outside.

use async_trait::async_trait;
use jiff::Timestamp;
use towpath_model::Fault;

/// Why a person gets a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// The person is invited into a workspace.
    Invitation,
    /// An account was made for the person, who chooses a password.
    Welcome,
    /// The person asked for a new password.
    Password,
}

/// A letter with a link that works once.
#[derive(Clone)]
pub struct Letter {
    /// Why.
    pub kind: LetterKind,
    /// The mail address.
    pub to: String,
    /// Name of the person, as far as it is known.
    pub name: String,
    /// `en` or `fr`.
    pub language: String,
    /// The link. Secret: whoever has it can use it.
    pub link: String,
    /// Until when the link works.
    pub expires_at: Timestamp,
    /// Name of the workspace of an invitation.
    pub workspace: Option<String>,
    /// Name of the person who invites.
    pub sender: Option<String>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({:?} to {})", self.kind, self.to)
    }
}

/// Takes letters to people.
///
/// `send` only takes a letter over and does not wait for the mail server: an answer must not tell by its time whether an
/// address has an account.
#[async_trait]
pub trait Post: Send + Sync {
    /// Takes a letter over.
    async fn send(&self, letter: Letter) -> Result<(), Fault>;
}

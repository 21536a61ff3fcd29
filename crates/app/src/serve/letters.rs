//! Letters with links that work once: invitations, new accounts, new passwords.
//!
//! They wait in memory and not in the store, since their links are secrets. A letter is tried a few times; when the mail
//! server stays away for longer, somebody asks for another link.

use std::fmt::Write;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use towpath_api::post::{Letter, LetterKind, Post};
use towpath_connect::Egress;
use towpath_model::Fault;
use towpath_notify::{MailAccount, write_to};

/// Letters that may wait.
const MOST: usize = 200;
/// Pauses between the attempts to send a letter.
const PAUSES: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(180)];

/// Takes letters for a mail server.
#[derive(Debug, Clone)]
pub(crate) struct SmtpPost {
    letters: mpsc::Sender<Letter>,
}

/// A post, and the work that carries its letters; the work ends when the post is dropped.
pub(crate) fn post(account: MailAccount) -> (SmtpPost, impl Future<Output = ()> + Send) {
    let (letters, mut waiting) = mpsc::channel(MOST);
    let work = async move {
        while let Some(letter) = waiting.recv().await {
            carry(&account, &letter).await;
        }
    };
    (SmtpPost { letters }, work)
}

#[async_trait]
impl Post for SmtpPost {
    async fn send(&self, letter: Letter) -> Result<(), Fault> {
        self.letters.try_send(letter).map_err(|_| {
            Fault::unavailable("too many letters wait for the mail server")
                .hint("check `mail` in the settings of the server, and whether its mail server answers")
        })
    }
}

async fn carry(account: &MailAccount, letter: &Letter) {
    let (subject, text) = words(letter);
    let mut pauses = PAUSES.into_iter();
    loop {
        // The mail server of the operator stands where the operator says.
        let Err(undelivered) = write_to(account, &letter.to, &subject, &text, &Egress::open()).await else {
            metrics::counter!("towpath_letters_total", "outcome" => "delivered").increment(1);
            return;
        };
        match pauses.next().filter(|_| undelivered.fault.kind().is_temporary()) {
            Some(pause) => {
                tokio::time::sleep(undelivered.wait.unwrap_or_default().clamp(pause, pause * 4)).await
            }
            None => {
                metrics::counter!("towpath_letters_total", "outcome" => "failed").increment(1);
                tracing::error!("a letter ({:?}) cannot be sent: {}", letter.kind, undelivered.fault);
                return;
            }
        }
    }
}

/// Subject and text of a letter.
fn words(letter: &Letter) -> (String, String) {
    let is_french = letter.language == "fr";
    let until = letter.expires_at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string();
    let workspace = letter.workspace.as_deref().unwrap_or("Towpath");
    let (subject, what) = match (letter.kind, is_french, &letter.sender) {
        (LetterKind::Invitation, false, Some(sender)) => (
            format!("Invitation to {workspace}"),
            format!("{sender} invites you to the workspace {workspace}."),
        ),
        (LetterKind::Invitation, false, None) => (
            format!("Invitation to {workspace}"),
            format!("You are invited to the workspace {workspace}."),
        ),
        (LetterKind::Invitation, true, Some(sender)) => (
            format!("Invitation à {workspace}"),
            format!("{sender} vous invite dans l'espace de travail {workspace}."),
        ),
        (LetterKind::Invitation, true, None) => (
            format!("Invitation à {workspace}"),
            format!("Vous êtes invité·e dans l'espace de travail {workspace}."),
        ),
        (LetterKind::Welcome, false, _) => (
            "Your account in Towpath".to_owned(),
            "An account was made for you. Choose a password to begin.".to_owned(),
        ),
        (LetterKind::Welcome, true, _) => (
            "Votre compte dans Towpath".to_owned(),
            "Un compte a été créé pour vous. Choisissez un mot de passe pour commencer.".to_owned(),
        ),
        (LetterKind::Password, false, _) => (
            "A new password for Towpath".to_owned(),
            "Somebody, probably you, asked for a new password. If it was not you, do nothing: the old one stays."
                .to_owned(),
        ),
        (LetterKind::Password, true, _) => (
            "Un nouveau mot de passe pour Towpath".to_owned(),
            "Quelqu'un, sans doute vous, a demandé un nouveau mot de passe. Si ce n'était pas vous, ne faites rien : \
             l'ancien reste valable."
                .to_owned(),
        ),
    };
    let mut text = String::new();
    let name = letter.name.trim();
    match (name.is_empty(), is_french) {
        (true, _) => {}
        (false, false) => text.push_str(&format!("Hello {name},\n\n")),
        (false, true) => text.push_str(&format!("Bonjour {name},\n\n")),
    }
    let _ = match is_french {
        false => write!(
            text,
            "{what}\n\n{}\n\nThe link works once, until {until}. Whoever has it can use it: keep it to yourself.\n",
            letter.link
        ),
        true => write!(
            text,
            "{what}\n\n{}\n\nLe lien fonctionne une fois, jusqu'au {until}. Qui l'a peut s'en servir : gardez-le pour vous.\n",
            letter.link
        ),
    };
    (subject, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_its_link_on_a_line_of_its_own_and_says_until_when_it_works() {
        let letter = |kind, language: &str| Letter {
            kind,
            to: "zoe@example.com".into(),
            name: "Zoé".into(),
            language: language.into(),
            link: "https://towpath.example.com/join#abc".into(),
            expires_at: "2026-03-01T07:30:00Z".parse().unwrap(),
            workspace: Some("Shop".into()),
            sender: Some("Ada".into()),
        };
        for kind in [LetterKind::Invitation, LetterKind::Welcome, LetterKind::Password] {
            for language in ["en", "fr"] {
                let (subject, text) = words(&letter(kind, language));
                assert!(
                    !subject.is_empty() && text.contains("\nhttps://towpath.example.com/join#abc\n"),
                    "{text}"
                );
                assert!(text.contains("2026-03-01 07:30 UTC"), "{text}");
            }
        }
        let (subject, text) = words(&letter(LetterKind::Invitation, "fr"));
        assert_eq!(subject, "Invitation à Shop");
        assert!(text.starts_with("Bonjour Zoé,\n\nAda vous invite"), "{text}");
    }
}

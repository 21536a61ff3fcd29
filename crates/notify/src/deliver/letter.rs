//! A message as mail: headers, plain text, and the same as HTML.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use towpath_model::Fault;

use super::body::web_link;
use super::html;
use crate::channel::Email;
use crate::language::Language;
use crate::message::Message;

/// Most characters of a subject.
const SUBJECT: usize = 180;

/// Mail, ready to be sent.
pub(super) struct Letter {
    pub(super) sender: Mailbox,
    pub(super) recipients: Vec<Mailbox>,
    /// Headers and parts in ASCII, with the line ends of mail.
    pub(super) text: Vec<u8>,
}

/// Writes a message as mail.
pub(super) fn letter(email: &Email, message: &Message, language: Language) -> Result<Letter, Fault> {
    let parts = MultiPart::alternative_plain_html(text(message, language), html::page(message, language));
    let builder = begin(email, &message.title(language), &message.id, message.at)?;
    finish(email, builder.multipart(parts))
}

/// Writes words as mail, without markup.
pub(super) fn plain(
    email: &Email,
    subject: &str,
    text: &str,
    id: &str,
    at: Timestamp,
) -> Result<Letter, Fault> {
    let part = SinglePart::plain(text.to_owned());
    finish(email, begin(email, subject, id, at)?.singlepart(part))
}

fn begin(email: &Email, subject: &str, id: &str, at: Timestamp) -> Result<MessageBuilder, Fault> {
    let (sender, recipients) = (email.sender()?, email.recipients()?);
    let subject: String = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject: String = subject.chars().filter(|letter| !letter.is_control()).take(SUBJECT).collect();
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(at.as_second().max(0) as u64);
    let domain = sender.email.domain().to_owned();
    let mut builder = lettre::Message::builder()
        .from(sender)
        .subject(subject)
        .date(moment)
        .message_id(Some(format!("<{id}@{domain}>")))
        // No absence note answers such mail.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All"));
    for recipient in recipients {
        builder = builder.to(recipient);
    }
    Ok(builder)
}

fn finish(email: &Email, made: Result<lettre::Message, lettre::error::Error>) -> Result<Letter, Fault> {
    let made =
        made.map_err(|error| Fault::internal(format!("a message cannot be written as mail: {error}")))?;
    Ok(Letter { sender: email.sender()?, recipients: email.recipients()?, text: made.formatted() })
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The message as plain text.
fn text(message: &Message, language: Language) -> String {
    let words = language.words();
    let mut text = format!("{}\n", message.title(language));
    let (shown, more) = message.shown();
    for entry in shown {
        if message.entries.len() > 1 {
            let _ = write!(text, "\n* {}\n", entry.title(language));
        }
        let _ = write!(text, "\n{}\n", entry.notice.detail.words(language));
        if let Some(hint) = &entry.notice.hint {
            let _ = write!(text, "\n{}{}{hint}\n", words.hint, language.colon());
        }
        let _ = write!(text, "\n{}\n", html::facts(entry, language).join(" · "));
        if let Some(link) = web_link(entry.notice.link.as_deref()) {
            let _ = writeln!(text, "{}{}{link}", words.open, language.colon());
        }
    }
    if more > 0 {
        let _ = write!(text, "\n{more} {}\n", words.more);
    }
    let workspace = message.entries.first().map_or("", |entry| entry.notice.workspace.as_str());
    let _ = write!(text, "\n-- \n{} {workspace}\n", words.sent_by);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_letter_has_the_headers_of_mail_that_a_program_sends() {
        let email: Email = serde_json::from_value(json!({
            "host": "smtp.example.com", "from": "Towpath <towpath@example.com>",
            "to": ["Ann <ann@example.com>", "bob@example.org"],
        }))
        .unwrap();
        let at: Timestamp = "2026-03-01T07:30:00Z".parse().unwrap();
        let message = Message::test("Société\r\nBcc: evil@example.com", at, Language::French);
        let letter = letter(&email, &message, Language::French).unwrap();
        let text = String::from_utf8(letter.text).unwrap();
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n']));
        let (headers, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("\r\nBcc"), "{headers}");
        for header in [
            "From: Towpath <towpath@example.com>",
            "To: Ann <ann@example.com>, bob@example.org",
            &format!("Message-ID: <{}@example.com>", message.id),
            "Date: Sun, 01 Mar 2026 07:30:00 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative",
        ] {
            assert!(headers.contains(header), "{header}:\n{headers}");
        }
        assert!(text.contains("Content-Type: text/plain") && text.contains("Content-Type: text/html"));
        assert!(text.lines().all(|line| line.len() <= 998));
    }
}

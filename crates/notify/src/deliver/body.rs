//! Messages as programs and chats take them.
//!
//! What stands in a notice may come from anywhere, such as a file name in a fault. It must stay text: no mention that
//! wakes a whole channel, no link, no markup.

use serde_json::{Value, json};

use crate::language::{Language, moment};
use crate::message::{Entry, Message};
use crate::notice::{NoticeKind, Severity};

/// Most characters of a detail in a chat.
const LONGEST: usize = 600;
/// Bytes of a card from which no further entry is shown; the service takes 28 KB.
const CARD_BYTES: usize = 18 << 10;

/// A message for a program.
pub(super) fn plain(message: &Message, language: Language) -> Value {
    let entry = |entry: &Entry| {
        let notice = &entry.notice;
        json!({
            "kind": notice.kind.name(),
            "ends": notice.ends.map(NoticeKind::name),
            "severity": notice.severity,
            "workspace": notice.workspace,
            "pipeline": notice.pipeline,
            "tags": notice.tags,
            "run": notice.run,
            "title": entry.title(language),
            "detail": notice.detail.words(language),
            "facts": notice.detail,
            "hint": notice.hint,
            "link": web_link(notice.link.as_deref()),
            "at": notice.at,
            "group": notice.group,
            "since": entry.since,
            "count": entry.count,
            "is_over": entry.is_over,
        })
    };
    json!({
        "id": message.id,
        "occasion": message.occasion.name(),
        "title": message.title(language),
        "language": language.code(),
        "at": message.at,
        "entries": message.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// A link, when it leads to a web server.
pub(super) fn web_link(link: Option<&str>) -> Option<&str> {
    link.filter(|link| link.starts_with("https://") || link.starts_with("http://"))
}

/// A sign for the severity, beside which its word stands.
fn sign(entry: &Entry) -> &'static str {
    match entry.notice.severity {
        _ if entry.is_over => "✅",
        Severity::Info => "ℹ️",
        Severity::Warning => "⚠️",
        Severity::Error => "🔴",
    }
}

/// What stands below the title of an entry: severity, time, and how often.
fn context(entry: &Entry, language: Language) -> String {
    let notice = &entry.notice;
    let mut parts = vec![moment(notice.at)];
    if !entry.is_over {
        parts.insert(0, language.severity(notice.severity).to_owned());
    }
    parts.extend(entry.times(language));
    parts.join(" · ")
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// For Slack: sections of a message, and plain text for devices that show no sections.
pub(super) fn slack(message: &Message, language: Language) -> Value {
    let words = language.words();
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (shown, more) = message.shown();
    // The service takes 50 blocks at most, and 150 characters of a header.
    let title: String = message.title(language).chars().take(150).collect();
    let mut blocks =
        vec![json!({ "type": "header", "text": { "type": "plain_text", "text": title, "emoji": false } })];
    let mut sections = String::new();
    for entry in shown {
        let mut text = String::new();
        if message.entries.len() > 1 {
            text = format!("{} *{}*\n", sign(entry), escape(&one_line(&entry.title(language))));
        }
        text.push_str(&format!("{}\n", escape(&shorten(&entry.notice.detail.words(language)))));
        if let Some(hint) = &entry.notice.hint {
            text.push_str(&format!("_{}_: {}\n", words.hint, escape(&shorten(hint))));
        }
        text.push_str(&escape(&context(entry, language)));
        if let Some(link) = web_link(entry.notice.link.as_deref()) {
            text.push_str(&format!("\n<{}|{}>", escape(&link.replace('|', "%7C")), words.open));
        }
        // And 3,000 characters of a section.
        if sections.chars().count() + text.chars().count() > 2800 && !sections.is_empty() {
            blocks.push(section(&std::mem::take(&mut sections)));
        }
        sections = if sections.is_empty() { text } else { format!("{sections}\n\n{text}") };
    }
    blocks.push(section(&sections));
    if more > 0 {
        blocks.push(section(&format!("{more} {}", words.more)));
    }
    json!({ "text": escape(&message.title(language)), "blocks": blocks })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('*', "∗")
}

/// For Mattermost: Markdown in which nothing of a notice is markup.
pub(super) fn mattermost(message: &Message, language: Language) -> Value {
    let words = language.words();
    let (shown, more) = message.shown();
    let mut text = format!("#### {}\n", literal(&one_line(&message.title(language))));
    for entry in shown {
        if message.entries.len() > 1 {
            text.push_str(&format!("\n{} **{}**\n", sign(entry), literal(&one_line(&entry.title(language)))));
        }
        text.push_str(&format!("\n{}\n", literal(&shorten(&entry.notice.detail.words(language)))));
        if let Some(hint) = &entry.notice.hint {
            text.push_str(&format!("\n*{}*: {}\n", words.hint, literal(&shorten(hint))));
        }
        text.push_str(&format!("\n{}", literal(&context(entry, language))));
        if let Some(link) = web_link(entry.notice.link.as_deref()) {
            let link = link.replace('(', "%28").replace(')', "%29").replace(char::is_whitespace, "%20");
            text.push_str(&format!(" · [{}]({link})", words.open));
        }
        text.push('\n');
    }
    if more > 0 {
        text.push_str(&format!("\n{more} {}\n", words.more));
    }
    json!({ "text": text, "username": "Towpath" })
}

/// Text that Markdown shows as it is, and that mentions nobody.
fn literal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '@' => safe.push_str("@\u{200b}"),
            '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '<' | '>' | '~' | '#' | '|' | '!' | '`' => {
                safe.push('\\');
                safe.push(letter);
            }
            letter => safe.push(letter),
        }
    }
    // An address in the text would become a link.
    safe.replace("://", ":\u{200b}//")
}

/// For Teams: an adaptive card, whose runs of text know no markup.
pub(super) fn teams(message: &Message, language: Language) -> Value {
    let words = language.words();
    let run = |text: String, more: Value| {
        let mut run = json!({ "type": "TextRun", "text": text });
        if let (Some(run), Some(more)) = (run.as_object_mut(), more.as_object()) {
            run.extend(more.clone());
        }
        json!({ "type": "RichTextBlock", "inlines": [run] })
    };
    let (shown, mut more) = message.shown();
    let mut card = vec![run(message.title(language), json!({ "weight": "bolder", "size": "large" }))];
    let mut bytes = 0;
    for entry in shown {
        if bytes > CARD_BYTES {
            more += 1;
            continue;
        }
        let mut items = Vec::new();
        if message.entries.len() > 1 {
            let title = format!("{} {}", sign(entry), entry.title(language));
            items.push(run(title, json!({ "weight": "bolder" })));
        }
        items.push(run(shorten(&entry.notice.detail.words(language)), json!({})));
        if let Some(hint) = &entry.notice.hint {
            let hint = format!("{}{}{}", words.hint, language.colon(), shorten(hint));
            items.push(run(hint, json!({ "italic": true })));
        }
        items.push(run(context(entry, language), json!({ "isSubtle": true, "size": "small" })));
        let mut container = json!({ "type": "Container", "separator": true, "items": items });
        if let Some(link) = web_link(entry.notice.link.as_deref()) {
            container["selectAction"] = json!({ "type": "Action.OpenUrl", "title": words.open, "url": link });
        }
        bytes += container.to_string().len();
        card.push(container);
    }
    if more > 0 {
        card.push(run(format!("{more} {}", words.more), json!({ "isSubtle": true })));
    }
    let mut content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": card,
    });
    if let [entry] = message.entries.as_slice()
        && let Some(link) = web_link(entry.notice.link.as_deref())
    {
        content["actions"] = json!([{ "type": "Action.OpenUrl", "title": words.open, "url": link }]);
    }
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": content,
    });
    json!({ "type": "message", "attachments": [attachment] })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::message::Occasion;
    use crate::notice::{Detail, Notice, NoticeKind};

    fn message(count: usize) -> Message {
        let hostile = "<!channel> @all [x](http://evil) <https://evil|ok> *bold* `a` & \"b\"";
        let entry = |number: usize| {
            let at = Timestamp::from_second(1_770_000_000).unwrap();
            let detail = Detail::text(format!("{hostile} {}", "long ".repeat(200)));
            let notice = Notice {
                hint: Some("look @here".into()),
                link: Some("https://towpath.example.com/runs/1?a=(b)|c".into()),
                ..Notice::new(NoticeKind::RunFailed, "shop", &format!("orders-{number}*"), detail, at)
            };
            Entry { notice, count: 3, streaks: 1, since: at, is_over: false }
        };
        let occasion = if count > 1 { Occasion::Summary } else { Occasion::First };
        Message::new(occasion, (0..count).map(entry).collect(), Timestamp::UNIX_EPOCH, 0)
    }

    #[test]
    fn nothing_of_a_notice_becomes_markup_or_a_mention() {
        for message in [message(1), message(3)] {
            let slack = slack(&message, Language::English).to_string();
            assert!(!slack.contains("<!") && !slack.contains("<https://evil"), "{slack}");
            let mattermost = mattermost(&message, Language::French).to_string();
            for mention in ["@all", "@here", "](http://evil", "http://evil"] {
                assert!(!mattermost.contains(mention), "{mention}: {mattermost}");
            }
            let teams = teams(&message, Language::English);
            assert!(!teams.to_string().contains("\"TextBlock\""), "a block of text knows markup");
        }
    }

    #[test]
    fn large_messages_stay_within_what_services_take() {
        let message = message(60);
        let slack = slack(&message, Language::English);
        let blocks = slack["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50);
        for block in blocks {
            assert!(block["text"]["text"].as_str().unwrap().chars().count() <= 3000);
        }
        assert!(slack.to_string().contains("35 more, not shown here"));
        assert!(mattermost(&message, Language::English)["text"].as_str().unwrap().chars().count() < 65_000);
        assert!(teams(&message, Language::English).to_string().len() < 28_000);
    }
}

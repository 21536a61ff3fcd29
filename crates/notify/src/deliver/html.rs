//! A message as a page of HTML that mail programs show, in the dark too.
//!
//! No colour of a background is set and every colour of text is readable on both, so programs that turn light into dark
//! have nothing to spoil. The page is well-formed XML. It loads nothing.

use std::fmt::Write;

use super::body::web_link;
use crate::language::{Language, moment};
use crate::message::{Entry, Message};
use crate::notice::Severity;

const STYLE: &str = ":root{color-scheme:light dark}";
const BODY: &str = "margin:0;padding:16px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:15px;line-height:1.5";

/// The page.
pub(super) fn page(message: &Message, language: Language) -> String {
    let words = language.words();
    let title = escape(&message.title(language));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{0}\" xml:lang=\"{0}\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\"/>\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body style=\"{BODY}\">\n<div style=\"max-width:640px;margin:0 auto\">\n\
         <h1 style=\"font-size:20px;margin:0 0 12px\">{title}</h1>\n",
        language.code()
    );
    let (shown, more) = message.shown();
    for entry in shown {
        section(&mut page, entry, message.entries.len() > 1, language);
    }
    if more > 0 {
        let _ = writeln!(page, "<p>{more} {}</p>", escape(words.more));
    }
    let workspace = message.entries.first().map_or("", |entry| entry.notice.workspace.as_str());
    let _ = write!(
        page,
        "<p style=\"font-size:13px;opacity:.75;margin:20px 0 0\">{} {}</p>\n</div>\n</body>\n</html>\n",
        escape(words.sent_by),
        escape(workspace)
    );
    page
}

fn section(page: &mut String, entry: &Entry, has_title: bool, language: Language) {
    let (notice, words) = (&entry.notice, language.words());
    // The border only repeats what the word says.
    let edge = match notice.severity {
        _ if entry.is_over => "#2e9e5b",
        Severity::Info => "#5b8def",
        Severity::Warning => "#d08a00",
        Severity::Error => "#e05252",
    };
    let _ =
        writeln!(page, "<div style=\"border-left:4px solid {edge};padding:2px 0 2px 12px;margin:0 0 16px\">");
    if has_title {
        let title = escape(&entry.title(language));
        let _ = writeln!(page, "<h2 style=\"font-size:16px;margin:0 0 4px\">{title}</h2>");
    }
    let detail = escape(&notice.detail.words(language)).replace('\n', "<br/>\n");
    let _ = writeln!(page, "<p style=\"margin:0 0 8px;overflow-wrap:anywhere\">{detail}</p>");
    if let Some(hint) = &notice.hint {
        let _ = writeln!(
            page,
            "<p style=\"margin:0 0 8px\"><strong>{}</strong>{}{}</p>",
            escape(words.hint),
            language.colon(),
            escape(hint)
        );
    }
    let facts: Vec<String> = facts(entry, language).iter().map(|fact| escape(fact)).collect();
    let _ = writeln!(page, "<p style=\"margin:0;font-size:13px;opacity:.75\">{}</p>", facts.join(" · "));
    if let Some(link) = web_link(notice.link.as_deref()) {
        let _ = writeln!(
            page,
            "<p style=\"margin:8px 0 0\"><a href=\"{}\">{}</a></p>",
            escape(link),
            escape(words.open)
        );
    }
    page.push_str("</div>\n");
}

/// What stands below a detail.
pub(super) fn facts(entry: &Entry, language: Language) -> Vec<String> {
    let (notice, words) = (&entry.notice, language.words());
    let mut facts = Vec::new();
    if !entry.is_over {
        facts.push(language.severity(notice.severity).to_owned());
    }
    facts.push(format!("{}{}{}", words.at, language.colon(), moment(notice.at)));
    facts.extend(notice.run.as_ref().map(|run| format!("{}{}{run}", words.run, language.colon())));
    facts.extend(entry.times(language));
    facts
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Signs that no page may hold.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::message::Occasion;
    use crate::notice::{Detail, Notice, NoticeKind};

    #[test]
    fn a_page_is_well_formed_whatever_a_notice_says() {
        let at = Timestamp::UNIX_EPOCH;
        let text = "</p><script>alert(1)</script> & \"quoted\" 'x' \u{1}\u{8} ]]> <!-- \n second line";
        let notice = Notice {
            hint: Some(text.into()),
            run: Some("run_1".into()),
            link: Some("https://example.com/?a=1&b=\"2\"".into()),
            ..Notice::new(NoticeKind::RunFailed, "shop <1>", "or&ders", Detail::text(text), at)
        };
        let unsafe_link = Notice { link: Some("javascript:alert(1)".into()), ..notice.clone() };
        let entry = |notice: &Notice| Entry {
            notice: notice.clone(),
            count: 2,
            streaks: 1,
            since: at,
            is_over: false,
        };
        let message = Message::new(Occasion::Summary, vec![entry(&notice), entry(&unsafe_link)], at, 0);
        for language in [Language::English, Language::French] {
            let page = page(&message, language);
            assert!(!page.contains("<script") && !page.contains("javascript:"), "{page}");
            let mut reader = quick_xml::Reader::from_str(&page);
            reader.config_mut().check_end_names = true;
            let (mut depth, mut links) = (0, 0);
            loop {
                match reader.read_event().unwrap_or_else(|error| panic!("{error}: {page}")) {
                    quick_xml::events::Event::Start(tag) => {
                        depth += 1;
                        links += usize::from(tag.name().as_ref() == "a");
                        tag.attributes().for_each(|attribute| drop(attribute.unwrap()));
                    }
                    quick_xml::events::Event::End(_) => depth -= 1,
                    quick_xml::events::Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!((depth, links), (0, 1));
        }
    }
}

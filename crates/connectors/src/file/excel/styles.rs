//! How cells are shown, which is all that tells a date from a number.

use super::scan::{self, Shape};

/// What the format of a cell makes of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shown {
    #[default]
    Number,
    Date,
    DateTime,
    Time,
    /// Hours beyond a day, as `[h]:mm` shows them.
    Span,
    /// A date, a time, or both: the number itself tells, in formats whose styles are not known.
    Moment,
    Percent,
    /// With a currency.
    Money,
    /// As text, by the wish of who made the sheet.
    Text,
}

/// The formats of a workbook, by the number that cells give.
#[derive(Debug, Default)]
pub(super) struct Styles {
    shown: Vec<Shown>,
    /// Currencies, by style.
    symbols: Vec<(u32, String)>,
}

impl Styles {
    /// Formats by number, without currencies.
    pub(super) fn of(shown: Vec<Shown>) -> Self {
        Styles { shown, symbols: Vec::new() }
    }

    #[inline]
    pub(super) fn shown(&self, style: u32) -> Shown {
        self.shown.get(style as usize).copied().unwrap_or_default()
    }

    /// The currency of a style.
    pub(super) fn symbol(&self, style: u32) -> &str {
        self.symbols.iter().find(|(known, _)| *known == style).map_or("", |(_, symbol)| symbol)
    }

    /// Reads the part with the styles.
    pub(super) fn read(xml: &[u8]) -> Self {
        let mut styles = Styles::default();
        let mut own: Vec<(u32, String)> = Vec::new();
        let (mut at, mut in_cells) = (0, false);
        while let Some(tag) = scan::next(xml, at) {
            at = tag.end;
            match tag.name {
                b"cellXfs" => in_cells = tag.shape == Shape::Open,
                b"numFmt" if tag.shape != Shape::Close => {
                    own.extend(tag.number(b"numFmtId").zip(tag.text(b"formatCode")));
                }
                b"xf" if in_cells && tag.shape != Shape::Close => {
                    let id = tag.number(b"numFmtId").unwrap_or(0);
                    let (shown, symbol) = match own.iter().find(|(known, _)| *known == id) {
                        Some((_, code)) => meaning(code),
                        None => (built_in(id), None),
                    };
                    if let Some(symbol) = symbol {
                        styles.symbols.push((styles.shown.len() as u32, symbol));
                    }
                    styles.shown.push(shown);
                }
                _ => {}
            }
        }
        styles
    }
}

/// The formats that every workbook has without naming them.
fn built_in(id: u32) -> Shown {
    match id {
        9 | 10 => Shown::Percent,
        5..=8 | 42 | 44 => Shown::Money,
        // The second half of these are dates and times of East Asia.
        14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => Shown::Date,
        18..=21 | 32..=35 | 45 | 47 | 55 | 56 => Shown::Time,
        22 => Shown::DateTime,
        46 => Shown::Span,
        49 => Shown::Text,
        _ => Shown::Number,
    }
}

/// What a format of the workbook's own means, such as `#,##0.00 "€"` or `dd/mm/yyyy hh:mm`.
fn meaning(code: &str) -> (Shown, Option<String>) {
    let (mut date, mut month, mut time, mut percent) = (false, false, false, false);
    let mut symbol = None;
    let mut rest = code.chars();
    while let Some(character) = rest.next() {
        match character {
            // What follows is for negative numbers, zero and text.
            ';' => break,
            '"' => {
                let literal: String = rest.by_ref().take_while(|character| *character != '"').collect();
                symbol = symbol.or_else(|| currency(&literal));
            }
            '\\' | '_' | '*' => {
                let literal = rest.next();
                if character == '\\' {
                    symbol = symbol.or_else(|| currency(literal?.encode_utf8(&mut [0; 4])));
                }
            }
            '[' => {
                let inner: String = rest.by_ref().take_while(|character| *character != ']').collect();
                if let Some(money) = inner.strip_prefix('$') {
                    symbol = symbol.or_else(|| currency(money.split('-').next().unwrap_or_default()));
                } else if !inner.is_empty()
                    && inner.chars().all(|unit| matches!(unit, 'h' | 'H' | 'm' | 'M' | 's' | 'S'))
                {
                    return (Shown::Span, None);
                }
            }
            'y' | 'Y' | 'd' | 'D' => date = true,
            'm' | 'M' => month = true,
            'h' | 'H' | 's' | 'S' => time = true,
            // The letters of `AM/PM` are no months.
            'A' | 'a' if rest.as_str().starts_with(['M', 'm']) => {
                rest.next();
            }
            'P' | 'p' if rest.as_str().starts_with(['M', 'm']) => {
                rest.next();
            }
            'G' if rest.as_str().starts_with("eneral") => {
                rest = rest.as_str()["eneral".len()..].chars();
            }
            '%' => percent = true,
            '€' | '$' | '£' | '¥' => symbol = Some(character.to_string()),
            _ => {}
        }
    }
    let shown = match (date || (month && !time), time) {
        (true, true) => Shown::DateTime,
        (true, false) => Shown::Date,
        (false, true) => Shown::Time,
        _ if percent => Shown::Percent,
        _ if symbol.is_some() => Shown::Money,
        _ if code.trim() == "@" => Shown::Text,
        _ => Shown::Number,
    };
    (shown, symbol.filter(|_| shown == Shown::Money))
}

/// The currency that a literal names.
fn currency(literal: &str) -> Option<String> {
    let literal = literal.trim_matches(|character: char| character.is_whitespace() || character == '\u{a0}');
    let is_code = literal.len() == 3 && literal.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_sign =
        matches!(literal, "€" | "$" | "£" | "¥" | "₹" | "₽" | "zł" | "kr" | "Kč" | "Fr." | "Fr" | "R$" | "₺");
    (is_code || is_sign).then(|| literal.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_mean_what_excel_shows() {
        for (code, shown) in [
            ("General", Shown::Number),
            ("#,##0.00", Shown::Number),
            ("0.00E+00", Shown::Number),
            ("dd/mm/yyyy", Shown::Date),
            ("[$-409]d\\-mmm\\-yy;@", Shown::Date),
            ("mmmm", Shown::Date),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", Shown::Date),
            ("yyyy-mm-dd hh:mm:ss", Shown::DateTime),
            ("m/d/yy h:mm AM/PM", Shown::DateTime),
            ("hh:mm", Shown::Time),
            ("mm:ss.0", Shown::Time),
            ("h:mm AM/PM", Shown::Time),
            ("[h]:mm:ss", Shown::Span),
            ("[mm]:ss", Shown::Span),
            ("0.0%", Shown::Percent),
            ("#,##0.00\\ \"€\"", Shown::Money),
            ("[$€-40C] #,##0.00", Shown::Money),
            ("_-* #,##0.00\\ [$CHF]_-", Shown::Money),
            ("0 \"days\"", Shown::Number),
            ("0 \"m\"", Shown::Number),
            ("[Red]0;[Blue]-0", Shown::Number),
            ("@", Shown::Text),
        ] {
            assert_eq!(meaning(code).0, shown, "{code}");
        }
        assert_eq!(meaning("#,##0.00 \"EUR\"").1.as_deref(), Some("EUR"));
    }
}

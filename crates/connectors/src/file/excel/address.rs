//! Addresses of cells: `B12`, `$B$3:$F$200`, `'My sheet'!A1:C9`.
//!
//! Rows are counted from 1 as people see them, columns from 0.

/// A rectangle of cells, its borders included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) first_row: u32,
    pub(super) last_row: u32,
    pub(super) first_column: u32,
    pub(super) last_column: u32,
}

/// Most rows of a sheet.
pub(super) const MOST_ROWS: u32 = 1_048_576;
/// Most columns of a sheet.
pub(super) const MOST_COLUMNS: u32 = 16_384;

impl Rect {
    /// A whole sheet.
    pub(super) const ALL: Rect =
        Rect { first_row: 1, last_row: u32::MAX, first_column: 0, last_column: u32::MAX };

    pub(super) fn has_column(&self, column: u32) -> bool {
        (self.first_column..=self.last_column).contains(&column)
    }

    /// Reads `B3:F200`, `B3`, `B:F` or `3:200`.
    pub(super) fn parse(text: &str) -> Option<Rect> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        let ((from_column, from_row), (to_column, to_row)) = (corner(from)?, corner(to)?);
        let rows = match (from_row, to_row) {
            (None, None) => (1, u32::MAX),
            (Some(from), Some(to)) => (from.min(to), from.max(to)),
            _ => return None,
        };
        let columns = match (from_column, to_column) {
            (None, None) => (0, u32::MAX),
            (Some(from), Some(to)) => (from.min(to), from.max(to)),
            _ => return None,
        };
        let all = rows.1 == u32::MAX && columns.1 == u32::MAX;
        (!all).then_some(Rect {
            first_row: rows.0,
            last_row: rows.1,
            first_column: columns.0,
            last_column: columns.1,
        })
    }
}

/// The column and the row of one corner; one of them may be missing.
fn corner(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let text = text.trim().replace('$', "");
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = text.split_at(letters);
    let column = if letters.is_empty() { None } else { Some(column(letters.as_bytes())?) };
    let row = if digits.is_empty() {
        None
    } else {
        Some(digits.parse().ok().filter(|row| (1..=MOST_ROWS).contains(row))?)
    };
    (column.is_some() || row.is_some()).then_some((column, row))
}

/// Reads a reference that may name its sheet.
pub(super) fn reference(text: &str) -> Option<(Option<String>, Rect)> {
    let Some((sheet, cells)) = text.rsplit_once('!') else { return Some((None, Rect::parse(text)?)) };
    let sheet = match sheet.strip_prefix('\'').and_then(|sheet| sheet.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => sheet.to_owned(),
    };
    Some((Some(sheet), Rect::parse(cells)?))
}

/// The number of the column that the letters at the beginning name.
#[inline]
pub(super) fn column(letters: &[u8]) -> Option<u32> {
    let mut number = 0u32;
    for letter in letters.iter().take_while(|byte| byte.is_ascii_alphabetic()).take(4) {
        number = number * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    }
    (1..=MOST_COLUMNS).contains(&number).then(|| number - 1)
}

/// The letters of a column.
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut number = column + 1;
    while number > 0 {
        letters.push(b'A' + ((number - 1) % 26) as u8);
        number = (number - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let rect = |first_row, last_row, first_column, last_column| {
            Some(Rect { first_row, last_row, first_column, last_column })
        };
        assert_eq!(Rect::parse("B3:F200"), rect(3, 200, 1, 5));
        assert_eq!(Rect::parse("$F$200:$b$3"), rect(3, 200, 1, 5));
        assert_eq!(Rect::parse("C7"), rect(7, 7, 2, 2));
        assert_eq!(Rect::parse("B:D"), rect(1, u32::MAX, 1, 3));
        assert_eq!(Rect::parse("5:9"), rect(5, 9, 0, u32::MAX));
        for wrong in ["", ":", "Sales", "A0", "B3:F", "ABCD1", "A1048577"] {
            assert_eq!(Rect::parse(wrong), None, "{wrong}");
        }
        assert_eq!(reference("'It''s'!A1:B2"), Some((Some("It's".into()), rect(1, 2, 0, 1).unwrap())));
        for column_letters in ["A", "Z", "AA", "AZ", "BA", "XFD"] {
            assert_eq!(letters(column(column_letters.as_bytes()).unwrap()), column_letters);
        }
    }
}

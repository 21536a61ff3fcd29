//! Where the table begins in a file: which rows stand above it, and whether its first row holds names.

use arrow::datatypes::DataType;

use crate::file::infer::{Evidence, Hints};

use super::dialect::usual;

/// Most rows above a table.
const MOST_ABOVE: usize = 30;

/// A row of the sample: the text of its fields.
pub(super) type Fields = Vec<String>;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// Rows above the first one of the table.
    pub(super) above: usize,
    /// The first row holds names.
    pub(super) header: bool,
    /// What speaks for it, or against it.
    pub(super) evidence: String,
}

/// Looks at the first rows of a file. `header` says whether there are names, when that is given; `known` are names that
/// the settings speak of.
pub(super) fn find(rows: &[Fields], header: Option<bool>, known: &[String], is_placed: bool) -> Table {
    let mut above = if is_placed { 0 } else { above(rows) };
    let (header, evidence) = match header {
        Some(given) => (given, "given".to_owned()),
        None => has_names(&rows[above.min(rows.len())..], known),
    };
    if !header {
        // Without names, a row of values that fills few fields is a row and no title.
        let width = usual(rows.iter().map(Vec::len));
        let is_row = |row: &Fields| row.len() == width && row.iter().any(|cell| is_typed(cell));
        above = rows[..above].iter().position(is_row).unwrap_or(above);
    }
    Table { above, header, evidence }
}

/// Rows above the table. Titles fill one field or few; the table begins where most fields are filled.
fn above(rows: &[Fields]) -> usize {
    let width = usual(rows.iter().map(Vec::len));
    if width < 2 {
        return 0;
    }
    let enough = (width.div_ceil(2)).max(2);
    let begins = |place: usize| {
        let row = &rows[place];
        if filled(row) < enough {
            return false;
        }
        if row.len() >= width {
            return true;
        }
        // Names that lack the last delimiter, unless the row below has names itself.
        row.len() + 1 == width
            && rows
                .get(place + 1)
                .is_some_and(|next| next.len() == width && next.iter().any(|cell| is_typed(cell)))
    };
    (0..rows.len().min(MOST_ABOVE)).find(|place| begins(*place)).unwrap_or(0)
}

fn filled(row: &Fields) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// Whether the first row holds names, and why.
///
/// Names are the rule. A first row that looks like the rows below it, in columns of numbers and dates, is one of them,
/// unless it counts: `1`, `2`, `3` are the weeks or days of a cross-tab.
fn has_names(rows: &[Fields], known: &[String]) -> (bool, String) {
    let names = || (true, "the first row holds names".to_owned());
    let Some((first, below)) = rows.split_first() else { return names() };
    if let Some(name) = first.iter().find(|cell| known.iter().any(|name| name == cell.trim())) {
        return (true, format!("`{}` is a name in `columns`", short(name)));
    }
    if counts(first) {
        return names();
    }
    let below: Vec<&Fields> = below.iter().filter(|row| row.len() == first.len()).collect();
    if below.is_empty() {
        return names();
    }
    let mut alike = None;
    for (place, cell) in first.iter().enumerate() {
        let mut column = Evidence::default();
        let mut values = 0;
        for row in below.iter().filter(|row| !row[place].trim().is_empty()) {
            column.observe(row[place].as_bytes(), || 0);
            values += 1;
        }
        if values == 0 || !column.is_measured() {
            continue;
        }
        if !is_typed(cell) {
            if cell.trim().is_empty() {
                continue;
            }
            return (true, format!("`{}` stands above values that are no text", short(cell)));
        }
        let mut with = column.clone();
        with.observe(cell.as_bytes(), || 0);
        if with.decide("", Hints::default()).data_type == DataType::Utf8 {
            return (true, format!("`{}` stands above values of another kind", short(cell)));
        }
        // Years are names of columns as often as values.
        if is_year(cell) && !below.iter().all(|row| is_year(&row[place])) {
            return names();
        }
        if !is_year(cell) {
            alike.get_or_insert(cell);
        }
    }
    match alike {
        Some(cell) => (false, format!("`{}` in the first row is a value like those below it", short(cell))),
        None => names(),
    }
}

/// Whether a field is a number, a date or a time. Words such as `no` may be names.
fn is_typed(cell: &str) -> bool {
    let mut evidence = Evidence::default();
    evidence.observe(cell.as_bytes(), || 0);
    !cell.trim().is_empty() && evidence.is_measured()
}

/// Whether three whole numbers or more stand side by side, each larger by one than the one before.
fn counts(row: &Fields) -> bool {
    let numbers: Vec<Option<i64>> = row.iter().map(|cell| cell.trim().parse().ok()).collect();
    numbers.windows(3).any(|next| match next {
        [Some(first), Some(second), Some(third)] => *second == first + 1 && *third == second + 1,
        _ => false,
    })
}

fn is_year(cell: &str) -> bool {
    cell.trim().parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
}

fn short(cell: &str) -> String {
    crate::file::reading::shorten(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, above: usize, header: bool) {
        let rows: Vec<Fields> =
            text.lines().map(|line| line.split(';').map(str::to_owned).collect()).collect();
        let found = find(&rows, None, &[], false);
        assert_eq!((found.above, found.header), (above, header), "{text}: {}", found.evidence);
    }

    #[test]
    fn tables_begin_where_most_fields_are_filled() {
        check("a;b;c\n1;2;3\n4;5;6", 0, true);
        check("Ventes 2025;;\n;;\na;b;c\n1;2;3\n4;5;6", 2, true);
        check("Ventes\nle;12/03/2025\na;b;c;d\n1;2;3;4\n4;5;6;7", 2, true);
        check("a;b;c\n1;2;3;\n4;5;6;\n7;8;9;", 0, true);
        check("a;b;c\n1;2\n4;5\n7;8", 0, true);
    }

    #[test]
    fn a_first_row_of_values_is_no_header() {
        check("x;1;2025-01-01\ny;2;2025-01-02", 0, false);
        check("1,5;oui\n2,5;non\n3;oui", 0, false);
        check("n\n1\n2", 0, true);
        check("id;2\nx;1\ny;3", 0, false);
        check("nom;ville\nA;Lyon\nB;Nice", 0, true);
        check("produit;2023;2024\nA;12;13\nB;5;6", 0, true);
        check("annee;total\n2023;5\n2024;6", 0, true);
        check("1;2", 0, true);
        check("a;1\nb;2", 0, false);
        check("nom;1;2;3;4\nA;8;7;8;8\nB;7;8;8;7", 0, true);
        check("nom;01/01/2025;02/01/2025\nA;8;7\nB;7;8", 0, true);
        check("1;;;\n2;x;2,5;oui\n3;y;3,5;non", 0, false);
    }
}

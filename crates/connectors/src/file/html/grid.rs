//! One table as rows of equal width.

use scraper::{ElementRef, Node};

use crate::file::names;

/// Most cells of a table, once cells that span are spread.
const MOST_CELLS: usize = 4_000_000;
/// Most text of a table, once cells that span are spread.
const MOST_BYTES: usize = 256 << 20;
/// Most columns that one cell may span, as in browsers.
const MOST_COLUMNS: usize = 1000;

/// A table.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub(super) id: Option<String>,
    pub(super) caption: String,
    /// Rows that hold names.
    pub(super) header: Vec<Vec<Option<String>>>,
    /// `None` where no cell stands.
    pub(super) rows: Vec<Vec<Option<String>>>,
    pub(super) width: usize,
}

/// A cell that reaches down into the next rows.
#[derive(Clone)]
struct Reaching {
    rows: usize,
    text: String,
}

impl Grid {
    /// Reads a table without the tables inside of it.
    pub(super) fn read(table: ElementRef<'_>, header_rows: Option<u32>) -> Result<Grid, String> {
        let mut grid = Grid { id: table.value().id().map(str::to_owned), ..Grid::default() };
        let (mut reaching, mut cells, mut is_head) = (Vec::new(), 0, true);
        let mut bytes = 0;
        let header_rows = header_rows.map(|rows| rows as usize);
        for (row, in_head) in own_rows(table, &mut grid.caption) {
            let (texts, only_names) = spread(row, &mut reaching)?;
            if texts.is_empty() {
                continue;
            }
            cells += texts.len();
            bytes += texts.iter().flatten().map(String::len).sum::<usize>();
            if cells > MOST_CELLS || bytes > MOST_BYTES {
                return Err("a table has more than 4,000,000 cells or 256 MB of text".into());
            }
            grid.width = grid.width.max(texts.len());
            is_head = match header_rows {
                Some(rows) => grid.header.len() < rows,
                None => is_head && (in_head || only_names),
            };
            if is_head {
                grid.header.push(texts);
            } else if texts.iter().flatten().any(|text| !text.is_empty()) {
                grid.rows.push(texts);
            }
        }
        Ok(grid)
    }

    /// What people call the table.
    pub(super) fn title(&self, place: usize) -> String {
        let mut title = format!("table {}", place + 1);
        if let Some(id) = &self.id {
            title.push_str(&format!(" `#{id}`"));
        }
        if !self.caption.is_empty() {
            title.push_str(&format!(" `{}`", self.caption));
        }
        format!("{title} ({} rows, {} columns)", self.rows.len(), self.width)
    }

    /// Names of the columns, all of them different, and what to say of those that were made so.
    pub(super) fn names(&self) -> (Vec<String>, Vec<String>) {
        let mut fields = Vec::new();
        for place in 0..self.width {
            let mut parts: Vec<&str> = Vec::new();
            for part in self.header.iter().filter_map(|row| row.get(place)?.as_deref()) {
                if !part.is_empty() && parts.last() != Some(&part) {
                    parts.push(part);
                }
            }
            fields.push(parts.join(" "));
        }
        let (names, notes) = names::distinct(&fields);
        (names, if self.header.is_empty() { Vec::new() } else { notes })
    }
}

/// The rows of a table and whether they stand in its head; the caption on the way.
fn own_rows<'a>(table: ElementRef<'a>, caption: &mut String) -> Vec<(ElementRef<'a>, bool)> {
    let mut rows = Vec::new();
    for child in table.child_elements() {
        match child.value().name() {
            "tr" => rows.push((child, false)),
            name @ ("thead" | "tbody" | "tfoot") => {
                let inner = child.child_elements().filter(|row| row.value().name() == "tr");
                rows.extend(inner.map(|row| (row, name == "thead")));
            }
            "caption" => *caption = text(child),
            _ => {}
        }
    }
    rows
}

/// The texts of a row, cells that span in each of their places, and whether all its cells are names.
fn spread(
    row: ElementRef<'_>,
    reaching: &mut Vec<Option<Reaching>>,
) -> Result<(Vec<Option<String>>, bool), String> {
    let mut texts: Vec<Option<String>> = Vec::new();
    let (mut only_names, mut cells) = (true, 0);
    // Cells from above stand before the next cell of the row.
    let from_above = |texts: &mut Vec<Option<String>>, reaching: &mut Vec<Option<Reaching>>| {
        while let Some(slot) = reaching.get_mut(texts.len())
            && let Some(cell) = slot
        {
            texts.push(Some(cell.text.clone()));
            cell.rows -= 1;
            if cell.rows == 0 {
                *slot = None;
            }
        }
    };
    for cell in row.child_elements() {
        let name = cell.value().name();
        if !matches!(name, "td" | "th") {
            continue;
        }
        cells += 1;
        only_names &= name == "th";
        from_above(&mut texts, reaching);
        let span = |name| cell.value().attr(name).and_then(|text| text.trim().parse::<usize>().ok());
        let columns = span("colspan").unwrap_or(1).clamp(1, MOST_COLUMNS);
        let rows = span("rowspan").unwrap_or(1).clamp(1, 65_534);
        let text = text(cell);
        for _ in 0..columns {
            if texts.len() >= 16 * MOST_COLUMNS {
                return Err("a table has more than 16,000 columns".into());
            }
            if rows > 1 {
                if reaching.len() <= texts.len() {
                    reaching.resize(texts.len() + 1, None);
                }
                reaching[texts.len()] = Some(Reaching { rows: rows - 1, text: text.clone() });
            }
            texts.push(Some(text.clone()));
        }
    }
    from_above(&mut texts, reaching);
    // Cells from above behind a gap.
    let last = reaching.iter().rposition(Option::is_some).map_or(0, |place| place + 1);
    while texts.len() < last {
        texts.push(None);
        from_above(&mut texts, reaching);
    }
    Ok((texts, only_names && cells > 0))
}

/// The text of an element as a reader of the page sees it, without tables inside.
fn text(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    let mut rest: Vec<_> = element.children().rev().collect();
    while let Some(node) = rest.pop() {
        match node.value() {
            Node::Text(found) => {
                for character in found.chars() {
                    let is_space = character.is_whitespace() && character != '\u{a0}';
                    if !is_space {
                        text.push(character);
                    } else if !text.is_empty() && !text.ends_with(' ') {
                        text.push(' ');
                    }
                }
            }
            Node::Element(element) => match element.name() {
                "table" | "script" | "style" | "template" | "noscript" => {}
                name => {
                    let is_apart = matches!(name, "br" | "p" | "div" | "li" | "ul" | "ol");
                    if is_apart && !text.is_empty() && !text.ends_with(' ') {
                        text.push(' ');
                    }
                    rest.extend(node.children().rev());
                }
            },
            _ => {}
        }
    }
    // A space that does not break is one around a value too.
    text.trim_matches(|c: char| c.is_whitespace()).to_owned()
}

//! What is worth knowing of a sheet: where its header was found, what was left out, what its cells hide.

use std::collections::BTreeMap;

use super::grid::{Content, GridRow};
use super::styles::{Shown, Styles};
use crate::file::notation::words;
use crate::file::reading::{shorten, visible};

/// What was noticed so far.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    header: Option<String>,
    pub(super) hidden_columns: usize,
    hidden_rows: u64,
    left_out_rows: u64,
    formulas: u64,
    cleaned: u64,
    first_cleaned: String,
    /// The last row, when it looks like a total: its number and its word.
    total: Option<(u32, String)>,
    footer: Option<String>,
    /// Columns shown as percent.
    percents: Vec<u32>,
    /// Styles with a currency, by column.
    money: BTreeMap<u32, Vec<u32>>,
}

impl Remarks {
    /// Notes where the header was found.
    pub(super) fn header(&mut self, above: &[GridRow], header: &[GridRow], pinned: bool) {
        let (Some(first), Some(last)) = (header.first(), header.last()) else { return };
        if pinned || (above.is_empty() && first.number == 1) {
            return;
        }
        let rows = if first.number == last.number {
            format!("row {}", first.number)
        } else {
            format!("rows {} to {}", first.number, last.number)
        };
        let mut text = format!("the names of the columns are in {rows}");
        let titles: Vec<String> = above.iter().filter_map(words).take(3).collect();
        if !titles.is_empty() {
            let more = if above.len() > titles.len() { ", …" } else { "" };
            let titles: Vec<String> = titles.iter().map(|title| format!("`{}`", shorten(title))).collect();
            text = format!("{text}; what stands above is left out: {}{more}", titles.join(", "));
        }
        self.header = Some(text);
    }

    /// Notes that there is no header.
    pub(super) fn no_header(&mut self) {
        self.header = Some(
            "no row looks like the names of the columns, so all rows are data; set `header_row` if one is"
                .into(),
        );
    }

    /// Notes a row that is not read.
    pub(super) fn left_out_row(&mut self, row: &GridRow, skip_hidden: bool) {
        self.left_out_rows += u64::from(skip_hidden && row.hidden);
    }

    /// Notes a row of the table.
    #[inline]
    pub(super) fn row(&mut self, row: &GridRow) {
        self.hidden_rows += u64::from(row.hidden);
        self.formulas += u64::from(row.formulas);
        self.total = None;
        if let Some(cell) = row.cells.first()
            && matches!(cell.content, Content::Text | Content::Shared(_))
        {
            let bytes = row.bytes(cell).trim_ascii();
            if matches!(bytes.first(), Some(b't' | b'T' | b's' | b'S' | b'g' | b'G' | b'm' | b'M'))
                && words::is_total(bytes)
            {
                self.total = Some((row.number, visible(bytes)));
            }
        }
    }

    /// Notes the rows at the end that are left out.
    pub(super) fn footer(&mut self, rows: &[GridRow]) {
        let texts: Vec<String> =
            rows.iter().filter_map(words).take(3).map(|text| format!("`{}`", shorten(&text))).collect();
        if !rows.is_empty() {
            self.footer = Some(format!("the last {} rows are left out: {}", rows.len(), texts.join(", ")));
        }
    }

    /// Notes a number whose noise was left away.
    pub(super) fn cleaned(&mut self, stored: &[u8], read: &[u8]) {
        self.cleaned += 1;
        if self.cleaned == 1 {
            self.first_cleaned = format!("`{}` as `{}`", visible(stored), visible(read));
        }
    }

    /// Notes how a number is shown.
    #[inline]
    pub(super) fn shown(&mut self, column: u32, shown: Shown, style: u32) {
        match shown {
            Shown::Percent if !self.percents.contains(&column) => self.percents.push(column),
            Shown::Money => {
                let styles = self.money.entry(column).or_default();
                if !styles.contains(&style) {
                    styles.push(style);
                }
            }
            _ => {}
        }
    }

    /// The remarks for people.
    pub(super) fn notes(
        &self,
        sheet: &str,
        styles: &Styles,
        merged: usize,
        recalculates: bool,
        name: impl Fn(u32) -> String,
    ) -> Vec<String> {
        let mut notes: Vec<String> = self.header.iter().cloned().collect();
        if let Some((row, word)) = &self.total {
            notes.push(format!("row {row}, the last one, begins with `{word}` and is read as data; set `footer_rows: 1` to leave it out"));
        }
        notes.extend(self.footer.clone());
        if merged > 0 {
            notes.push(format!("{merged} merged areas hold their value in the first cell only; set `merged: fill` to fill them"));
        }
        if self.hidden_rows > 0 {
            notes.push(format!(
                "{} hidden rows are read; set `hidden: skip` to leave them out",
                self.hidden_rows
            ));
        }
        if self.left_out_rows > 0 {
            notes.push(format!("{} hidden rows are left out", self.left_out_rows));
        }
        if self.hidden_columns > 0 {
            notes.push("some columns are hidden".to_owned());
        }
        if self.formulas > 0 && recalculates {
            notes.push(format!(
                "{} rows have formulas, and the workbook asks for them to be calculated when it is opened: their stored values may be out of date",
                self.formulas
            ));
        }
        if self.cleaned > 0 {
            notes.push(format!(
                "{} numbers had noise behind their 15th digit, for example {}",
                self.cleaned, self.first_cleaned
            ));
        }
        for column in &self.percents {
            notes.push(format!(
                "column `{}` is shown as percent; its values are fractions: 0.125 is 12.5 %",
                name(*column)
            ));
        }
        for (column, found) in &self.money {
            let mut symbols: Vec<&str> =
                found.iter().map(|style| styles.symbol(*style)).filter(|symbol| !symbol.is_empty()).collect();
            symbols.sort_unstable();
            symbols.dedup();
            match symbols.as_slice() {
                [] => {}
                [one] => notes.push(format!("column `{}` is shown with the currency {one}", name(*column))),
                many => notes.push(format!(
                    "column `{}` mixes the currencies {}; only the numbers are read",
                    name(*column),
                    many.join(", ")
                )),
            }
        }
        notes.iter().map(|note| format!("sheet `{sheet}`: {note}")).collect()
    }
}

/// The first text of a row.
fn words(row: &GridRow) -> Option<String> {
    row.cells.iter().map(|cell| row.text(cell)).find(|text| !text.is_empty())
}

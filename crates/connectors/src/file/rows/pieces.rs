//! Formats whose file can be cut into pieces that are walked by themselves, on many processors.

use std::ops::ControlFlow;

use arrow::array::RecordBatch;
use towpath_connect::Reject;
use towpath_model::Fault;

use super::infer::{Columns, Seen};
use super::read::{Places, Plan};
use super::{Walk, infer};
use crate::file::chunks::{Border, Borders};
use crate::file::infer::Pass;
use crate::file::line_cut::LineCutter;
use crate::file::notation::Readings;
use crate::file::pieces::{Piece, in_order};
use crate::file::place::FileRef;
use crate::file::reading::Output;

/// Cuts a file into pieces of whole rows.
pub(in crate::file) trait Cut: Send {
    /// Fills a piece; answers whether there was anything left.
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault>;
}

impl Cut for LineCutter {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        LineCutter::next(self, piece)
    }
}

/// Walks through pieces of a file. Lines are those of the file, also where a piece begins in its middle.
pub(in crate::file) trait Pieces: Sync {
    /// Starts walking through a piece.
    fn walk<'a>(&'a self, piece: &'a Piece) -> Box<dyn Walk + 'a>;

    /// Remarks for people about all that was walked through.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Looks at every value of a file. The borders are those of the pieces.
pub(in crate::file) fn infer(
    cut: &mut dyn Cut,
    pieces: &dyn Pieces,
    file: &FileRef,
    pass: Pass,
) -> Result<(Seen, Borders), Fault> {
    let look = |piece: &Piece| {
        let seen = infer::infer(&mut *pieces.walk(piece), file, || false)?;
        Ok((piece.start, piece.before, piece.data.len() as u64, seen))
    };
    let mut columns = Columns::default();
    let mut borders = Borders::default();
    let (mut bytes, mut next_border, mut is_first, mut is_whole) = (0, 0, true, true);
    let take = |seen: Result<(u64, u64, u64, Seen), Fault>| {
        let (at, line, length, seen) = seen?;
        let border = Border { at, line, row: borders.rows };
        if std::mem::take(&mut is_first) {
            borders.first = border;
        } else if at >= next_border {
            borders.later.push(border);
            next_border = at.saturating_add(pass.gap);
        }
        borders.rows += seen.rows.unwrap_or(0);
        columns.add(seen.columns, file)?;
        bytes += length;
        is_whole = bytes < pass.most_bytes;
        Ok(if is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    };
    in_order(pass.threads, |piece| cut.next(piece), look, take)?;
    if is_first {
        // A file without a piece has the columns that every piece has.
        let nothing = Piece::default();
        columns.add(infer::infer(&mut *pieces.walk(&nothing), file, || false)?.columns, file)?;
    }
    let rows = is_whole.then_some(borders.rows);
    let seen = Seen { columns: columns.columns, rows, notes: pieces.notes(), facts: Vec::new() };
    Ok((seen, borders))
}

/// The rows of one piece.
struct Rows {
    batches: Vec<RecordBatch>,
    rejects: Vec<Reject>,
    end: Result<(), Fault>,
}

/// Reads one file, or a part of it, to its end or until no more rows are wanted.
pub(in crate::file) fn read(
    cut: &mut dyn Cut,
    pieces: &dyn Pieces,
    file: &FileRef,
    readings: &Readings,
    threads: usize,
    output: &mut Output,
) -> Result<(), Fault> {
    let plan = Plan::new(file, readings, output);
    let work = |piece: &Piece| -> Result<Rows, Fault> {
        let mut rows = Rows { batches: Vec::new(), rejects: Vec::new(), end: Ok(()) };
        let mut walk = pieces.walk(piece);
        let mut places = Places::new(&plan);
        loop {
            let mut filled = plan.fill(&mut *walk, &mut places, plan.batch_rows)?;
            rows.rejects.append(&mut filled.rejects);
            rows.batches.push(filled.batch);
            match filled.end {
                Ok(true) => {}
                Ok(false) => return Ok(rows),
                Err(fault) => {
                    rows.end = Err(fault);
                    return Ok(rows);
                }
            }
        }
    };
    let take = |rows: Result<Rows, Fault>| {
        let rows = rows?;
        for reject in rows.rejects {
            output.reject(reject)?;
        }
        for batch in rows.batches {
            if output.send(batch)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        rows.end?;
        Ok(output.flow())
    };
    in_order(threads, |piece| cut.next(piece), work, take)
}

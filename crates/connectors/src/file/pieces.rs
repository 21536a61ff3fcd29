//! Work on a file piece by piece, in parallel, with the answers in order.
//!
//! One thread cuts the file into pieces of whole records, as many threads as there are processors work on them, and
//! the caller takes the answers in the order of the pieces. Every queue holds one piece, so memory does not grow with
//! the file. An error of the cutter arrives in its place, after the answers before it.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use towpath_model::Fault;

/// Bytes of a piece, unless one record is larger. A dozen pieces, as bytes or as columns, are under way at a time; larger
/// ones are not faster.
pub(super) const PIECE_BYTES: usize = 1 << 19;

/// Most bytes of one record. A longer one is nearly always a quote or bracket that never closes.
pub(super) const RECORD_BYTES: usize = 128 << 20;

/// Files below this size are not worth a second thread.
const PARALLEL_BYTES: u64 = 4 << 20;

/// Most threads that work on one file; more are of no use to what comes after.
const MOST_THREADS: usize = 4;

/// Whole records of a file.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) data: Vec<u8>,
    /// Byte of the file that the piece begins with, where the file is text as it stands.
    pub(super) start: u64,
    /// Where the records are, for formats that cannot tell it from the bytes of a piece alone.
    pub(super) records: Vec<RecordPlace>,
    /// Lines before the piece, for formats whose cutter counts them.
    pub(super) before: u64,
}

/// The place of a record in a piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordPlace {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Line of its first byte; 0 is the first line of the piece.
    pub(super) line: u32,
}

/// Threads for that many bytes of a file, when as many readers as `readers` are at work at the same time.
pub(super) fn threads(bytes: u64, readers: usize) -> usize {
    if bytes < PARALLEL_BYTES {
        return 1;
    }
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    (processors / readers.max(1)).clamp(1, MOST_THREADS)
}

/// Cuts, works and hands on in order, until `cut` has no more pieces or `take` wants no more answers.
///
/// `cut` gets an empty piece to fill, whose buffers were used before.
pub(super) fn in_order<O: Send>(
    threads: usize,
    mut cut: impl FnMut(&mut Piece) -> Result<bool, Fault> + Send,
    work: impl Fn(&Piece) -> O + Sync,
    mut take: impl FnMut(O) -> Result<ControlFlow<()>, Fault>,
) -> Result<(), Fault> {
    if threads <= 1 {
        let mut piece = Piece::default();
        while cut(&mut piece)? {
            if take(work(&piece))?.is_break() {
                break;
            }
            piece.clear();
        }
        return Ok(());
    }
    thread::scope(|scope| {
        let (returns, used) = sync_channel::<Piece>(threads * 3);
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for _ in 0..threads {
            let (input, pieces) = sync_channel::<Result<Piece, Fault>>(1);
            let (answers, output) = sync_channel(1);
            let (returns, work) = (returns.clone(), &work);
            scope.spawn(move || worker(pieces, answers, returns, work));
            inputs.push(input);
            outputs.push(output);
        }
        scope.spawn(move || {
            for turn in 0.. {
                let mut piece = used.try_recv().unwrap_or_default();
                piece.clear();
                let piece = match cut(&mut piece) {
                    Ok(true) => Ok(piece),
                    Ok(false) => break,
                    Err(fault) => Err(fault),
                };
                let failed = piece.is_err();
                // A closed queue means that the reader stopped.
                if inputs[turn % threads].send(piece).is_err() || failed {
                    break;
                }
            }
        });
        for turn in 0.. {
            // Pieces go round the workers, so a closed queue means that there is no such piece.
            let Ok(answer) = outputs[turn % threads].recv() else { break };
            if take(answer?)?.is_break() {
                break;
            }
        }
        Ok(())
    })
}

fn worker<O>(
    pieces: Receiver<Result<Piece, Fault>>,
    answers: SyncSender<Result<O, Fault>>,
    returns: SyncSender<Piece>,
    work: &impl Fn(&Piece) -> O,
) {
    for piece in pieces {
        let answer = piece.map(|piece| {
            let answer = work(&piece);
            // Large buffers go back for the next piece; when nobody waits for one, it is freed.
            if piece.data.capacity() <= 4 * PIECE_BYTES {
                let _ = returns.try_send(piece);
            }
            answer
        });
        if answers.send(answer).is_err() {
            return;
        }
    }
}

impl Piece {
    fn clear(&mut self) {
        self.data.clear();
        self.records.clear();
        (self.start, self.before) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(threads: usize, fail_at: u8, stop_at: u8) -> (Vec<u8>, bool) {
        let (mut next, mut seen) = (0u8, Vec::new());
        let result = in_order(
            threads,
            |piece| {
                if next == fail_at {
                    return Err(Fault::data("broken"));
                }
                piece.data.push(next);
                next += 1;
                Ok(next <= 100)
            },
            |piece| piece.data[0],
            |answer| {
                seen.push(answer);
                Ok(if answer == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            },
        );
        (seen, result.is_ok())
    }

    #[test]
    fn answers_come_in_order_and_errors_in_their_place() {
        for threads in [1, 2, 3] {
            assert_eq!(numbers(threads, 255, 255), ((0..100).collect(), true));
            assert_eq!(numbers(threads, 50, 255), ((0..50).collect(), false));
            assert_eq!(numbers(threads, 255, 7), ((0..=7).collect(), true));
        }
    }
}

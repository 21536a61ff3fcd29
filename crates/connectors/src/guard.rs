//! A border around libraries that give up in the middle of damaged files.
//!
//! The libraries that read Arrow and Parquet check most of what a file claims, and panic at some of the rest. Such a
//! panic says that the file is damaged, and is told as such: [`call`] catches it, and the program's panic hook asks
//! [`is_guarded`] so that nothing is printed beside the fault. Only calls of such libraries belong inside, so that
//! a defect of our own is never taken for a damaged file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread, now, would be caught and told as a fault.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Calls a library; `None` when it panicked. What it worked on must not be used any more then.
pub(crate) fn call<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    done.ok()
}

//! How much an archive may unpack to.

use std::io::{self, Read};

use towpath_model::Fault;

use super::super::place::FileRef;

/// Text that repeats itself packs to a hundredth of its size, seldom to less.
const RATIO: u64 = 250;
/// Small archives may always unpack to this many bytes.
const ALWAYS: u64 = 16 << 20;
/// Most members that are looked at.
pub(super) const MEMBERS: usize = 100_000;

/// Bytes that an archive may still unpack to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    left: u64,
    whole: u64,
}

impl Budget {
    /// What a file of that size may unpack to.
    pub(super) fn of(archive: &FileRef) -> Budget {
        let whole = archive.size.saturating_mul(RATIO).max(ALWAYS);
        Budget { left: whole, whole }
    }

    /// Takes bytes from the budget; a fault when there are not that many left.
    pub(super) fn spend(&mut self, bytes: u64, archive: &FileRef) -> Result<(), Fault> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| self.exceeded(archive))?;
        Ok(())
    }

    /// The fault for an archive that unpacks to too much.
    pub(super) fn exceeded(&self, archive: &FileRef) -> Fault {
        Fault::data(format!(
            "archive `{}` of {} bytes unpacks to more than {} bytes and is refused",
            archive.name, archive.size, self.whole
        ))
        .hint("unpack it yourself if you know that it is no trap, and read the files")
    }

    /// A reader that ends with an error where the budget does.
    pub(super) fn bound<R: Read>(self, inner: R) -> Bounded<R> {
        Bounded { inner, left: self.left }
    }
}

/// A reader with an end; see [`Budget::bound`].
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

/// What a [`Bounded`] reader says at its end.
#[derive(Debug)]
pub(super) struct TooMuch;

impl std::error::Error for TooMuch {}

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too much")
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::other(TooMuch))?;
        Ok(count)
    }
}

/// Whether an error is that of a [`Bounded`] reader, maybe inside others.
pub(super) fn is_too_much(error: &io::Error) -> bool {
    let mut inner: Option<&(dyn std::error::Error + 'static)> =
        error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(error) = inner {
        if error.is::<TooMuch>() {
            return true;
        }
        inner = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(deeper) => Some(deeper),
            None => error.source(),
        };
    }
    false
}

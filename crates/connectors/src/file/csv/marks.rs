//! The bytes of a piece that mean something: delimiters, quotes and line ends.

use super::tokenize::Dialect;

/// Steps through the bytes that mean something.
#[derive(Debug)]
pub(super) struct Marks<'a> {
    data: &'a [u8],
    /// Start of the block that `mask` describes.
    block: usize,
    /// One bit per byte of the block that was not stepped over yet.
    mask: u64,
    needles: [u64; 4],
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOWS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

impl<'a> Marks<'a> {
    pub(super) fn new(data: &'a [u8], dialect: Dialect) -> Self {
        let quote = dialect.quote.unwrap_or(dialect.delimiter);
        let needles = [dialect.delimiter, quote, b'\n', b'\r'].map(|byte| u64::from(byte) * ONES);
        let mut marks = Marks { data, block: 0, mask: 0, needles };
        marks.mask = marks.look(0);
        marks
    }

    /// The place of the next one.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.block += 64;
            if self.block >= self.data.len() {
                // Stay behind the end, so that the next call ends here too.
                self.block -= 64;
                return None;
            }
            self.mask = self.look(self.block);
        }
        let at = self.block + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    /// Goes on at the byte `at`.
    #[cold]
    pub(super) fn seek(&mut self, at: usize) {
        self.block = (at & !63).min(self.data.len().saturating_sub(1) & !63);
        let before = at - self.block;
        self.mask = if before < 64 { self.look(self.block) & (!0 << before) } else { 0 };
    }

    /// The mask of the block that begins at `at`.
    #[inline]
    fn look(&self, at: usize) -> u64 {
        let rest = &self.data[at..];
        if let Some(block) = rest.first_chunk::<64>() {
            return self.mask(block);
        }
        let mut block = [0; 64];
        block[..rest.len()].copy_from_slice(rest);
        // Bytes past the end are no marks, whatever the needles are.
        self.mask(&block) & ((1u64 << rest.len()) - 1)
    }

    #[inline]
    fn mask(&self, block: &[u8; 64]) -> u64 {
        let mut mask = 0;
        for (place, bytes) in block.chunks_exact(8).enumerate() {
            let mut word = [0; 8];
            word.copy_from_slice(bytes);
            let word = u64::from_le_bytes(word);
            // The high bit of each byte of `found` says whether the byte equals one of the needles; exact, because
            // the addition cannot carry from one byte into the next.
            let mut missing = !0u64;
            for needle in self.needles {
                let difference = word ^ needle;
                missing &= ((difference & LOWS) + LOWS) | difference;
            }
            let found = !(missing | LOWS);
            // Gathers the eight high bits into one byte.
            mask |= ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (place * 8);
        }
        mask
    }
}

//! The shared strings of a workbook: every text once, end to end in one buffer.
//!
//! A sheet names its texts by number, so all of them must be at hand while it is read. They cost their bytes and four
//! more each; nothing else of a workbook stays in memory.

use towpath_model::Fault;

use super::package::{Window, damaged};
use super::scan::{self, Shape};

/// Most bytes of all texts together.
const MOST_BYTES: usize = 1 << 30;

/// Texts by number.
#[derive(Debug, Default)]
pub(super) struct Strings {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Strings {
    /// The text of a number; `None` when there is no such text.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&[u8]> {
        let number = number as usize;
        let end = *self.ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.bytes[start..end])
    }

    /// Reads all texts.
    pub(super) fn read(mut window: Window, file: &str) -> Result<Self, Fault> {
        let mut strings = Strings::default();
        let end_of_item = memchr::memmem::Finder::new(b"</si>");
        loop {
            let Some(tag) = scan::next(window.rest(), 0) else {
                if window.more()? {
                    continue;
                }
                break;
            };
            let end = tag.end;
            if !tag.opens(b"si") {
                window.skip(end);
                continue;
            }
            if tag.shape == Shape::Empty {
                strings.end(file)?;
                window.skip(end);
                continue;
            }
            let rest = &window.rest()[end..];
            let closing = if tag.full == b"si" {
                end_of_item.find(rest).map(|length| (length, 5))
            } else {
                let closing = [b"</", tag.full, b">"].concat();
                memchr::memmem::find(rest, &closing).map(|length| (length, closing.len()))
            };
            let Some((length, closing)) = closing else {
                if window.more()? {
                    continue;
                }
                return Err(damaged(file, "its shared texts are cut off"));
            };
            let item = &rest[..length];
            if std::str::from_utf8(item).is_err() {
                return Err(damaged(file, "its shared texts are not UTF-8"));
            }
            scan::rich_text(item, &mut strings.bytes);
            strings.end(file)?;
            window.skip(end + length + closing);
        }
        strings.bytes.shrink_to_fit();
        strings.ends.shrink_to_fit();
        Ok(strings)
    }

    fn end(&mut self, file: &str) -> Result<(), Fault> {
        if self.bytes.len() > MOST_BYTES {
            return Err(Fault::data(format!(
                "workbook `{file}` has more than {} MB of texts",
                MOST_BYTES >> 20
            ))
            .hint("split the workbook"));
        }
        self.ends.push(self.bytes.len() as u32);
        Ok(())
    }
}

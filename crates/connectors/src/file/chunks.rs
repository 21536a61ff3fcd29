//! Parts of files that can be read by themselves: where they may begin, and how they are written down.
//!
//! Text may be cut only where a record begins, which nobody can see from the middle of a file: a line end may stand
//! inside quotes. The pass that decides the types goes through every record anyway, so it notes a border every now and
//! then ([`Borders`]), with the line it stands on; chunks are put together from these. A chunk never spans files.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use towpath_connect::Chunk;
use towpath_model::Fault;

use super::place::FileRef;

/// Borders that are kept of all files of a stream together, about.
const MOST_BORDERS: u64 = 1 << 14;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Row groups of Parquet or batches of Arrow, from the first to before the second.
    Groups(usize, usize),
    /// Whole records of text.
    Text(Stretch),
}

/// Bytes of a text file that begin with a record and end with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// The first byte.
    pub(super) from: u64,
    /// The byte behind the last one.
    pub(super) to: u64,
    /// Lines of the file before the first byte.
    pub(super) line: u64,
}

/// What a chunk says of itself: the file, how it looked when it was cut, and the part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    /// The file as people know it, relative to the folder that paths start from.
    pub(super) file: String,
    size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    changed: i64,
    /// What the server called this version of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    pub(super) part: Part,
}

impl Token {
    fn of(file: &FileRef, part: Part) -> Token {
        let (size, changed, tag) = (file.size, changed(file), file.tag.clone());
        Token { file: file.name.clone(), size, changed, tag, part }
    }

    /// Reads the token of a chunk.
    pub(super) fn read(chunk: &Chunk) -> Result<Token, Fault> {
        serde_json::from_str(&chunk.token).map_err(|error| {
            Fault::data("the parts that a load of files was cut into cannot be read")
                .hint("start the load anew, without resuming it")
                .cause(error)
        })
    }

    /// Whether both are parts of one file in one state.
    pub(super) fn is_beside(&self, other: &Token) -> bool {
        (&self.file, self.size, self.changed, &self.tag)
            == (&other.file, other.size, other.changed, &other.tag)
    }

    /// Refuses a file that is not what it was when it was cut.
    pub(super) fn check(&self, now: &FileRef) -> Result<(), Fault> {
        if (self.size, self.changed, &self.tag) == (now.size, changed(now), &now.tag) {
            return Ok(());
        }
        let what = if self.size == now.size {
            "it was written to".to_owned()
        } else {
            format!("it had {} bytes and has {}", self.size, now.size)
        };
        Err(Fault::data(format!("file `{}` changed since the load began: {what}", self.file))
            .hint("start the load anew, without resuming it"))
    }

    /// The fault for a file that is not there any more.
    pub(super) fn gone(&self) -> Fault {
        Fault::data(format!("file `{}` is gone since the load began", self.file))
            .hint("put the file back, or start the load anew, without resuming it")
    }
}

fn changed(file: &FileRef) -> i64 {
    file.modified.map_or(0, nanos)
}

/// A time in nanoseconds since 1970.
pub(super) fn nanos(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// Whether anybody could tell later that the file is still the same, and find it by its name. What can be read only
/// once is no such file, nor is its copy.
pub(super) fn can_be_found_again(file: &FileRef) -> bool {
    (file.modified.is_some() || file.tag.is_some()) && !file.once && file.path.to_str().is_some()
}

/// One chunk of a file.
pub(super) fn chunk(file: &FileRef, part: Part, rows: Option<u64>) -> Result<Chunk, Fault> {
    let token = serde_json::to_string(&Token::of(file, part))
        .map_err(|error| Fault::internal("a part of a file cannot be written down").cause(error))?;
    Ok(Chunk { token, rows })
}

/// Bytes after which the next border is kept, for a stream of that many bytes.
pub(super) fn border_gap(bytes: u64) -> u64 {
    (bytes / MOST_BORDERS).max(1)
}

/// The beginning of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Border {
    /// Its first byte.
    pub(super) at: u64,
    /// Lines before it.
    pub(super) line: u64,
    /// Rows before it.
    pub(super) row: u64,
}

/// Places where a text file may be cut.
#[derive(Debug, Clone, Default)]
pub(super) struct Borders {
    /// Where its rows begin.
    pub(super) first: Border,
    pub(super) later: Vec<Border>,
    /// Rows of the file.
    pub(super) rows: u64,
}

impl Borders {
    /// Parts of about `rows` rows, with their number of rows, of a file of `size` bytes.
    pub(super) fn parts(&self, rows: u64, size: u64) -> Vec<(Part, u64)> {
        let mut parts = Vec::new();
        let mut from = self.first;
        let mut cut = |to: Border| {
            if to.at > from.at {
                let stretch = Stretch { from: from.at, to: to.at, line: from.line };
                parts.push((Part::Text(stretch), to.row - from.row));
                from = to;
            }
        };
        let mut next = rows;
        for border in &self.later {
            if border.row >= next {
                cut(*border);
                next = border.row.saturating_add(rows);
            }
        }
        cut(Border { at: size, line: 0, row: self.rows });
        if parts.is_empty() { vec![(Part::Whole, self.rows)] } else { parts }
    }
}

/// Consecutive groups of about `rows` rows, with their number of rows.
pub(super) fn group(sizes: &[u64], rows: u64) -> Vec<(Part, u64)> {
    let mut parts = Vec::new();
    let (mut from, mut count) = (0, 0);
    for (place, size) in sizes.iter().enumerate() {
        count += size;
        if count >= rows {
            parts.push((Part::Groups(from, place + 1), count));
            (from, count) = (place + 1, 0);
        }
    }
    if from < sizes.len() {
        parts.push((Part::Groups(from, sizes.len()), count));
    }
    if parts.is_empty() { vec![(Part::Whole, 0)] } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_gathered_until_there_are_enough_rows() {
        let groups = |parts: &[(Part, u64)]| -> Vec<(usize, usize, u64)> {
            let groups = parts.iter().map(|(part, rows)| match part {
                Part::Groups(from, to) => (*from, *to, *rows),
                other => panic!("{other:?}"),
            });
            groups.collect()
        };
        assert_eq!(groups(&group(&[10, 10, 10], 15)), [(0, 2, 20), (2, 3, 10)]);
        assert_eq!(groups(&group(&[10, 10], 1)), [(0, 1, 10), (1, 2, 10)]);
        assert_eq!(group(&[], 5), [(Part::Whole, 0)]);
    }

    #[test]
    fn text_is_cut_at_borders_only_and_as_a_whole() {
        let border = |n: u64| Border { at: 10 + n * 5, line: 1 + n, row: n };
        let borders = Borders { first: border(0), later: (0..10).map(border).collect(), rows: 10 };
        for rows in [1, 3, 4, 10, 99] {
            let parts = borders.parts(rows, 60);
            let stretches: Vec<Stretch> = parts
                .iter()
                .map(|(part, _)| match part {
                    Part::Text(stretch) => *stretch,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!((stretches[0].from, stretches[stretches.len() - 1].to), (10, 60), "{rows}");
            assert!(stretches.windows(2).all(|pair| pair[0].to == pair[1].from), "{stretches:?}");
            assert!(stretches.iter().all(|one| (one.from - 10) % 5 == 0 && one.line == one.from / 5 - 1));
            assert_eq!(parts.iter().map(|(_, rows)| rows).sum::<u64>(), 10);
            assert_eq!(parts.len() as u64, 10u64.div_ceil(rows), "{rows}");
        }
        assert_eq!(Borders::default().parts(5, 0), [(Part::Whole, 0)]);
    }

    #[test]
    fn a_token_comes_back_from_its_text() {
        let file = FileRef {
            path: "a.csv".into(),
            name: "a.csv".into(),
            size: 60,
            tag: None,
            modified: Some(UNIX_EPOCH + std::time::Duration::from_nanos(1_500_000_000_000_000_001)),
            partitions: Vec::new(),
            once: false,
        };
        let part = Part::Text(Stretch { from: 10, to: 60, line: 1 });
        let chunk = chunk(&file, part.clone(), None).unwrap();
        assert!(chunk.token.contains("1500000000000000001"), "{}", chunk.token);
        let token = Token::read(&chunk).unwrap();
        assert_eq!(token.part, part);
        token.check(&file).unwrap();
        let fault = token.check(&FileRef { size: 61, ..file.clone() }).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "file `a.csv` changed since the load began: it had 60 bytes and has 61"
        );
        assert!(token.check(&FileRef { modified: Some(UNIX_EPOCH), ..file }).is_err());
        let foreign = Chunk { token: "{\"table\":1}".into(), rows: None };
        assert_eq!(Token::read(&foreign).unwrap_err().kind(), towpath_model::FaultKind::Data);
    }
}

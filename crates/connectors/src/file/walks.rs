//! Which walker goes through a file of which format ([`super::rows`]).

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::bytes;
use super::chunks::{Borders, Stretch};
use super::config::{Format, Source};
use super::excel::ExcelWalk;
use super::fixed::FixedWidth;
use super::geojson::Features;
use super::html::HtmlRows;
use super::infer::Pass;
use super::line_cut::LineCutter;
use super::lines::{self, Matcher};
use super::notation::Readings;
use super::place::FileRef;
use super::reading::Output;
use super::rows::infer::Seen;
use super::rows::pieces::{self, Cut, Pieces};
use super::rows::{self, Walk};
use super::text::encoding::Encoding;
use super::text::{self, Text, TextSettings, declared};
use super::trouble::io_fault;
use super::xml::XmlRows;
use super::yaml::YamlRows;

/// First bytes that are looked at before anything believes in the format.
const FIRST_BYTES: usize = 1 << 16;

/// A file that can be walked through.
pub(super) struct Opened {
    way: Way,
    /// Remarks about its text.
    notes: Vec<String>,
}

/// How a file is walked through.
enum Way {
    /// From its beginning to its end.
    Walk(Box<dyn Walk>),
    /// Piece by piece. The flag says that chunks may begin where pieces begin.
    Pieces(Box<dyn Cut>, Box<dyn Pieces>, bool),
}

/// Checks the settings of walked formats against each other.
pub(super) fn check(settings: &Source, format: Option<Format>) -> Result<(), Fault> {
    if let Some(excel) = &settings.excel {
        excel.check()?;
    }
    match &settings.fixed {
        Some(fixed) => fixed.check()?,
        None if format == Some(Format::Fixed) => {
            return Err(Fault::config("`fixed` is missing").hint(
                "say where the columns stand, for example `fixed: { columns: [{ name: code, start: 1, width: 8 }] }`",
            ));
        }
        None => {}
    }
    if let Some(lines) = &settings.lines {
        lines.check()?;
    }
    if let Some(xml) = &settings.xml {
        xml.check()?;
    }
    Ok(())
}

/// Types of columns that a format gives by itself; those that the user names come first.
pub(super) fn types(settings: &Source) -> Result<BTreeMap<String, String>, Fault> {
    settings.lines.as_ref().map_or_else(|| Ok(BTreeMap::new()), |lines| lines.types())
}

/// Starts walking through a file of one of the formats that are walked, or through a stretch of it.
pub(super) fn open(
    file: &FileRef,
    format: Format,
    settings: &Source,
    records: &[String],
    stretch: Option<Stretch>,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Opened, Fault> {
    let given = TextSettings::new(settings)?;
    let whole = |way| Opened { way, notes: Vec::new() };
    Ok(match (format, &settings.fixed) {
        (Format::Fixed, Some(fixed)) => {
            let fixed = FixedWidth::new(fixed);
            if let Some(stretch) = stretch {
                let cutter = stretch_of_lines(file, stretch, progress)?;
                return Ok(whole(Way::Pieces(Box::new(cutter), Box::new(fixed), true)));
            }
            let text = text::open(file, given, progress)?;
            let may_be_cut = is_as_it_stands(file, text.encoding, given)?;
            let cutter = LineCutter::new(text.reader, file.name.clone());
            Opened { way: Way::Pieces(Box::new(cutter), Box::new(fixed), may_be_cut), notes: text.notes }
        }
        (Format::Excel, _) => whole(Way::Walk(Box::new(ExcelWalk::open(file, settings, progress)?))),
        (Format::Lines, _) => {
            let matcher = Matcher::new(settings.lines.as_ref().unwrap_or(&lines::config::Lines::default()))?;
            if let Some(stretch) = stretch {
                let cutter = matcher.starting(stretch_of_lines(file, stretch, progress)?);
                return Ok(whole(Way::Pieces(Box::new(cutter), Box::new(matcher), true)));
            }
            let text = text::open(file, given, progress)?;
            let may_be_cut = is_as_it_stands(file, text.encoding, given)?;
            let reader = checked(file, format, text.reader)?;
            let cutter = matcher.starting(LineCutter::new(reader, file.name.clone()));
            let way = Way::Pieces(Box::new(cutter), Box::new(matcher), may_be_cut);
            Opened { way, notes: text.notes }
        }
        (Format::Xml, _) => {
            let xml = settings.xml.clone().unwrap_or_default();
            let encoding = declared::xml(file, given)?.encoding;
            // The progress of the run is that of the last look.
            let mut looks = [None, None, progress].into_iter();
            let open = || {
                let reader = text::open_as(file, given, encoding, looks.next().flatten())?;
                checked(file, format, reader)
            };
            whole(Way::Walk(Box::new(XmlRows::new(file, &xml, open)?)))
        }
        (Format::Yaml, _) => {
            let Text { reader, notes, .. } = text::open(file, given, progress)?;
            let walk = YamlRows::new(file, records, checked(file, format, reader)?);
            Opened { way: Way::Walk(Box::new(walk)), notes }
        }
        (Format::Html, _) => {
            let html = settings.html.clone().unwrap_or_default();
            let encoding = declared::html(file, given)?.encoding;
            let reader = checked(file, format, text::open_as(file, given, encoding, progress)?)?;
            whole(Way::Walk(Box::new(HtmlRows::new(file, &html, reader)?)))
        }
        (Format::Geojson, _) => {
            let (features, cutter, may_be_cut) = Features::open(file, settings, stretch, progress)?;
            whole(Way::Pieces(Box::new(cutter), Box::new(features), may_be_cut))
        }
        _ => return Err(Fault::internal(format!("{} files are not walked", format.title()))),
    })
}

/// Refuses text that is empty, or that is something else by its first bytes.
fn checked(
    file: &FileRef,
    format: Format,
    mut reader: Box<dyn Read + Send>,
) -> Result<Box<dyn Read + Send>, Fault> {
    let mut first = Vec::new();
    bytes::read_more(&mut reader, &mut first, FIRST_BYTES)
        .map_err(|error| io_fault("file", &file.name, error))?;
    // No lines are lines too.
    if first.is_empty() && format != Format::Lines {
        return Err(Fault::data(format!("file `{}` is empty", file.name)));
    }
    bytes::check_text(&first, &file.name, format.title())?;
    Ok(Box::new(Cursor::new(first).chain(reader)))
}

/// A cutter for a stretch of a file of lines.
fn stretch_of_lines(
    file: &FileRef,
    stretch: Stretch,
    progress: Option<Arc<ReadProgress>>,
) -> Result<LineCutter, Fault> {
    let reader = bytes::open_stretch(file, stretch, progress)?;
    Ok(LineCutter::behind(reader, file.name.clone(), stretch.from, stretch.line))
}

/// Whether the bytes of a file are those of its text: chunks are cut by the byte. The mark of UTF-8 is no part of the
/// text.
fn is_as_it_stands(file: &FileRef, encoding: Encoding, given: TextSettings) -> Result<bool, Fault> {
    let is_plain = encoding == Encoding::Utf8 && !given.remove_nul && given.repair.is_none();
    Ok(is_plain && bytes::head(file, 3)? != b"\xef\xbb\xbf")
}

impl Opened {
    /// Looks at every value, or at those in the first bytes that the pass wants.
    pub(super) fn infer(
        self,
        file: &FileRef,
        pass: Pass,
        progress: &ReadProgress,
    ) -> Result<(Seen, Option<Borders>), Fault> {
        let (mut seen, borders) = match self.way {
            Way::Walk(mut walk) => {
                (rows::infer::infer(&mut *walk, file, || progress.bytes() >= pass.most_bytes)?, None)
            }
            Way::Pieces(mut cut, pieces, may_be_cut) => {
                let (seen, borders) = pieces::infer(&mut *cut, &*pieces, file, pass)?;
                (seen, Some(borders).filter(|_| may_be_cut))
            }
        };
        seen.notes.splice(0..0, self.notes);
        Ok((seen, borders))
    }

    /// Reads to the end, or until no more rows are wanted.
    pub(super) fn read(
        self,
        file: &FileRef,
        readings: &Readings,
        threads: usize,
        output: &mut Output,
    ) -> Result<(), Fault> {
        match self.way {
            Way::Walk(mut walk) => rows::read::read(&mut *walk, file, readings, output),
            Way::Pieces(mut cut, pieces, _) => {
                pieces::read(&mut *cut, &*pieces, file, readings, threads, output)
            }
        }
    }
}

//! Which walker goes through a file of which format ([`super::rows`]).

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::bytes;
use super::chunks::{Borders, Stretch};
use super::config::{Format, Source};
use super::fixed::FixedWidth;
use super::geojson::Features;
use super::html::HtmlRows;
use super::infer::Pass;
use super::lines::{self, Matcher};
use super::place::FileRef;
use super::reading::Output;
use super::rows::infer::Seen;
use super::rows::pieces::{self, Cut, Pieces};
use super::rows::{self, Walk};
use super::xml::XmlRows;
use super::yaml::YamlRows;

/// A file that can be walked through.
pub(super) enum Opened {
    /// From its beginning to its end.
    Walk(Box<dyn Walk>),
    /// Piece by piece. The flag says that chunks may begin where pieces begin.
    Pieces(Box<dyn Cut>, Box<dyn Pieces>, bool),
}

/// Checks the settings of walked formats against each other.
pub(super) fn check(settings: &Source, format: Option<Format>) -> Result<(), Fault> {
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
    let reader = |progress| -> Result<Box<dyn Read + Send>, Fault> {
        let mut start = bytes::open(file, settings.compression, progress)?;
        let mut first = Vec::new();
        bytes::read_more(&mut start, &mut first, 1 << 16)
            .map_err(|error| super::trouble::io_fault("file", &file.name, error))?;
        if first.is_empty() {
            return Err(Fault::data(format!("file `{}` is empty", file.name)));
        }
        bytes::check_text(&first, &file.name, format.title())?;
        let skip = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Ok(Box::new(std::io::Cursor::new(first.split_off(skip)).chain(start)))
    };
    Ok(match (format, &settings.fixed) {
        (Format::Fixed, Some(fixed)) => {
            let reader = bytes::open(file, settings.compression, progress)?;
            Opened::Walk(Box::new(FixedWidth::new(file, fixed, reader)))
        }
        (Format::Lines, _) => {
            let matcher = Matcher::new(settings.lines.as_ref().unwrap_or(&lines::config::Lines::default()))?;
            let cutter = matcher.open(file, settings, stretch, progress)?;
            Opened::Pieces(Box::new(cutter), Box::new(matcher), true)
        }
        (Format::Xml, _) => {
            let xml = settings.xml.clone().unwrap_or_default();
            // The progress of the run is that of the last look.
            let mut looks = [None, None, progress].into_iter();
            let open = || reader(looks.next().flatten());
            Opened::Walk(Box::new(XmlRows::new(file, &xml, open)?))
        }
        (Format::Yaml, _) => Opened::Walk(Box::new(YamlRows::new(file, records, reader(progress)?))),
        (Format::Html, _) => {
            let html = settings.html.clone().unwrap_or_default();
            Opened::Walk(Box::new(HtmlRows::new(file, &html, reader(progress)?)?))
        }
        (Format::Geojson, _) => {
            let (features, cutter, may_be_cut) = Features::open(file, settings, stretch, progress)?;
            Opened::Pieces(Box::new(cutter), Box::new(features), may_be_cut)
        }
        _ => return Err(Fault::internal(format!("{} files are not walked", format.title()))),
    })
}

impl Opened {
    /// Looks at every value, or at those in the first bytes that the pass wants.
    pub(super) fn infer(
        self,
        file: &FileRef,
        pass: Pass,
        progress: &ReadProgress,
    ) -> Result<(Seen, Option<Borders>), Fault> {
        match self {
            Opened::Walk(mut walk) => {
                let seen = rows::infer::infer(&mut *walk, file, || progress.bytes() >= pass.most_bytes)?;
                Ok((seen, None))
            }
            Opened::Pieces(mut cut, pieces, may_be_cut) => {
                let (seen, borders) = pieces::infer(&mut *cut, &*pieces, file, pass)?;
                Ok((seen, Some(borders).filter(|_| may_be_cut)))
            }
        }
    }

    /// Reads to the end, or until no more rows are wanted.
    pub(super) fn read(self, file: &FileRef, threads: usize, output: &mut Output) -> Result<(), Fault> {
        match self {
            Opened::Walk(mut walk) => rows::read::read(&mut *walk, file, output),
            Opened::Pieces(mut cut, pieces, _) => pieces::read(&mut *cut, &*pieces, file, threads, output),
        }
    }
}

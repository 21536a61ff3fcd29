//! Which walker goes through a file of which format ([`super::rows`]).

use std::sync::Arc;

use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::config::{Format, Source};
use super::fixed::FixedWidth;
use super::place::FileRef;
use super::rows::Walk;
use super::text::{self, TextSettings};

/// Checks the settings of walked formats against each other.
pub(super) fn check(settings: &Source, format: Option<Format>) -> Result<(), Fault> {
    match &settings.fixed {
        Some(fixed) => fixed.check(),
        None if format == Some(Format::Fixed) => Err(Fault::config("`fixed` is missing").hint(
            "say where the columns stand, for example `fixed: { columns: [{ name: code, start: 1, width: 8 }] }`",
        )),
        None => Ok(()),
    }
}

/// Starts walking through a file of one of the formats that are walked.
pub(super) fn open(
    file: &FileRef,
    format: Format,
    settings: &Source,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Box<dyn Walk>, Fault> {
    match (format, &settings.fixed) {
        (Format::Fixed, Some(fixed)) => {
            let text = text::open(file, TextSettings::new(settings)?, progress)?;
            Ok(Box::new(FixedWidth::new(file, fixed, text)))
        }
        _ => Err(Fault::internal(format!("{} files are not walked", format.title()))),
    }
}

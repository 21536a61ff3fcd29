//! DataFusion's errors as faults.
//!
//! Faults of sources and destinations travel through DataFusion as external errors and come out unchanged; what
//! DataFusion itself reports is put into the house's words.

use datafusion::error::DataFusionError;
use towpath_model::{Fault, FaultKind};

/// Wraps a fault for its way through DataFusion.
pub(crate) fn carry(fault: Fault) -> DataFusionError {
    DataFusionError::External(Box::new(fault))
}

/// The fault inside an error, or a new one that says what DataFusion said.
pub(crate) fn from_datafusion(error: DataFusionError) -> Fault {
    match error {
        DataFusionError::External(inner) => match inner.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(other) => match other.downcast::<DataFusionError>() {
                Ok(error) => from_datafusion(*error),
                Err(other) => Fault::data(plain(&other.to_string())),
            },
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => from_datafusion(*inner),
        DataFusionError::Collection(mut errors) if !errors.is_empty() => {
            from_datafusion(errors.swap_remove(0))
        }
        DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
            Ok(error) => from_datafusion(error),
            Err(shared) => from_shared(&shared),
        },
        DataFusionError::ArrowError(error, _) => from_arrow(*error),
        DataFusionError::ResourcesExhausted(text) => Fault::new(
            FaultKind::Unavailable,
            format!("the step needs more memory than it may use: {}", plain(&text)),
        )
        .hint("give more with `--memory`, or filter and aggregate earlier"),
        DataFusionError::IoError(error) => {
            Fault::unavailable(format!("temporary files: {}", towpath_model::scope::plain_io(&error)))
                .hint("make room in the folder for temporary files, or choose another with `TMPDIR`")
        }
        other => Fault::data(plain(&other.strip_backtrace())),
    }
}

fn from_shared(error: &DataFusionError) -> Fault {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = at {
        if let Some(fault) = inner.downcast_ref::<Fault>() {
            return fault.copied();
        }
        at = inner.source();
    }
    Fault::data(plain(&error.strip_backtrace()))
}

fn from_arrow(error: arrow::error::ArrowError) -> Fault {
    match error {
        arrow::error::ArrowError::ExternalError(inner) => match inner.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(other) => match other.downcast::<DataFusionError>() {
                Ok(error) => from_datafusion(*error),
                Err(other) => Fault::data(plain(&other.to_string())),
            },
        },
        arrow::error::ArrowError::DivideByZero => {
            Fault::data("a division by zero").hint("guard it: `a / nullif(b, 0)`")
        }
        other => Fault::data(plain(&other.to_string())),
    }
}

/// The sentence without the prefixes that libraries put before it.
pub(crate) fn plain(text: &str) -> String {
    let mut text = text.trim();
    while let Some((prefix, rest)) = text.split_once(": ") {
        let is_prefix = prefix.len() < 40
            && (prefix.ends_with("error") || prefix.ends_with("Error") || prefix.starts_with("External"))
            || prefix == "Error during planning";
        if !is_prefix {
            break;
        }
        text = rest;
    }
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !text.starts_with("SQL") => {
            first.to_lowercase().chain(letters).collect::<String>().trim_end_matches('.').to_owned()
        }
        _ => text.to_owned(),
    }
}

//! DataFusion's errors in words that users know.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use towpath_model::{Problem, suggest};

/// A problem found while planning.
pub fn planning(error: &DataFusionError, path: &str) -> Problem {
    match root(error) {
        DataFusionError::SchemaError(schema, _) => schema_problem(schema, path),
        other => {
            let text = text_of(other);
            if let Some(problem) = signature(&text, path) {
                return problem;
            }
            Problem::new(path, sentence(&text))
        }
    }
}

fn root(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::Collection(all) => all.first().map_or(error, root),
        other => other,
    }
}

fn text_of(error: &DataFusionError) -> String {
    match error {
        DataFusionError::Plan(text)
        | DataFusionError::NotImplemented(text)
        | DataFusionError::Execution(text)
        | DataFusionError::Internal(text) => text.clone(),
        DataFusionError::ArrowError(inner, _) => inner.to_string(),
        other => other.to_string(),
    }
}

fn schema_problem(error: &SchemaError, path: &str) -> Problem {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let name = match &field.relation {
                Some(table) => format!("{}.{}", table.table(), field.name),
                None => field.name.clone(),
            };
            let valid = valid_fields.iter().filter(|valid| {
                field.relation.is_none() || valid.relation.is_none() || valid.relation == field.relation
            });
            Problem::new(path, format!("there is no column `{name}`")).maybe_hint(suggest::hint(
                &field.name,
                "columns",
                valid.map(|valid| valid.name.as_str()),
            ))
        }
        SchemaError::AmbiguousReference { field } => {
            Problem::new(path, format!("column `{}` is in several tables", field.name))
                .hint(format!("say which: `table.{}`", field.name))
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            Problem::new(path, format!("two columns are called `{name}`"))
                .hint("rename one of them with `AS`")
        }
    }
}

/// A function called with arguments it does not take.
fn signature(text: &str, path: &str) -> Option<Problem> {
    if let Some((name, rest)) =
        text.split_once("unction '").and_then(|(_, rest)| rest.split_once("' expects "))
        && let Some((wanted, got)) = rest.split_once(" but received ")
    {
        let got = got.split([',', '.', ' ', '\n']).next().unwrap_or_default();
        let message = format!("`{name}` does not take {}; it expects {}", words(got), words(wanted));
        return Some(Problem::new(path, message).hint("convert it with CAST"));
    }
    let call = text.split("argument types '").nth(1)?.split('\'').next()?;
    let (name, types) = call.split_once('(')?;
    let types = words(types.trim_end_matches(')'));
    let message = if types.is_empty() {
        format!("`{name}` needs arguments")
    } else {
        format!("`{name}` does not take ({types})")
    };
    Some(Problem::new(path, message).hint("check the number of arguments, and CAST those of another type"))
}

/// Names of types as users know them.
const WORDS: [(&str, &str); 16] = [
    ("NativeType::", ""),
    ("Numeric", "a number"),
    ("String", "text"),
    ("LargeUtf8", "text"),
    ("Utf8View", "text"),
    ("Utf8", "text"),
    ("Date32", "date"),
    ("Date64", "timestamp"),
    ("Timestamp(Microsecond, None)", "timestamp"),
    ("Timestamp(µs)", "timestamp"),
    ("Timestamp(µs, \"UTC\")", "timestamp with time zone"),
    ("Timestamp(Microsecond, Some(\"UTC\"))", "timestamp with time zone"),
    ("Decimal128", "decimal"),
    ("Boolean", "boolean"),
    ("Float64", "float64"),
    ("Int64", "int64"),
];

fn words(text: &str) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The first sentence of a text in the style of a fault's message.
fn sentence(text: &str) -> String {
    let mut text = text.trim();
    for prefix in [
        "Error during planning: ",
        "Execution error: ",
        "Arrow error: ",
        "Compute error: ",
        "Cast error: ",
        "Invalid argument error: ",
        "Internal error: ",
        "This feature is not implemented: ",
    ] {
        text = text.trim_start_matches(prefix);
    }
    let text = words(text.lines().next().unwrap_or_default().trim().trim_end_matches('.'));
    let mut letters = text.chars();
    match letters.next() {
        // A word in capitals is a name or a keyword, which keeps its letters.
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text,
    }
}

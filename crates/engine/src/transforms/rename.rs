//! Renames columns.

use std::collections::HashMap;

use async_trait::async_trait;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;
use towpath_model::problem::join;

use super::common::{Problems, col, one, out, project};
use crate::expr;
use crate::reject::HELPER;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Renames columns: some by name, or all to one style.
///
/// The style is applied to the columns that `columns` does not name. Two columns that would get the same name are a
/// problem, never a silent loss.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// New names by old names, for example `{ cust_no: customer_id }`.
    #[serde(default)]
    pub(super) columns: IndexMap<String, String>,
    /// How the other columns are written, for example `snake`, which turns `Order Date` into `order_date`.
    #[serde(default)]
    pub(super) style: Style,
}

/// A way to write names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Style {
    /// As they are.
    #[default]
    None,
    /// `order_date`
    Snake,
    /// `orderDate`
    Camel,
    /// `OrderDate`
    Pascal,
    /// `ORDER DATE`: letters in upper case, nothing else changed.
    Upper,
    /// `order date`: letters in lower case, nothing else changed.
    Lower,
}

impl Style {
    fn write(self, name: &str) -> String {
        let styled = match self {
            Style::None => return name.to_owned(),
            Style::Upper => return name.to_uppercase(),
            Style::Lower => return name.to_lowercase(),
            Style::Snake => words(name).join("_"),
            Style::Camel => {
                let words = words(name);
                let mut parts = words.iter();
                let first = parts.next().cloned().unwrap_or_default();
                parts.fold(first, |text, word| text + &capital(word))
            }
            Style::Pascal => words(name).iter().map(|word| capital(word)).collect(),
        };
        // A name of signs alone, such as `%`, has no words.
        if styled.is_empty() { name.to_owned() } else { styled }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The words of a name in lower case: `orderDate`, `Order Date`, `order-date` and `ORDER_DATE` are all two words.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let letters: Vec<char> = name.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        let before = index.checked_sub(1).map(|i| letters[i]);
        let after = letters.get(index + 1);
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts {
            words.push(std::mem::take(&mut word));
        }
        word.extend(letter.to_lowercase());
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// The transform.
#[derive(Debug)]
pub(super) struct Rename;

#[async_trait]
impl TransformDef for Rename {
    type Config = Config;
    const NAME: &'static str = "rename";
    const TITLE: &'static str = "Rename columns";
    const SUMMARY: &'static str = "Renames columns one by one or all to one style.";
    const GROUP: &'static str = "shape";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-rename
nodes:
  export: { source: file, path: export.csv }
  tidy: { transform: rename, from: export, columns: { 'Cust. No': customer_id }, style: snake }
tests:
  - name: one by name, the others by style
    given:
      export: [{ 'Cust. No': 7, 'Order Date': 2025-01-31, unitPrice: 2.5 }]
    expect:
      tidy: [{ customer_id: 7, order_date: 2025-01-31, unit_price: 2.5 }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.columns.is_empty() && config.style == Style::None {
            problems.push(Problem::new("", "say what to rename with `columns` or `style`"));
        }
        let mut renamed: HashMap<String, (String, String)> = HashMap::new();
        for (old, new) in &config.columns {
            let path = join("/columns", old);
            if new.is_empty() || new.starts_with(HELPER) {
                problems.push(Problem::new(&path, format!("`{new}` cannot be the name of a column")));
            }
            if let Some(column) = problems.take_one(expr::column(plan.schema(), old, &path))
                && renamed.insert(column.name.clone(), (new.clone(), path.clone())).is_some()
            {
                problems.push(Problem::new(path, format!("column `{}` is renamed twice", column.name)));
            }
        }

        let mut taken: HashMap<String, &str> = HashMap::new();
        let mut columns = Vec::new();
        for field in plan.schema().fields() {
            let (new, path) = match renamed.get(field.name()) {
                Some((new, path)) => (new.clone(), path.as_str()),
                None => (
                    config.style.write(field.name()),
                    if config.style == Style::None { "/columns" } else { "/style" },
                ),
            };
            if let Some(other) = taken.insert(new.clone(), field.name()) {
                problems.push(
                    Problem::new(
                        path,
                        format!("`{other}` and `{}` would both be called `{new}`", field.name()),
                    )
                    .hint("give one of them another name in `columns`"),
                );
            }
            columns.push(col(field.name()).alias(new));
        }
        problems.none()?;
        out(project(plan, columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_every_way_of_writing() {
        for name in ["orderDate", "OrderDate", "Order Date", "order-date", "ORDER_DATE", " order.date "] {
            assert_eq!(Style::Snake.write(name), "order_date", "{name}");
        }
        assert_eq!(Style::Snake.write("HTTPServer2Go"), "http_server2_go");
        assert_eq!(Style::Camel.write("order date id"), "orderDateId");
        assert_eq!(Style::Pascal.write("élan_vital"), "ÉlanVital");
        assert_eq!(Style::Snake.write("%"), "%");
    }
}

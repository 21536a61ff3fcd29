//! Ways to rows and columns: a small part of XPath.

use towpath_model::Fault;

use super::tree::Element;

/// The elements that are rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowPath {
    /// Wherever they stand, and not only from the top.
    anywhere: bool,
    steps: Vec<String>,
}

impl RowPath {
    /// Reads `orders/order` or `//order`.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let (anywhere, rest) = match text.strip_prefix("//") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('/').unwrap_or(text)),
        };
        let steps: Vec<String> = rest.split('/').map(str::to_owned).collect();
        if steps.iter().any(|step| !is_name(step)) {
            return Err(Fault::config(format!("`rows` of `xml` is `{text}`"))
                .hint("write the names of elements, for example `orders/order` or `//order`"));
        }
        Ok(RowPath { anywhere, steps })
    }

    /// The way from the top along these names.
    pub(super) fn exact(path: &str) -> Self {
        RowPath { anywhere: false, steps: path.split('/').map(str::to_owned).collect() }
    }

    /// Whether the element at the end of `way` is a row. The names are as written in the file.
    pub(super) fn matches(&self, way: &[String]) -> bool {
        let fits = |ways: &[String]| ways.iter().zip(&self.steps).all(|(name, step)| is_called(name, step));
        if self.anywhere {
            way.len() >= self.steps.len() && fits(&way[way.len() - self.steps.len()..])
        } else {
            way.len() == self.steps.len() && fits(way)
        }
    }
}

/// Whether an element of this name is meant; a step without a prefix means every prefix.
fn is_called(name: &str, step: &str) -> bool {
    name == step || local(name) == step
}

/// The name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

fn is_name(step: &str) -> bool {
    !step.is_empty()
        && !step.contains(|c: char| c.is_whitespace() || "@.*[]()'\"=".contains(c) && c != '.')
        && step != "."
        && step != ".."
}

/// The way from a row to a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnPath {
    /// Elements to go up before going down.
    up: usize,
    steps: Vec<String>,
    attribute: Option<String>,
}

/// What a way leads to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Text(&'a str),
    Element(&'a Element),
}

impl ColumnPath {
    /// Reads `customer/name`, `customer/@id`, `.` or `../@date`.
    pub(super) fn parse(column: &str, text: &str) -> Result<Self, Fault> {
        let wrong = |hint: &str| {
            Err(Fault::config(format!("column `{column}` of `xml` is at `{text}`")).hint(hint.to_owned()))
        };
        let mut path = ColumnPath { up: 0, steps: Vec::new(), attribute: None };
        for step in text.split('/') {
            match step {
                "." => {}
                ".." if path.steps.is_empty() => path.up += 1,
                _ if path.attribute.is_some() => return wrong("put the attribute at the end"),
                _ => match step.strip_prefix('@') {
                    Some(name) if is_name(name) => path.attribute = Some(name.to_owned()),
                    None if is_name(step) => path.steps.push(step.to_owned()),
                    _ => return wrong("write names, for example `customer/name` or `customer/@id`"),
                },
            }
        }
        if path.up > 0 && (path.attribute.is_none() || !path.steps.is_empty()) {
            return wrong("of the elements around a row only attributes can be read, for example `../@date`");
        }
        Ok(path)
    }

    /// What stands at the end of the way. `around` are the attributes of the elements around the row, the outermost
    /// first.
    pub(super) fn find<'a>(&self, row: &'a Element, around: &'a [Element]) -> Vec<Found<'a>> {
        let mut at = vec![row];
        if self.up > 0 {
            at = around.len().checked_sub(self.up).map(|place| &around[place]).into_iter().collect();
        }
        for step in &self.steps {
            let children = at.iter().flat_map(|element| &element.children);
            at = children.filter(|child| is_called(&child.name, step)).collect();
        }
        let Some(attribute) = &self.attribute else { return at.into_iter().map(Found::Element).collect() };
        let found = at.iter().filter_map(|element| {
            let found = element.attributes.iter().find(|(name, _)| is_called(name, attribute))?;
            Some(Found::Text(&found.1))
        });
        found.collect()
    }
}

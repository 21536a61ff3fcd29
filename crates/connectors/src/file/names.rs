//! Names of columns that a file does not give, or gives twice.

use std::collections::HashSet;

/// Names in use, and remarks on those that were changed.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: HashSet<String>,
    /// Names that the file gives; no other column takes them.
    given: HashSet<String>,
    pub(super) notes: Vec<String>,
}

impl Names {
    /// For columns that have these names in the file, among others.
    pub(super) fn of<'a>(given: impl Iterator<Item = &'a str>) -> Self {
        Names { given: given.map(str::to_owned).collect(), ..Names::default() }
    }

    /// The name of the column at that place, counted from 1: the one the file gives unless it is empty or taken.
    pub(super) fn take(&mut self, place: usize, field: &str) -> String {
        let mut name = if field.is_empty() { format!("column_{place}") } else { field.to_owned() };
        let stem = name.clone();
        let mut count = 1;
        while self.used.contains(&name) || (count > 1 && self.given.contains(name.as_str())) {
            count += 1;
            name = format!("{stem}_{count}");
        }
        if field.is_empty() {
            self.notes.push(format!("column {place} has no name and is called `{name}`"));
        } else if name != field {
            self.notes.push(format!("column {place} is a second `{field}` and is called `{name}`"));
        }
        self.used.insert(name.clone());
        name
    }
}

/// Names without gaps and repetitions, and a remark for each that was changed.
pub(super) fn distinct(fields: &[String]) -> (Vec<String>, Vec<String>) {
    let mut names = Names::of(fields.iter().map(String::as_str));
    let taken = fields.iter().enumerate().map(|(place, field)| names.take(place + 1, field)).collect();
    (taken, names.notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_distinct() {
        let fields = ["a", "", "a", "a_2", "a"].map(str::to_owned);
        let (names, notes) = distinct(&fields);
        assert_eq!(names, ["a", "column_2", "a_3", "a_2", "a_4"]);
        assert_eq!(notes.len(), 3);
    }
}

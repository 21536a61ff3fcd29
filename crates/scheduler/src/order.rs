//! Schedules that run after each other must not run in circles.

use std::collections::{BTreeMap, VecDeque};

/// The shortest way from a pipeline over those that it runs after back to itself, if there is one: it begins and ends with
/// the pipeline.
///
/// Without a circle nothing runs for ever. To be asked before a schedule is saved.
pub fn circle(after: &BTreeMap<String, Vec<String>>, start: &str) -> Option<Vec<String>> {
    // Each with the one that runs after it.
    let mut reached: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open: VecDeque<&str> = [start].into();
    while let Some(name) = open.pop_front() {
        for other in after.get(name).into_iter().flatten() {
            if other == start {
                let back = std::iter::successors(Some(name), |name| reached.get(name).copied());
                let mut way: Vec<String> = back.map(str::to_owned).collect();
                way.reverse();
                way.push(start.to_owned());
                return Some(way);
            }
            if !reached.contains_key(other.as_str()) {
                reached.insert(other, name);
                open.push_back(other);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_and_diamonds_are_none() {
        let after = |edges: &[(&str, &[&str])]| -> BTreeMap<String, Vec<String>> {
            edges
                .iter()
                .map(|(name, others)| ((*name).into(), others.iter().map(|other| (*other).into()).collect()))
                .collect()
        };
        let way =
            |edges: &[(&str, &[&str])], start: &str| circle(&after(edges), start).map(|way| way.join(" "));
        assert_eq!(way(&[("d", &["b", "c"]), ("b", &["a"]), ("c", &["a"])], "d"), None);
        let edges: &[(&str, &[&str])] = &[("x", &["b"]), ("a", &["c", "b"]), ("b", &["d", "a"])];
        assert_eq!(way(edges, "a").as_deref(), Some("a b a"));
        assert_eq!(way(edges, "x"), None, "the circle of others is not its own");
        assert_eq!(way(&[("a", &["a"])], "a").as_deref(), Some("a a"));
        let long: &[(&str, &[&str])] = &[("a", &["b"]), ("b", &["c"]), ("c", &["a"])];
        assert_eq!(way(long, "b").as_deref(), Some("b c a b"));
    }
}

//! Schedules that run after each other must not run in circles.

use std::collections::{BTreeMap, BTreeSet};

/// A circle among pipelines that run after others, if there is one: each runs after the next, the last after the first.
///
/// Without a circle nothing runs for ever. To be asked before a schedule is saved.
pub fn cycle(after: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    for start in after.keys() {
        // The way to the present pipeline, each with the position of the next one to look at.
        let mut way: Vec<(&str, usize)> = vec![(start, 0)];
        while let Some((name, position)) = way.pop() {
            if done.contains(name) {
                continue;
            }
            match after.get(name).and_then(|others| others.get(position)) {
                Some(next) => {
                    way.push((name, position + 1));
                    if let Some(first) = way.iter().position(|(on_way, _)| on_way == next) {
                        return Some(way[first..].iter().map(|(name, _)| (*name).to_owned()).collect());
                    }
                    way.push((next, 0));
                }
                None => {
                    done.insert(name);
                }
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
        assert_eq!(cycle(&after(&[("d", &["b", "c"]), ("b", &["a"]), ("c", &["a"])])), None);
        let circle = cycle(&after(&[("x", &["b"]), ("a", &["c", "b"]), ("b", &["d", "a"])])).unwrap();
        assert_eq!(circle.iter().collect::<BTreeSet<_>>().len(), 2);
        assert_eq!(cycle(&after(&[("a", &["a"])])), Some(vec!["a".into()]));
    }
}

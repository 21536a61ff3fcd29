//! "Did you mean": the nearest of the names that would have been right.

/// The candidate nearest to `word`, when one is near enough to be a likely slip of the keyboard.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (likeness(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.78)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// How alike two words are, from 0 to 1. In short words, where a swap of two letters changes much of the word, one
/// slip counts as alike.
fn likeness(word: &str, candidate: &str) -> f64 {
    let alike = strsim::jaro_winkler(word, candidate);
    let is_slip = word.chars().count() >= 3 && strsim::osa_distance(word, candidate) <= 1;
    if is_slip { alike.max(0.9) } else { alike }
}

/// A hint of the form ``did you mean `x`?``, or the list of what exists when nothing is near.
pub fn hint<'a>(word: &str, kind: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match candidates.len() {
        0 => None,
        1..=20 => Some(format!("{kind}: {}", list(&candidates))),
        more => Some(format!("{kind}: {} and {} more", list(&candidates[..15]), more - 15)),
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_slip_and_refuses_a_guess() {
        assert_eq!(nearest("postgress", ["mysql", "postgres", "sqlite"]), Some("postgres"));
        assert_eq!(nearest("zebra", ["mysql", "postgres"]), None);
        assert_eq!(nearest("bgi", ["sales", "big"]), Some("big"));
    }
}

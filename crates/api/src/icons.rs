//! Drawings of connectors and transforms, as data: one line each, the name and the path of a drawing of 24 by 24 that is
//! drawn with lines, so that it takes the colour of what stands around it.

const DRAWINGS: &str = include_str!("icons.txt");
/// What has no drawing of its own: a box.
const BOX: &str = "M12 3l8 4.5v9L12 21l-8-4.5v-9z M4 7.5l8 4.5l8-4.5 M12 12v9";

/// The path of the drawing of a connector or transform.
pub(crate) fn path(name: &str) -> &'static str {
    let drawn = DRAWINGS.lines().filter_map(|line| line.split_once(' '));
    drawn.into_iter().find(|(known, _)| *known == name).map_or(BOX, |(_, path)| path)
}

/// The whole drawing.
pub(crate) fn svg(name: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" fill=\"none\" \
         stroke=\"currentColor\" stroke-width=\"1.8\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
         <path d=\"{}\"/></svg>\n",
        path(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_paths_of_their_own() {
        let mut seen = std::collections::HashSet::new();
        for line in DRAWINGS.lines() {
            let (name, path) = line.split_once(' ').unwrap();
            let is_path = |sign: char| sign.is_ascii_digit() || "MmLlHhVvCcSsAaZz .-".contains(sign);
            assert!(path.starts_with('M') && path.chars().all(is_path), "{name}: {path}");
            assert!(seen.insert(name) && seen.insert(path), "{name} is drawn twice, or like another one");
        }
    }
}

//! A look at the beginning of an XML file: which elements are rows, what repeats inside of them, which names need their
//! prefix.
//!
//! What a later part of the file brings cannot change the names of columns any more: a row that would need it goes to
//! quarantine.

use std::collections::{HashMap, HashSet};

use towpath_model::Fault;

use super::path::{RowPath, local};
use super::tree::{Element, Step, Window};

/// Bytes that are looked at.
pub(super) const SURVEY_BYTES: u64 = 8 << 20;
/// Most different ways to elements that are counted.
const MOST_WAYS: usize = 10_000;
/// An element that repeats this much more often than the repeated element around it is the row.
const MANY_TIMES: u64 = 20;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Local names that stand with different prefixes.
    prefixed: HashSet<String>,
    /// Dotted names of elements that repeat inside of a row, and names of columns that lead to several.
    pub(super) lists: HashSet<String>,
    /// Dotted names that are an attribute and an element.
    pub(super) clashes: HashSet<String>,
}

impl Survey {
    /// The name of an element or attribute for people.
    pub(super) fn name<'a>(&self, written: &'a str) -> &'a str {
        let local = local(written);
        if self.prefixed.contains(local) { written } else { local }
    }

    /// Takes in what a row shows. `at` is the dotted name of the element; empty for the row.
    pub(super) fn look(&mut self, element: &Element, at: &str) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for child in &element.children {
            let name = join(at, self.name(&child.name));
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            if *count == 2 {
                self.lists.insert(name.clone());
            }
            self.look(child, &name);
        }
        for (name, _) in &element.attributes {
            let name = join(at, self.name(name));
            if seen.contains_key(&name) {
                self.clashes.insert(name);
            } else {
                seen.insert(format!("@{name}"), 0);
            }
        }
    }
}

/// A dotted name.
pub(super) fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

#[derive(Debug, Default)]
struct Way {
    count: u64,
    /// Most of them inside of one element.
    most: u64,
    /// It has attributes or elements.
    is_complex: bool,
}

/// The way to the elements that are rows, with what speaks for it, and names that need their prefix. With
/// `keep_rows`, a file that breaks is looked at as far as it goes.
pub(super) fn find(window: &mut Window, keep_rows: bool) -> Result<(RowPath, String, Survey), Fault> {
    let mut survey = Survey::default();
    let mut prefixes: HashMap<String, String> = HashMap::new();
    let mut ways: HashMap<String, Way> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    // The way to each open element, and how often each of its children was seen.
    let mut open: Vec<(String, HashMap<String, u64>)> = vec![Default::default()];
    while window.bytes() < SURVEY_BYTES && ways.len() < MOST_WAYS {
        let step = match window.step() {
            Err(_) if keep_rows && !order.is_empty() => break,
            step => step?,
        };
        match step {
            Step::Start(element, is_empty) => {
                let names = element.attributes.iter().map(|(name, _)| name).chain([&element.name]);
                for name in names {
                    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
                    let known = prefixes.entry(local(name).to_owned()).or_insert_with(|| prefix.to_owned());
                    if known != prefix {
                        survey.prefixed.insert(local(name).to_owned());
                    }
                }
                let Some((parent, children)) = open.last_mut() else { break };
                let path = if parent.is_empty() {
                    element.name.clone()
                } else {
                    format!("{parent}/{}", element.name)
                };
                let siblings = children.entry(element.name.clone()).or_default();
                *siblings += 1;
                if !parent.is_empty()
                    && let Some(way) = ways.get_mut(parent)
                {
                    way.is_complex = true;
                }
                let way = ways.entry(path.clone()).or_insert_with(|| {
                    order.push(path.clone());
                    Way::default()
                });
                way.count += 1;
                way.most = way.most.max(*siblings);
                way.is_complex |= !element.attributes.is_empty();
                if !is_empty {
                    open.push((path, HashMap::new()));
                }
            }
            Step::End => {
                open.pop();
            }
            Step::Text(_) => {}
            Step::Done => break,
        }
    }
    if order.is_empty() {
        return Err(window.fault("there is no element"));
    }
    let (path, count) = choose(&order, &ways);
    let shown: Vec<&str> = path.split('/').map(|name| survey.name(name)).collect();
    let shown = shown.join("/");
    let why = match count {
        1 => format!("nothing repeats; the only row is the element `{shown}`"),
        _ => {
            format!("rows are the elements `{shown}`, which repeat most: {count} were seen at the beginning")
        }
    };
    Ok((RowPath::exact(&path), format!("{why}; `xml: {{ rows: … }}` chooses others"), survey))
}

fn choose(order: &[String], ways: &HashMap<String, Way>) -> (String, u64) {
    let repeated = |is_complex: bool| -> Vec<(&String, &Way)> {
        let all = order.iter().filter_map(|path| Some((path, ways.get(path)?)));
        all.filter(|(_, way)| way.most > 1 && (way.is_complex || !is_complex)).collect()
    };
    let mut candidates = repeated(true);
    if candidates.is_empty() {
        candidates = repeated(false);
    }
    let mut best: Option<(&String, &Way)> = None;
    for (path, way) in candidates {
        let is_inside = |outer: &str| path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let is_better = match best {
            None => true,
            Some((outer, known)) if is_inside(outer) => way.count > known.count * MANY_TIMES,
            Some((_, known)) => way.most > known.most,
        };
        if is_better {
            best = Some((path, way));
        }
    }
    if let Some((path, way)) = best {
        return (path.clone(), way.count);
    }
    // Nothing repeats: the only element inside of the root, where it has something in it, or the root.
    let root = &order[0];
    let inner: Vec<&String> = order
        .iter()
        .filter(|path| path.strip_prefix(root.as_str()).is_some_and(|rest| rest.matches('/').count() == 1))
        .collect();
    match inner.as_slice() {
        [only] if ways.get(*only).is_some_and(|way| way.is_complex) => ((*only).clone(), 1),
        _ => (root.clone(), 1),
    }
}

//! Images of the rows that a load changes, and the way back.
//!
//! Beside the target stands one table per load: what happened to a row (`op`), its values before (`b0…`) and after
//! (`a0…`), of all columns that the table stores. Taking a load back touches a row only if it still is as the load
//! left it.

use super::{Dialect, Merge};
use crate::change::ChangeKind;

/// The images of one load.
#[derive(Debug, Clone)]
pub struct UndoTable<'a> {
    /// How the system writes SQL.
    pub dialect: &'a dyn Dialect,
    /// The table with the images, as SQL.
    pub images: String,
    /// The table that the load changes, as SQL.
    pub target: String,
    /// Every column that the target stores and that can be written, with the form for comparison, if any
    /// (see [`super::Column::compare`]).
    pub columns: Vec<(String, Option<String>)>,
    /// Places in `columns` of those that identify a row.
    pub key: Vec<usize>,
}

/// The statements that take a load back, in the order in which they must run, inside one transaction.
#[derive(Debug, Clone)]
pub struct Undoing {
    /// Counts the rows that changed since.
    pub count_kept: String,
    /// The keys of rows that changed since, as text, at most 20.
    pub show_kept: String,
    /// What to run, with what the load had done to the rows that each statement affects.
    pub steps: Vec<(ChangeKind, String)>,
}

impl UndoTable<'_> {
    /// Whether an update may change the column: those of the key only where equal values may still differ.
    fn changes(&self, place: usize) -> bool {
        !self.key.contains(&place) || self.columns[place].1.is_some()
    }

    fn quoted(&self, place: usize) -> String {
        self.dialect.quote(&self.columns[place].0)
    }

    /// Creates the empty table. The types follow the target's.
    pub fn create(&self) -> String {
        let mut columns = vec!["'i' AS op".to_owned()];
        for side in ["b", "a"] {
            columns.extend(
                (0..self.columns.len()).map(|place| format!("t.{} AS {side}{place}", self.quoted(place))),
            );
        }
        format!(
            "CREATE TABLE {} AS SELECT {} FROM {} AS t WHERE 1 = 0",
            self.images,
            columns.join(", "),
            self.target
        )
    }

    /// Takes images of what `merge` will change; run before its steps.
    pub fn before(&self, merge: &Merge<'_>, kinds: &[ChangeKind]) -> Vec<String> {
        let sides = |side: &str, places: &mut dyn Iterator<Item = usize>| -> Vec<String> {
            places.map(|place| format!("{side}{place}")).collect()
        };
        let all = || 0..self.columns.len();
        let stored: Vec<String> = all().map(|place| format!("t.{}", self.quoted(place))).collect();
        let staged_key: Vec<&str> =
            merge.key.iter().map(|&place| merge.columns[place].staged.as_str()).collect();
        let stored_key: Vec<String> =
            self.key.iter().map(|&place| format!("t.{}", self.quoted(place))).collect();
        let into = |columns: Vec<String>| format!("INSERT INTO {} (op, {})", self.images, columns.join(", "));
        let key_after = || sides("a", &mut self.key.iter().copied());
        let flagged = merge.flag.is_some();
        let statements = kinds.iter().map(|kind| match kind {
            ChangeKind::Inserted => format!(
                "{} SELECT 'i', {} FROM {} AS s WHERE {}",
                into(key_after()),
                staged_key.join(", "),
                merge.stage,
                merge.is_new()
            ),
            ChangeKind::Deleted if !flagged => format!(
                "{} SELECT 'd', {} FROM {} AS t WHERE {}",
                into(sides("b", &mut all())),
                stored.join(", "),
                merge.target,
                merge.is_gone()
            ),
            ChangeKind::Deleted => format!(
                "{} SELECT 'f', {}, {} FROM {} AS t WHERE {}",
                into([sides("b", &mut all()), key_after()].concat()),
                stored.join(", "),
                stored_key.join(", "),
                merge.target,
                merge.is_gone()
            ),
            ChangeKind::Updated => format!(
                "{} SELECT 'u', {}, {} FROM {} AS t JOIN {} AS s ON {} WHERE {}",
                into([sides("b", &mut all()), key_after()].concat()),
                stored.join(", "),
                stored_key.join(", "),
                merge.target,
                merge.stage,
                merge.matches(),
                merge.differs()
            ),
        });
        statements.collect()
    }

    /// Takes images of what is there now; run after the steps.
    pub fn after(&self) -> String {
        let sets: Vec<(String, String)> = (0..self.columns.len())
            .filter(|place| self.changes(*place))
            .map(|place| (self.dialect.quote(&format!("a{place}")), format!("x.{}", self.quoted(place))))
            .collect();
        let matches = self.pair("t.a", |place| format!("x.{}", self.quoted(place)));
        if sets.is_empty() {
            // Every column is of the key, which the images have already.
            return format!("DELETE FROM {} WHERE 1 = 0", self.images);
        }
        let on = format!("t.op <> 'd' AND {matches}");
        self.dialect.update(&self.images, &format!("{} AS x", self.target), &on, &sets)
    }

    /// Equality of the key between one side of an image (`u.a` and the place) and stored values. These come first,
    /// because some systems compare as the column on the left does.
    fn pair(&self, side: &str, stored: impl Fn(usize) -> String) -> String {
        let equal = self.key.iter().map(|&place| format!("{} = {side}{place}", stored(place)));
        equal.collect::<Vec<_>>().join(" AND ")
    }

    /// Whether the row `t` is the one of the image `u`, and as the load left it.
    fn untouched(&self) -> String {
        let same = (0..self.columns.len()).map(|place| {
            let (stored, image) = (format!("t.{}", self.quoted(place)), format!("u.a{place}"));
            match &self.columns[place].1 {
                Some(form) => self.dialect.same(&form.replace("{}", &stored), &form.replace("{}", &image)),
                None => self.dialect.same(&stored, &image),
            }
        });
        let key = self.pair("u.a", |place| format!("t.{}", self.quoted(place)));
        [key].into_iter().chain(same).collect::<Vec<_>>().join(" AND ")
    }

    /// The way back.
    pub fn undo(&self) -> Undoing {
        let (images, target) = (&self.images, &self.target);
        let untouched = self.untouched();
        let back = self.pair("u.b", |place| format!("t.{}", self.quoted(place)));
        let kept = format!(
            "FROM {images} AS u WHERE (u.op <> 'd' AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {untouched})) \
             OR (u.op = 'd' AND EXISTS (SELECT 1 FROM {target} AS t WHERE {back}))"
        );
        let key: Vec<String> = self
            .key
            .iter()
            .map(|place| {
                self.dialect.text(&format!("CASE WHEN u.op = 'd' THEN u.b{place} ELSE u.a{place} END"))
            })
            .collect();
        let update = |op: &str| {
            let sets: Vec<(String, String)> = (0..self.columns.len())
                .filter(|place| self.changes(*place))
                .map(|place| (self.quoted(place), format!("u.b{place}")))
                .collect();
            let on = format!("u.op = '{op}' AND {untouched}");
            (!sets.is_empty()).then(|| self.dialect.update(target, &format!("{images} AS u"), &on, &sets))
        };
        let delete = self.dialect.delete(
            target,
            &format!("EXISTS (SELECT 1 FROM {images} AS u WHERE u.op = 'i' AND {untouched})"),
        );
        let names: Vec<String> = (0..self.columns.len()).map(|place| self.quoted(place)).collect();
        let values: Vec<String> = (0..self.columns.len()).map(|place| format!("u.b{place}")).collect();
        let insert = format!(
            "INSERT INTO {target} ({}){} SELECT {} FROM {images} AS u WHERE u.op = 'd' \
             AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {back})",
            names.join(", "),
            self.dialect.overriding(),
            values.join(", ")
        );
        let mut steps = vec![(ChangeKind::Inserted, delete)];
        steps.extend(update("u").map(|sql| (ChangeKind::Updated, sql)));
        steps.extend(update("f").map(|sql| (ChangeKind::Deleted, sql)));
        steps.push((ChangeKind::Deleted, insert));
        Undoing {
            count_kept: format!("SELECT count(*) {kept}"),
            show_kept: format!("SELECT {} {kept} LIMIT 20", key.join(", ")),
            steps,
        }
    }
}

impl Merge<'_> {
    /// The images that undo needs of a mode: which sets of rows it changes.
    pub fn changes_of(&self, mode: towpath_model::WriteMode) -> &'static [ChangeKind] {
        self.kinds(mode)
    }
}

//! What a load would change, shown before it happens.
//!
//! The table takes its new shape and a history makes its versions as for the commit, inside a savepoint: when the
//! changes are shown, everything is as before, locks included.

use towpath_connect::{Change, ChangeCounts, ChangeKind, ChangeSink};
use towpath_model::Fault;

use super::name::quote;
use super::place::{Place, Staged};

impl Place<'_> {
    /// Shows every change to the sink, and counts them.
    pub(super) async fn preview(
        &self,
        staged: &mut Staged,
        sink: &mut dyn ChangeSink,
    ) -> Result<ChangeCounts, Fault> {
        // Rows of a table that is created wait with this for its key; a preview does not.
        self.resolve(staged, &self.stage()).await?;
        self.run("SAVEPOINT preview").await?;
        let mut counts = ChangeCounts::default();
        if self.is_in_place() || !self.plan.stage.is_apart() {
            let merge = self.merge(&staged.now, false);
            let names: Vec<String> = merge.columns.iter().map(|column| column.name.clone()).collect();
            sink.columns(&names, &self.plan.key)?;
            let inserted = |row| Change { kind: ChangeKind::Inserted, before: None, after: Some(row) };
            self.show(&self.rows_in_place(&names), &inserted, sink, &mut counts).await?;
        } else {
            self.reshape().await?;
            let merge = self.plan_merge(staged).await?;
            let names: Vec<String> = merge.columns.iter().map(|column| column.name.clone()).collect();
            let key: Vec<String> = merge.key.iter().map(|&place| names[place].clone()).collect();
            sink.columns(&names, &key)?;
            for query in merge.previews(self.request.mode) {
                self.show(&query.sql, &|row| query.change(row), sink, &mut counts).await?;
            }
            counts.unchanged = self.unchanged(staged, &counts);
        }
        self.run("ROLLBACK TO SAVEPOINT preview").await?;
        Ok(counts)
    }

    async fn show(
        &self,
        sql: &str,
        change: &(dyn Fn(Vec<Option<String>>) -> Change + Sync),
        sink: &mut dyn ChangeSink,
        counts: &mut ChangeCounts,
    ) -> Result<(), Fault> {
        let doing = format!("showing the changes of table `{}`", self.plan.target);
        self.session()
            .texts(&doing, sql, &mut |row| {
                let change = change(row);
                counts.add(change.kind, 1);
                sink.change(change)
            })
            .await
    }

    /// The rows of this transaction, in a table that may have others.
    fn rows_in_place(&self, names: &[String]) -> String {
        let values: Vec<String> = names.iter().map(|name| format!("(s.{})::text", quote(name))).collect();
        let ours = match self.plan.created {
            true => "",
            false => " WHERE s.xmin = (txid_current() & 4294967295)::text::xid",
        };
        format!("SELECT {} FROM {} AS s{ours}", values.join(", "), self.stage())
    }
}

//! Brings the staging place into the state from which a load can be shown or put in place: no repeated keys, and for
//! a history the versions that follow from its rows.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_connect::merge::{Column, Groups, Merge, Scope, Timeline};
use towpath_model::landing::{History, Mirror};
use towpath_model::{Fault, LoadId, WriteMode};

use super::chunks::ChunkTable;
use super::create::ColumnDefinition;
use super::dialect::{MysqlDialect, comparison};
use super::fault::Place;
use super::names::{literal, quote};
use super::own::moment;
use super::plan::{Plan, Strategy};
use super::shape::{INDEX, ROW};
use super::staging::{Staging, drop_tables};

/// How rows are staged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Staged {
    /// Rows of the staging table, after those with a repeated key are gone.
    pub(super) rows: u64,
    /// Rows that went.
    pub(super) deduplicated: u64,
}

/// A load on its way from the staging place to the target.
pub(super) struct Ready<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) plan: &'a Plan,
    pub(super) staging: &'a Staging,
    pub(super) load_id: &'a LoadId,
    pub(super) chunked: bool,
    pub(super) place: &'a Place,
    /// The scope of a mirror, where another node gives it.
    pub(super) groups: &'a Groups,
}

impl Ready<'_> {
    pub(super) async fn execute(&mut self, sql: &str) -> Result<u64, Fault> {
        self.conn.query_drop(sql).await.map_err(|error| self.place.fault(error))?;
        Ok(self.conn.affected_rows())
    }

    async fn number(&mut self, sql: &str) -> Result<u64, Fault> {
        let found: Option<u64> = self.conn.query_first(sql).await.map_err(|error| self.place.fault(error))?;
        Ok(found.unwrap_or_default())
    }

    /// Takes away rows with a repeated key. `sent` is the number of rows that were written to a load without chunks.
    pub(super) async fn resolve(&mut self, sent: u64) -> Result<Staged, Fault> {
        let stage = self.staging.name.sql();
        let sent = if self.chunked { self.sealed_rows().await? } else { sent };
        if self.is_numbered().await? {
            self.drop_superseded().await?;
        } else if self.plan.unique.is_empty() {
            return Ok(Staged { rows: sent, deduplicated: 0 });
        }
        // Without numbers, repeated keys replaced each other when they were written. The server's count of replaced
        // rows leaves out those that were equal in every column.
        let rows = self.number(&format!("SELECT COUNT(*) FROM {stage}")).await?;
        Ok(Staged { rows, deduplicated: sent.saturating_sub(rows) })
    }

    async fn sealed_rows(&mut self) -> Result<u64, Fault> {
        let chunks = ChunkTable::beside(&self.plan.target, self.place);
        let sealed = chunks.sealed(self.conn, self.load_id).await?;
        if sealed.chunks.0 != sealed.chunks.1 {
            return Err(Fault::internal(format!(
                "a load is committed with {} of {} chunks sealed",
                sealed.chunks.0, sealed.chunks.1
            )));
        }
        Ok(sealed.rows)
    }

    /// Whether the staging table has numbered rows now. It loses the numbers on its way to a target of its own.
    async fn is_numbered(&mut self) -> Result<bool, Fault> {
        if !self.plan.numbers_rows(self.chunked) {
            return Ok(false);
        }
        let sql = format!("SHOW COLUMNS FROM {} LIKE {}", self.staging.name.sql(), literal(ROW));
        let found: Option<mysql_async::Row> =
            self.conn.query_first(sql).await.map_err(|error| self.place.fault(error))?;
        Ok(found.is_some())
    }

    /// Of the rows with one key, the last one stays: by the order of chunks, then of rows inside.
    async fn drop_superseded(&mut self) -> Result<(), Fault> {
        let stage = self.staging.name.sql();
        let keys: Vec<String> =
            self.plan.unique.iter().map(|&place| quote(&self.plan.columns[place].name)).collect();
        let sql = format!("SHOW INDEX FROM {stage} WHERE Key_name = {}", literal(INDEX));
        let index: Option<mysql_async::Row> =
            self.conn.query_first(sql).await.map_err(|error| self.place.fault(error))?;
        if index.is_none() {
            self.execute(&format!("ALTER TABLE {stage} ADD KEY {INDEX} ({})", keys.join(", "))).await?;
        }
        let of = |alias: &str| keys.iter().map(|key| format!("{alias}.{key}")).collect::<Vec<_>>().join(", ");
        let same = keys.iter().map(|key| format!("d.{key} = x.{key}")).collect::<Vec<_>>().join(" AND ");
        let (row, keys) = (quote(ROW), keys.join(", "));
        let chunks = ChunkTable::beside(&self.plan.target, self.place).table.sql();
        let load_id = literal(self.load_id.as_str());
        self.execute(&format!(
            "DELETE s FROM {stage} AS s JOIN (SELECT r FROM (SELECT x.{row} AS r, ROW_NUMBER() OVER (\
             PARTITION BY {of_x} ORDER BY c.position DESC, x.{row} DESC) AS pick FROM (\
             SELECT {keys} FROM {stage} GROUP BY {keys} HAVING COUNT(*) > 1) AS d \
             JOIN {stage} AS x ON {same} \
             JOIN {chunks} AS c ON c.load_id = {load_id} AND c.part = x.{row} >> 32) AS p WHERE pick > 1) AS g \
             ON g.r = s.{row}",
            of_x = of("x"),
        ))
        .await?;
        Ok(())
    }

    /// Gives the staging table the shape of the target that it becomes.
    pub(super) async fn shape_as_target(&mut self) -> Result<(), Fault> {
        if !self.is_numbered().await? {
            return Ok(());
        }
        let (stage, key) = (self.staging.name.sql(), self.plan.names(&self.plan.unique));
        self.execute(&format!(
            "ALTER TABLE {stage} DROP PRIMARY KEY, DROP KEY {INDEX}, DROP COLUMN {}, ADD PRIMARY KEY ({key})",
            quote(ROW)
        ))
        .await?;
        Ok(())
    }

    /// Makes the tables that a history needs, empty.
    pub(super) async fn prepare_versions(&mut self) -> Result<(), Fault> {
        if self.plan.own.versions.is_none() {
            return Ok(());
        }
        let (versions, copy) = (self.staging.versions(), self.staging.copy());
        drop_tables(self.conn, self.place, &versions.sql()).await?;
        self.execute(&self.plan.versions_sql(&versions)).await?;
        if self.plan.strategy == Strategy::Build {
            drop_tables(self.conn, self.place, &copy.sql()).await?;
            self.execute(&self.plan.built_sql(&copy)).await?;
        }
        Ok(())
    }

    /// Makes a table of the groups that a partial mirror is about, and restricts the merge to them.
    pub(super) async fn restrict(&mut self, rules: &Mirror, rows: &mut Merge<'_>) -> Result<(), Fault> {
        if self.plan.mode != WriteMode::Mirror {
            return Ok(());
        }
        let Some(scope) = Scope::of(rules, rows, &self.plan.target.table)? else { return Ok(()) };
        let table = self.staging.scope();
        let definitions = scope.within.iter().zip(scope.names()).filter_map(|(&place, name)| {
            let name_of = &rows.columns[place].name;
            let column = self.plan.columns.iter().find(|column| column.name == *name_of)?;
            Some(ColumnDefinition { name, nullable: true, default: None, ..column.clone() })
        });
        let definitions: Vec<ColumnDefinition> = definitions.collect();
        let mut parts: Vec<String> = definitions.iter().map(ColumnDefinition::sql).collect();
        // Texts may be too long for an index.
        if !definitions.iter().any(|column| column.column_type.is_text()) {
            let names: Vec<String> = scope.names().iter().map(|name| quote(name)).collect();
            parts.push(format!("KEY ({})", names.join(", ")));
        }
        let sql = table.sql();
        drop_tables(self.conn, self.place, &sql).await?;
        self.execute(&format!("CREATE TABLE {sql} ({})", parts.join(", "))).await?;
        match rules.of {
            None => {
                self.execute(&format!("INSERT INTO {sql} {}", scope.came(rows))).await?;
            }
            Some(_) => {
                for values in Scope::values(self.groups, literal) {
                    self.execute(&format!("INSERT INTO {sql} VALUES {values}")).await?;
                }
            }
        }
        scope.restrict(rows, &sql);
        Ok(())
    }

    /// The time of the load: the server's, in UTC.
    pub(super) async fn now(&mut self) -> Result<String, Fault> {
        let time: Option<String> = self
            .conn
            .query_first("SELECT CAST(UTC_TIMESTAMP(6) AS CHAR)")
            .await
            .map_err(|error| self.place.fault(error))?;
        time.ok_or_else(|| Fault::internal("the server did not say what time it is"))
    }
}

/// What the staged rows change in `target`. For a history this stages the rows of its timeline.
pub(super) fn rows<'a>(plan: &Plan, staging: &Staging, target: &str, time: &str) -> Result<Merge<'a>, Fault> {
    let changed = plan.own.versions.as_ref().and_then(|versions| versions.changed);
    let places: Vec<usize> = (0..plan.columns.len()).filter(|place| Some(*place) != changed).collect();
    let columns = places.iter().map(|&place| column(&plan.columns[place], plan, place)).collect();
    let key = plan.partner.iter().filter_map(|wanted| places.iter().position(|place| place == wanted));
    let flag = match &plan.own.flag {
        Some(flag) => Some((flag.name.clone(), moment(flag, time)?)),
        None => None,
    };
    Ok(Merge {
        dialect: &MysqlDialect,
        target: target.to_owned(),
        stage: staging.name.sql(),
        columns,
        key: key.collect(),
        unset: if plan.mode == WriteMode::Overwrite { plan.others.clone() } else { Vec::new() },
        flag,
        gone_among: None,
    })
}

fn column(definition: &ColumnDefinition, plan: &Plan, place: usize) -> Column {
    // Rows of other tables refer to the very value of a key, so it stays as it is written.
    let stays = plan.referred && plan.partner.contains(&place);
    let compare = if stays { None } else { comparison(definition) };
    Column { compare, ..Column::new(&definition.name, format!("s.{}", quote(&definition.name))) }
}

/// The timeline of a history.
pub(super) fn timeline(plan: &Plan, rules: &History, time: &str) -> Result<Option<Timeline>, Fault> {
    let Some(versions) = &plan.own.versions else { return Ok(None) };
    let now = || moment(&versions.from, time);
    let moment = match versions.changed {
        Some(place) => format!("s.{}", quote(&plan.columns[place].name)),
        None => now()?,
    };
    Ok(Some(Timeline {
        valid_from: versions.from.name.clone(),
        valid_to: versions.to.name.clone(),
        is_current: versions.current.name.clone(),
        moment,
        close_missing: if rules.close_missing { Some(now()?) } else { None },
        booleans: ("1", "0"),
    }))
}

/// Puts the versions that follow from the staged rows into their table.
pub(super) fn fill_versions(timeline: &Timeline, rows: &Merge<'_>, staging: &Staging) -> String {
    let width = rows.columns.len();
    let mut names: Vec<String> = (0..width).map(|number| format!("v{number}")).collect();
    names.extend(["vf", "vt", "cur"].map(str::to_owned));
    let names = names.join(", ");
    format!(
        "INSERT INTO {} ({names}) SELECT {names} FROM {} AS z",
        staging.versions().sql(),
        timeline.query(rows)
    )
}

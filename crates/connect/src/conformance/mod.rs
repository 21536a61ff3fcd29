//! The conformance laws: what every connector must keep, run on real systems.
//!
//! A connector's tests give a [`Harness`] (where the system is, how tables are named) and call [`run`]. Data is
//! seeded through the connector's own destination and read back through its own source, in the same order of
//! calls as the engine makes: begin, fit, write, commit. Each law is one function that names the capability that
//! makes it apply; a law that does not apply is passed over, never weakened.
//!
//! The laws panic with a sentence that names what was broken. They need a Tokio runtime.

#![expect(clippy::expect_used, reason = "the laws are test code: what breaks them panics")]

mod bench;
mod bounded;
mod changing;
mod modes;
mod random;
mod reading;
mod resuming;
mod settings;
mod undoing;
mod values;
mod writing;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use serde_json::Value;

use self::bench::Bench;
pub use self::random::random_loads;
use crate::connector::{Capabilities, Connector, Context};

/// What the laws must know of the system under test.
pub trait Harness: Send + Sync {
    /// A connection that works.
    fn connection(&self) -> Value;

    /// The same connection with a wrong password, when the system has accounts.
    fn wrong_password(&self) -> Option<Value> {
        None
    }

    /// A connection whose host, port or path does not exist, when there can be one.
    fn unreachable(&self) -> Option<Value> {
        None
    }

    /// Whether the system is on another machine, as far as the connector can tell: it is reached by a connection.
    fn is_remote(&self) -> bool {
        false
    }

    /// Source settings that read a table (or file) of this name.
    fn source(&self, table: &str) -> Value;

    /// Destination settings that write a table (or file) of this name.
    fn destination(&self, table: &str) -> Value;

    /// Makes a table (or file) of this name with these rows, and says so. For connectors that only read: without a
    /// destination, the laws of reading have no other way to rows.
    fn seed(&self, _table: &str, _schema: &SchemaRef, _batches: &[RecordBatch]) -> bool {
        false
    }

    /// A name that no table or file has yet.
    fn fresh_table_name(&self) -> String;

    /// Where relative paths start.
    fn context(&self) -> Context {
        Context::new(".")
    }

    /// Whether a column can have this name. Systems that lack characters in names say no to those; the laws then leave
    /// the name out.
    fn takes_name(&self, _name: &str) -> bool {
        true
    }

    /// What the system under test can do, of all that the connector can: some formats of files take fewer write modes
    /// than others.
    fn capabilities(&self, connector: &Capabilities) -> Capabilities {
        connector.clone()
    }

    /// The first day that dates may have, counted from 1970-01-01: 0001-01-01, or later where the system knows no such
    /// day.
    fn first_day(&self) -> i32 {
        -719_162
    }

    /// Whether a table (or file) without rows still has its columns. Formats that name columns only in their rows say
    /// no.
    fn keeps_columns_of_empty_tables(&self) -> bool {
        true
    }

    /// Whether the JSON text `null` is told apart from no value. Files of JSON say no.
    fn keeps_json_null(&self) -> bool {
        true
    }

    /// Whether values of this Arrow type come back as themselves. Formats without types, such as CSV, say no to
    /// what they document as lost; the laws then ask only that no row gets lost.
    fn keeps(&self, _data_type: &arrow::datatypes::DataType) -> bool {
        true
    }
}

/// Runs every law that applies to the connector.
pub async fn run(connector: &dyn Connector, harness: &dyn Harness) {
    let bench = &Bench::new(connector, harness);

    settings::schemas_are_forms(bench);
    settings::unknown_settings_are_refused(bench);
    Box::pin(settings::check_proves_the_connection(bench)).await;
    Box::pin(settings::wrong_passwords_are_told_apart(bench)).await;
    Box::pin(settings::unreachable_systems_are_told_apart(bench)).await;

    Box::pin(bounded::nothing_outside_of_the_bounds_is_touched(bench)).await;
    Box::pin(bounded::what_the_bounds_allow_works(bench)).await;

    Box::pin(reading::missing_streams_are_not_found(bench)).await;
    Box::pin(reading::batches_have_the_described_schema(bench)).await;
    Box::pin(reading::discover_agrees_with_describe(bench)).await;
    Box::pin(reading::empty_streams_work(bench)).await;
    Box::pin(reading::projections_yield_what_is_asked(bench)).await;
    Box::pin(reading::limits_stop_the_read(bench)).await;
    Box::pin(reading::filters_mean_what_sql_means(bench)).await;
    Box::pin(reading::dropping_a_stream_stops_the_read(bench)).await;

    if bench.capabilities().write_modes.is_empty() {
        return;
    }
    Box::pin(values::nulls_extremes_and_unicode_survive(bench)).await;
    Box::pin(values::odd_column_names_survive(bench)).await;
    Box::pin(values::every_type_survives_or_is_refused(bench)).await;

    Box::pin(writing::every_write_mode_gives_the_model_answer(bench)).await;
    Box::pin(writing::the_last_of_equal_keys_wins(bench)).await;
    Box::pin(writing::the_same_load_twice_equals_once(bench)).await;
    Box::pin(writing::nothing_shows_before_commit(bench)).await;
    Box::pin(writing::abandoned_loads_leave_nothing(bench)).await;

    Box::pin(changing::a_frozen_set_of_tables_takes_no_new_one(bench)).await;
    Box::pin(changing::frozen_columns_refuse_before_anything_is_written(bench)).await;
    Box::pin(changing::evolving_columns_are_added(bench)).await;
    Box::pin(changing::missing_columns_become_null(bench)).await;

    Box::pin(modes::a_mirror_guards_its_target(bench)).await;
    Box::pin(modes::a_mirror_can_flag_what_is_gone(bench)).await;
    Box::pin(modes::a_partial_mirror_keeps_to_its_scope(bench)).await;
    Box::pin(modes::history_keeps_every_version(bench)).await;
    Box::pin(modes::history_takes_versions_in_the_order_of_time(bench)).await;
    Box::pin(modes::history_closes_what_is_gone(bench)).await;

    Box::pin(resuming::chunks_hold_every_row_once(bench)).await;
    Box::pin(resuming::a_resumed_load_equals_an_uninterrupted_one(bench)).await;

    Box::pin(undoing::previews_tell_what_commits_do(bench)).await;
    Box::pin(undoing::undo_gives_back_what_was_there(bench)).await;
    Box::pin(undoing::undo_leaves_what_others_changed(bench)).await;
}

//! The scheduler: when runs are created, start, are tried again and end.
//!
//! [`decide`] looks at facts ([`World`]) and says what is to be done ([`Decision`]). It is pure: it has no clock and
//! touches nothing. The loop around it ([`service`]) reads facts from the store, calls it, applies what it says, and sleeps
//! until [`next_wake`]. Every worker runs the same loop on the same store; nobody leads.
//!
//! How several workers get along:
//! - every decision carries what it was decided on ([`IfSchedule`], [`IfRun`], [`Hold`], [`Apart`]). It is applied in one
//!   transaction that checks this first; when something has changed, the decision is dropped and the loop looks again;
//! - a worker starts attempts for itself only. Runs are dealt out among the workers in a way that all of them compute alike,
//!   and one that is not taken within [`PATIENCE`] is anybody's;
//! - an attempt is held by a lease. Its worker renews it every [`RENEW`], and stops working when it could not for
//!   [`GIVE_UP`]; the others take the run over no earlier than [`LEASE`] after the last renewal.
//!
//! Duties of the loop: `now` is the clock of the store, the same for all workers. After something was applied, it decides
//! again at once. It sets [`World::watching_since`] anew when the clock jumps or the store was away. What a worker
//! hears of its attempts (done, failed, stopped) it writes itself.
//!
//! Invariants, proven by simulation over years in `tests/it`: no interval is left out or run twice beyond what the
//! schedule says; a run never has two living attempts; limits hold; every run ends. Only [`service`] does I/O.
//!
//! Deliberately absent: the work itself.

pub mod backfill;
mod decide;
mod decision;
mod order;
mod pauses;
pub mod service;
mod wake;
mod world;

pub use decide::decide;
pub use decision::{
    AfterLoss, Apart, CreateRun, Decision, End, EndReason, Guard, Hold, HoldKind, IfRun, IfSchedule, Passed,
    Start,
};
pub use order::circle;
pub use wake::next_wake;
pub use world::{
    Arrival, Attempt, Backfill, Id, Interval, Key, Limit, Limits, NextPiece, Origin, Pipeline, Run, Schedule,
    State, Stop, Success, Turn, Worker, World,
};

use jiff::SignedDuration;

/// How long a lease lasts from its last renewal.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often a worker renews the leases of its attempts, and says that it is alive.
pub const RENEW: SignedDuration = SignedDuration::from_secs(10);
/// How long after its last renewal, on a clock that never jumps, a worker stops an attempt that it could not renew.
pub const GIVE_UP: SignedDuration = SignedDuration::from_secs(20);
/// How long a run that is due is left to the worker it was dealt to.
pub const PATIENCE: SignedDuration = SignedDuration::from_millis(100);
/// How late a fire may be decided and still count as on time.
pub const ON_TIME: SignedDuration = SignedDuration::from_mins(5);
/// How long successes, arrivals and the events that were handled stay among the facts. Pipelines that run after others wait
/// that long for the last of them.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many runs of one schedule may wait.
pub const MOST_WAITING: usize = 10;
/// How many attempts of a run may be lost with their workers, until the run itself is the suspect.
pub const MOST_LOST: u32 = 5;

//! The connector kit: what a connector is, and what the engine expects of it.
//!
//! A connector offers two roles for one kind of system: a [`Source`] reads a stream of Arrow batches, a
//! [`Destination`] takes batches as one [`Load`] that is invisible until it commits. An author writes a
//! [`ConnectorDef`] against concrete config types; one blanket implementation turns it into a `dyn`
//! [`Connector`] over JSON. What a connector can do is data ([`Capabilities`]), and the same conformance laws run
//! on all of them.
//!
//! Invariants:
//! - a source yields exactly the schema it described, projected; a row it cannot represent goes to the
//!   [`RejectSink`] with its original text, never to null;
//! - a destination is handed only canonical types ([`types::canonical`]) that already fit its columns ([`fit`]);
//! - making a source or destination does no I/O; `describe`, `read`, `begin` do. Dropping what they return
//!   stops the work.

pub mod bounds;
pub mod cells;
pub mod change;
pub mod chunk;
pub mod civil;
pub mod connector;
pub mod destination;
pub mod digits;
pub mod filter;
pub mod fit;
pub mod intake;
pub mod merge;
pub mod reject;
pub mod replay;
pub mod source;
pub mod together;
pub mod types;
pub mod widen;
pub mod words;

#[cfg(feature = "testing")]
pub mod conformance;

pub use bounds::{Bounds, Egress, EgressSettings};
pub use change::{Change, ChangeCounts, ChangeKind, ChangeSink, Undone};
pub use chunk::{Chunk, ChunkState};
pub use connector::{
    Address, Capabilities, Connector, ConnectorDef, ConnectorSpec, Context, Registry, erase,
};
pub use destination::{Destination, Lane, Load, LoadRequest, Receipt, TargetTable};
pub use filter::{Comparison, Filter, Literal};
pub use fit::{ColumnFit, Fitter, TextCheck};
pub use intake::{Alert, Intake, Item, Missing, Recall, Settlement};
pub use reject::{Reject, RejectSink};
pub use replay::Replay;
pub use source::{BatchStream, Catalog, CatalogEntry, Fact, ReadProgress, ReadRequest, Source, StreamInfo};
pub use together::{Member, Step, Together};

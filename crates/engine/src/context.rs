//! What the operators of one run share at execution time.

use std::fmt;
use std::sync::Arc;

use towpath_connect::RejectSink;

/// Gives each node the place where its rejected rows go.
pub trait Quarantine: Send + Sync + fmt::Debug {
    /// The sink of one node.
    fn sink(&self, node: &str) -> Arc<dyn RejectSink>;
}

/// Handed to DataFusion as a session extension, so that operators find it when they execute.
#[derive(Debug, Clone)]
pub struct RunShared {
    /// Where rejected rows go.
    pub quarantine: Arc<dyn Quarantine>,
}

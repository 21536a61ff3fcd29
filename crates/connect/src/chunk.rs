//! Chunks: parts of a stream that can be read one by one, in any order, and give all rows of the stream together.
//!
//! A source cuts its stream once, when a load begins. The cut is written down at the destination, so that a load
//! that was interrupted goes on with the same chunks; a token therefore names everything its source needs to read
//! the same rows again, and to find out that it cannot.

use serde::{Deserialize, Serialize};

/// One part of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// What the source needs to read this part; text of its own making, without secrets.
    pub token: String,
    /// Number of rows, exact or estimated, for progress only.
    pub rows: Option<u64>,
}

/// What is written down of a chunk at the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkState {
    /// The chunk.
    pub chunk: Chunk,
    /// What the engine counted on the way, as JSON; `None` while the rows are not durable.
    pub counts: Option<String>,
}

impl ChunkState {
    /// A chunk that is still to be loaded.
    pub fn open(chunk: Chunk) -> Self {
        ChunkState { chunk, counts: None }
    }

    /// Whether the rows of the chunk are durable at the destination.
    pub fn is_sealed(&self) -> bool {
        self.counts.is_some()
    }
}

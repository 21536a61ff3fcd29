//! (next)
pub struct PipelineSpec;

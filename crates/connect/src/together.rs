//! Loads that become visible together.
//!
//! Destinations that name the same place ([`Destination::commits_with`](crate::Destination::commits_with)) put the rows
//! of one run in place in one transaction: all of them or none. The engine makes one [`Together`] per place and hands it
//! to each load with its request; the connector keeps in it what the loads share, such as the session of the
//! transaction. When all rows are there, the engine takes the loads through the steps side by side
//! ([`Step`], [`Load::step`](crate::Load::step)), and then commits them.
//!
//! Rows that refer to rows of another table need an order: what refers stands after what it refers to in the document.
//! So rows go from the last load to the first, and come from the first to the last.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::OnceCell;
use towpath_model::Fault;

/// A step that all loads of a group take before any of them takes the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The rows are brought in order: those that do not fit leave, repeated keys are resolved.
    Settle,
    /// Tables are locked, made and changed in shape.
    Shape,
    /// Rows that are gone leave. The last load comes first.
    Remove,
    /// Rows that come and that change are put in place, and the load into the ledger.
    Put,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Step; 4] = [Step::Settle, Step::Shape, Step::Remove, Step::Put];

    /// Whether the last load takes the step first.
    pub fn is_backwards(self) -> bool {
        self == Step::Remove
    }
}

/// Where a destination stands among those that commit together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The place whose tables one transaction can change.
    pub place: String,
    /// The name of the target there.
    pub table: String,
}

/// What the loads of one group share.
#[derive(Clone, Default)]
pub struct Together(Arc<OnceCell<Arc<dyn Any + Send + Sync>>>);

impl Together {
    /// What the connector keeps for the group; the first load to ask makes it.
    pub async fn shared<T: Any + Send + Sync>(
        &self,
        make: impl Future<Output = Result<T, Fault>>,
    ) -> Result<Arc<T>, Fault> {
        let make = async { make.await.map(|made| Arc::new(made) as Arc<dyn Any + Send + Sync>) };
        let shared = Arc::clone(self.0.get_or_try_init(|| make).await?);
        shared.downcast().map_err(|_| Fault::internal("loads of different systems cannot commit together"))
    }
}

impl fmt::Debug for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Together")
    }
}

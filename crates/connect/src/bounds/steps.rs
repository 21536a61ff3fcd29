//! The way to a system, told step by step while it is gone.
//!
//! Whoever tests a connection wants to see how far it came. What knows that a step begins or ends says so to the
//! [`Steps`] of its egress: the egress itself of names and sockets, a connector of encryption, signing in and opening. A
//! step that began and did not end is the one that failed; why is in the fault. Nobody listens while a pipeline runs.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A step on the way to a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The name of the server becomes an address, to which connections may go.
    Resolve,
    /// The server accepts a connection.
    Connect,
    /// Both agree on encryption.
    Encrypt,
    /// The server lets the account in.
    SignIn,
    /// The file or folder is there and can be opened.
    Open,
    /// Something small is read.
    Read,
}

impl Step {
    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Step::Resolve => "resolve",
            Step::Connect => "connect",
            Step::Encrypt => "encrypt",
            Step::SignIn => "sign_in",
            Step::Open => "open",
            Step::Read => "read",
        }
    }
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It began.
    Began,
    /// It ended well.
    Done,
    /// It turned out not to be needed, for example because the server does not encrypt and need not.
    Skipped,
}

type Listener = dyn Fn(Step, Standing) + Send + Sync;

/// Hears of steps; by default nobody does.
#[derive(Clone, Default)]
pub struct Steps(Option<Arc<Listener>>);

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Steps(heard: {})", self.0.is_some())
    }
}

impl Steps {
    /// Tells a listener, which must not wait.
    pub fn heard_by(listener: impl Fn(Step, Standing) + Send + Sync + 'static) -> Self {
        Steps(Some(Arc::new(listener)))
    }

    /// A step begins; it may be one that began before, such as a second try without encryption.
    pub fn begin(&self, step: Step) {
        self.tell(step, Standing::Began);
    }

    /// A step ended well.
    pub fn done(&self, step: Step) {
        self.tell(step, Standing::Done);
    }

    /// A step was not needed.
    pub fn skip(&self, step: Step) {
        self.tell(step, Standing::Skipped);
    }

    fn tell(&self, step: Step, standing: Standing) {
        if let Some(listener) = &self.0 {
            listener(step, standing);
        }
    }
}

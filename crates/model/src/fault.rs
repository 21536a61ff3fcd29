//! One failure type on every seam.
//!
//! A [`Fault`] says what failed, on which object, why, and what to do. From its [`FaultKind`] follow who must
//! act and whether a retry can help. Connectors and the engine convert their own errors into faults where they
//! hand them over; each layer adds the object it knows (`connection`, `node`, `stream`) once.

use std::error::Error;
use std::fmt;

/// What sort of failure it is; decides who acts and whether a retry can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The pipeline, connection or command is written wrongly.
    Config,
    /// The other side refused who we are or what we may do.
    Auth,
    /// A file, table, host name or column does not exist.
    NotFound,
    /// The other side asks us to slow down.
    RateLimited,
    /// The other side cannot be reached, or went away.
    Unavailable,
    /// The data cannot be read or stored as it is.
    Data,
    /// The data changed in a way its contract forbids.
    Contract,
    /// Somebody asked to stop.
    Cancelled,
    /// A defect of Towpath.
    Internal,
}

/// Who must act on a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The person who wrote or started the pipeline.
    User,
    /// Whoever runs the other system.
    ExternalSystem,
    /// The makers of Towpath.
    Us,
}

impl FaultKind {
    /// Stable name, used in events and logs.
    pub fn code(self) -> &'static str {
        match self {
            FaultKind::Config => "config",
            FaultKind::Auth => "auth",
            FaultKind::NotFound => "not_found",
            FaultKind::RateLimited => "rate_limited",
            FaultKind::Unavailable => "unavailable",
            FaultKind::Data => "data",
            FaultKind::Contract => "contract",
            FaultKind::Cancelled => "cancelled",
            FaultKind::Internal => "internal",
        }
    }

    /// Who must act.
    pub fn who(self) -> Who {
        match self {
            FaultKind::RateLimited | FaultKind::Unavailable => Who::ExternalSystem,
            FaultKind::Internal => Who::Us,
            _ => Who::User,
        }
    }

    /// Whether the same attempt can succeed later without a change.
    pub fn is_temporary(self) -> bool {
        matches!(self, FaultKind::RateLimited | FaultKind::Unavailable)
    }
}

/// Where in a text that was given something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Line, from 1.
    pub line: usize,
    /// Column, in characters from 1, where it is known.
    pub column: Option<usize>,
}

impl Spot {
    /// The spot before which `before` characters of a text stand; none behind its end.
    pub fn after(text: &str, before: usize) -> Option<Spot> {
        let mut letters = text.chars();
        let (mut line, mut column) = (1, 1);
        for _ in 0..before {
            match letters.next()? {
                '\n' => (line, column) = (line + 1, 1),
                _ => column += 1,
            }
        }
        letters.next().map(|_| Spot { line, column: Some(column) })
    }
}

/// A failure with its object, its reason and the way out.
///
/// Kept behind one pointer so that `Result<_, Fault>` stays small.
pub struct Fault(Box<Inner>);

struct Inner {
    kind: FaultKind,
    /// Outermost object first, for example ``node `load` ``, ``connection `shop` ``.
    at: Vec<String>,
    message: String,
    hint: Option<String>,
    spot: Option<Spot>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// Makes a fault. `message` starts in lower case, has no final full stop, and names values in backticks.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Fault(Box::new(Inner { kind, at: Vec::new(), message, hint: None, spot: None, cause: None }))
    }

    /// A fault of kind [`FaultKind::Config`].
    pub fn config(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Config, message)
    }

    /// A fault of kind [`FaultKind::Auth`].
    pub fn auth(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Auth, message)
    }

    /// A fault of kind [`FaultKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::NotFound, message)
    }

    /// A fault of kind [`FaultKind::Unavailable`].
    pub fn unavailable(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Unavailable, message)
    }

    /// A fault of kind [`FaultKind::Data`].
    pub fn data(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Data, message)
    }

    /// A fault of kind [`FaultKind::Contract`].
    pub fn contract(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Contract, message)
    }

    /// A fault of kind [`FaultKind::Cancelled`].
    pub fn cancelled() -> Self {
        Fault::new(FaultKind::Cancelled, "the run was cancelled")
    }

    /// A fault of kind [`FaultKind::Internal`]: a defect of ours, never a user's mistake.
    pub fn internal(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Internal, message)
            .hint("this is a defect of Towpath; please report it with the pipeline file")
    }

    /// Adds the way out, in the imperative. A hint that is already there stays.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// Says where in the text that was given it is wrong, such as in the SQL of a user.
    #[must_use]
    pub fn in_text(mut self, spot: Option<Spot>) -> Self {
        self.0.spot = self.0.spot.or(spot);
        self
    }

    /// Names the object around the failure, for example `("node", "load")`. Call once per layer.
    #[must_use]
    pub fn at(mut self, what: &str, name: impl fmt::Display) -> Self {
        let object = format!("{what} `{name}`");
        if self.0.at.first() != Some(&object) {
            self.0.at.insert(0, object);
        }
        self
    }

    /// Names the node in which the failure happened, unless an inner layer did.
    #[must_use]
    pub fn at_node(self, name: impl fmt::Display) -> Self {
        if self.0.at.iter().any(|object| object.starts_with("node `")) { self } else { self.at("node", name) }
    }

    /// The node in which the failure happened, where it happened in one.
    pub fn node(&self) -> Option<&str> {
        self.0.at.iter().find_map(|object| object.strip_prefix("node `")?.strip_suffix('`'))
    }

    /// Keeps the underlying error for the log; it is not shown to users.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same fault without its cause, for when several parts of a run end by it.
    #[must_use]
    pub fn copied(&self) -> Fault {
        Fault(Box::new(Inner {
            kind: self.0.kind,
            at: self.0.at.clone(),
            message: self.0.message.clone(),
            hint: self.0.hint.clone(),
            spot: self.0.spot,
            cause: None,
        }))
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> FaultKind {
        self.0.kind
    }

    /// The sentence without its objects.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in the text that was given it is wrong, when that is known.
    pub fn spot(&self) -> Option<Spot> {
        self.0.spot
    }

    /// The way out, when one is known.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for object in &self.0.at {
            write!(f, "{object}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {self}", self.0.kind.code())?;
        if let Some(hint) = &self.0.hint {
            write!(f, " (hint: {hint})")?;
        }
        if let Some(cause) = &self.0.cause {
            write!(f, " (cause: {cause})")?;
        }
        Ok(())
    }
}

impl Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_read_from_the_outside_in() {
        let fault =
            Fault::auth("the server refused the password").at("connection", "shop").at("node", "load");
        assert_eq!(fault.to_string(), "node `load`: connection `shop`: the server refused the password");
    }

    #[test]
    fn a_spot_is_found_by_the_characters_before_it() {
        let text = "select é\nfrom a";
        assert_eq!(Spot::after(text, 0), Some(Spot { line: 1, column: Some(1) }));
        assert_eq!(Spot::after(text, 14), Some(Spot { line: 2, column: Some(6) }));
        assert_eq!(Spot::after(text, 15), None);
    }

    #[test]
    fn the_first_hint_stays() {
        let fault = Fault::config("x").hint("near").hint("far");
        assert_eq!(fault.hint_text(), Some("near"));
    }
}

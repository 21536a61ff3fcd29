//! Links that work once: their secret part is random, given out a single time, and kept as a hash only.

use jiff::{SignedDuration, Timestamp};
use towpath_model::ids::LinkId;
use towpath_store::links::{self, Link, LinkKind};
use towpath_store::seal::{hash_token, random_text};
use towpath_store::{Conn, accounts};

use crate::post::Letter;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// How long a link works.
fn lasts(kind: LinkKind) -> SignedDuration {
    SignedDuration::from_hours(match kind {
        LinkKind::Setup => 24,
        LinkKind::Invitation => 7 * 24,
        LinkKind::Password => 24,
    })
}

/// A link of that kind, for nobody yet.
pub(crate) fn blank(kind: LinkKind) -> Link {
    let now = Timestamp::now();
    Link {
        id: LinkId::generate(),
        kind,
        workspace_id: None,
        user_id: None,
        email: None,
        role: None,
        created_by: None,
        created_at: now,
        expires_at: now.saturating_add(lasts(kind)).unwrap_or(now),
    }
}

/// Remembers a link and returns its address, which nobody can find out again.
pub(crate) async fn make(server: &Server, conn: &mut Conn, link: &Link) -> Answer<String> {
    let secret = random_text(32)?;
    links::insert(conn, link, &hash_token(&secret)).await?;
    let page = link.kind.word();
    // Browsers keep what is behind the `#` to themselves: it is in no log of a server on the way.
    Ok(format!("{}/{page}#{secret}", server.settings.public_url.trim_end_matches('/')))
}

/// The link of a secret part; unknown, used and ended ones are the same to whoever asks.
pub(crate) async fn find(conn: &mut Conn, secret: &str) -> Answer<Link> {
    links::by_hash(conn, &hash_token(secret)).await?.ok_or_else(gone)
}

pub(crate) fn gone() -> Problem {
    Problem::new(crate::problem::NOT_FOUND, "the link is unknown, was used, or has ended")
        .hint("ask for a new one")
}

/// Hands a letter over, if this server can send any; says whether it did.
pub(crate) async fn send(server: &Server, letter: Letter) -> bool {
    let Some(post) = &server.post else { return false };
    match post.send(letter).await {
        Ok(()) => true,
        Err(fault) => {
            tracing::warn!("a letter was not taken over: {fault}");
            false
        }
    }
}

impl Server {
    /// A link that makes the first account, in the place of every earlier one; none when somebody has an account.
    pub async fn setup_link(&self) -> Answer<Option<String>> {
        let mut tx = self.store.begin().await?;
        if accounts::count(&mut tx).await? > 0 {
            return Ok(None);
        }
        links::forget(&mut tx, LinkKind::Setup, None).await?;
        let address = make(self, &mut tx, &blank(LinkKind::Setup)).await?;
        towpath_store::commit(tx).await?;
        Ok(Some(address))
    }
}

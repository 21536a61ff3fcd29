//! Asks somebody who is signed in to prove it once more, before a change of how they sign in.
//!
//! Whoever has a password gives it. Whoever signs in elsewhere only must have done so a short while ago. Somebody who
//! finds an open browser can so not take the account over.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_store::accounts;
use towpath_store::audit::Outcome;

use super::slow::Measures;
use crate::caller::{Caller, with};
use crate::problem::{self, Answer, Problem};
use crate::routes::session::is_password;
use crate::server::Inside;

/// How old a sign-in may be that stands for a password.
const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// Goes on only if the caller proves once more who they are.
pub(crate) async fn confirm(inside: &Inside, caller: &Caller, password: Option<&str>) -> Answer<()> {
    let server = &inside.server;
    let user = caller.user.id.as_str();
    let measures = Measures::to_confirm(user);
    let mut conn = server.store.read().await?;
    measures.check(&mut conn).await?;
    let kept = accounts::proof(&mut conn, user).await?.password;
    drop(conn);
    if kept.is_none() {
        let began = caller.session().map(|session| session.created_at);
        let is_fresh = began.is_some_and(|began| Timestamp::now().duration_since(began) < FRESH);
        return match is_fresh {
            true => Ok(()),
            false => Err(Problem::new(problem::FORBIDDEN, "the sign-in is too long ago for this")
                .hint("sign out and in again, then repeat it within 15 minutes")),
        };
    }
    if is_password(inside, password.unwrap_or_default().to_owned(), kept).await? {
        let mut tx = server.store.begin().await?;
        measures.succeed(&mut tx).await?;
        return Ok(towpath_store::commit(tx).await?);
    }
    let mut tx = server.store.begin().await?;
    measures.fail(&mut tx).await?;
    let entry = caller.did("account.confirm").on("user", user, &caller.user.email);
    let entry = with(entry, Outcome::Denied, json!({ "reason": "wrong password" }));
    server.commit(tx, vec![entry], vec![]).await?;
    Err(Problem::field("/password", "the password is wrong"))
}

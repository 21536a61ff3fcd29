//! The rule of every route that gives rights away: nobody gives more than they have, and nobody takes from somebody who
//! has more.

use towpath_model::{Right, Role};

use crate::caller::Caller;
use crate::problem::{self, Answer, Problem};

/// Refuses to give a role, or to change one that somebody has, that is above the caller's.
///
/// `own` is the caller's role there. A program with a key gives no right that its key does not have.
pub(crate) fn may_give(caller: &Caller, own: Role, role: Role) -> Answer<()> {
    if role > own {
        let detail = format!("the role `{}` is above your own, which is `{}`", role.word(), own.word());
        return Err(Problem::new(problem::FORBIDDEN, detail).hint("ask somebody who has that role"));
    }
    let missing = Right::ALL.iter().find(|right| role.may(**right) && !caller.covers(**right));
    match missing {
        Some(right) => {
            let detail = format!(
                "the role `{}` holds the right `{}`, which the API key does not have among its scopes",
                role.word(),
                right.word()
            );
            Err(Problem::new(problem::FORBIDDEN, detail))
        }
        None => Ok(()),
    }
}

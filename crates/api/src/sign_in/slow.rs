//! Slows down those who guess passwords, without locking anybody out.
//!
//! Failures are counted by account and address together, by address, and by account from everywhere; after some of them
//! there is a pause that grows. Whoever signed in before carries a mark of the device and is measured by that alone:
//! nobody is locked out of an account because somebody else guesses, not even from behind the same address.
//!
//! Names of measures hold no mail address, only a keyed fingerprint of it.

use jiff::{SignedDuration, Timestamp};
use towpath_store::accounts::email_key;
use towpath_store::{Conn, throttles};

use super::tokens;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// Counting begins anew after so long without a failure.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

struct Measure {
    name: String,
    /// So many failures have no pause.
    free: i64,
    /// The longest pause, in seconds.
    longest: i64,
}

/// What a sign-in is measured by.
pub(crate) struct Measures(Vec<Measure>);

impl Measures {
    /// For a sign-in.
    pub(crate) fn of(server: &Server, email: &str, address: Option<&str>, is_known_device: bool) -> Measures {
        let account = fingerprint(server, email);
        if is_known_device {
            return Measures(vec![Measure {
                name: format!("login/{account}/device"),
                free: 10,
                longest: 900,
            }]);
        }
        let net = net(address.unwrap_or("unknown"));
        Measures(vec![
            Measure { name: format!("login/{account}/{net}"), free: 5, longest: 900 },
            Measure { name: format!("login-from/{net}"), free: 30, longest: 900 },
            Measure { name: format!("login-to/{account}"), free: 20, longest: 30 },
        ])
    }

    /// For proving once more who somebody is.
    pub(crate) fn to_confirm(user: &str) -> Measures {
        Measures(vec![Measure { name: format!("confirm/{user}"), free: 5, longest: 900 }])
    }

    /// For asking for a new password: each letter counts.
    pub(crate) fn to_reset(server: &Server, email: &str, address: Option<&str>) -> Measures {
        let net = net(address.unwrap_or("unknown"));
        Measures(vec![
            Measure { name: format!("reset/{}", fingerprint(server, email)), free: 3, longest: 3600 },
            Measure { name: format!("reset-from/{net}"), free: 20, longest: 3600 },
        ])
    }

    /// Forgets everything that was counted for an account.
    pub(crate) async fn forget(
        server: &Server,
        conn: &mut Conn,
        user: &str,
        emails: &[String],
    ) -> Answer<()> {
        throttles::clear(conn, &format!("confirm/{user}")).await?;
        for email in emails {
            let account = fingerprint(server, email);
            throttles::clear(conn, &format!("reset/{account}")).await?;
            throttles::clear(conn, &format!("login-to/{account}")).await?;
            throttles::clear_all(conn, &format!("login/{account}/")).await?;
        }
        Ok(())
    }

    /// Refuses while there is a pause.
    pub(crate) async fn check(&self, conn: &mut Conn) -> Answer<()> {
        let now = Timestamp::now();
        for measure in &self.0 {
            let Some(known) = throttles::find(conn, &measure.name).await? else { continue };
            if known.blocked_until > now {
                let seconds = known.blocked_until.duration_since(now).as_secs() + 1;
                let detail = format!("too many attempts failed; the next one is looked at in {seconds} s");
                return Err(Problem::new(problem::TOO_MANY, detail).retry_after(seconds.unsigned_abs()));
            }
        }
        Ok(())
    }

    /// Counts a failure.
    pub(crate) async fn fail(&self, conn: &mut Conn) -> Answer<()> {
        for measure in &self.0 {
            let delay = |failures: i64| {
                let beyond = u32::try_from(failures - measure.free).unwrap_or_default().min(20);
                let seconds = if failures < measure.free { 0 } else { 2_i64.pow(beyond) };
                SignedDuration::from_secs(seconds.min(measure.longest))
            };
            throttles::fail(conn, &measure.name, QUIET, delay).await?;
        }
        Ok(())
    }

    /// Forgets failures of the account from here.
    pub(crate) async fn succeed(&self, conn: &mut Conn) -> Answer<()> {
        Ok(throttles::clear(conn, &self.0[0].name).await?)
    }
}

fn fingerprint(server: &Server, email: &str) -> String {
    tokens::fingerprint(server, &email_key(email))
}

/// The part of an address that one household or machine has.
fn net(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
        _ => address.to_owned(),
    }
}

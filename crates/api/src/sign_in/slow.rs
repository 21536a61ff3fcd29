//! Slows down those who guess passwords, without locking anybody out.
//!
//! Failures are counted by address, and by account and address together; after some of them there is a pause that
//! grows. Failures of an account from everywhere slow down only devices that never signed in to it: whoever signed in before
//! carries a mark, so nobody is locked out of an account because somebody else guesses.

use jiff::{SignedDuration, Timestamp};
use towpath_store::{Conn, throttles};

use crate::problem::{self, Answer, Problem};

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
    pub(crate) fn of(account: &str, address: Option<&str>, is_known_device: bool) -> Measures {
        let net = net(address.unwrap_or("unknown"));
        let mut all = vec![
            Measure { name: format!("login/{account}/{net}"), free: 5, longest: 900 },
            Measure { name: format!("login-from/{net}"), free: 30, longest: 900 },
        ];
        if !is_known_device {
            all.push(Measure { name: format!("login-to/{account}"), free: 20, longest: 30 });
        }
        Measures(all)
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

    /// Forgets failures of the account from this address.
    pub(crate) async fn succeed(&self, conn: &mut Conn) -> Answer<()> {
        Ok(throttles::clear(conn, &self.0[0].name).await?)
    }
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

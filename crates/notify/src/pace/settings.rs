//! How often a channel is told. The comments on the fields are the manual.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Fault;

/// How often a channel is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PaceSettings {
    /// Most messages in an hour, for example `10`. What is more comes in one summary when the next message may be sent.
    #[schemars(range(min = 1, max = 1000))]
    pub per_hour: u32,

    /// Minutes until the first reminder of a trouble that goes on, for example `60`; each further pause is twice as long.
    #[schemars(range(min = 1, max = 10080))]
    pub reminder_minutes: u32,

    /// Longest pause between two reminders, in hours, for example `24`.
    #[schemars(range(min = 1, max = 720))]
    pub longest_pause_hours: u32,

    /// Whether everything comes together at a time instead of at once.
    pub digest: Digest,

    /// Time of a daily digest, for example `07:30`.
    pub digest_at: String,

    /// Zone in which that time is meant, for example `Europe/Paris`.
    pub timezone: String,
}

/// Whether notices come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// Each comes at once.
    #[default]
    Off,
    /// Together at the full hour.
    Hourly,
    /// Together once a day.
    Daily,
}

impl Default for PaceSettings {
    fn default() -> Self {
        PaceSettings {
            per_hour: 10,
            reminder_minutes: 60,
            longest_pause_hours: 24,
            digest: Digest::Off,
            digest_at: "08:00".into(),
            timezone: "UTC".into(),
        }
    }
}

/// Settings that were understood.
#[derive(Debug, Clone)]
pub struct Pace {
    pub(super) per_hour: u32,
    pub(super) digest: Digest,
    first_pause: SignedDuration,
    longest_pause: SignedDuration,
    digest_at: Time,
    zone: TimeZone,
}

impl Pace {
    /// Reads settings.
    pub fn new(settings: &PaceSettings) -> Result<Self, Fault> {
        let digest_at = Time::strptime("%H:%M", settings.digest_at.trim()).map_err(|_| {
            Fault::config(format!("`digest_at` is `{}`, which is no time", settings.digest_at))
                .hint("write hours and minutes, for example `07:30`")
        })?;
        let zone = TimeZone::get(&settings.timezone).map_err(|_| {
            Fault::config(format!("unknown time zone `{}`", settings.timezone))
                .hint("use a name of the IANA database, for example `Europe/Brussels` or `UTC`")
        })?;
        Ok(Pace {
            per_hour: settings.per_hour.max(1),
            digest: settings.digest,
            first_pause: SignedDuration::from_mins(settings.reminder_minutes.max(1).into()),
            longest_pause: SignedDuration::from_hours(settings.longest_pause_hours.max(1).into()),
            digest_at,
            zone,
        })
    }

    /// The usual pace, without a digest.
    pub(crate) fn plain() -> Self {
        Pace {
            per_hour: 10,
            digest: Digest::Off,
            first_pause: SignedDuration::from_hours(1),
            longest_pause: SignedDuration::from_hours(24),
            digest_at: Time::midnight(),
            zone: TimeZone::UTC,
        }
    }

    /// How long to wait after a message until the next reminder.
    pub(super) fn pause(&self, reminders: u32) -> SignedDuration {
        self.first_pause.saturating_mul(1 << reminders.min(20)).min(self.longest_pause)
    }

    /// The next time of a digest after `now`. Where clocks skip it, it comes as much later as they skip.
    pub(super) fn next_digest(&self, now: Timestamp) -> Timestamp {
        let here = now.to_zoned(self.zone.clone());
        let next = || -> Result<Zoned, jiff::Error> {
            if self.digest == Digest::Hourly {
                let hour = here.datetime().with().minute(0).second(0).subsec_nanosecond(0).build()?;
                return hour.to_zoned(self.zone.clone())?.checked_add(1.hour());
            }
            let today = here.date().to_datetime(self.digest_at).to_zoned(self.zone.clone())?;
            match today > here {
                true => Ok(today),
                false => here.date().tomorrow()?.to_datetime(self.digest_at).to_zoned(self.zone.clone()),
            }
        };
        // Only at the end of all time is there no next one.
        next().map_or(now, |next| next.timestamp().max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily(at: &str, zone: &str) -> Pace {
        let settings = PaceSettings {
            digest: Digest::Daily,
            digest_at: at.into(),
            timezone: zone.into(),
            ..PaceSettings::default()
        };
        Pace::new(&settings).unwrap()
    }

    #[test]
    fn a_daily_digest_keeps_the_time_of_the_wall_clock() {
        let pace = daily("07:30", "Europe/Paris");
        let next = |now: &str| pace.next_digest(now.parse().unwrap()).to_string();
        assert_eq!(next("2026-01-10T06:00:00Z"), "2026-01-10T06:30:00Z");
        assert_eq!(next("2026-01-10T06:30:00Z"), "2026-01-11T06:30:00Z");
        // The clocks go forward in the night to 29 March.
        assert_eq!(next("2026-03-28T12:00:00Z"), "2026-03-29T05:30:00Z");
        // 02:30 does not exist on that day.
        let skipped = daily("02:30", "Europe/Paris").next_digest("2026-03-28T12:00:00Z".parse().unwrap());
        assert_eq!(skipped.to_string(), "2026-03-29T01:30:00Z");
    }

    #[test]
    fn an_hourly_digest_comes_at_the_full_hour_of_its_zone() {
        let settings = PaceSettings {
            digest: Digest::Hourly,
            timezone: "Asia/Kolkata".into(),
            ..PaceSettings::default()
        };
        let next = Pace::new(&settings).unwrap().next_digest("2026-03-28T12:40:00Z".parse().unwrap());
        assert_eq!(next.to_string(), "2026-03-28T13:30:00Z");
    }

    #[test]
    fn pauses_grow_to_their_limit_and_wrong_settings_are_named() {
        let pace = Pace::new(&PaceSettings::default()).unwrap();
        let hours: Vec<i64> = (0..7).map(|reminders| pace.pause(reminders).as_hours()).collect();
        assert_eq!(hours, [1, 2, 4, 8, 16, 24, 24]);
        assert_eq!(pace.pause(u32::MAX).as_hours(), 24);
        for (at, zone) in [("25:00", "UTC"), ("8h", "UTC"), ("08:00", "Europe/Bruxelles")] {
            let settings =
                PaceSettings { digest_at: at.into(), timezone: zone.into(), ..PaceSettings::default() };
            assert!(Pace::new(&settings).is_err(), "{at} {zone}");
        }
    }
}

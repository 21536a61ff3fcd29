//! What the machines' logs come to, computed in another way than the pipeline does: line by line, and with every half
//! second of a day painted. No log has a finer time.

use std::collections::{BTreeMap, HashMap, HashSet};

/// Half seconds of an hour.
pub(super) const HOUR: usize = 7200;

/// Half seconds that are painted: the day of a file, the one before and the one after.
const PAINTED: usize = 3 * 24 * HOUR;

/// A machine's day. Times are half seconds since midnight before the day before.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Session {
    pub(super) files: Vec<String>,
    pub(super) pieces: Vec<(usize, String, Option<usize>)>,
    pub(super) jobs: Vec<(usize, String, String, String)>,
    /// Start and length.
    pub(super) waits: Vec<(usize, usize)>,
    /// Start, end, and whether no start came.
    pub(super) stops: Vec<(usize, usize, bool)>,
    pub(super) first_start: Option<usize>,
    pub(super) last_stop: Option<usize>,
    /// Half seconds from the first to the last piece, and those of them that are wait and stop.
    pub(super) total: usize,
    pub(super) wait: usize,
    pub(super) stop: usize,
}

/// The sessions by machine and day, such as `20250612`.
pub(super) type Sessions = BTreeMap<(String, String), Session>;

/// Files by their paths, and what they tell.
type Told<'a> = Vec<(&'a str, Vec<Event>)>;

/// One line that says something.
#[derive(Debug, Clone)]
struct Event {
    at: usize,
    kind: String,
    details: Option<String>,
}

/// The sessions of some files, by path such as `DEM12/20250612_2.LOG`, and the number of lines that cannot be read.
pub(super) fn sessions(files: &BTreeMap<String, Vec<u8>>) -> (Sessions, usize) {
    let mut days: BTreeMap<(String, String), Told<'_>> = BTreeMap::new();
    let mut unreadable = 0;
    for (path, content) in files {
        let (machine, name) = path.split_once('/').unwrap();
        let day = name[..8].to_owned();
        let mut events = Vec::new();
        for line in content.split(|byte| *byte == b'\n') {
            // Latin-1: each byte is the character of the same number.
            let line: String = line.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
            if line.trim().is_empty() {
                continue;
            }
            match event(&line, &day) {
                Some(event) => events.push(event),
                None => unreadable += 1,
            }
        }
        days.entry((machine.to_owned(), day)).or_default().push((path, events));
    }
    let sessions = days.into_iter().filter_map(|(of, files)| Some((of, session(files)?))).collect();
    (sessions, unreadable)
}

fn event(line: &str, day: &str) -> Option<Event> {
    let (time, event) = line.split_once("|@")?;
    let time: String = time.chars().filter(char::is_ascii).collect();
    let time = time.trim();
    let numbers: Vec<usize> = [0..4, 4..6, 6..8, 9..11, 12..14, 15..17]
        .into_iter()
        .map(|range| time.get(range)?.parse().ok())
        .collect::<Option<_>>()?;
    let [_, _, _, hour, minute, second] = numbers[..] else { return None };
    // The samples know no other day than that of the file.
    if time.len() != 17 || &time[..8] != day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (kind, details) = match event.split_once(':') {
        Some((kind, details)) => {
            (kind.trim(), Some(details.trim().to_owned()).filter(|text| !text.is_empty()))
        }
        None => (event.trim(), None),
    };
    let at = 24 * HOUR + 2 * (hour * 3600 + minute * 60 + second);
    let event = Event { at, kind: kind.to_owned(), details };
    let is_readable = match kind {
        "JobProfiel" => job(&event).is_some(),
        "MachineWait" => wait(&event).is_some(),
        _ => !kind.is_empty(),
    };
    is_readable.then_some(event)
}

/// Reference, length with two decimals, colour.
fn job(event: &Event) -> Option<(String, String, String)> {
    let (mut reference, mut length, mut colour) = (None, None, "N/A".to_owned());
    for word in event.details.as_ref()?.split_whitespace() {
        match word.split_once(':') {
            Some(("R", text)) => reference = Some(text.to_owned()),
            Some(("L", text)) => length = Some(format!("{:.2}", text.parse::<f64>().ok()?)),
            Some(("C", text)) => colour = text.to_owned(),
            _ => {}
        }
    }
    Some((reference?, length?, colour))
}

/// Half seconds.
fn wait(event: &Event) -> Option<usize> {
    let text = event.details.as_ref()?;
    let seconds: f64 = text.strip_suffix("sec").unwrap_or(text).trim().parse().ok()?;
    Some((seconds * 2.0) as usize)
}

fn session(files: Told<'_>) -> Option<Session> {
    let mut session = Session::default();
    let mut events: Vec<Event> = Vec::new();
    let mut known = HashSet::new();
    for (path, found) in files {
        let before = events.len();
        let mut times: HashMap<(usize, String, Option<String>), usize> = HashMap::new();
        for event in found {
            let what = (event.at, event.kind.clone(), event.details.clone());
            let nth = times.entry(what.clone()).or_default();
            *nth += 1;
            if known.insert((what, *nth)) {
                events.push(event);
            }
        }
        if events.len() > before {
            session.files.push(path.to_owned());
        }
    }
    events.sort_by_key(|event| event.at);
    let (first_event, last_event) = (events.first()?.at, events.last()?.at);
    let mut stopped = None;
    for event in &events {
        let at = event.at;
        match event.kind.as_str() {
            "StukUitgevoerd" => {
                let job = Some(session.jobs.len()).filter(|number| *number > 0);
                session.pieces.push((at, event.details.clone().unwrap_or_default(), job));
            }
            "JobProfiel" => {
                let (reference, length, colour) = job(event)?;
                session.jobs.push((at, reference, length, colour));
            }
            "MachineWait" => {
                session.waits.extend(wait(event).filter(|wait| *wait > 0).map(|wait| (at, wait)))
            }
            "MachineStop" => {
                session.last_stop = Some(at);
                stopped = stopped.or(Some(at));
            }
            "MachineStart" => {
                session.first_start = session.first_start.or(Some(at));
                session.stops.extend(stopped.take().map(|since| (since, at, false)));
            }
            _ => {}
        }
    }
    session.stops.extend(stopped.map(|since| (since, last_event, true)));
    session.stops.retain(|(start, end, _)| start < end);
    session.waits.sort_unstable();

    let bounds = session.pieces.first().zip(session.pieces.last()).map(|(first, last)| (first.0, last.0));
    let (from, to) = bounds.filter(|(from, to)| from < to).unwrap_or((first_event, last_event));
    let mut painted = vec![b' '; PAINTED];
    for (start, length) in &session.waits {
        painted[*start..(start + length).min(PAINTED)].fill(b'w');
    }
    for (start, end, _) in &session.stops {
        painted[*start..*end].fill(b's');
    }
    let count = |colour: u8| painted[from..to].iter().filter(|one| **one == colour).count();
    (session.wait, session.stop) = (count(b'w'), count(b's'));
    session.total = bounds.map_or(0, |(from, to)| to - from);
    Some(session)
}

impl Session {
    /// Shares of production, wait and stop, in hundredths of a percent.
    pub(super) fn rates(&self) -> [usize; 3] {
        let share = |part: usize| (part * 20_000 + self.total).checked_div(2 * self.total).unwrap_or(0);
        self.split(share(self.total), share)
    }

    /// Hours of production, wait and stop, in ten-thousandths.
    pub(super) fn hours(&self) -> [usize; 3] {
        self.split(ten_thousandths(self.total), ten_thousandths)
    }

    /// What is lost is rounded as a whole.
    fn split(&self, all: usize, rounded: impl Fn(usize) -> usize) -> [usize; 3] {
        let (wait, lost) = (rounded(self.wait), rounded(self.wait + self.stop));
        [all.saturating_sub(lost), wait, lost - wait]
    }
}

/// Half seconds as ten-thousandths of an hour, rounded.
pub(super) fn ten_thousandths(half_seconds: usize) -> usize {
    (half_seconds * 20_000 + HOUR) / (2 * HOUR)
}

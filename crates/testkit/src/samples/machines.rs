//! Logs of a window factory's three machining centres, one file per machine and working day.
//!
//! How many pieces, waits and stops a day has, and how long they last, follows what is known of a real factory
//! ([`MACHINES`]); everything else is invented. The dirt of real logs is in them: Latin-1, NUL characters, CRLF, lines
//! that are cut off, decimals where whole numbers are usual and the other way round, waits that overlap stops, stops
//! that nobody ends, days in two files, days without any.

use super::Dice;

/// What is usual for one machining centre, per day.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Name of the machine and of its folder.
    pub name: &'static str,
    /// Pieces that are made.
    pub pieces: u32,
    /// Seconds between the first and the last piece in which the machine works, waits, and is stopped.
    pub seconds: [u32; 3],
    /// Times that the machine is stopped.
    pub stops: u32,
    /// Seconds of the stop behind the last piece, which no session counts.
    pub after: u32,
    /// Hour of the first piece.
    pub from_hour: u32,
}

/// The three machining centres.
pub const MACHINES: [Machine; 3] = [
    Machine {
        name: "DEM12",
        pieces: 480,
        seconds: [28_260, 7_670, 12_170],
        stops: 18,
        after: 3060,
        from_hour: 5,
    },
    Machine {
        name: "DEMALU",
        pieces: 334,
        seconds: [26_960, 4_900, 12_200],
        stops: 16,
        after: 2480,
        from_hour: 6,
    },
    Machine {
        name: "SU12",
        pieces: 809,
        seconds: [36_110, 8_140, 6_800],
        stops: 26,
        after: 250,
        from_hour: 5,
    },
];

const COLOURS: [&str; 6] = ["W12 G PVC", "A70 S ALU", "N05 M PVC", "B33", "R90 G HYB", "G16 S ALU"];

/// One log file.
#[derive(Debug, Clone)]
pub struct LogFile {
    /// Path below the folder of all machines, for example `DEM12/20250602.LOG`.
    pub path: String,
    /// What the file holds in the end.
    pub content: Vec<u8>,
    /// What it holds when it is first seen: the same, or less, or nothing because it comes late.
    pub draft: Option<Vec<u8>>,
}

/// The logs of so many days from 2 June 2025 on; there are none on Saturdays and Sundays.
pub fn files(days: u32) -> Vec<LogFile> {
    let mut files = Vec::new();
    for (place, machine) in MACHINES.iter().enumerate() {
        let mut dice = Dice::new(12 + place as u64);
        // The first day is a Monday.
        for day in (0..days).filter(|day| day % 7 < 5) {
            if dice.once_in(40) {
                continue;
            }
            let (date, events) = (date(day), events(machine, &mut dice));
            add(&mut files, machine, &date, &events, &mut dice);
        }
    }
    files
}

/// What happens on one day, in order of time.
fn events(machine: &Machine, dice: &mut Dice) -> Vec<(u32, String)> {
    // A day is up to a sixth longer or shorter than usual; its parts go along.
    let busy = 850 + dice.below(301) as u32;
    let scaled = |value: u32| value * busy / 1000;
    let pieces = scaled(machine.pieces).max(2);
    let [working, waiting, stopped] = machine.seconds.map(scaled);
    let waits = waiting / 45;
    let stops = machine.stops - 1;
    let mut steps: Vec<Step> = Vec::new();
    for (step, count) in [(Step::Piece, pieces - 1), (Step::Wait, waits), (Step::Stop, stops)] {
        steps.extend((0..count).map(|_| step));
    }
    for place in (1..steps.len()).rev() {
        steps.swap(place, dice.below(place as u64 + 1) as usize);
    }
    steps.push(Step::Piece);

    let mut at = machine.from_hour * 3600 + dice.below(1800) as u32;
    let mut events = vec![(at, "MachineStart".to_owned())];
    at += 60 + dice.below(120) as u32;
    events.push((at, job(dice)));
    let mut made = 0;
    let mut piece = |at: u32, events: &mut Vec<(u32, String)>, dice: &mut Dice| {
        if made > 0 && made % 7 == 0 {
            events.push((at, job(dice)));
        }
        made += 1;
        events.push((at, format!("StukUitgevoerd: {made}")));
    };
    piece(at, &mut events, dice);
    for step in steps {
        match step {
            Step::Piece => {
                at += around(working / pieces.max(1), dice);
                piece(at, &mut events, dice);
            }
            Step::Wait => {
                let seconds = around(45, dice).max(1);
                events.push((at, format!("MachineWait: {}", wait(seconds, dice))));
                at += seconds;
            }
            Step::Stop => {
                let usual = stopped / stops.max(1);
                let seconds =
                    around(if dice.below(10) < 7 { usual * 2 / 5 } else { usual * 12 / 5 }, dice).max(5);
                events.push((at, "MachineStop".to_owned()));
                if dice.once_in(20) {
                    // The machine goes on waiting while it is stopped, and some say twice that they stop.
                    events.push((at + seconds / 3, format!("MachineWait: {seconds} sec")));
                    events.push((at + seconds / 2, "MachineStop".to_owned()));
                }
                at += seconds;
                events.push((at, "MachineStart".to_owned()));
            }
        }
    }
    events.push((at + 20, "MachineStop".to_owned()));
    events.push((at + 20 + machine.after, "MachineStart".to_owned()));
    if dice.once_in(6) {
        events.push((at + 60 + machine.after, "MachineStop".to_owned()));
    }
    events.push((at + 90 + machine.after, "Melding: Ploeg be\u{eb}indigd".to_owned()));
    events.sort_by_key(|(at, _)| *at);
    events
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Piece,
    Wait,
    Stop,
}

/// A number around the usual one: from nothing to twice as much.
fn around(usual: u32, dice: &mut Dice) -> u32 {
    (u64::from(usual) * (dice.below(1001) + dice.below(1001)) / 1000) as u32
}

fn wait(seconds: u32, dice: &mut Dice) -> String {
    match dice.below(50) {
        0 => format!("{}.5 sec", seconds - 1),
        1 => format!("{seconds}.0"),
        2 => seconds.to_string(),
        _ => format!("{seconds} sec"),
    }
}

fn job(dice: &mut Dice) -> String {
    let reference = format!("{}{}", dice.pick(&["AX", "BZ", "CR", "KL"]), 4410 + dice.below(12) * 101);
    let length = 4800 + dice.below(16) * 100;
    let length =
        if dice.once_in(30) { length.to_string() } else { format!("{length}.{}", dice.below(2) * 5) };
    let colour = if dice.once_in(12) { String::new() } else { format!(" C:{}", dice.pick(&COLOURS)) };
    format!("JobProfiel: R:{reference} L:{length}{colour}")
}

/// Writes a day into its file or files, with dirt.
fn add(files: &mut Vec<LogFile>, machine: &Machine, date: &str, events: &[(u32, String)], dice: &mut Dice) {
    let end: &[u8] = if dice.once_in(3) { b"\r\n" } else { b"\n" };
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for (at, event) in events {
        let (hour, minute, second) = (at / 3600, at / 60 % 60, at % 60);
        let mut line: Vec<u8> = format!("{date} {hour:02}:{minute:02}:{second:02}|@").into_bytes();
        // Latin-1: every character of these texts is one byte.
        line.extend(event.chars().map(|char| char as u8));
        match dice.below(4000) {
            0 => lines.push(line[..line.len() / 3].to_vec()),
            1 => lines.push(format!("{date} 25:61:00|@MachineWait: 3 sec").into_bytes()),
            2 => lines.push(
                format!("{date} {hour:02}:{minute:02}:{second:02}|@JobProfiel: R:AX4410 C:W12").into_bytes(),
            ),
            3 => lines.push(b"\xb0\xb0 verbinding verbroken \xb0\xb0".to_vec()),
            4 => lines.push(vec![0; 64]),
            5 => line.insert(0, 0xa0),
            6 => line.insert(5, 0),
            7 => lines.push(Vec::new()),
            _ => {}
        }
        line.extend_from_slice(end);
        lines.push(line);
    }
    let whole = |lines: &[Vec<u8>]| {
        let mut content = Vec::new();
        for line in lines {
            content.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                content.push(b'\n');
            }
        }
        content
    };
    let path = |ending: &str| format!("{}/{date}{ending}.LOG", machine.name);
    let content = whole(&lines);
    match dice.below(25) {
        // Two files, the second of which repeats the end of the first.
        0 => {
            let cut = lines.len() / 2;
            let (first, second) = (whole(&lines[..cut]), whole(&lines[cut - 40..]));
            files.push(LogFile { path: path(""), draft: Some(first.clone()), content: first });
            files.push(LogFile { path: path("_2"), draft: Some(second.clone()), content: second });
        }
        // Late.
        1 => files.push(LogFile { path: path(""), content, draft: None }),
        // Corrected: first seen while the machine still wrote it.
        2 => {
            let draft = content[..content.len() * 2 / 3].to_vec();
            files.push(LogFile { path: path(""), content, draft: Some(draft) });
        }
        _ => files.push(LogFile { path: path(""), draft: Some(content.clone()), content }),
    }
}

/// The date so many days behind 2 June 2025, as digits.
fn date(days: u32) -> String {
    let (mut year, mut month, mut day) = (2025, 6, 2 + days);
    loop {
        let last = match month {
            2 if year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if day <= last {
            return format!("{year}{month:02}{day:02}");
        }
        day -= last;
        month += 1;
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_days_give_the_same_files() {
        let (files, again) = (files(60), super::files(60));
        assert_eq!(files.len(), again.len());
        assert!(files.iter().zip(&again).all(|(one, other)| one.content == other.content));
        assert_eq!((date(0), date(29), date(220)), ("20250602".into(), "20250701".into(), "20260108".into()));
        let is_dirty = |what: fn(&LogFile) -> bool| files.iter().any(what);
        assert!(is_dirty(|file| file.draft.is_none()));
        assert!(is_dirty(|file| file.path.ends_with("_2.LOG")));
        assert!(is_dirty(|file| file.draft.as_ref().is_some_and(|draft| draft.len() < file.content.len())));
        assert!(is_dirty(|file| file.content.contains(&0) && file.content.contains(&0xeb)));
    }
}

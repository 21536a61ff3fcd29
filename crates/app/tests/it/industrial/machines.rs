//! The factory's machine logs: from folders, here and on a server, to sessions in PostgreSQL, by the shipped pipelines.
//!
//! What must arrive is computed a second time by [`model`](super::model).

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;
use towpath_testkit::samples::Dice;
use towpath_testkit::samples::machines::{LogFile, files};
use towpath_testkit::sshd;

use super::PIPELINES;
use super::factory::{Factory, pipeline};
use super::model::{HOUR, Session, sessions};
use super::rows::{JOBS, SESSIONS, STOPS, WAITS};

const GOLDEN: &str = "20250612 06:00:02|@MachineStart
20250612 06:01:10|@JobProfiel: R:AX4410 L:6250.0 C:W12 G PVC
20250612 06:03:00|@StukUitgevoerd: 1
20250612 06:05:30|@StukUitgevoerd: 2
20250612 06:06:00|@MachineWait: 45 sec
20250612 06:20:00|@MachineStop
20250612 06:35:00|@MachineStart
20250612 06:36:15|@JobProfiel: R:BZ7702 L:4980.5
20250612 06:40:00|@StukUitgevoerd: 3
20250612 06:41:00|@MachineWait: 30.5
20250612 07:03:00|@StukUitgevoerd: 4
20250612 07:05:00|@MachineStop
";

/// The files as they are first seen, or in the end.
fn content(logs: &[LogFile], is_draft: bool) -> BTreeMap<String, Vec<u8>> {
    let seen = |log: &LogFile| if is_draft { log.draft.clone() } else { Some(log.content.clone()) };
    logs.iter().filter_map(|log| Some((log.path.clone(), seen(log)?))).collect()
}

#[test]
fn a_day_comes_out_as_it_always_has_and_changes_with_its_files() {
    let factory = Factory::new();
    let (day, rows) = ("DEM12/20250612.LOG", "select count(*), max(numero) from");
    factory.put(day, GOLDEN, 60);
    factory.read(0);
    assert_eq!(
        factory.lines(SESSIONS),
        [
            "DEM12|20250612|06:03:00.000|07:03:00.000|06:00:02.000|07:05:00.000|4|10000.0000|7290.0000|210.0000|2500.0000\
          |7290.00|210.00|2500.00|DEM12/20250612.LOG"
        ]
    );
    assert_eq!(
        factory.lines(JOBS),
        [
            "DEM12|20250612|1|06:01:10.000|AX4410|6250.00|W12",
            "DEM12|20250612|2|06:36:15.000|BZ7702|4980.50|N/A"
        ]
    );
    assert_eq!(
        factory.lines(WAITS),
        ["DEM12|20250612|1|06:06:00.000|06:06:45.000|45", "DEM12|20250612|2|06:41:00.000|06:41:30.500|30"]
    );
    assert_eq!(factory.lines(STOPS), ["DEM12|20250612|1|06:20:00.000|06:35:00.000|900|f"]);
    assert_eq!(
        factory.lines("select numero, pieces, secondes_par_piece from suivi_job order by 1"),
        ["1|2|150.0", "2|2|1380.0"]
    );

    // A second file of the same day, with a line that nobody can read.
    let more = "20250612 07:05:00|@MachineStop\n20250612 07:06:00|@MachineWait: 12.5 sec\n\
                20250612 07:0\n20250612 07:10:00|@MachineStart\n20250612 07:13:00|@StukUitgevoerd: 5\n";
    factory.put("DEM12/20250612_2.LOG", more, 50);
    let said = factory.run();
    said.expect(3, &["1 row is in quarantine"]);
    factory.towpath(&["quarantine", &pipeline()]).expect(0, &["20250612_2.LOG:3", "20250612 07:0"]);
    assert_eq!(
        factory.lines("select total_pieces, fichier_log_source from session_production"),
        ["5|DEM12/20250612.LOG, DEM12/20250612_2.LOG"]
    );
    assert_eq!(factory.lines(&format!("{rows} periode_arret")), ["2|2"]);
    // The wait of 12.5 seconds lies in a stop, and counts there.
    assert_eq!(
        factory.lines("select duree_secondes from periode_attente order by timestamp_debut"),
        ["45", "30", "12"]
    );
    let before = factory.lines("select id from session_production");

    // A corrected file without stops and with one job: what is no longer told is gone.
    let corrected: String = GOLDEN
        .lines()
        .filter(|line| !line.contains("MachineSt") && !line.contains("BZ7702"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    factory.put(day, corrected, 40);
    fs::remove_file(factory.logs.join("DEM12/20250612_2.LOG")).unwrap();
    factory.read(0);
    assert_eq!(factory.lines(&format!("{rows} periode_arret")), ["0|∅"]);
    assert_eq!(factory.lines(&format!("{rows} job_profil")), ["1|1"]);
    assert_eq!(factory.lines("select distinct numero_job from piece_production"), ["1"]);
    assert_eq!(factory.lines("select id from session_production"), before);
}

#[test]
fn months_of_logs_with_late_and_corrected_files_give_the_sessions_of_the_model() {
    let factory = Factory::new();
    let logs = files(45);
    let (drafts, finals) = (content(&logs, true), content(&logs, false));
    for (path, content) in &drafts {
        factory.put(path, content, 90);
    }
    let (expected, unreadable) = sessions(&drafts);
    factory.read(unreadable);
    factory.holds(&expected);
    let odd = "select count(*) from session_production where taux_occupation + taux_attente + taux_arret_volontaire <> 100 \
         or least(taux_occupation, taux_attente, taux_arret_volontaire) < 0 \
         or temps_production_effectif + temps_attente + temps_arret_volontaire <> duree_production_totale";
    assert_eq!(factory.lines(odd), ["0"]);

    // All files come once more; some have come late, some are corrected, and the others are as they were.
    let untouched = "select count(*) from session_production where xmin in (select min(xmin::text::bigint)::text::xid from session_production)";
    assert_eq!(factory.lines(untouched), [expected.len().to_string()]);
    for (path, content) in &finals {
        factory.put(path, content, 30);
    }
    let of = |path: &str| path[..path.find('/').unwrap() + 9].to_owned();
    let changed: Vec<String> = finals
        .iter()
        .filter(|(path, now)| drafts.get(*path) != Some(now))
        .map(|(path, _)| of(path))
        .collect();
    assert!(changed.len() > 3, "{changed:?}");
    let read = finals.iter().filter(|(path, _)| changed.contains(&of(path)));
    let (reread, unreadable) =
        sessions(&read.map(|(path, content)| (path.clone(), content.clone())).collect());
    factory.read(unreadable);
    let (expected, unreadable) = sessions(&finals);
    factory.holds(&expected);
    assert_eq!(factory.lines(untouched), [(expected.len() - reread.len()).to_string()]);

    // Nothing is new, and nothing changes when all is read again.
    let changes = factory.changes();
    factory.run().expect(0, &["nothing is new"]);
    factory.towpath(&["state", "reset", &pipeline()]).expect(0, &["forgotten"]);
    factory.read(unreadable);
    assert_eq!(factory.changes(), changes);
    factory.holds(&expected);
    let transactions =
        "select count(*) % 6, count(*) / 6 - count(distinct xmin::text) from public._towpath_loads";
    assert_eq!(factory.lines(transactions), ["0|0"], "the six tables of a run change in one transaction");
}

/// Days without any sense: waits of hours, stops in stops, many events in one second, in any order and in several files.
#[test]
fn random_events_in_any_order_give_the_sessions_of_the_model() {
    let factory = Factory::new();
    let mut dice = Dice::new(4);
    let mut logs = BTreeMap::new();
    for day in 1..=28 {
        // Many steps make a day of few coincidences, few steps one of many. Some days have no piece.
        let (steps, length, pieces) = (1 + dice.below(40), 1 + dice.below(300), dice.below(4));
        for file in ["", "_2", "_3"].iter().take(1 + dice.below(3) as usize) {
            let mut content = String::new();
            for _ in 0..dice.below(40) {
                let at = 28_800 + dice.below(steps) * length;
                let event = match dice.below(6 + pieces) {
                    0 => "MachineStop".to_owned(),
                    1 => "MachineStart".to_owned(),
                    2 => format!("MachineWait: {}.5 sec", dice.below(30_000)),
                    3 => format!("MachineWait:{}", dice.below(600)),
                    4 => format!("JobProfiel: R:AX{} L:{}", dice.below(3), 5000 + dice.below(3)),
                    5 => "Melding".to_owned(),
                    _ => format!("StukUitgevoerd: {}", dice.below(3)),
                };
                let (hour, minute, second) = (at / 3600, at / 60 % 60, at % 60);
                content.push_str(&format!("202507{day:02} {hour:02}:{minute:02}:{second:02}|@{event}\n"));
            }
            logs.insert(format!("SU12/202507{day:02}{file}.LOG"), content.into_bytes());
        }
    }
    for (path, content) in &logs {
        factory.put(path, content, 60);
    }
    let (expected, unreadable) = sessions(&logs);
    assert!(expected.values().any(|session| session.total == 0 && session.wait > 0 && session.stop > 0));
    factory.read(unreadable);
    factory.holds(&expected);
}

#[test]
fn logs_on_a_server_give_the_same_sessions() {
    let server = sshd();
    let mut factory = Factory::new();
    factory.logs = server.folder();
    factory.machines = json!({
        "connector": "file",
        "root": server.url(),
        "sftp": {
            "private_key": server.key("ed25519", "").display().to_string(),
            "fingerprint": server.fingerprint("ed25519"),
        },
    })
    .to_string();
    let logs = content(&files(4), false);
    for (path, content) in &logs {
        factory.put(path, content, 60);
    }
    let (expected, unreadable) = sessions(&logs);
    factory.read(unreadable);
    factory.holds(&expected);
    factory.run().expect(0, &["nothing is new"]);
}

#[test]
fn tables_from_before_keep_their_sessions_and_numbers() {
    let factory = Factory::new();
    let database = &factory.database;
    // As the tables were: without the columns and indexes that Towpath adds.
    database.sql(
        "drop view suivi_job, trs_session;
         alter table piece_production drop constraint piece_production_job, drop column numero_job;
         alter table job_profil drop column numero;
         alter table periode_attente drop column numero;
         alter table periode_arret drop column numero, drop column sans_fin;
         insert into centre_usinage (nom, type_cu, description) values ('SU12', 'SU12', 'hybrid'), ('DEM12', 'DEM12', 'PVC');
         insert into session_production (centre_usinage_id, date_production, total_pieces)
             values (1, '2025-06-12', 7), (2, '2025-06-11', 8), (2, '2025-06-12', 9);
         insert into periode_arret (session_id, timestamp_debut, timestamp_fin, duree_secondes)
             values (2, '2025-06-11 08:00', '2025-06-11 09:00', 3600), (3, '2025-06-12 08:00', '2025-06-12 09:00', 3600);
         insert into piece_production (session_id, numero_piece, timestamp_production) values (3, 9, '2025-06-12 08:00')",
    );
    factory.prepare();
    factory.put("DEM12/20250612.LOG", GOLDEN, 60);
    factory.put("DEMALU/20250612.LOG", GOLDEN, 60);
    factory.read(0);
    assert_eq!(
        factory.lines("select id, nom, description from centre_usinage order by id"),
        ["1|SU12|hybrid", "2|DEM12|PVC", "3|DEMALU|∅"]
    );
    assert_eq!(
        factory.lines("select id, centre_usinage_id, total_pieces from session_production order by id"),
        ["1|1|7", "2|2|8", "3|2|4", "4|3|4"]
    );
    assert_eq!(
        factory.lines("select session_id, duree_secondes from periode_arret order by 1"),
        ["2|3600", "3|900", "4|900"]
    );
    assert_eq!(factory.lines("select count(*) from piece_production where session_id = 3"), ["4"]);
    // Rows that somebody adds by hand get numbers behind those of the pipeline.
    database
        .sql("insert into session_production (centre_usinage_id, date_production) values (1, '2020-01-01')");
    assert_eq!(factory.lines("select max(id) from session_production"), ["5"]);
}

#[test]
fn effectiveness_needs_nominal_times_and_scrap() {
    let factory = Factory::new();
    factory.put("DEM12/20250612.LOG", GOLDEN, 60);
    factory.put("SU12/20250612.LOG", GOLDEN, 60);
    factory.read(0);
    let view = "select centre, disponibilite, performance, qualite, trs from trs_session order by 1";
    assert_eq!(factory.lines(view), ["DEM12|72.90|∅|∅|∅", "SU12|72.90|∅|∅|∅"]);
    factory.home.write("times.csv", "centre,reference,secondes_par_piece\nDEM12,BZ7702,630.5\nSU12,,600\n");
    factory.home.write("scrap.csv", "centre,date_production,rebuts\nDEM12,2025-06-12,1\n");
    let (times, scrap) = (factory.home.path("times.csv"), factory.home.path("scrap.csv"));
    let times = format!("cadences={}", times.display());
    let scrap = format!("scrap={}", scrap.display());
    let oee = format!("{PIPELINES}/oee.yaml");
    let args = ["run", &oee, "--set", &times, "--set", &scrap];
    factory.towpath(&args).expect(0, &[]);
    // One piece of DEM12 is of a reference without a time; on SU12 three pieces of 600 s in 2624.4 s.
    assert_eq!(factory.lines(view), ["DEM12|72.90|∅|75.00|∅", "SU12|72.90|68.59|∅|∅"]);
    let all = "centre,reference,secondes_par_piece\nDEM12,BZ7702,630.5\nDEM12,,600\n";
    factory.home.write("times.csv", all);
    factory.towpath(&args).expect(0, &[]);
    // 600 s and twice 630.5 s; 0.7290 × 0.7091 × 0.75.
    assert_eq!(factory.lines(view), ["DEM12|72.90|70.91|75.00|38.77", "SU12|72.90|∅|∅|∅"]);
}

/// The samples are like what is known of a real factory: of 20 days of each of its machines.
#[test]
fn sample_logs_are_like_those_of_a_real_factory() {
    let days = content(&files(120), false);
    let (sessions, _) = sessions(&days);
    // Pieces; percent of production, wait and stop; hours of them; stops, and their mean seconds.
    let known: [(&str, [f64; 9]); 3] = [
        ("DEM12", [479.6, 59.88, 15.41, 24.72, 7.85, 2.13, 3.38, 17.80, 856.0]),
        ("DEMALU", [333.5, 62.74, 10.28, 26.98, 7.49, 1.36, 3.39, 15.70, 935.0]),
        ("SU12", [808.7, 71.47, 15.76, 12.77, 10.03, 2.26, 1.89, 25.95, 272.0]),
    ];
    let mut off = Vec::new();
    // Rates may be so many points off, and the others so large a share.
    let (points, share) = (2.5, 0.08);
    for (machine, known) in known {
        let own: Vec<&Session> =
            sessions.iter().filter(|(of, _)| of.0 == machine).map(|(_, one)| one).collect();
        let mean = |value: &dyn Fn(&Session) -> f64| {
            own.iter().map(|session| value(session)).sum::<f64>() / own.len() as f64
        };
        let stops: Vec<usize> =
            own.iter().flat_map(|session| &session.stops).map(|(start, end, _)| (end - start) / 2).collect();
        let mut found = vec![mean(&|session| session.pieces.len() as f64)];
        found.extend((0..3).map(|part| mean(&|session| session.rates()[part] as f64 / 100.0)));
        found.extend((0..3).map(|part| mean(&|session| session.hours()[part] as f64 / 10_000.0)));
        found.push(stops.len() as f64 / own.len() as f64);
        found.push(stops.iter().sum::<usize>() as f64 / stops.len() as f64);
        for (place, (known, found)) in known.into_iter().zip(found).enumerate() {
            let is_near = match place {
                1..=3 => (found - known).abs() <= points,
                _ => (found / known - 1.0).abs() <= share,
            };
            if !is_near {
                off.push(format!("{machine}, {place}: {known} is known, {found:.2} found"));
            }
        }
        let late = |session: &&&Session| {
            session.pieces.iter().any(|piece| !(29 * HOUR..46 * HOUR).contains(&piece.0))
        };
        let late = own.iter().filter(late).count();
        assert!(late * 20 < own.len(), "{machine}: {late} days have pieces before 5 or after 22 o'clock");
        let lengths = own.iter().flat_map(|session| &session.jobs).map(|job| job.2.parse::<f64>().unwrap());
        assert_eq!(lengths.filter(|length| !(4800.0..6305.0).contains(length)).count(), 0, "{machine}");
    }
    assert!(off.is_empty(), "{off:#?}");
}

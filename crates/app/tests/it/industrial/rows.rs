//! Sessions as lines of text: as the database tells them, and as the model does.

use super::model::{HOUR, Session, Sessions, ten_thousandths};

pub(super) const SESSIONS: &str = "select c.nom, to_char(date_production, 'YYYYMMDD'), to_char(heure_premiere_piece, 'HH24:MI:SS.MS'),
    to_char(heure_derniere_piece, 'HH24:MI:SS.MS'), to_char(heure_premier_machine_start, 'HH24:MI:SS.MS'),
    to_char(heure_dernier_machine_stop, 'HH24:MI:SS.MS'), total_pieces, duree_production_totale * 10000,
    temps_production_effectif * 10000, temps_attente * 10000, temps_arret_volontaire * 10000, taux_occupation * 100,
    taux_attente * 100, taux_arret_volontaire * 100, fichier_log_source
    from centre_usinage c join session_production s on s.centre_usinage_id = c.id
    order by c.nom collate \"C\", 2";
pub(super) const JOBS: &str = "select c.nom, to_char(date_production, 'YYYYMMDD'), r.numero,
    to_char(r.timestamp_debut, 'HH24:MI:SS.MS'), reference, longueur, couleur
    from centre_usinage c join session_production s on s.centre_usinage_id = c.id
    join job_profil r on r.session_id = s.id order by c.nom collate \"C\", 2, 3";
pub(super) const WAITS: &str = "select c.nom, to_char(date_production, 'YYYYMMDD'), r.numero,
    to_char(r.timestamp_debut, 'HH24:MI:SS.MS'), to_char(r.timestamp_fin, 'HH24:MI:SS.MS'), duree_secondes
    from centre_usinage c join session_production s on s.centre_usinage_id = c.id
    join periode_attente r on r.session_id = s.id order by c.nom collate \"C\", 2, 3";
pub(super) const STOPS: &str = "select c.nom, to_char(date_production, 'YYYYMMDD'), r.numero,
    to_char(r.timestamp_debut, 'HH24:MI:SS.MS'), to_char(r.timestamp_fin, 'HH24:MI:SS.MS'), duree_secondes, sans_fin
    from centre_usinage c join session_production s on s.centre_usinage_id = c.id
    join periode_arret r on r.session_id = s.id order by c.nom collate \"C\", 2, 3";
const PIECES: &str = "select c.nom, to_char(date_production, 'YYYYMMDD'), r.numero_piece,
    to_char(r.timestamp_production, 'HH24:MI:SS.MS'), details, numero_job
    from centre_usinage c join session_production s on s.centre_usinage_id = c.id
    join piece_production r on r.session_id = s.id order by c.nom collate \"C\", 2, 3";

/// The rows that a database must hold: what they are, the query for them, the rows.
pub(super) fn told(sessions: &Sessions) -> [(&'static str, &'static str, Vec<String>); 5] {
    [
        ("sessions", SESSIONS, all(sessions, |session, rows| rows.push(whole(session)))),
        ("jobs", JOBS, all(sessions, jobs)),
        ("waits", WAITS, all(sessions, waits)),
        ("stops", STOPS, all(sessions, stops)),
        ("pieces", PIECES, all(sessions, pieces)),
    ]
}

/// Rows of all sessions, each behind its machine and day.
fn all(sessions: &Sessions, rows: impl Fn(&Session, &mut Vec<String>)) -> Vec<String> {
    let mut all = Vec::new();
    for ((machine, day), session) in sessions {
        let mut own = Vec::new();
        rows(session, &mut own);
        all.extend(own.into_iter().map(|row| format!("{machine}|{day}|{row}")));
    }
    all
}

/// The time of day.
fn clock(at: usize) -> String {
    let seconds = (at - 24 * HOUR) / 2;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{hour:02}:{minute:02}:{second:02}.{}00", at % 2 * 5)
}

fn whole(session: &Session) -> String {
    let time = |at: Option<usize>| at.map_or_else(|| "∅".to_owned(), clock);
    let piece = |piece: Option<&(usize, String, Option<usize>)>| time(piece.map(|piece| piece.0));
    let mut columns = vec![
        piece(session.pieces.first()),
        piece(session.pieces.last()),
        time(session.first_start),
        time(session.last_stop),
        session.pieces.len().to_string(),
        format!("{}.0000", ten_thousandths(session.total)),
    ];
    columns.extend(session.hours().map(|part| format!("{part}.0000")));
    columns.extend(session.rates().map(|part| format!("{part}.00")));
    columns.push(session.files.join(", "));
    columns.join("|")
}

fn jobs(session: &Session, rows: &mut Vec<String>) {
    for (place, (at, reference, length, colour)) in session.jobs.iter().enumerate() {
        rows.push(format!("{}|{}|{reference}|{length}|{colour}", place + 1, clock(*at)));
    }
}

fn waits(session: &Session, rows: &mut Vec<String>) {
    for (place, (at, lasts)) in session.waits.iter().enumerate() {
        rows.push(format!("{}|{}|{}|{}", place + 1, clock(*at), clock(at + lasts), lasts / 2));
    }
}

fn stops(session: &Session, rows: &mut Vec<String>) {
    for (place, (start, end, open)) in session.stops.iter().enumerate() {
        let (from, to) = (clock(*start), clock(*end));
        let open = if *open { "t" } else { "f" };
        rows.push(format!("{}|{from}|{to}|{}|{open}", place + 1, (end - start) / 2));
    }
}

fn pieces(session: &Session, rows: &mut Vec<String>) {
    for (place, (at, details, job)) in session.pieces.iter().enumerate() {
        let job = job.map_or_else(|| "∅".to_owned(), |job| job.to_string());
        rows.push(format!("{}|{}|{details}|{job}", place + 1, clock(*at)));
    }
}

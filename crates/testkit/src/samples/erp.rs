//! A window factory's ERP: orders with their journal, events and accessories, as a SQL script for MySQL and MariaDB.
//!
//! The first orders are the hard cases, one after the other: events of both sorts, several journal lines and boxes
//! that match, accents right and wrong, the same number under two order types. The rest is everyday business.

use std::io::{self, Write};

use super::Dice;

const TABLES: &str = "\
create table A_Kopf (
    ID varchar(32) primary key, AuftragsTyp smallint, AuNummer int, AuAlpha varchar(5), KundenNr varchar(15),
    KundenBez varchar(15), Kommission varchar(50), AufStatus varchar(50), Techniker varchar(15),
    A_VorMwSt decimal(15,2), unique (AuftragsTyp, AuNummer, AuAlpha)
) default charset utf8mb4 collate utf8mb4_unicode_ci;
create table A_Logbuch (
    ID int auto_increment primary key, ID_A_Kopf varchar(32), Code varchar(15), Bezeichnung varchar(50),
    Datum datetime, Zeit datetime, Benutzer varchar(50), Notiz text, foreign key (ID_A_Kopf) references A_Kopf (ID)
) default charset utf8mb4 collate utf8mb4_unicode_ci;
create table A_Vorgang (
    ID_A_Kopf varchar(32), Nummer varchar(15), Bezeichnung varchar(50), Datum datetime,
    primary key (ID_A_Kopf, Nummer), foreign key (ID_A_Kopf) references A_Kopf (ID)
) default charset utf8mb4 collate utf8mb4_unicode_ci;
create table P_Zubeh (
    ID_A_Kopf varchar(32), Position smallint, Kennung smallint, ZNr smallint, ZCode varchar(20), Text varchar(50),
    Stueck float, primary key (ID_A_Kopf, Position, Kennung, ZNr), foreign key (ID_A_Kopf) references A_Kopf (ID)
) default charset utf8mb4 collate utf8mb4_unicode_ci;
";

const CUSTOMERS: [&str; 8] =
    ["Brasseur", "Delvaux", "Évrard", "Goossens", "Lejeune", "Müller", "Nguyễn", "O'Hara"];
const SITES: [&str; 6] = [
    "Villa des Érables",
    "Clos du Moulin",
    "Appart. 3ème",
    "École communale",
    "Ferme d'en Haut",
    "Rénovation nord",
];
const STATUSES: [&str; 6] =
    ["cde Planifiee", "cde Planifiée", "lancer en prod", "attente vitrage", "Terminée", "En cours"];
const NOTES: [&str; 5] = [
    "cde Planifiee - volets",
    "cde Planifiée - volets ALU",
    "cde PlanifiÃ©e - import",
    "appel du client",
    "prix confirmé, délai 3 semaines",
];
const BOXES: [&str; 12] = [
    "SOP ALU H30",
    "SOP PVC N30",
    "S P PVC C30",
    "S D ALU H30",
    "S Q CONNECT",
    "S T INTELL",
    "S TAB LUXE",
    "S TN PERF",
    "S PX NEUF",
    "S TABX",
    "FEN TOPAZ",
    "VR_STANDARD",
];
const EVENTS: [&str; 6] = ["VR", "VR", "OP", "ST", "CVR", "MO"];

/// One order with all that hangs on it.
#[derive(Debug, Default)]
struct Order {
    kind: u8,
    number: u32,
    extension: Option<String>,
    status: &'static str,
    /// Time and note.
    journal: Vec<(String, &'static str)>,
    events: Vec<String>,
    /// Position and code.
    boxes: Vec<(u16, &'static str)>,
}

/// Writes the script: tables and about `orders` orders. With a database it is created and used; without one, the
/// tables land in the database in use.
pub fn write(out: &mut impl Write, orders: u32, database: Option<&str>) -> io::Result<()> {
    if let Some(name) = database {
        writeln!(
            out,
            "create database if not exists {name} character set utf8mb4 collate utf8mb4_unicode_ci;"
        )?;
        writeln!(out, "use {name};")?;
    }
    out.write_all(TABLES.as_bytes())?;
    let mut dice = Dice::new(2_507_000);
    for order in hard_cases() {
        script(out, &order, &mut dice)?;
    }
    for index in 0..orders {
        let order = everyday(2_508_000 + index / 2, &mut dice);
        // Two orders may share a number, never a number and an extension.
        let extension = Some(format!("{}{:02}", (b'A' + (index % 2) as u8) as char, index % 100));
        script(out, &Order { extension, ..order }, &mut dice)?;
    }
    Ok(())
}

fn hard_cases() -> Vec<Order> {
    let order =
        |number, status, journal: &[(&str, &'static str)], events: &[&str], boxes: &[(u16, &'static str)]| {
            Order {
                kind: 1,
                number,
                extension: Some("A00".into()),
                status,
                journal: journal.iter().map(|(at, note)| ((*at).to_owned(), *note)).collect(),
                events: events.iter().map(|event| (*event).to_owned()).collect(),
                boxes: boxes.to_vec(),
            }
        };
    let planned = ("2025-06-10 09:00:00", "cde Planifiee");
    let mut cases = vec![
        // Events of both sorts: kept in stock.
        order(2_507_001, "cde Planifiee", &[planned], &["OP001", "VR001"], &[(1, "SOP ALU H30")]),
        // The latest line that plans counts, not a later one that does not, and not the order of entry.
        order(
            2_507_002,
            "lancer en prod",
            &[("2025-06-20 08:00:00", "cde Planifiee"), planned, ("2025-06-25 08:00:00", "appel du client")],
            &["OP001"],
            &[(1, "S P PVC C30")],
        ),
        // The box of the first position that is one.
        order(
            2_507_003,
            "vitrage",
            &[planned],
            &["ST001"],
            &[(1, "FEN TOPAZ"), (2, "S TAB LUXE"), (3, "SOP ALU H30")],
        ),
        // Accents, right and encoded twice.
        order(
            2_507_004,
            "cde Planifiée",
            &[("2025-06-11 10:00:00", "cde PlanifiÃ©e")],
            &["VR1"],
            &[(1, "S T INTELL")],
        ),
        // The space is part of the code.
        order(2_507_005, "cde Planifiee", &[planned], &["VR1"], &[(1, "S PX NEUF"), (2, "S TABX")]),
        // Without a journal line, without a box, with another status: not an order for production.
        order(2_507_006, "cde Planifiee", &[], &["VR1"], &[(1, "SOP ALU H30")]),
        order(2_507_007, "cde Planifiee", &[planned], &["VR1"], &[]),
        order(2_507_008, "Terminée", &[planned], &["VR1"], &[(1, "SOP ALU H30")]),
        // Without events: not kept in stock.
        order(2_507_009, "cde Planifiee", &[planned], &[], &[(1, "S TN PERF")]),
    ];
    // The same number and extension under two order types: the one kept in stock wins, although it is older.
    let twice = |kind, at: &str, events: &[&str]| Order {
        kind,
        ..order(2_507_010, "cde Planifiee", &[(at, "cde Planifiee")], events, &[(1, "S D ALU H30")])
    };
    cases.push(twice(1, "2025-06-12 09:00:00", &["OP001"]));
    cases.push(twice(2, "2025-06-02 09:00:00", &["VR001"]));
    let bare = order(2_507_011, "cde Planifiee", &[planned], &["VR1"], &[(1, "S Q CONNECT")]);
    cases.push(Order { extension: None, ..bare });
    cases
}

fn everyday(number: u32, dice: &mut Dice) -> Order {
    let journal = (0..dice.below(4)).map(|_| {
        let (day, hour) = (1 + dice.below(30), 6 + dice.below(12));
        (format!("2025-06-{day:02} {hour:02}:00:00"), dice.pick(&NOTES))
    });
    let journal = journal.collect();
    let events = (0..dice.below(4)).map(|index| format!("{}{index:03}", dice.pick(&EVENTS))).collect();
    let boxes = (0..dice.below(4)).map(|index| (index as u16 + 1, dice.pick(&BOXES))).collect();
    Order { kind: 1, number, extension: None, status: dice.pick(&STATUSES), journal, events, boxes }
}

fn script(out: &mut impl Write, order: &Order, dice: &mut Dice) -> io::Result<()> {
    let id = format!("{}-{}-{}", order.number, order.extension.as_deref().unwrap_or("000"), order.kind);
    let extension = order.extension.as_deref().map_or("null".to_owned(), text);
    let customer = dice.pick(&CUSTOMERS);
    let price = format!("{}.{:02}", 500 + dice.below(9_500), dice.below(100));
    writeln!(
        out,
        "insert into A_Kopf values ({}, {}, {}, {extension}, 'K{:04}', {}, {}, {}, 'T{}', {price});",
        text(&id),
        order.kind,
        order.number,
        dice.below(10_000),
        text(customer),
        text(dice.pick(&SITES)),
        text(order.status),
        1 + dice.below(3),
    )?;
    for (at, note) in &order.journal {
        writeln!(
            out,
            "insert into A_Logbuch (ID_A_Kopf, Code, Datum, Zeit, Benutzer, Notiz) values ({}, 'LOG', '{at}', '{at}', 'B{}', {});",
            text(&id),
            1 + dice.below(4),
            text(note),
        )?;
    }
    for number in &order.events {
        writeln!(
            out,
            "insert into A_Vorgang values ({}, {}, 'Opération', '2025-06-15 08:00:00');",
            text(&id),
            text(number)
        )?;
    }
    for (position, code) in &order.boxes {
        writeln!(
            out,
            "insert into P_Zubeh values ({}, {position}, 1, 1, {}, 'Caisson', {});",
            text(&id),
            text(code),
            1 + dice.below(4),
        )?;
    }
    Ok(())
}

/// A text literal of SQL.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_the_same_every_time_and_names_its_database() {
        let script = || {
            let mut bytes = Vec::new();
            write(&mut bytes, 20, Some("erp")).expect("a vector takes everything");
            String::from_utf8(bytes).expect("the script is text")
        };
        let text = script();
        assert_eq!(text, script());
        assert!(text.starts_with("create database if not exists erp"));
        assert_eq!(text.matches("insert into A_Kopf").count(), 12 + 20);
        assert!(text.contains("'O''Hara'"));
    }
}

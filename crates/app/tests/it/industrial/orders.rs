//! The factory's orders: from an ERP in MariaDB to the production database in PostgreSQL, by the shipped pipeline.
//!
//! What must arrive is computed here a second time, row by row and without SQL. The ERP is a generated one; when
//! `TOWPATH_ERP_SQL` names a script of the real sample, its known figures are checked as well.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use towpath_testkit::{MariaDb, Postgres, mariadb, postgres, samples};

use super::PIPELINES;
use crate::sandbox::{Said, Sandbox, said};

#[test]
fn planned_orders_replace_those_of_the_factory() {
    let (erp, factory) = (mariadb(), factory());
    let mut script = Vec::new();
    samples::erp::write(&mut script, 120, None).unwrap();
    load(&erp, &script);
    factory.sql("insert into commandes_volets_roulants (numero_commande, extension) values ('1', 'OLD')");
    factory.sql("create view a_produire as select count(*) as n from commandes_volets_roulants");

    let home = Sandbox::new();
    run(&home, &erp, &factory).expect(0, &[]);
    let expected = expected(&erp);
    assert!(expected.len() > 20, "the generated ERP has too few planned orders: {expected:#?}");
    assert_eq!(orders(&factory), expected);
    assert_eq!(factory.sql("select n from a_produire"), expected.len().to_string());
    assert_eq!(
        factory.sql("select count(*) from commandes_volets_roulants where date_synchronisation is null"),
        "0"
    );

    // Again, with nothing new in the ERP: the same rows under the same numbers.
    let numbers = "select id, numero_commande, extension from commandes_volets_roulants order by 1";
    let before = factory.sql(numbers);
    run(&home, &erp, &factory).expect(0, &[]);
    assert_eq!(orders(&factory), expected);
    assert_eq!(factory.sql(numbers), before);
}

#[test]
fn a_value_that_does_not_fit_goes_to_quarantine_and_the_rest_arrives() {
    let (erp, factory) = (mariadb(), factory());
    let mut script = Vec::new();
    samples::erp::write(&mut script, 0, None).unwrap();
    load(&erp, &script);
    factory.sql("alter table commandes_volets_roulants alter column coffre type varchar(11)");
    // Longer than the column by one character, and as long as the column in characters that take two bytes.
    erp.sql("update P_Zubeh set ZCode = 'S Q CONNECTÉ' where ZCode = 'S Q CONNECT'");
    erp.sql("update P_Zubeh set ZCode = 'SOP ÉÉÉ ÉÉÉ' where ZCode = 'S TN PERF'");
    let home = Sandbox::new();
    run(&home, &erp, &factory).expect(3, &["1 row is in quarantine"]);
    let mut rest = expected(&erp);
    rest.retain(|order| !order.contains("CONNECTÉ"));
    assert_eq!(orders(&factory), rest);
    let pipeline = format!("{PIPELINES}/orders.yaml");
    let mut list = home.command(&["quarantine", &pipeline]);
    said(list.env("TOWPATH_STATE", home.path("state")).output().unwrap())
        .expect(0, &["coffre", "S Q CONNECTÉ"]);
}

#[test]
fn the_sample_of_the_real_erp_gives_its_known_figures() {
    let Some(file) = std::env::var_os("TOWPATH_ERP_SQL") else { return };
    let script = std::fs::read_to_string(file).unwrap();
    // What comes first makes a database and an account; the test has a database of its own.
    let tables = &script[script.find("CREATE TABLE").unwrap()..];
    let (erp, factory) = (mariadb(), factory());
    load(&erp, tables.as_bytes());
    let home = Sandbox::new();
    for _ in 0..2 {
        run(&home, &erp, &factory).expect(0, &["36"]);
        let facts = "select count(*), sum(gestion_en_stock), count(distinct coffre), min(date_modification), \
                     max(date_modification) from commandes_volets_roulants";
        assert_eq!(factory.sql(facts), "36|21|33|2025-05-14|2025-07-02");
        let statuses = "select status, count(*) from commandes_volets_roulants group by 1 order by 2 desc";
        assert_eq!(factory.sql(statuses), "cde Planifiee|23\nlancer en prod|7\nvitrage|6");
        assert_eq!(orders(&factory), expected(&erp));
    }
}

fn factory() -> Postgres {
    let factory = postgres();
    factory.sql(&std::fs::read_to_string(format!("{PIPELINES}/factory.sql")).unwrap());
    factory
}

fn run(home: &Sandbox, erp: &MariaDb, factory: &Postgres) -> Said {
    let mut command = home.command(&["run", &format!("{PIPELINES}/orders.yaml")]);
    command
        .env("TOWPATH_CONNECTION_ERP", erp.url())
        .env("TOWPATH_CONNECTION_FACTORY", factory.url())
        .env("TOWPATH_STATE", home.path("state"));
    said(command.output().unwrap())
}

/// Loads a script as an administrator would; a statement that is broken does not stop the others.
fn load(erp: &MariaDb, script: &[u8]) {
    let url = url::Url::parse(&erp.url()).unwrap();
    let mut client = Command::new("mariadb")
        .args(["--no-defaults", "--force", "--default-character-set=utf8mb4", "--protocol=tcp"])
        .arg(format!("--host={}", url.host_str().unwrap()))
        .arg(format!("--port={}", url.port().unwrap_or(3306)))
        .arg(format!("--user={}", url.username()))
        .arg(format!("--password={}", url.password().unwrap_or_default()))
        .arg(erp.name())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(script).unwrap();
    client.wait().unwrap();
}

fn orders(factory: &Postgres) -> Vec<String> {
    let rows = factory.sql(
        "select numero_commande, extension, status, date_modification, coffre, gestion_en_stock \
         from commandes_volets_roulants order by numero_commande collate \"C\", extension collate \"C\"",
    );
    rows.lines().map(str::to_owned).collect()
}

/// The orders that must arrive, from the plain rows of the ERP's tables.
fn expected(erp: &MariaDb) -> Vec<String> {
    let rows = |sql: &str| -> Vec<Vec<String>> {
        erp.sql(sql).lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    };
    let journal = rows("select ID_A_Kopf, Datum, ID, Notiz from A_Logbuch");
    let events = rows("select ID_A_Kopf, Nummer from A_Vorgang");
    let boxes = rows("select ID_A_Kopf, Position, ZCode from P_Zubeh");

    // For each number and extension: in stock or not, day, the other columns.
    let mut best: BTreeMap<(String, String), (u8, String, String)> = BTreeMap::new();
    for header in rows("select ID, AuNummer, coalesce(AuAlpha, ''), AufStatus from A_Kopf") {
        let [id, number, extension, status] = header.try_into().unwrap();
        let own = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
            rows.iter().filter(|row| row[0] == id).cloned().collect()
        };
        let latest = own(&journal)
            .into_iter()
            .filter(|line| planned(&line[3], "cde "))
            .map(|line| line[1].clone())
            .max();
        let first_box = own(&boxes)
            .into_iter()
            .filter(|row| is_box(&row[2]))
            .min_by_key(|row| row[1].parse::<u32>().unwrap())
            .map(|row| row[2].clone());
        let wanted = planned(&status, "") || status.contains("lancer en prod") || status.contains("vitrage");
        let (Some(at), Some(code), true) = (latest, first_box, wanted) else { continue };
        let in_stock = u8::from(own(&events).iter().any(|row| row[1].contains("VR")));
        let order = (in_stock, at[..10].to_owned(), format!("{status}|{}|{code}|{in_stock}", &at[..10]));
        let known = best.entry((number, extension)).or_insert_with(|| order.clone());
        if (order.0, &order.1) > (known.0, &known.1) {
            *known = order;
        }
    }
    best.into_iter().map(|((number, extension), order)| format!("{number}|{extension}|{}", order.2)).collect()
}

fn planned(text: &str, before: &str) -> bool {
    ["Planifiee", "Planifiée", "PlanifiÃ©e"].iter().any(|word| text.contains(&format!("{before}{word}")))
}

fn is_box(code: &str) -> bool {
    ["SOP", "S P ", "S D ", "S Q ", "S T ", "S TAB ", "S TN "].iter().any(|start| code.starts_with(start))
}

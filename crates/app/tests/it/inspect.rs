//! `towpath inspect` on files as people have them. What it says of each was checked by a person and is frozen in
//! `inspect.txt`; where it differs, the new text is written to the folder for temporary files of the build.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The bytes of a text in an encoding of one byte per character.
fn single(text: &str, special: &[(char, u8)]) -> Vec<u8> {
    let byte = |c: char| special.iter().find(|(known, _)| *known == c).map_or(c as u8, |(_, byte)| *byte);
    text.chars().map(byte).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The files, by name.
fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let late: String = (0..20_000).map(|id| format!("{id},abc\n")).collect();
    vec![
        (
            "bank.csv",
            single(
                "Relevé de compte;;;;\nÉdité le 05/03/2025;;;;\n;;;;\nDate;Libellé;Débit;Crédit;Solde\n\
                 01/02/2025;Loyer février;-850,00;;1 234,56\n13/02/2025;Virement salaire;;2 150,75;3 385,31\n\
                 28/02/2025;Café;-4,50;;3 380,81\nTotal;;-854,50;2 150,75;\n",
                &[],
            ),
        ),
        (
            "orders.tsv",
            b"Order Date\tAmount\tQty\tActive\n12/31/2024\t$1,234.50\t1,000\tyes\n01/02/2025\t$12.00\t2,500\tno\n\
              02/03/2025\t($5.25)\t10\tyes\n"
                .to_vec(),
        ),
        (
            "mac.csv",
            single(
                "nom,ville,remise\rÉlodie,Orléans,5 %\rJosé,Besançon,\"12,5 %\"\r",
                &[('É', 0x83), ('é', 0x8e), ('ç', 0x8d)],
            ),
        ),
        ("doubt.csv", b"id,day,amount\n1,01/02/2025,\"1,234\"\n2,03/04/2025,\"5,678\"\n".to_vec()),
        ("twice.csv", "nom,ville\nJos\u{c3}\u{a9},Besan\u{c3}\u{a7}on\n".as_bytes().to_vec()),
        (
            "broken.csv",
            b"id,name,qty\n1,\"Alice,3\n2,Bob,4\n3,\"Ca\"rol,5\n4,Dan\n5,Eve,6,7\n6,\"Fay, F.\",8\n7,Gus,9,\n".to_vec(),
        ),
        (
            "stock.txt",
            "# export 2025\n# by hand\nref|label|stock\n0012|Vis|12\n0450|Écrou|-\n# end of lot\n0999|Rondelle|n/a\n"
                .as_bytes()
                .to_vec(),
        ),
        ("nameless.csv", b"2025-01-01,12.5,A\n2025-01-02,13.5,B\n2025-01-03,14,C\n".to_vec()),
        (
            "codes.csv",
            b"zip,phone,number,value\n01000,+33612345678,12345678900012,1.5\n75011,0612345678,98765432100011,2\n"
                .to_vec(),
        ),
        ("wide.csv", utf16("a;b\né;1,5\nü;2,5\n")),
        (
            "dump.csv",
            b"\"id\",\"text\"\n\"1\",\"say \\\"hi\\\"\"\n\"2\",\"back\\\\slash\"\n\"3\",\"line\nbreak\"\n".to_vec(),
        ),
        ("sep.csv", b"sep=;\r\nx;y\r\n1;2,5\r\n".to_vec()),
        ("late.csv", [b"id,name\n".to_vec(), late.into_bytes(), b"20000,Zo\xe9\n".to_vec()].concat()),
        (
            "years.csv",
            b"product;2023;2024;2025\nA;12;13;14\nB;5;6;7\n".to_vec(),
        ),
        (
            "words.csv",
            "nom;actif;depuis;taux\nA;Oui;3 janv. 2024;1.234,5\nB;non;12 mars 2025;2.500\nC;oui;n/a;0,75\n".as_bytes().to_vec(),
        ),
        ("twins.csv", b"id,id,,note\n1,2,3,x\nid,id,,note\n4,5,6,y\n".to_vec()),
        (
            "page.html",
            "<table><tr><th>Ville</th><th>Habitants</th></tr><tr><td>Gand</td><td>265 086</td></tr><tr><td>Mons</td><td>96 055</td></tr></table>"
                .as_bytes()
                .to_vec(),
        ),
        ("events.ndjson", b"{\"at\":\"2025-01-01T10:00:00Z\",\"n\":1}\n{\"at\":\"2025-01-02T10:00:00Z\",\"n\":2.5}\n".to_vec()),
    ]
}

#[test]
fn what_is_said_of_each_file_was_checked() {
    let home = Sandbox::new();
    let mut all = String::new();
    for (name, bytes) in corpus() {
        home.write(name, bytes);
    }
    // A workbook of the same rows, as Towpath writes it.
    home.towpath(&["copy", "bank.csv", "bank.xlsx"]).expect(0, &["3 rows written"]);
    for name in corpus().iter().map(|(name, _)| *name).chain(["bank.xlsx"]) {
        let said = home.towpath(&["inspect", name]);
        assert!(matches!(said.code, 0 | 3) && said.err.is_empty(), "{name}: {said:#?}");
        all += &format!("=== {name}\n{}\n", said.out);
    }
    let new = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("inspect.txt");
    if all != include_str!("inspect.txt") {
        std::fs::write(&new, &all).unwrap();
        panic!("what `inspect` says has changed; look at the difference, then copy it: {}", new.display());
    }
}

#[test]
fn what_was_found_can_be_given_and_then_says_the_same() {
    let home = Sandbox::new();
    for (name, bytes) in corpus() {
        home.write(name, bytes);
        let found: Value = serde_json::from_str(&home.towpath(&["inspect", name, "--json"]).out).unwrap();
        let pipeline = serde_json::json!({
            "towpath": 1, "name": "same", "nodes": { "rows": found["node"] },
        });
        home.write("same.json", pipeline.to_string());
        let given = home.towpath(&["preview", "same.json", "--json", "--limit", "100000"]);
        let plain = home.towpath(&["preview", name, "--json", "--limit", "100000"]);
        assert_eq!((given.out, given.code), (plain.out, plain.code), "{name}: {}", given.err);
    }
}

#[test]
fn messy_files_are_made_clean_in_one_go() {
    let home = Sandbox::new();
    for (name, bytes) in corpus().into_iter().take(1) {
        home.write(name, bytes);
    }
    home.towpath(&["copy", "bank.csv", "clean.csv"]).expect(0, &["3 rows written", "rows of totals"]);
    assert_eq!(
        home.read("clean.csv"),
        "Date,Libellé,Débit,Crédit,Solde\n2025-02-01,Loyer février,-850.00,,1234.56\n\
         2025-02-13,Virement salaire,,2150.75,3385.31\n2025-02-28,Café,-4.50,,3380.81\n"
    );
    home.towpath(&["inspect", "nothing.csv"]).expect(1, &["nothing.csv"]);
    home.towpath(&["inspect", "clean.csv", "--with", "totls=true"]).expect(2, &["totals"]);
}

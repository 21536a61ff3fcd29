//! Workbooks of binary records: xlsb in a zip archive, xls in a compound file.
//!
//! As with the archives of [`super::books`], a case may be written unpacked: the records of an xls file as they stand.

use super::Format;
use super::books::{settings, unpacked, zipped};

/// What xls files begin with.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Bytes of a sector of a compound file.
const SECTOR: usize = 512;
/// In the table of sectors: a sector of the table itself.
const TABLE: u32 = 0xffff_fffd;
/// In the table of sectors: the end of a chain.
const END: u32 = 0xffff_fffe;
/// In the table of sectors: a sector that nothing uses.
const FREE: u32 = 0xffff_ffff;

/// A text as xlsb has it: its length, then UTF-16.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [(units.len() as u32).to_le_bytes().to_vec(), units.into_iter().flat_map(u16::to_le_bytes).collect()]
        .concat()
}

/// Numbers as little-endian words.
fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Records of xlsb: a type and a length of seven bits per byte.
fn binary_records(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (kind, content) in records {
        match kind {
            0..0x80 => all.push(*kind as u8),
            _ => all.extend_from_slice(&[*kind as u8 | 0x80, (kind >> 7) as u8]),
        }
        let mut length = content.len();
        while length >= 0x80 {
            all.push(length as u8 | 0x80);
            length >>= 7;
        }
        all.push(length as u8);
        all.extend_from_slice(content);
    }
    all
}

/// Excel since 2007, binary.
pub(super) fn xlsb() -> Format {
    let book = binary_records(&[
        (0x99, words(&[0, 0])),
        (0x9c, [words(&[0, 1]), wide("r1"), wide("S")].concat()),
        (0x90, Vec::new()),
        (0x9d, Vec::new()),
    ]);
    let cell = |column: u32, style: u32, value: Vec<u8>| [words(&[column, style]), value].concat();
    let sheet = binary_records(&[
        (0x81, Vec::new()),
        (0x94, words(&[0, 2, 0, 2])),
        (0x91, Vec::new()),
        (0x00, words(&[0, 0])),
        (0x07, cell(0, 0, words(&[0]))),
        (0x06, cell(1, 0, wide("at"))),
        (0x06, cell(2, 0, wide("n"))),
        (0x00, words(&[1, 0])),
        (0x07, cell(0, 0, words(&[1]))),
        (0x05, cell(1, 1, 45_292.5f64.to_le_bytes().to_vec())),
        (0x02, cell(2, 0, words(&[150 << 2 | 3]))),
        (0x00, words(&[2, 0])),
        (0x04, cell(0, 0, vec![1])),
        (0x09, cell(1, 2, [1.25f64.to_le_bytes().to_vec(), vec![0; 6]].concat())),
        (0x03, cell(2, 0, vec![0x2a])),
        (0x92, Vec::new()),
    ]);
    let strings = binary_records(&[
        (0x9f, words(&[2, 2])),
        (0x13, [vec![0], wide("name")].concat()),
        (0x13, [vec![0], wide("a b")].concat()),
    ]);
    let style = |number: u16| (0x2f, [vec![0, 0], number.to_le_bytes().to_vec(), vec![0; 12]].concat());
    let styles = binary_records(&[
        (0x267, words(&[1])),
        (0x2c, [164u16.to_le_bytes().to_vec(), wide("yyyy-mm-dd")].concat()),
        (0x269, words(&[3])),
        style(0),
        style(164),
        style(46),
    ]);
    let relations = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
    let parts = [
        ("xl/workbook.bin", book),
        ("xl/_rels/workbook.bin.rels", relations.into()),
        ("xl/sharedStrings.bin", strings),
        ("xl/styles.bin", styles),
        ("xl/worksheets/sheet1.bin", sheet),
    ];
    Format {
        name: "xlsb",
        word: "excel",
        pack: zipped,
        settings: settings(),
        seeds: vec![unpacked(&parts), zipped(&unpacked(&parts))],
        words: &[
            b"\xff\xff\xff\x7f",
            b"\x00\x08",
            b"\x07\x0c",
            b"\x05\x10",
            b"\x92\x01\x00",
            b"\x91\x01\x00",
            b"\xff\xff\x0f\x00",
            b"\xff\x3f\x00\x00",
            b"\n=== xl/worksheets/sheet1.bin\n",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

/// Records of xls: a type and a length of 16 bits each.
fn records(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (kind, content) in records {
        all.extend_from_slice(&kind.to_le_bytes());
        all.extend_from_slice(&(content.len() as u16).to_le_bytes());
        all.extend_from_slice(content);
    }
    all
}

/// Numbers as little-endian half words.
fn halves(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The records of a workbook as a compound file with one stream; what is a compound file already stays as it is.
fn compound(case: &[u8]) -> Vec<u8> {
    if case.starts_with(COMPOUND) {
        return case.to_vec();
    }
    // Smaller streams would have to stand in smaller sectors, and more sectors would need a second table.
    let length = case.len().clamp(4096, 120 * SECTOR).next_multiple_of(SECTOR);
    let mut stream = case.to_vec();
    stream.resize(length, 0);
    let mut header = COMPOUND.to_vec();
    header.resize(24, 0);
    header.extend(halves(&[0x3e, 3, 0xfffe, 9, 6, 0, 0, 0]));
    header.extend(words(&[0, 1, 1, 0, 4096, END, 0, END, 0, 0]));
    header.resize(SECTOR, 0xff);
    let mut table = vec![TABLE, END];
    table.extend((3..).take(length / SECTOR - 1));
    table.push(END);
    table.resize(SECTOR / 4, FREE);
    let mut folder = Vec::new();
    for (name, kind, start, size) in [("Root Entry", 5, END, 0), ("Workbook", 2, 2, length as u32)] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let units = entry.len() as u8 + 2;
        entry.resize(64, 0);
        entry.extend([units, 0, kind, 1]);
        entry.extend(words(&[FREE, FREE, if kind == 5 { 1 } else { FREE }]));
        entry.resize(116, 0);
        entry.extend(words(&[start, size, 0]));
        folder.extend(entry);
    }
    folder.resize(SECTOR, 0);
    [header, words(&table), folder, stream].concat()
}

/// Excel before 2007.
pub(super) fn xls() -> Format {
    let begin = |kind| (0x809, halves(&[0x600, kind, 0, 0, 0, 0, 0, 0]));
    let style = |number| (0xe0, halves(&[0, number, 0, 0, 0, 0, 0, 0, 0, 0]));
    let text = |text: &str| [halves(&[text.len() as u16]), vec![0], text.as_bytes().to_vec()].concat();
    let book = |start: u32| {
        records(&[
            begin(5),
            (0x41e, [halves(&[164]), text("yyyy-mm-dd")].concat()),
            style(0),
            style(164),
            style(46),
            (0x85, [words(&[start]), vec![0, 0, 1, 0, b'S']].concat()),
            (0xfc, [words(&[2, 2]), text("name"), text("a b")].concat()),
            (0x0a, Vec::new()),
        ])
    };
    let start = book(0).len() as u32;
    let sheet = records(&[
        begin(16),
        (0x200, [words(&[0, 3]), halves(&[0, 4, 0])].concat()),
        (0xfd, [halves(&[0, 0, 0]), words(&[0])].concat()),
        (0x204, [halves(&[0, 1, 0]), text("at")].concat()),
        (0x204, [halves(&[0, 2, 0]), text("n")].concat()),
        (0xfd, [halves(&[1, 0, 0]), words(&[1])].concat()),
        (0x203, [halves(&[1, 1, 1]), 45_292.5f64.to_le_bytes().to_vec()].concat()),
        (0x27e, [halves(&[1, 2, 0]), words(&[150 << 2 | 3])].concat()),
        (
            0xbd,
            [halves(&[2, 0, 0]), words(&[7 << 2 | 2]), halves(&[0]), words(&[8 << 2 | 2]), halves(&[1])]
                .concat(),
        ),
        (
            0x006,
            [
                halves(&[2, 2, 0]),
                vec![0, 0, 0, 0, 0, 0, 0xff, 0xff],
                vec![0; 6],
                halves(&[3]),
                vec![0x1e, 1, 0],
            ]
            .concat(),
        ),
        (0x207, text("x")),
        (0x205, [halves(&[3, 0, 0]), vec![1, 0]].concat()),
        (0x205, [halves(&[3, 1, 0]), vec![0x2a, 1]].concat()),
        (0xe5, halves(&[1, 0, 0, 0, 1])),
        (0x0a, Vec::new()),
    ]);
    let whole = [book(start), sheet].concat();
    Format {
        name: "xls",
        word: "excel",
        pack: compound,
        settings: settings(),
        seeds: vec![whole.clone(), whole.clone(), compound(&whole)],
        words: &[
            b"\xff\xff\xff\xff",
            b"\xfe\xff\xff\xff",
            b"\x01\0\0\0",
            b"\x02\0\0\0",
            b"\x03\x02\x0e\0",
            b"\x7e\x02\x0a\0",
            b"\xfd\0\x0a\0",
            b"\x00\x02\x0e\0\0\0\0\0\xff\xff\xff\xff\0\0\xff\xff\0\0",
            b"\x03\x02\x0e\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\xf0\x3f",
            b"\x3c\0\x01\0\0",
            b"\x09\x08\x10\0",
            b"\x0a\0\0\0",
            b"\xff\xff",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

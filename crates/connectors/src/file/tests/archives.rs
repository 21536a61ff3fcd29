//! Files inside zip and tar archives.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

fn zipped(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        // Written into the header as it is: a builder of archives would refuse some of the names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        writer.append(&header, *content).unwrap();
    }
    writer.into_inner().unwrap()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

const MEMBERS: [(&str, &[u8]); 4] = [
    ("out/b.csv", b"n\n3\n"),
    ("a.csv", b"n\n1\n2\n"),
    ("__MACOSX/a.csv", b"\0\0"),
    ("readme.md", b"# hello"),
];

#[tokio::test]
async fn members_are_files_of_the_stream() {
    let folder = tempfile::tempdir().unwrap();
    let tar = tarred(&MEMBERS);
    write_file(folder.path(), "1.zip", zipped(&MEMBERS, CompressionMethod::Deflated));
    write_file(folder.path(), "2.zip", zipped(&MEMBERS, CompressionMethod::Zstd));
    write_file(folder.path(), "3.tar", &tar);
    write_file(folder.path(), "4.tar.gz", gzipped(&tar));
    write_file(folder.path(), "5.tzst", zstd::encode_all(tar.as_slice(), 1).unwrap());
    for name in ["1.zip", "2.zip", "3.tar", "4.tar.gz", "5.tzst"] {
        let settings = json!({ "path": name, "file_columns": { "path": "file" } });
        let read = try_read(folder.path(), settings).await.unwrap();
        let expected =
            [format!("1 | {name}!a.csv"), format!("2 | {name}!a.csv"), format!("3 | {name}!out/b.csv")];
        assert_eq!(read.rows(), expected, "{name}");
        let one = try_read(folder.path(), json!({ "path": name, "member": "out/*.csv" })).await.unwrap();
        assert_eq!(one.rows(), ["3"]);
    }
    // In a folder, archives are read when members are asked for; then they stand beside other files.
    write_file(folder.path(), "6.csv", "n\n9\n");
    let settings = json!({ "path": ".", "member": "b.csv" });
    assert_eq!(try_read(folder.path(), settings).await.unwrap().rows(), ["3", "3", "3", "3", "3", "9"]);
    assert_eq!(try_read(folder.path(), json!({ "path": "." })).await.unwrap().rows(), ["9"]);
}

#[tokio::test]
async fn chunks_of_members_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "1.zip", zipped(&MEMBERS, CompressionMethod::Deflated));
    let source =
        || connector().source(&json!({}), &json!({ "path": "1.zip" }), &Context::new(folder.path())).unwrap();
    let chunks = source().split(1).await.unwrap().unwrap();
    assert_eq!(chunks.len(), 3);
    let again = source();
    again.describe().await.unwrap();
    again.revisit(&chunks).await.unwrap();
    write_file(folder.path(), "1.zip", zipped(&MEMBERS[..2], CompressionMethod::Stored));
    assert!(source().revisit(&chunks).await.is_err());
}

#[tokio::test]
async fn names_in_archives_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let members: [(&str, &[u8]); 2] = [("../../evil.csv", b"n\n1\n"), ("/tmp/evil.csv", b"n\n2\n")];
    write_file(folder.path(), "a.tar", tarred(&members));
    let settings = json!({ "path": "a.tar", "member": "*.csv" });
    let cx = Context { scratch: folder.path().into(), ..Context::new(folder.path()) };
    let source = connector().source(&json!({}), &settings, &cx).unwrap();
    source.describe().await.unwrap();
    let outside = folder.path().parent().unwrap().join("evil.csv");
    assert!(!outside.exists() && !Path::new("/tmp/evil.csv").exists());
    drop(source);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "what was unpacked is removed");
}

#[tokio::test]
async fn traps_and_unreadable_archives_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = vec![b'0'; 17 << 20];
    let bomb: [(&str, &[u8]); 1] = [("a.csv", &zeros)];
    write_file(folder.path(), "bomb.zip", zipped(&bomb, CompressionMethod::Deflated));
    write_file(folder.path(), "bomb.tar.gz", gzipped(&tarred(&bomb)));
    write_file(folder.path(), "cut.zip", &zipped(&MEMBERS, CompressionMethod::Deflated)[..90]);
    write_file(folder.path(), "cut.tar.gz", &gzipped(&tarred(&MEMBERS))[..60]);
    write_file(
        folder.path(),
        "two.zip",
        zipped(&[("a.csv", b"n\n1\n"), ("b.json", b"[]")], CompressionMethod::Stored),
    );
    write_file(folder.path(), "none.zip", zipped(&MEMBERS[3..], CompressionMethod::Stored));
    let mut encrypted = zipped(&MEMBERS[1..2], CompressionMethod::Stored);
    // The flag of encryption, in the member's own head and in the list at the end.
    encrypted[6] |= 1;
    let list = encrypted.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    encrypted[list + 8] |= 1;
    write_file(folder.path(), "locked.zip", encrypted);
    for (name, message) in [
        ("bomb.zip", "unpacks to more than 16777216 bytes"),
        ("bomb.tar.gz", "unpacks to more than 16777216 bytes"),
        ("cut.zip", "damaged or cut off"),
        ("cut.tar.gz", "damaged or cut off"),
        ("two.zip", "members of different formats"),
        ("none.zip", "no member of a known format"),
        ("locked.zip", "is encrypted"),
    ] {
        let fault =
            try_read(folder.path(), json!({ "path": name })).await.err().unwrap_or_else(|| panic!("{name}"));
        assert!(fault.to_string().contains(message), "{name}: {fault}");
        assert!(fault.hint_text().is_some(), "{fault}");
    }
}

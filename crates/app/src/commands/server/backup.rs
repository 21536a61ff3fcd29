//! `towpath backup` and `towpath restore`: everything that a server remembers, in one file.
//!
//! A backup is a tar file packed with zstd: what made it, every table as lines of JSON, and the files of workspaces. It is
//! the same for both databases. The key that seals secrets is no part of it on purpose: a backup alone tells no secret.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::Fault;
use towpath_model::scope::plain_io;
use towpath_store::dump::{TABLES, clear, read, snapshot, steps, write};
use towpath_store::{Engine, Store, accounts, audit, commit};

use super::done;
use super::packing::{Packed, header, pack};
use crate::cli::{BackupArgs, RestoreArgs};
use crate::output::{Console, Outcome};
use crate::serve::private::PrivateFile;

const MANIFEST: &str = "towpath-backup.json";

/// What made a backup.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    version: String,
    steps: Vec<String>,
    made_at: String,
    engine: String,
    key: Option<String>,
}

fn failed(what: &str, path: &Path) -> impl Fn(std::io::Error) -> Fault {
    let text = format!("{what} `{}`", path.display());
    move |error| Fault::unavailable(format!("{text}: {}", plain_io(&error)))
}

pub(crate) async fn backup(args: &BackupArgs, console: &Console) -> Result<Outcome, Fault> {
    let store = args.store.open().await?;
    let unwritten = failed("the backup cannot be written to", &args.file);
    // It holds hashes of passwords, and whatever is in the files of workspaces.
    let file = BufWriter::new(PrivateFile::beside(&args.file).map_err(&unwritten)?);
    let packed = zstd::stream::write::Encoder::new(file, 3).map_err(&unwritten)?;
    let mut tar = tar::Builder::new(packed);
    let manifest = Manifest {
        format: 1,
        version: env!("CARGO_PKG_VERSION").into(),
        steps: steps().into_iter().map(str::to_owned).collect(),
        made_at: jiff::Timestamp::now().to_string(),
        engine: match store.engine() {
            Engine::Sqlite => "sqlite".into(),
            Engine::Postgres => "postgres".into(),
        },
        key: args.store.keys().ok().map(|keys| keys.current()),
    };
    add(&mut tar, MANIFEST, &serde_json::to_vec_pretty(&manifest).unwrap_or_default()).map_err(&unwritten)?;
    let mut conn = store.read().await?;
    let mut tx = snapshot(&store, &mut conn).await?;
    let mut rows = 0;
    for table in TABLES {
        // A table may be larger than memory: it goes through a file, as its size stands before it.
        let mut spool = BufWriter::new(tempfile::tempfile().map_err(&unwritten)?);
        rows += write(&mut tx, table, &mut spool).await?;
        let mut spool = spool.into_inner().map_err(|error| unwritten(error.into_error()))?;
        std::io::Seek::rewind(&mut spool).map_err(&unwritten)?;
        append_file(&mut tar, &format!("tables/{table}.ndjson"), &mut spool).map_err(&unwritten)?;
    }
    // Files are no part of the snapshot: they are copied as they are by then.
    drop(tx);
    drop(conn);
    let folder = args.store.files();
    let files = match folder.is_dir() {
        true => pack(&mut tar, "files", &folder).map_err(&unwritten)?,
        false => Packed::default(),
    };
    let packed = tar.into_inner().map_err(&unwritten)?;
    let file = packed.finish().map_err(&unwritten)?;
    let file = file.into_inner().map_err(|error| unwritten(error.into_error()))?;
    file.keep().map_err(&unwritten)?;
    let mut tx = store.begin().await?;
    let mut entry = done("backup.make");
    let (changed, vanished) = (files.changed.len(), files.vanished.len());
    entry.detail =
        Some(json!({ "rows": rows, "files": files.files, "changed": changed, "vanished": vanished }));
    audit::write(&store, &mut tx, vec![entry]).await?;
    commit(tx).await?;
    store.close().await;
    console.say(&format!(
        "{rows} rows and {} files of workspaces are in `{}`",
        files.files,
        args.file.display()
    ));
    tell(console, &files);
    console.say("keep the key elsewhere: without it, the secrets in a backup do not open");
    Ok(Outcome::Done)
}

/// Says which files are not in the backup as they should be.
fn tell(console: &Console, files: &Packed) {
    for path in &files.vanished {
        console.warn(&format!("`{}` vanished while the backup was made, and is not in it", path.display()));
    }
    for path in &files.changed {
        console.warn(&format!(
            "`{}` changed while it was copied, and may be of no use: back up again when nothing writes to it",
            path.display()
        ));
    }
}

fn add<W: Write>(tar: &mut tar::Builder<W>, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = header(tar::EntryType::Regular, bytes.len() as u64, 0o600);
    tar.append_data(&mut header, name, bytes)
}

fn append_file<W: Write>(tar: &mut tar::Builder<W>, name: &str, file: &mut File) -> std::io::Result<()> {
    let mut header = header(tar::EntryType::Regular, file.metadata()?.len(), 0o600);
    tar.append_data(&mut header, name, file)
}

pub(crate) async fn restore(args: &RestoreArgs, console: &Console) -> Result<Outcome, Fault> {
    let unread = failed("the backup cannot be read from", &args.file);
    let file = BufReader::new(File::open(&args.file).map_err(&unread)?);
    let packed = zstd::stream::read::Decoder::with_buffer(file).map_err(&unread)?;
    let mut tar = tar::Archive::new(packed);
    let store = args.store.open().await?;
    let taken = accounts::count(&mut *store.read().await?).await? > 0;
    if taken && !args.replace {
        return Err(Fault::config(
            "the server remembers something already, and a backup takes the place of all of it",
        )
        .hint("add `--replace`, or name an empty folder or database"));
    }
    let mut tx = store.begin().await?;
    clear(&mut tx).await?;
    let (mut rows, mut is_ours) = (0, false);
    for entry in tar.entries().map_err(&unread)? {
        let mut entry = entry.map_err(&unread)?;
        let path = entry.path().map_err(&unread)?.into_owned();
        let name = path.to_string_lossy().into_owned();
        if name == MANIFEST {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(&unread)?;
            check(&text, args)?;
            is_ours = true;
        } else if let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".ndjson"))
        {
            if !is_ours {
                return Err(Fault::data(format!("`{}` is not a backup of Towpath", args.file.display())));
            }
            rows += read_table(&mut tx, table, &mut entry).await?;
        } else if let Ok(inside) = path.strip_prefix("files") {
            put_file(&args.store.files(), inside, &mut entry).map_err(&unread)?;
        }
    }
    if !is_ours {
        return Err(Fault::data(format!("`{}` is not a backup of Towpath", args.file.display())));
    }
    let mut entry = done("backup.restore");
    entry.detail = Some(json!({ "rows": rows }));
    audit::write(&store, &mut tx, vec![entry]).await?;
    commit(tx).await?;
    finish(&store, rows, console).await
}

/// Tables go through a spool, as rows are read from a pack on this thread and written by another.
async fn read_table(tx: &mut towpath_store::Conn, table: &str, entry: &mut dyn Read) -> Result<u64, Fault> {
    let mut spool = tempfile::tempfile().map_err(|error| Fault::unavailable(plain_io(&error)))?;
    std::io::copy(entry, &mut spool).and_then(|_| std::io::Seek::rewind(&mut spool)).map_err(|error| {
        Fault::unavailable(format!("table `{table}` cannot be unpacked: {}", plain_io(&error)))
    })?;
    Ok(read(tx, table, &mut BufReader::new(spool)).await?)
}

fn check(text: &str, args: &RestoreArgs) -> Result<(), Fault> {
    let manifest: Manifest = serde_json::from_str(text)
        .map_err(|error| Fault::data(format!("what made the backup cannot be read: {error}")))?;
    if let Some(unknown) = manifest.steps.iter().find(|step| !steps().contains(&step.as_str())) {
        return Err(Fault::config(format!(
            "the backup was made by version {} of Towpath, which is newer (step `{unknown}`)",
            manifest.version
        ))
        .hint("restore it with that version"));
    }
    let known = args.store.keys().ok();
    match (&manifest.key, known) {
        (Some(key), Some(keys)) if !keys.knows(key) => {
            Err(Fault::config(format!("the secrets of the backup are sealed with key `{key}`, which is not at hand"))
                .hint("give that key with `--key-file` or `TOWPATH_KEY`, or add `--without-key` to give every secret anew"))
                .or_else(|fault: Fault| if args.without_key { Ok(()) } else { Err(fault) })
        }
        _ => Ok(()),
    }
}

/// Unpacks a file of a workspace; a path that leads out of the folder is left out.
fn put_file(folder: &Path, inside: &Path, entry: &mut tar::Entry<'_, impl Read>) -> std::io::Result<()> {
    let is_plain = inside.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !is_plain || inside.as_os_str().is_empty() {
        return Ok(());
    }
    let target: PathBuf = folder.join(inside);
    match entry.header().entry_type() {
        tar::EntryType::Directory => std::fs::create_dir_all(target),
        tar::EntryType::Regular => {
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::io::copy(entry, &mut File::create(target)?).map(drop)
        }
        _ => Ok(()),
    }
}

async fn finish(store: &Store, rows: u64, console: &Console) -> Result<Outcome, Fault> {
    let mut conn = store.read().await?;
    let verdict = audit::verify(store, &mut *store.snapshot(&mut conn).await?).await?;
    drop(conn);
    store.close().await;
    console.say(&format!("{rows} rows are back, and the files of workspaces"));
    if !verdict.breaks.is_empty() {
        console.warn(&format!("the audit in the backup is not whole: {}", verdict.breaks.join("; ")));
        return Ok(Outcome::Quarantined);
    }
    Ok(Outcome::Done)
}

//! The container of a workbook: what it really is, its parts, and the limits that keep it from growing without end.
//!
//! The ending of a path says little: there are web pages called `.xls`, text called `.xlsx` and protected workbooks in
//! a container of their own. What a file is, its first bytes tell.
//!
//! A part is unpacked on a thread of its own, which hands on blocks through a short queue: unpacking costs as much as
//! reading what is unpacked.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use memchr::memmem;
use towpath_connect::ReadProgress;
use towpath_model::Fault;
use zip::result::ZipError;
use zip::{ZipArchive, ZipWriter};

use crate::file::bytes::{Counted, head};
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// Most bytes of a part that is kept in memory as it is.
const PART_BYTES: u64 = 64 << 20;
/// How large a part may become.
const GROWTH: Growth = Growth { free_bytes: 256 << 20, most_ratio: 300 };
/// Most bytes of one row, or of another element that must be seen as a whole.
const ELEMENT_BYTES: usize = 128 << 20;
/// Most parts of a workbook.
const MOST_PARTS: usize = 65_536;
/// Bytes of a block.
const BLOCK: usize = 1 << 18;
/// Blocks that may wait.
const QUEUE: usize = 4;

/// What a file that is called a workbook really is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) enum Container {
    /// Excel since 2007: `xlsx`, `xlsm`.
    Xlsx,
    /// Excel since 2007, binary.
    Xlsb,
    /// Excel before 2007.
    Xls,
    /// LibreOffice and others.
    Ods,
}

impl Container {
    /// The name for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Container::Xlsx => "xlsx",
            Container::Xlsb => "xlsb",
            Container::Xls => "xls",
            Container::Ods => "ods",
        }
    }
}

/// Finds out what a file is; what is no workbook gets a fault that says what it is.
pub(in crate::file) fn container(file: &FileRef) -> Result<Container, Fault> {
    let first = head(file, 4096)?;
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first).trim_ascii_start();
    let starts =
        |word: &str| text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()));
    let not = |what: &str, hint: &str| {
        Err(Fault::data(format!("file `{}` is {what}, not an Excel workbook", file.name))
            .hint(hint.to_owned()))
    };
    match first.as_slice() {
        [] => not("empty", "get the file again from where it came"),
        [b'P', b'K', 3, 4, ..] => zipped(file),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => compound(file),
        [0x09, 0x00 | 0x02 | 0x04, _, 0x00, ..] => {
            not("a sheet of Excel 4 or older", "open it in Excel or LibreOffice and save it as xlsx")
        }
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            not("compressed as a whole", "unpack it first; workbooks carry their compression inside")
        }
        [b'%', b'P', b'D', b'F', ..] => not("a PDF document", "export the data from where it came"),
        _ if starts("<!doctype html") || starts("<html") || starts("<table") || starts("<meta") => {
            not("a web page under a wrong name", "set `format: html`, which reads the tables of web pages")
        }
        _ if starts("<?xml")
            && memmem::find(&first, b"urn:schemas-microsoft-com:office:spreadsheet").is_some() =>
        {
            not("a workbook of Excel 2003 in XML", "open it in Excel or LibreOffice and save it as xlsx")
        }
        _ if starts("<?xml") => not("an XML document", "set `format: xml`"),
        _ if !first.contains(&0)
            && std::str::from_utf8(&first[..first.len().min(4000)])
                .map_or_else(|error| error.valid_up_to() > 0, |_| true) =>
        {
            not("text under a wrong name", "set `format: csv`, which finds the delimiter by itself")
        }
        _ => not("something else", "get the file again from where it came"),
    }
}

fn zipped(file: &FileRef) -> Result<Container, Fault> {
    let archive = Archive::open(file, None)?;
    let has = |name: &str| archive.zip.index_for_name(name).is_some();
    if has("xl/workbook.bin") {
        return Ok(Container::Xlsb);
    }
    if has("_rels/.rels") && archive.zip.file_names_raw().any(|name| name.ends_with(b"workbook.xml")) {
        return Ok(Container::Xlsx);
    }
    if has("content.xml") {
        return Ok(Container::Ods);
    }
    let what = if has("word/document.xml") {
        "a Word document"
    } else if has("ppt/presentation.xml") {
        "a PowerPoint presentation"
    } else if has("Index/Document.iwa") {
        "a document of Apple Numbers or Pages"
    } else {
        "a zip archive of other files"
    };
    let fault = Fault::data(format!("file `{}` is {what}, not an Excel workbook", file.name));
    Err(fault.hint("give the path of a workbook, or save the table as xlsx"))
}

/// Looks into a compound file, which holds an old workbook or a protected one.
fn compound(file: &FileRef) -> Result<Container, Fault> {
    let fault = |error| io_fault("file", &file.name, error);
    let mut opened = File::open(&file.path).map_err(fault)?;
    let mut header = [0; 512];
    opened.read_exact(&mut header).map_err(fault)?;
    let sector = 1u64 << u16::from_le_bytes([header[30], header[31]]).clamp(9, 12);
    let first = u64::from(u32::from_le_bytes([header[48], header[49], header[50], header[51]]));
    opened.seek(SeekFrom::Start((first + 1) * sector)).map_err(fault)?;
    // The names of streams stand in a list of entries of 128 bytes; the ones looked for are among the first.
    let mut names = Vec::new();
    opened.take(8 * sector).read_to_end(&mut names).map_err(fault)?;
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(&names, &wide).is_some()
    };
    if holds("EncryptedPackage") {
        return Err(protected(&file.name));
    }
    if holds("Workbook") || holds("Book") {
        return Ok(Container::Xls);
    }
    let what = if holds("WordDocument") {
        "an old Word document"
    } else {
        "not a workbook but another old document"
    };
    Err(Fault::data(format!("file `{}` is {what}", file.name)).hint("give the path of a workbook"))
}

/// The fault for a workbook with a password.
pub(super) fn protected(name: &str) -> Fault {
    Fault::data(format!("workbook `{name}` is protected with a password"))
        .hint("open it in Excel, remove the password (File, Info, Protect Workbook), and save it")
}

/// The fault for a workbook that is not whole.
pub(super) fn damaged(name: &str, what: &str) -> Fault {
    Fault::data(format!("workbook `{name}` is damaged: {what}"))
        .hint("open it in Excel or LibreOffice, which may repair it, and save it again")
}

/// The fault for few cells that take much memory.
pub(super) fn too_far_apart(name: &str, cells: u64, span: u64) -> Fault {
    Fault::data(format!("workbook `{name}`: {cells} cells take the room of {span} in memory"))
        .hint("remove cells that stand far from the others, or save it as xlsx, which is read row by row")
}

/// How large a part may become when it is unpacked.
#[derive(Debug, Clone, Copy)]
struct Growth {
    /// Bytes that it may have whatever it was packed into.
    free_bytes: u64,
    /// Beyond these, how many times as large as it is packed. Sheets come to 10 to 50.
    most_ratio: u64,
}

/// The parts of a zipped workbook.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<Counted>>,
    file: FileRef,
    growth: Growth,
}

impl Archive {
    pub(super) fn open(file: &FileRef, progress: Option<Arc<ReadProgress>>) -> Result<Self, Fault> {
        let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
        let reader = BufReader::with_capacity(1 << 16, Counted { inner: opened, progress });
        let zip = ZipArchive::new(reader).map_err(|error| match error {
            ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                io_fault("file", &file.name, error)
            }
            _ => damaged(&file.name, "its list of parts cannot be read; it may be cut off"),
        })?;
        if zip.len() > MOST_PARTS {
            return Err(damaged(&file.name, "it has more parts than a workbook can have"));
        }
        Ok(Archive { zip, file: file.clone(), growth: GROWTH })
    }

    /// The name of a part as the archive has it: some programs write other capitals than they refer to.
    fn find(&self, name: &str) -> Option<usize> {
        let name = name.trim_start_matches('/');
        self.zip.index_for_name(name).or_else(|| {
            self.zip.file_names_raw().position(|raw| {
                let raw: Vec<u8> = raw.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect();
                raw.eq_ignore_ascii_case(name.as_bytes())
            })
        })
    }

    /// Whether there is a part of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A small part as a whole; `None` when there is none.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(index) = self.find(name) else { return Ok(None) };
        let entry = self.zip.by_index(index).map_err(|error| unreadable(&self.file.name, name, &error))?;
        let mut bytes = Vec::new();
        let read = entry.take(PART_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|_| damaged(&self.file.name, &format!("its part `{name}` cannot be unpacked")))?;
        if bytes.len() as u64 > PART_BYTES {
            return Err(Fault::data(format!(
                "workbook `{}`: part `{name}` unpacks to more than {} MB",
                self.file.name,
                PART_BYTES >> 20
            ))
            .hint("save the sheet that is needed as a workbook of its own"));
        }
        Ok(Some(bytes))
    }

    /// Reads a part as it is unpacked; `None` when there is none.
    pub(super) fn reader(&mut self, name: &str) -> Result<Option<impl Read + '_>, Fault> {
        let Some(index) = self.find(name) else { return Ok(None) };
        self.zip.by_index(index).map(Some).map_err(|error| unreadable(&self.file.name, name, &error))
    }

    /// Reads every part once, without keeping anything: for readers that trust the sizes a workbook claims.
    pub(super) fn weigh(&mut self, most_bytes: u64) -> Result<(), Fault> {
        let mut total = 0;
        let mut buffer = vec![0; BLOCK];
        for index in 0..self.zip.len() {
            let name = self.file.name.clone();
            let mut entry = self.zip.by_index(index).map_err(|error| unreadable(&name, "", &error))?;
            loop {
                let read = entry.read(&mut buffer);
                let count = read.map_err(|_| damaged(&name, "one of its parts cannot be unpacked"))?;
                total += count as u64;
                if total > most_bytes {
                    let message = format!("workbook `{name}` unpacks to more than {} MB", most_bytes >> 20);
                    return Err(Fault::data(message).hint("save it as xlsx, which is read row by row"));
                }
                if count == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Copies a part into another archive under a new name, packed as it is.
    pub(super) fn copy_raw<W: Write + Seek>(
        &mut self,
        name: &str,
        to: &str,
        zip: &mut ZipWriter<W>,
    ) -> Result<(), Fault> {
        let index = self
            .find(name)
            .ok_or_else(|| damaged(&self.file.name, &format!("its part `{name}` is missing")))?;
        let entry =
            self.zip.by_index_raw(index).map_err(|error| unreadable(&self.file.name, name, &error))?;
        zip.raw_copy_file_rename(entry, to).map_err(|error| io_fault("file", &self.file.name, error.into()))
    }

    /// Starts unpacking a part; `None` when there is none.
    pub(super) fn unpack(mut self, name: &str) -> Result<Option<Blocks>, Fault> {
        let Some(index) = self.find(name) else { return Ok(None) };
        let part = name.to_owned();
        let (sender, receiver) = sync_channel(QUEUE);
        let (returns, used) = sync_channel(QUEUE + 1);
        let work = move || {
            let done = self.send_blocks(index, &part, &sender, &used);
            if let Err(fault) = done {
                // Nobody waits any more when this fails.
                let _ = sender.send(Err(fault));
            }
        };
        let thread = std::thread::Builder::new()
            .name("unpack".into())
            .spawn(work)
            .map_err(|error| Fault::internal("a thread for unpacking could not be started").cause(error))?;
        Ok(Some(Blocks { receiver: Some(receiver), returns, thread: Some(thread) }))
    }

    fn send_blocks(
        &mut self,
        index: usize,
        part: &str,
        sender: &SyncSender<Result<Vec<u8>, Fault>>,
        used: &Receiver<Vec<u8>>,
    ) -> Result<(), Fault> {
        let name = &self.file.name;
        let entry = self.zip.by_index(index).map_err(|error| unreadable(name, part, &error))?;
        let packed = entry.compressed_size();
        let most = packed.saturating_mul(self.growth.most_ratio).max(self.growth.free_bytes);
        let mut entry = entry.take(most + 1);
        loop {
            let mut block = used.try_recv().unwrap_or_default();
            block.clear();
            let read = entry.by_ref().take(BLOCK as u64).read_to_end(&mut block);
            read.map_err(|_| damaged(name, &format!("its part `{part}` cannot be unpacked to its end")))?;
            if block.is_empty() {
                return Ok(());
            }
            if entry.limit() == 0 {
                let message = format!(
                    "workbook `{name}`: part `{part}` unpacks to more than {} times its size",
                    self.growth.most_ratio
                );
                return Err(Fault::data(message)
                    .hint("such a file is made to fill memory; when it is yours, save it again in Excel"));
            }
            if sender.send(Ok(block)).is_err() {
                return Ok(());
            }
        }
    }
}

fn unreadable(name: &str, part: &str, error: &ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            protected(name)
        }
        _ => damaged(name, &format!("its part `{part}` cannot be read")),
    }
}

/// The blocks of a part that is being unpacked. Dropping it stops the work.
pub(super) struct Blocks {
    receiver: Option<Receiver<Result<Vec<u8>, Fault>>>,
    returns: SyncSender<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
}

impl Blocks {
    /// The next block; `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        match self.receiver.as_ref().and_then(|receiver| receiver.recv().ok()) {
            Some(block) => block.map(Some),
            None => match self.thread.take().map(JoinHandle::join) {
                Some(Err(_)) => Err(Fault::internal("the thread that unpacks a workbook broke down")),
                _ => Ok(None),
            },
        }
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        // The closed queue ends the thread at its next block.
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A window on the text of a part: what was not used yet, and more on request.
pub(super) struct Window {
    blocks: Blocks,
    file: String,
    buffer: Vec<u8>,
    /// First byte that was not used yet.
    at: usize,
}

impl Window {
    pub(super) fn new(blocks: Blocks, file: &str) -> Self {
        Window { blocks, file: file.to_owned(), buffer: Vec::new(), at: 0 }
    }

    /// The bytes that were not used yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Passes over bytes of [`Window::rest`].
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.buffer.len());
    }

    /// Adds as many bytes as are there already, at least a block; answers whether there were any.
    pub(super) fn more(&mut self) -> Result<bool, Fault> {
        self.buffer.drain(..self.at);
        self.at = 0;
        if self.buffer.len() > ELEMENT_BYTES {
            return Err(damaged(&self.file, "one of its rows or other elements has more than 128 MB"));
        }
        let wanted = self.buffer.len().max(1);
        let mut added = 0;
        while added < wanted {
            let Some(block) = self.blocks.next()? else { break };
            added += block.len();
            self.buffer.extend_from_slice(&block);
            // A queue that is full has blocks enough.
            let _ = self.blocks.returns.try_send(block);
        }
        Ok(added > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_grows_too_much_is_refused_while_it_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.xlsx");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        zip.start_file("bomb", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![b' '; 4 << 20]).unwrap();
        zip.finish().unwrap();
        let size = path.metadata().unwrap().len();
        let file = FileRef {
            path,
            name: "bomb.xlsx".into(),
            size,
            modified: None,
            tag: None,
            partitions: Vec::new(),
            once: false,
        };
        let unpack = |growth| {
            let archive = Archive { growth, ..Archive::open(&file, None).unwrap() };
            let mut window = Window::new(archive.unpack("bomb").unwrap().unwrap(), "bomb.xlsx");
            loop {
                match window.more() {
                    Ok(true) => window.skip(usize::MAX),
                    Ok(false) => return Ok(()),
                    Err(fault) => return Err(fault.to_string()),
                }
            }
        };
        assert_eq!(unpack(GROWTH), Ok(()));
        let fault = unpack(Growth { free_bytes: 1 << 20, most_ratio: 300 }).unwrap_err();
        assert!(fault.contains("part `bomb` unpacks to more than 300 times its size"), "{fault}");
    }
}

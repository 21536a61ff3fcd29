//! Files inside archives: zip and tar.
//!
//! An archive is unpacked into a temporary folder, and each member that is wanted becomes a file of the stream, named
//! `archive.zip!folder/member.csv`. The copies have names of their own, so no name in an archive can lead anywhere.
//! What an archive may unpack to is bounded by its size ([`Budget`]): a small file that would fill the disk is refused.

mod budget;
mod tar;
mod zip;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use glob::{MatchOptions, Pattern};
use towpath_model::Fault;

use self::budget::{Budget, is_too_much};
use super::config::{Format, ReadCompression, Source};
use super::format::ending;
use super::place::FileRef;
use super::trouble::io_fault;
use crate::scratch::Folder;

/// How members are packed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Zip,
    Tar(ReadCompression),
}

/// The packing that the ending of a name tells.
pub(super) fn packing(name: &str) -> Option<Packing> {
    let name = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".zip"]) {
        Some(Packing::Zip)
    } else if ends(&[".tar"]) {
        Some(Packing::Tar(ReadCompression::None))
    } else if ends(&[".tar.gz", ".tgz"]) {
        Some(Packing::Tar(ReadCompression::Gzip))
    } else if ends(&[".tar.zst", ".tzst"]) {
        Some(Packing::Tar(ReadCompression::Zstd))
    } else {
        None
    }
}

/// Archives that are unpacked, for as long as this lives.
#[derive(Debug)]
pub(super) struct Archives {
    scratch: PathBuf,
    wanted: Wanted,
    unpacked: Mutex<Unpacked>,
}

#[derive(Debug, Default)]
struct Unpacked {
    folder: Option<Folder>,
    archives: HashMap<PathBuf, (FileRef, Vec<FileRef>)>,
    count: usize,
}

/// Which members are read.
#[derive(Debug)]
struct Wanted {
    pattern: Option<Pattern>,
    format: Option<Format>,
}

/// A member of an archive.
struct Member {
    /// Its number among the members.
    number: usize,
    name: String,
}

impl Archives {
    /// Archives that are unpacked below `scratch`.
    pub(super) fn new(settings: &Source, scratch: PathBuf) -> Result<Archives, Fault> {
        let pattern = settings.member.as_deref().map(|member| {
            Pattern::new(member).map_err(|error| {
                Fault::config(format!("`member: {member}` is no valid pattern: {}", error.msg))
                    .hint("write for example `\"*.csv\"`")
            })
        });
        let wanted = Wanted { pattern: pattern.transpose()?, format: settings.format };
        Ok(Archives { scratch, wanted, unpacked: Mutex::default() })
    }

    /// The members of an archive that is on this machine, as files; nothing when the file is no archive.
    pub(super) fn members(&self, archive: &FileRef) -> Result<Option<Vec<FileRef>>, Fault> {
        let Some(packing) = packing(&archive.name) else { return Ok(None) };
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, members)) = unpacked.archives.get(&archive.path)
            && known == archive
        {
            return Ok(Some(members.clone()));
        }
        let members = self.unpack(archive, packing, &mut unpacked)?;
        unpacked.archives.insert(archive.path.clone(), (archive.clone(), members.clone()));
        Ok(Some(members))
    }

    fn unpack(
        &self,
        archive: &FileRef,
        packing: Packing,
        unpacked: &mut Unpacked,
    ) -> Result<Vec<FileRef>, Fault> {
        let scratch = |error| io_fault("folder", &self.scratch.display().to_string(), error);
        let folder = match &unpacked.folder {
            Some(folder) => folder,
            None => unpacked.folder.insert(Folder::create(&self.scratch).map_err(scratch)?),
        };
        let folder = folder.path().to_owned();
        let all = match packing {
            Packing::Zip => zip::names(archive)?,
            Packing::Tar(compression) => tar::names(archive, compression)?,
        };
        let chosen = self.wanted.choose(archive, all)?;
        let mut files = Vec::with_capacity(chosen.len());
        for member in &chosen {
            unpacked.count += 1;
            files.push(FileRef {
                path: folder.join(format!("{}{}", unpacked.count, endings(&member.name))),
                name: format!("{}!{}", archive.name, member.name),
                size: 0,
                ..archive.clone()
            });
        }
        let budget = Budget::of(archive);
        match packing {
            Packing::Zip => zip::unpack(archive, &chosen, &mut files, budget)?,
            Packing::Tar(compression) => tar::unpack(archive, compression, &chosen, &mut files, budget)?,
        }
        Ok(files)
    }
}

impl Wanted {
    /// The members to read, sorted by name.
    fn choose(&self, archive: &FileRef, all: Vec<Member>) -> Result<Vec<Member>, Fault> {
        let total = all.len();
        let is_hidden = |name: &str| name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        let mut visible: Vec<Member> = all.into_iter().filter(|member| !is_hidden(&member.name)).collect();
        visible.sort_by(|a, b| a.name.cmp(&b.name));
        let format_of = |member: &Member| ending(Path::new(&member.name)).format;
        let some: Vec<String> = visible.iter().take(5).map(|member| format!("`{}`", member.name)).collect();
        let nothing = |what: String| {
            let fault = Fault::not_found(format!("archive `{}` has {what}", archive.name));
            Err(match some.is_empty() {
                true => fault,
                false => fault.hint(format!("it holds {}", some.join(", "))),
            })
        };
        if let Some(pattern) = &self.pattern {
            // A pattern without folders means members anywhere in the archive.
            let in_folders = pattern.as_str().contains('/');
            let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
            visible.retain(|member| {
                let name = if in_folders {
                    &member.name
                } else {
                    member.name.rsplit('/').next().unwrap_or_default()
                };
                pattern.matches_with(name, options)
            });
            return match visible.is_empty() {
                true => nothing(format!("no member that matches `{pattern}`")),
                false => Ok(visible),
            };
        }
        if visible.len() == 1 && self.format.is_some() {
            return Ok(visible);
        }
        visible.retain(|member| {
            let format = format_of(member);
            format.is_some() && (self.format.is_none() || format == self.format)
        });
        let Some(first) = visible.first() else {
            return nothing(match total {
                0 => "no files".into(),
                _ => "no member of a known format".into(),
            });
        };
        if let Some(other) = visible.iter().find(|member| format_of(member) != format_of(first)) {
            return Err(Fault::config(format!(
                "archive `{}` has members of different formats: `{}` and `{}`",
                archive.name, first.name, other.name
            ))
            .hint("choose with `member`, for example `member: \"*.csv\"`"));
        }
        Ok(visible)
    }
}

/// The endings of a name, so far as they are plain.
fn endings(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or_default();
    let ending = name.split_once('.').map_or("", |(_, ending)| ending);
    let plain: String = ending.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(40).collect();
    if plain.is_empty() { plain } else { format!(".{plain}") }
}

/// A name without control characters, for messages and columns.
fn readable(name: &str) -> String {
    name.replace('\\', "/").chars().filter(|c| !c.is_control()).collect()
}

/// Opens an archive.
fn open(archive: &FileRef) -> Result<File, Fault> {
    File::open(&archive.path).map_err(|error| io_fault("file", &archive.name, error))
}

/// The fault for an archive that cannot be read.
fn damaged(archive: &FileRef, why: impl std::fmt::Display) -> Fault {
    Fault::data(format!("archive `{}` is damaged or cut off: {why}", archive.name))
        .hint("get the file again from where it came")
}

/// Copies a member to its file, within the budget; returns its size.
fn copy_out(
    archive: &FileRef,
    member: &mut dyn std::io::Read,
    file: &FileRef,
    budget: &mut Budget,
) -> Result<u64, Fault> {
    let broken = |error| io_fault("file", &file.path.display().to_string(), error);
    let mut target = File::create_new(&file.path).map_err(broken)?;
    let mut buffer = vec![0; 1 << 17];
    let mut size = 0;
    loop {
        let count = member.read(&mut buffer).map_err(|error| match is_too_much(&error) {
            true => budget.exceeded(archive),
            false => damaged(archive, error.to_string().to_lowercase()),
        })?;
        if count == 0 {
            return Ok(size);
        }
        budget.spend(count as u64, archive)?;
        std::io::Write::write_all(&mut target, &buffer[..count]).map_err(broken)?;
        size += count as u64;
    }
}

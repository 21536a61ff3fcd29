//! Tar archives, plain or compressed. They have no list of members: each pass goes through all of it.

use std::collections::HashMap;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use tar::Archive;
use towpath_model::Fault;

use super::super::config::ReadCompression;
use super::super::place::FileRef;
use super::budget::{Bounded, Budget, MEMBERS, is_too_much};
use super::{Member, copy_out, damaged, open, readable};

fn archive(file: &FileRef, compression: ReadCompression) -> Result<Archive<Bounded<Box<dyn Read>>>, Fault> {
    let opened = BufReader::with_capacity(1 << 17, open(file)?);
    let reader: Box<dyn Read> = match compression {
        ReadCompression::Gzip => Box::new(MultiGzDecoder::new(opened)),
        ReadCompression::Zstd => {
            Box::new(zstd::Decoder::with_buffer(opened).map_err(|error| fault(file, &error))?)
        }
        ReadCompression::Auto | ReadCompression::None => Box::new(opened),
    };
    Ok(Archive::new(Budget::of(file).bound(reader)))
}

fn fault(file: &FileRef, error: &io::Error) -> Fault {
    match is_too_much(error) {
        true => Budget::of(file).exceeded(file),
        false => damaged(file, error.to_string().to_lowercase()),
    }
}

/// Every file in the archive.
pub(super) fn names(file: &FileRef, compression: ReadCompression) -> Result<Vec<Member>, Fault> {
    let mut archive = archive(file, compression)?;
    let mut members = Vec::new();
    for (number, entry) in archive.entries().map_err(|error| fault(file, &error))?.enumerate() {
        let entry = entry.map_err(|error| fault(file, &error))?;
        if number >= MEMBERS {
            return Err(Fault::data(format!("archive `{}` has more than {MEMBERS} members", file.name))
                .hint("unpack it yourself, and read the files"));
        }
        if entry.header().entry_type().is_file() {
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            members.push(Member { number, name: readable(name.trim_start_matches("./")) });
        }
    }
    Ok(members)
}

/// Unpacks members into their files, and notes their sizes.
pub(super) fn unpack(
    file: &FileRef,
    compression: ReadCompression,
    members: &[Member],
    files: &mut [FileRef],
    mut budget: Budget,
) -> Result<(), Fault> {
    let mut archive = archive(file, compression)?;
    let mut places: HashMap<usize, usize> =
        members.iter().enumerate().map(|(place, member)| (member.number, place)).collect();
    for (number, entry) in archive.entries().map_err(|error| fault(file, &error))?.enumerate() {
        if places.is_empty() {
            break;
        }
        let mut entry = entry.map_err(|error| fault(file, &error))?;
        if let Some(place) = places.remove(&number) {
            files[place].size = copy_out(file, &mut entry, &files[place], &mut budget)?;
        }
    }
    Ok(())
}

//! Zip archives.

use towpath_model::Fault;
use zip::ZipArchive;
use zip::result::ZipError;

use super::super::place::FileRef;
use super::budget::{Budget, MEMBERS};
use super::{Member, copy_out, damaged, open, readable};

fn archive(file: &FileRef) -> Result<ZipArchive<std::fs::File>, Fault> {
    let archive = ZipArchive::new(open(file)?).map_err(|error| fault(file, error))?;
    if archive.len() > MEMBERS {
        return Err(Fault::data(format!("archive `{}` has more than {MEMBERS} members", file.name))
            .hint("unpack it yourself, and read the files"));
    }
    Ok(archive)
}

fn fault(file: &FileRef, error: ZipError) -> Fault {
    match error {
        ZipError::Io(error) => damaged(file, towpath_model::scope::plain_io(&error)),
        ZipError::UnsupportedArchive(what) => {
            Fault::data(format!("archive `{}` cannot be unpacked: {}", file.name, what.to_lowercase()))
                .hint("pack it again with the usual method (deflate), or unpack it yourself")
        }
        other => damaged(file, other.to_string().to_lowercase()),
    }
}

/// Every file in the archive.
pub(super) fn names(file: &FileRef) -> Result<Vec<Member>, Fault> {
    let mut archive = archive(file)?;
    let mut members = Vec::new();
    for number in 0..archive.len() {
        let member = archive.by_index_raw(number).map_err(|error| fault(file, error))?;
        if member.is_file() {
            let name = readable(&member.name().map_err(|error| fault(file, error))?);
            members.push(Member { number, name });
        }
    }
    Ok(members)
}

/// Unpacks members into their files, and notes their sizes.
pub(super) fn unpack(
    file: &FileRef,
    members: &[Member],
    files: &mut [FileRef],
    mut budget: Budget,
) -> Result<(), Fault> {
    let mut archive = archive(file)?;
    for (member, to) in members.iter().zip(files) {
        if archive.by_index_raw(member.number).map_err(|error| fault(file, error))?.encrypted() {
            return Err(Fault::data(format!("archive `{}` is encrypted", file.name))
                .hint("unpack it with its password, and read the files"));
        }
        let mut content = archive.by_index(member.number).map_err(|error| fault(file, error))?;
        to.size = copy_out(file, &mut content, to, &mut budget)?;
    }
    Ok(())
}

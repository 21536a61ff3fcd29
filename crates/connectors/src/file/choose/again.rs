//! Files that earlier runs read, told by name, version and content.
//!
//! Size, time and tag tell most of the time. Only when they differ and the content decides, the file is brought here and
//! hashed: a file that was merely touched is not read again.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use towpath_connect::Item;
use towpath_model::Fault;

use super::super::place::{FileRef, Place};
use super::super::reading::on_thread;
use super::super::trouble::io_fault;
use super::{Candidate, item_of};

/// Parts files into those to read and those that were read. `by_version` says that another version is another file,
/// `by_content` that only another content makes another version.
pub(super) async fn part(
    place: &Place,
    found: Vec<Candidate>,
    read: &[Item],
    by_version: bool,
    by_content: bool,
) -> Result<(Vec<Candidate>, Vec<Candidate>), Fault> {
    let known: HashMap<&str, &Item> = read.iter().map(|item| (item.name.as_str(), item)).collect();
    let (mut fresh, mut old) = (Vec::new(), Vec::new());
    for one in found {
        let is_read = match known.get(one.file.name.as_str()) {
            None => false,
            Some(_) if !by_version => true,
            Some(item) if item.looks_like(&item_of(&one.file)) => true,
            Some(Item { hash: Some(hash), size, .. }) if by_content && *size == one.file.size => {
                hash_of(place, &one.file).await? == *hash
            }
            Some(_) => false,
        };
        if is_read { old.push(one) } else { fresh.push(one) }
    }
    Ok((fresh, old))
}

/// The items that stand for files, with the hashes of their content when those are wanted.
pub(super) async fn items(place: &Place, files: &[Candidate], hashes: bool) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::with_capacity(files.len());
    for Candidate { file, .. } in files {
        let hash = if hashes { Some(hash_of(place, file).await?) } else { None };
        items.push(Item { hash, ..item_of(file) });
    }
    Ok(items)
}

/// The files that an earlier attempt took, in the versions it took.
pub(super) fn exactly(found: Vec<Candidate>, chosen: &[Item]) -> Result<Vec<Candidate>, Fault> {
    let mut found: HashMap<String, Candidate> =
        found.into_iter().map(|one| (one.file.name.clone(), one)).collect();
    let mut files = Vec::with_capacity(chosen.len());
    for item in chosen {
        let what = match found.remove(&item.name) {
            Some(one) if item_of(&one.file).looks_like(item) => {
                files.push(one);
                continue;
            }
            Some(_) => "has changed",
            None => "is gone",
        };
        return Err(Fault::not_found(format!(
            "file `{}` {what} since the run began that goes on now",
            item.name
        ))
        .hint(
            "put it back, or give that run up with `towpath state forget`; the next run reads what is there",
        ));
    }
    files.sort_by(|a, b| Path::new(&a.file.name).cmp(Path::new(&b.file.name)));
    Ok(files)
}

async fn hash_of(place: &Place, file: &FileRef) -> Result<String, Fault> {
    place.bring(std::slice::from_ref(file)).await?;
    let file = file.clone();
    on_thread(move || {
        let fault = |error| io_fault("file", &file.name, error);
        let mut content = File::open(&file.path).map_err(fault)?;
        let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 18]);
        loop {
            match content.read(&mut buffer).map_err(fault)? {
                0 => break,
                count => hasher.update(&buffer[..count]),
            }
        }
        Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    })
    .await
}

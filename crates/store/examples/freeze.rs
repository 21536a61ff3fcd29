//! Keeps the store of a version that is being released, so that every later version is tested with it:
//!
//! ```text
//! cargo run -p towpath-store --example freeze -- towpath-data/towpath.db crates/store/tests/frozen/0.1.0.ndjson
//! ```
//!
//! The store is that of a server which ran that version and was used for everything it can do. It must hold no real
//! person and no real secret: the file is published.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use towpath_store::{Store, dump};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args().skip(1);
    let (Some(store), Some(file), None) = (paths.next(), paths.next(), paths.next()) else {
        return Err("say which store, and which file: `freeze towpath.db 0.1.0.ndjson`".into());
    };
    let store = Store::open_file(Path::new(&store)).await?;
    let mut out = BufWriter::new(File::create_new(&file)?);
    dump::freeze(&store, &mut out).await?;
    Ok(())
}

#![allow(clippy::all, missing_docs)]
use futures::TryStreamExt;
use serde_json::json;
use std::sync::Arc;
use towpath_connect::*;
use towpath_model::*;
#[derive(Debug)]
struct Count(std::sync::atomic::AtomicU64);
impl RejectSink for Count {
    fn reject(&self, r: Reject) -> Result<(), Fault> {
        if self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 3 {
            println!("{r:?}");
        }
        Ok(())
    }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    rt.block_on(async {
    let reg = towpath_connectors::all(); let c = reg.get("file").unwrap(); let cx = Context::new(".");
    let size = std::fs::metadata(&a[2]).unwrap().len() as f64 / 1e6;
    let mut st = json!({"path": a[2]}); if let Ok(e)=std::env::var("SRC") { for (k,v) in serde_json::from_str::<serde_json::Value>(&e).unwrap().as_object().unwrap() { st[k]=v.clone(); } }
    let src = c.source(&json!({}), &st, &cx).unwrap();
    let t = std::time::Instant::now();
    let info = src.describe().await.unwrap();
    let d = t.elapsed().as_secs_f64();
    let mut rows = 0; let mut batches = 0;
    let t = std::time::Instant::now();
    if a[1] != "describe" {
      let rej = Arc::new(Count(0.into()));
      let mut s = src.read(ReadRequest::all(info.schema.clone(), rej.clone())).await.unwrap();
      if a[1] == "read" { while let Some(b) = s.try_next().await.unwrap() { rows += b.num_rows(); batches += 1; } }
      else {
        let mut ds = json!({"path": a[3]}); if let Ok(e)=std::env::var("DST") { for (k,v) in serde_json::from_str::<serde_json::Value>(&e).unwrap().as_object().unwrap() { ds[k]=v.clone(); } }
        let dst = c.destination(&json!({}), &ds, &cx).unwrap();
        let mut l = dst.begin(LoadRequest{load_id: LoadId::generate(), origin: "x".into(), mode: WriteMode::Overwrite, key: vec![], schema: info.schema.clone(), contract: Default::default()}).await.unwrap();
        while let Some(b) = s.try_next().await.unwrap() { rows += b.num_rows(); batches += 1; l.write(b).await.unwrap(); }
        l.commit().await.unwrap();
      }
      println!("rejects {:?}", rej);
    }
    let r = t.elapsed().as_secs_f64();
    let hwm = std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned();
    println!("{} {:.0} MB: describe {:.2}s ({:.0} MB/s), {} {:.2}s ({:.0} MB/s), total {:.2}; rows {:?}/{} in {} batches; {}", a[2], size, d, size/d, a[1], r, size/r, d+r, info.rows, rows, batches, hwm);
    if a[1]=="describe" { for f in info.schema.fields() { println!("  {} {}", f.name(), types::describe(f)); } for n in &info.notes { println!("  {n}"); } }
  });
}

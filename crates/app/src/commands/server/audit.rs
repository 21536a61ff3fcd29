//! `towpath audit`.

use towpath_model::Fault;
use towpath_store::audit::{Filter, list, verify};
use towpath_store::page::PageRequest;

use crate::cli::{AuditArgs, AuditCommand};
use crate::output::{Console, Outcome};

pub(crate) async fn audit(args: &AuditArgs, console: &Console) -> Result<Outcome, Fault> {
    let store = args.store.open().await?;
    let mut conn = store.read().await?;
    let mut conn = store.snapshot(&mut conn).await?;
    match args.command {
        AuditCommand::Verify => {
            let verdict = verify(&store, &mut conn).await?;
            if console.json {
                console.json_line(&verdict);
            }
            verdict.notes.iter().for_each(|note| console.warn(note));
            verdict.breaks.iter().for_each(|found| console.error(found, None));
            if !verdict.breaks.is_empty() {
                return Err(Fault::data(format!("the audit was changed in {} places", verdict.breaks.len()))
                    .hint("compare with a backup from before"));
            }
            console.say(&format!(
                "the audit is whole: {} entries, the words of {} erased with a person",
                verdict.entries, verdict.erased
            ));
            if let Some(end) = &verdict.end {
                console.say(&format!(
                    "it ends with {end}; kept elsewhere, this shows later that nothing before it was changed"
                ));
            }
        }
        AuditCommand::Export => {
            let mut page = PageRequest { limit: 1000, after: None, sort: Some("number".into()) };
            loop {
                let found = list(&mut conn, &Filter::default(), &page).await?;
                found.items.iter().for_each(|entry| console.json_line(entry));
                page.after = found.next;
                if page.after.is_none() {
                    break;
                }
            }
        }
    }
    Ok(Outcome::Done)
}

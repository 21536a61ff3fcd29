//! `towpath test`.

use towpath_engine::cases::run_tests;

use super::Stop;
use crate::cli::{Options, TestArgs};
use crate::output::{Console, Outcome, Tone};
use crate::project::Project;

pub(crate) async fn test(args: &TestArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let (mut passed, mut failed) = (0, 0);
    for file in &args.files {
        let project = Project::load(file, options)?;
        for outcome in run_tests(&project.spec, &project.workshop, &project.scope).await {
            let is_good = outcome.differences.is_empty();
            *(if is_good { &mut passed } else { &mut failed }) += 1;
            if console.json {
                console.json_line(&serde_json::json!({
                    "event": "test", "file": file, "name": outcome.name, "passed": is_good,
                    "differences": outcome.differences,
                }));
                continue;
            }
            let mark =
                if is_good { console.tone(Tone::Good, "ok") } else { console.tone(Tone::Bad, "FAILED") };
            console.say(&format!("{mark} {}: {}", file.display(), outcome.name));
            for difference in outcome.differences {
                console.say(&format!("    {difference}"));
            }
        }
    }
    console.say(&format!("{passed} passed, {failed} failed"));
    if passed + failed == 0 {
        console.warn("there are no tests; add some under `tests:`");
    }
    Ok(if failed == 0 { Outcome::Done } else { Outcome::Failed })
}

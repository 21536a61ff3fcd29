//! Pieces of backfills that may be under way.

use jiff::Timestamp;

use crate::decision::{CreateRun, Guard};
use crate::world::{Origin, World};

pub(super) fn plan(now: Timestamp, world: &World, created: &mut Vec<CreateRun>) {
    for backfill in &world.backfills {
        let room = backfill.at_once.saturating_sub(backfill.active);
        for next in backfill.next.iter().take(room as usize) {
            let guard =
                Guard::Piece { backfill: backfill.id.clone(), piece: next.piece, at_once: backfill.at_once };
            created.push(CreateRun {
                guard,
                origin: Origin::Backfill { backfill: backfill.id.clone(), piece: next.piece },
                pipeline: backfill.pipeline.clone(),
                interval: Some(next.interval),
                not_before: now,
                apart: None,
                retries: backfill.retries,
                timeout: backfill.timeout,
                start: None,
            });
        }
    }
}

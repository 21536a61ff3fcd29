//! What goes wrong: kills, cuts, jumps of the clock, people who cancel; and how workers come back.

use jiff::SignedDuration;
use towpath_scheduler::{GIVE_UP, Id, LEASE, RENEW, State, Stop, Worker};

use super::{Event, HOUR, SECOND, System};

impl System {
    pub(super) fn make_trouble(&mut self) {
        if self.trouble.hours == 0 {
            return;
        }
        let next = self.rng.i64(1..self.trouble.hours * 2 * HOUR);
        self.push(next, Event::Trouble);
        let machine = self.rng.usize(0..self.machines.len());
        match self.rng.u32(0..10) {
            0..=3 => self.kill(machine),
            4..=5 => self.cut(machine),
            6 => {
                // Two troubles at once.
                self.cut(machine);
                self.step();
            }
            7 => {
                let kill_all = 0..self.machines.len();
                kill_all.for_each(|machine| self.kill(machine));
            }
            8 => self.step(),
            _ => self.cancel(),
        }
    }

    /// The store's clock jumps. Workers notice when they renew their leases, within ten seconds.
    fn step(&mut self) {
        if !self.trouble.steps {
            return;
        }
        let renewal = RENEW.as_millis() as i64;
        let ago = self.rng.i64(0..renewal);
        let lease = self.now() - SignedDuration::from_millis(ago) + LEASE;
        self.store.stale = Some((self.time + renewal - ago, lease));
        self.offset += self.rng.i64(-HOUR..2 * HOUR);
        for machine in 0..self.machines.len() {
            let notices = self.rng.i64(0..renewal);
            if self.machines[machine].late.is_empty() {
                self.wake(machine, notices);
            }
        }
    }

    /// Somebody cancels a run.
    fn cancel(&mut self) {
        let Some(position) = self.rng.choice(self.store.active.clone()) else { return };
        let run = &mut self.store.runs[position].run;
        if run.stop.is_none() {
            run.stop = Some(Stop::Cancelled);
            run.version += 1;
            self.stop(position);
            self.wake_all();
        }
    }

    fn kill(&mut self, machine: usize) {
        if !self.machines[machine].is_alive || self.machines[machine].is_cut {
            return;
        }
        self.leave(machine);
        let one = &mut self.machines[machine];
        one.is_alive = false;
        one.hands.clear();
        let back =
            if self.rng.u32(0..4) == 0 { self.rng.i64(1..60 * HOUR) } else { self.rng.i64(1..600 * SECOND) };
        self.push(back, Event::Back { machine });
    }

    fn cut(&mut self, machine: usize) {
        if !self.machines[machine].is_alive || self.machines[machine].is_cut {
            return;
        }
        self.leave(machine);
        self.machines[machine].is_cut = true;
        let hands: Vec<(usize, u32, i64)> = self.machines[machine]
            .hands
            .iter()
            .map(|hand| (hand.run, hand.attempt, hand.renewed_at))
            .collect();
        for (run, attempt, renewed_at) in hands {
            let gives_up = renewed_at + GIVE_UP.as_millis() as i64 - self.time;
            self.push(gives_up, Event::GivesUp { machine, run, attempt });
        }
        let back = self.rng.i64(1..120 * SECOND);
        self.push(back, Event::Back { machine });
    }

    /// The last sign of a worker is up to one renewal old.
    fn leave(&mut self, machine: usize) {
        let ago = self.rng.i64(0..RENEW.as_millis() as i64);
        let last = self.now() - SignedDuration::from_millis(ago);
        let one = &mut self.machines[machine];
        one.token += 1;
        one.wakes_at = None;
        one.late.clear();
        let (worker, is_there) = self.store.workers.get_mut(&one.id).unwrap();
        worker.last_heartbeat = last;
        *is_there = false;
        for hand in one.hands.iter_mut().filter(|hand| hand.is_live) {
            hand.renewed_at = self.time - ago;
            let row = &mut self.store.runs[hand.run];
            row.is_held = false;
            if let State::Running(attempt) = &mut row.run.state {
                attempt.lease_until = last + LEASE;
            }
        }
    }

    /// A worker comes back: as a new one after a kill, with what it has in its hands after a cut.
    pub(super) fn back(&mut self, machine: usize) {
        let now = self.now();
        let one = &mut self.machines[machine];
        one.watching_since = now;
        one.known_offset = self.offset;
        if one.is_cut {
            one.is_cut = false;
            let id = one.id.clone();
            // Others may have removed it in the meantime, when the clock jumped; a sign of life brings it back.
            let worker =
                Worker { id: id.clone(), last_heartbeat: now, capacity: one.capacity, is_draining: false };
            self.store.workers.entry(id.clone()).or_insert((worker, true)).1 = true;
            for hand in std::mem::take(&mut one.hands) {
                if !hand.is_live {
                    self.store.report(hand.run, hand.attempt, &id, hand.result, now);
                } else if self.store.renew(hand.run, hand.attempt, &id) {
                    self.machines[machine].hands.push(hand);
                } else {
                    panic!("a lease was taken before its worker gave up");
                }
            }
        } else {
            self.born += 1;
            one.is_alive = true;
            one.id = Id::from(format!("w{}", self.born));
            let worker = Worker {
                id: one.id.clone(),
                last_heartbeat: now,
                capacity: one.capacity,
                is_draining: false,
            };
            self.store.workers.retain(|_, (worker, is_there)| {
                *is_there || now.duration_since(worker.last_heartbeat).abs() < SignedDuration::from_hours(1)
            });
            self.store.workers.insert(worker.id.clone(), (worker, true));
        }
        self.wake(machine, 0);
    }
}

//! Who hears of what happened: notices in the pages, and messages to channels and to single persons.
//!
//! One transaction reads happenings, what their listeners were told, and writes both anew, with the messages that follow.
//! It holds the lock of all that works on notices, so that no two servers decide on the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_model::{Fault, Role};
use towpath_store::events::{self, NewEvent};
use towpath_store::members::{self, ObjectKind};
use towpath_store::notices::channels::{self, Channel};
use towpath_store::notices::facts::{self, Person};
use towpath_store::notices::happenings::{self, Happening};
use towpath_store::notices::told::{self, Listener, Told};
use towpath_store::notices::{inbox, outbox, rules};
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Conn, Tx, commit};

use super::Dispatcher;
use crate::notice::Notice;
use crate::pace::{ChannelState, Pace, PaceSettings, decide};
use crate::preferences::{Preferences, has};
use crate::rule::Rule;

/// Happenings, and listeners whose time has come, that are decided on at once.
const MOST: u32 = 200;

/// What a round did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Decided {
    /// Messages that were made.
    pub(super) messages: usize,
    /// There is more to decide on.
    pub(super) is_more: bool,
}

/// What a listener hears in one round.
struct Hears {
    workspace: String,
    pace: Pace,
    notices: Vec<Notice>,
}

/// Those in a workspace who may hear of something.
struct Audience {
    channels: Vec<(Channel, Vec<Rule>)>,
    people: Vec<(Person, Preferences)>,
}

impl Dispatcher {
    /// Decides who hears of what happened, and of what waited for its time.
    pub(super) async fn decide(&self, now: Timestamp) -> Result<Decided, Fault> {
        let mut conn = self.store.read().await?;
        let is_idle = happenings::open(&mut conn, 1).await?.is_empty()
            && told::due(&mut conn, now, 1).await?.is_empty();
        drop(conn);
        if is_idle {
            return Ok(Decided::default());
        }
        let mut tx = self.store.begin().await?;
        self.store.lock(&mut tx, happenings::LOCK).await?;
        let open = happenings::open(&mut tx, MOST).await?;
        let due = told::due(&mut tx, now, MOST).await?;
        let is_more = open.len() == MOST as usize || due.len() == MOST as usize;
        let mut hearing = BTreeMap::new();
        let events = self.spread(&mut tx, &open, &mut hearing).await?;
        for told in due {
            if hearing.contains_key(&told.listener) {
                continue;
            }
            match self.pace(&mut tx, &told).await? {
                Some(pace) => {
                    let hears = Hears { workspace: told.workspace_id, pace, notices: Vec::new() };
                    hearing.insert(told.listener, hears);
                }
                // Nobody is told there any more.
                None => told::forget(&mut tx, &told.listener).await?,
            }
        }
        let mut messages = 0;
        for (listener, hears) in hearing {
            messages += tell(&mut tx, now, &listener, hears).await?;
        }
        if let Some(last) = open.last() {
            happenings::handled(&mut tx, last.number).await?;
        }
        let is_told = !events.is_empty();
        events::write(&self.store, &mut tx, events).await?;
        commit(tx).await?;
        if is_told {
            self.surroundings.told();
        }
        Ok(Decided { messages, is_more })
    }

    /// Writes notices in the pages, and collects what listeners hear. Returns the live events.
    async fn spread(
        &self,
        tx: &mut Tx,
        open: &[Happening],
        hearing: &mut BTreeMap<Listener, Hears>,
    ) -> Result<Vec<NewEvent>, Fault> {
        let mut audiences: BTreeMap<&str, Option<Audience>> = BTreeMap::new();
        let mut events = Vec::new();
        for happening in open {
            let workspace = happening.workspace_id.as_str();
            if !audiences.contains_key(workspace) {
                let found = workspaces::find(tx, workspace).await?.filter(|found| found.closed_at.is_none());
                let audience = match found {
                    Some(found) => Some(self.audience(tx, &found).await?),
                    None => None,
                };
                audiences.insert(workspace, audience);
            }
            let Some(Some(audience)) = audiences.get(workspace) else { continue };
            let Ok(notice) = serde_json::from_value::<Notice>(happening.notice.clone()) else {
                tracing::warn!(happening = happening.number, "a notice cannot be read and is told to nobody");
                continue;
            };
            for (channel, rules) in &audience.channels {
                if rules.iter().any(|rule| wants(rule, happening, &notice)) {
                    let listener = Listener::Channel(channel.id.to_string());
                    hear(hearing, listener, workspace, &channel.pace, &notice);
                }
            }
            let pipeline = match &happening.pipeline_id {
                Some(id) => pipelines::by_id(tx, id).await?,
                None => None,
            };
            for (person, preferences) in &audience.people {
                let (sees, is_mailed) = (has(&preferences.in_app, &notice), has(&preferences.mail, &notice));
                if !(sees || is_mailed) || !may_see(tx, person, happening, pipeline.as_ref()).await? {
                    continue;
                }
                if sees {
                    let id = inbox::tell(tx, &person.id, happening).await?;
                    events.push(told_live(person, preferences, happening, &notice, id.as_str()));
                }
                if is_mailed && self.mail.is_some() {
                    let listener =
                        Listener::Person { workspace: workspace.to_owned(), user: person.id.clone() };
                    let pace = serde_json::to_value(&preferences.pace).unwrap_or_default();
                    hear(hearing, listener, workspace, &pace, &notice);
                }
            }
        }
        Ok(events)
    }

    async fn audience(&self, conn: &mut Conn, workspace: &Workspace) -> Result<Audience, Fault> {
        let id = workspace.id.as_str();
        let rules = rules::all(conn, id).await?;
        let mut told = Vec::new();
        for channel in channels::active(conn, id).await? {
            let own = rules.iter().filter(|rule| rule.active && rule.channel_id == channel.id);
            // A rule of a later version of this program may say what is not understood here.
            let own = own.filter_map(|rule| serde_json::from_value(rule.spec.clone()).ok()).collect();
            told.push((channel, own));
        }
        let people = facts::people(conn, id).await?;
        let people = people.into_iter().map(|person| {
            let preferences = Preferences::of(&person.settings);
            (person, preferences)
        });
        Ok(Audience { channels: told, people: people.collect() })
    }

    /// How often a listener is told whose time has come; none when it is not told any more.
    async fn pace(&self, conn: &mut Conn, told: &Told) -> Result<Option<Pace>, Fault> {
        Ok(match &told.listener {
            Listener::Channel(id) => {
                let channel = channels::by_id(conn, id).await?.filter(|channel| channel.active);
                channel.map(|channel| pace_of(&channel.pace))
            }
            Listener::Person { workspace, user } => {
                let people = facts::people(conn, workspace).await?;
                let person = people.into_iter().find(|person| person.id == *user);
                let preferences = person.map(|person| Preferences::of(&person.settings));
                let preferences = preferences.filter(|own| !own.mail.is_empty() && self.mail.is_some());
                preferences.map(|own| Pace::new(&own.pace).unwrap_or_else(|_| Pace::plain()))
            }
        })
    }
}

/// Whether a rule wants a happening. Rules name pipelines by their identities, which outlive their names.
fn wants(rule: &Rule, happening: &Happening, notice: &Notice) -> bool {
    let is_named = happening.pipeline_id.as_ref().is_some_and(|id| rule.pipelines.contains(id));
    let named = notice.pipeline.clone().filter(|_| is_named);
    let pipelines = match rule.pipelines.is_empty() {
        true => Vec::new(),
        // A name that no pipeline has keeps the rule from wanting all of them.
        false => vec![named.unwrap_or_default()],
    };
    Rule { pipelines, ..rule.clone() }.wants(notice)
}

/// Whether a person may see what a happening is about; `pipeline` is the one it names, if that still exists.
async fn may_see(
    conn: &mut Conn,
    person: &Person,
    happening: &Happening,
    pipeline: Option<&Pipeline>,
) -> Result<bool, Fault> {
    let Some(id) = &happening.pipeline_id else { return Ok(true) };
    if person.role >= Role::Admin || pipeline.is_some_and(|pipeline| !pipeline.restricted) {
        return Ok(true);
    }
    Ok(pipeline.is_some() && members::granted(conn, ObjectKind::Pipeline, id, &person.id).await?.is_some())
}

fn told_live(
    person: &Person,
    preferences: &Preferences,
    happening: &Happening,
    notice: &Notice,
    id: &str,
) -> NewEvent {
    let language = preferences.language(&person.language);
    NewEvent {
        workspace_id: Some(happening.workspace_id.clone()),
        user_id: Some(person.id.clone()),
        pipeline_id: happening.pipeline_id.clone(),
        run_id: happening.run_id.clone(),
        kind: "notice.new".into(),
        body: json!({ "id": id, "kind": happening.kind, "severity": happening.severity,
            "title": notice.title(language) }),
        ..NewEvent::default()
    }
}

fn hear(
    hearing: &mut BTreeMap<Listener, Hears>,
    listener: Listener,
    workspace: &str,
    pace: &Value,
    notice: &Notice,
) {
    let hears = hearing.entry(listener).or_insert_with(|| Hears {
        workspace: workspace.to_owned(),
        pace: pace_of(pace),
        notices: Vec::new(),
    });
    hears.notices.push(notice.clone());
}

fn pace_of(settings: &Value) -> Pace {
    let read: Option<PaceSettings> = serde_json::from_value(settings.clone()).ok();
    read.and_then(|settings| Pace::new(&settings).ok()).unwrap_or_else(Pace::plain)
}

/// Tells one listener; returns how many messages that makes.
async fn tell(tx: &mut Tx, now: Timestamp, listener: &Listener, hears: Hears) -> Result<usize, Fault> {
    let before = told::find(tx, listener).await?;
    let (number, mut state) = match before {
        // What another version of this program kept may not be understood: it begins anew.
        Some(told) => (told.number, serde_json::from_value::<ChannelState>(told.state).unwrap_or_default()),
        None => (0, ChannelState::default()),
    };
    forget_gone(tx, &hears.workspace, &mut state).await?;
    let decision = decide(now, &hears.pace, state, hears.notices);
    let state = serde_json::to_value(&decision.state).map_err(|error| Fault::internal(error.to_string()))?;
    let told = Told {
        listener: listener.clone(),
        workspace_id: hears.workspace.clone(),
        state,
        number,
        wake_at: decision.wake,
    };
    told::put(tx, &told).await?;
    for message in &decision.messages {
        let json = serde_json::to_value(message).map_err(|error| Fault::internal(error.to_string()))?;
        outbox::put(tx, &hears.workspace, listener, message.occasion.name(), &json, now).await?;
    }
    Ok(decision.messages.len())
}

/// Forgets the troubles of pipelines that were put away, renamed or deleted: nobody will tell their end, and nobody is to be
/// reminded of them.
async fn forget_gone(tx: &mut Tx, workspace: &str, state: &mut ChannelState) -> Result<(), Fault> {
    let told: BTreeSet<(String, String)> =
        state.pipelines().map(|(workspace, name)| (workspace.to_owned(), name.to_owned())).collect();
    if told.is_empty() {
        return Ok(());
    }
    let used = facts::pipelines(tx, workspace).await?;
    for (workspace, name) in told {
        if !used.iter().any(|pipeline| pipeline.name == name) {
            state.forget(&workspace, &name);
        }
    }
    Ok(())
}

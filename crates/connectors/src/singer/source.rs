//! The reading role: one stream of what a tap says.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;
use towpath_connect::{BatchStream, ReadRequest, Source, StreamInfo};
use towpath_model::Fault;

use super::config;
use super::lines::Lines;
use super::origin::{Messages, Origin};
use super::rows;
use super::survey::Survey;
use crate::blocking::{broke_down, stream};

/// One stream of a tap.
#[derive(Debug)]
pub(super) struct SingerSource {
    origin: Arc<Origin>,
    stream: String,
    /// The tap runs once, for describing and for all reads.
    known: Mutex<Option<Arc<Known>>>,
}

/// Messages, and what is in them.
#[derive(Debug)]
pub(super) struct Known {
    messages: Messages,
    pub(super) survey: Survey,
}

impl SingerSource {
    pub(super) fn new(origin: Origin, settings: config::Source) -> Self {
        SingerSource { origin: Arc::new(origin), stream: settings.stream, known: Mutex::default() }
    }

    async fn known(&self) -> Result<Arc<Known>, Fault> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref() {
            return Ok(known.clone());
        }
        let found = Arc::new(look(&self.origin).await?);
        *known = Some(found.clone());
        Ok(found)
    }
}

/// Gets the messages and reads them for their streams.
pub(super) async fn look(origin: &Origin) -> Result<Known, Fault> {
    let messages = origin.messages().await?;
    let name = origin.name().to_owned();
    let survey = move || {
        let survey = Survey::take(&mut Lines::open(&messages.path, &name)?)?;
        Ok(Known { messages, survey })
    };
    tokio::task::spawn_blocking(survey).await.map_err(broke_down)?
}

#[async_trait]
impl Source for SingerSource {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        let known = self.known().await?;
        let stream = known.survey.find(&self.stream, self.origin.name())?;
        let mut info = stream.info();
        info.rows = Some(stream.rows());
        info.bytes = Some(known.messages.size);
        info.notes.extend(known.survey.notes());
        Ok(info)
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let known = self.known().await?;
        known.survey.find(&self.stream, self.origin.name())?;
        let (origin, name) = (self.origin.clone(), self.stream.clone());
        stream(request, move |output| {
            let from = origin.name();
            let mut lines = Lines::open(&known.messages.path, from)?;
            let is_whole = rows::read(&mut lines, known.survey.find(&name, from)?, from, output)?;
            // A state stands for all rows before it, so only a reading to the end may keep it.
            if is_whole { origin.keep_state(known.survey.state.as_deref()) } else { Ok(()) }
        })
    }
}

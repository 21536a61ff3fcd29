//! A connection tried out, with every step on the way to the system: all at once, or told while it happens.
//!
//! Whoever accepts `application/x-ndjson` is told in lines: each holds the steps as they stand, the last one also how it
//! ended. Whoever goes away ends the test.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::sync::mpsc;
use towpath_connect::bounds::{Standing, Step, Steps};
use towpath_model::Fault;

use crate::caller::Within;
use crate::extract::Json;
use crate::problem::{Answer, ProblemBody};
use crate::server::Server;
use crate::workbench::{OpenConnection, Room};

/// Longest time for a test.
const LONGEST: Duration = Duration::from_secs(60);
/// Lines that may wait for the caller; a test has fewer.
const LINES: usize = 64;
const NDJSON: &str = "application/x-ndjson";

/// A step on the way to a system.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct StepView {
    /// `resolve` a name, `connect`, `encrypt`, `sign_in`, `open` a file or folder, `read` something small.
    #[schema(value_type = String)]
    step: &'static str,
    /// `waiting`, `running`, `done`, `failed`, or `skipped` because it was not needed.
    #[schema(value_type = String)]
    state: &'static str,
    /// Milliseconds that it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<i64>,
}

/// How a test went.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Tested {
    /// It works.
    pub(super) ok: bool,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
    /// What sort of failure it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    /// Milliseconds that it took.
    milliseconds: i64,
    /// The steps, in their order.
    steps: Vec<StepView>,
    /// How many tables or files were seen, where counting them is cheap.
    #[serde(skip_serializing_if = "Option::is_none")]
    streams: Option<u64>,
}

/// A line of a test that is told while it happens.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TestLine {
    /// The steps as they stand.
    steps: Vec<StepView>,
    /// How it went; in the last line only.
    #[serde(skip_serializing_if = "Option::is_none")]
    tested: Option<Tested>,
    /// Why it could not be brought to its end; in the last line only.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Whom steps are told to while they happen; by default nobody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Option<mpsc::Sender<TestLine>>);

impl Watch {
    fn tell(&self, steps: Vec<StepView>) {
        if let Some(sender) = &self.0 {
            // The next line says all that this one said.
            let _ = sender.try_send(TestLine { steps, tested: None, problem: None });
        }
    }
}

/// A step with when it began.
struct Noted {
    step: Step,
    state: &'static str,
    began: Option<Instant>,
    milliseconds: Option<i64>,
}

/// The steps of a test, as far as they are known.
struct Trial(Mutex<Vec<Noted>>);

impl Trial {
    fn new(expected: Vec<Step>) -> Trial {
        let waiting = |step| Noted { step, state: "waiting", began: None, milliseconds: None };
        Trial(Mutex::new(expected.into_iter().map(waiting).collect()))
    }

    /// Takes note of what is told; returns all steps.
    fn hear(&self, step: Step, standing: Standing) -> Vec<StepView> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|noted| noted.step == step).unwrap_or_else(|| {
            // One that was not expected stands behind those that are over.
            let at = all.iter().rposition(|noted| noted.state != "waiting").map_or(0, |last| last + 1);
            all.insert(at, Noted { step, state: "waiting", began: None, milliseconds: None });
            at
        });
        let noted = &mut all[at];
        match standing {
            Standing::Began => (noted.state, noted.began) = ("running", Some(Instant::now())),
            Standing::Done => {
                noted.state = "done";
                noted.milliseconds = noted.began.map(elapsed);
            }
            Standing::Skipped => (noted.state, noted.milliseconds) = ("skipped", None),
        }
        views(&all)
    }

    /// Ends the test: what began last and did not end is what failed.
    fn end(&self, is_ok: bool) -> Vec<StepView> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let began = |noted: &&mut Noted| noted.state == "running";
        if is_ok {
            all.iter_mut().filter(|noted| noted.state == "waiting").for_each(|noted| noted.state = "skipped");
            all.iter_mut().filter(began).for_each(|noted| noted.state = "done");
        } else {
            // Before anything began, it is the first step that cannot be taken.
            let failed = match all.iter_mut().filter(began).max_by_key(|noted| noted.began) {
                Some(noted) => Some(noted),
                None => all.iter_mut().find(|noted| noted.state == "waiting"),
            };
            if let Some(noted) = failed {
                noted.state = "failed";
                noted.milliseconds = noted.began.map(elapsed);
            }
            all.iter_mut().filter(began).for_each(|noted| noted.state = "waiting");
        }
        views(&all)
    }
}

fn elapsed(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn views(all: &[Noted]) -> Vec<StepView> {
    let view = |noted: &Noted| StepView {
        step: noted.step.word(),
        state: noted.state,
        milliseconds: noted.milliseconds,
    };
    all.iter().map(view).collect()
}

/// Tries a connection out.
pub(super) async fn try_out(
    server: &Server,
    within: &Within,
    connection: OpenConnection,
    watch: Watch,
) -> Tested {
    let room = Room { workspace: within.workspace.clone(), connections: vec![connection.clone()] };
    let trial = Arc::new(Trial::new(server.workbench.steps(&connection.connector, &connection.settings)));
    let heard = Arc::clone(&trial);
    let steps = Steps::heard_by(move |step, standing| watch.tell(heard.hear(step, standing)));
    let started = Instant::now();
    let trying = server.workbench.test(room, connection, steps);
    let result = tokio::time::timeout(LONGEST, trying).await.unwrap_or_else(|_| {
        Err(Fault::unavailable(format!("the test did not end within {} seconds", LONGEST.as_secs()))
            .hint("the system is very slow, or something on the way swallows what is sent"))
    });
    let (milliseconds, steps) = (elapsed(started), trial.end(result.is_ok()));
    match result {
        Ok(streams) => {
            Tested { ok: true, message: None, hint: None, code: None, milliseconds, steps, streams }
        }
        Err(fault) => Tested {
            ok: false,
            message: Some(fault.to_string()),
            hint: fault.hint_text().map(str::to_owned),
            code: Some(fault.kind().code().to_owned()),
            milliseconds,
            steps,
            streams: None,
        },
    }
}

/// Answers with what a test gave: told while it happens, when that is what the caller accepts.
pub(super) async fn answer<F>(
    base: &str,
    headers: &HeaderMap,
    test: impl FnOnce(Watch) -> F,
) -> Answer<Response>
where
    F: Future<Output = Answer<Tested>> + Send + 'static,
{
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepted.contains(NDJSON) {
        return Ok(Json(test(Watch::default()).await?).into_response());
    }
    let (sender, receiver) = mpsc::channel(LINES);
    let test = test(Watch(Some(sender.clone())));
    let base = base.to_owned();
    let last = async move {
        let line = match test.await {
            Ok(tested) => TestLine { steps: tested.steps.clone(), tested: Some(tested), problem: None },
            Err(problem) => {
                TestLine { steps: Vec::new(), tested: None, problem: Some(problem.body(&base, "")) }
            }
        };
        // Nobody listens any more when this fails.
        let _ = sender.send(line).await;
    };
    let mut response = Body::from_stream(lines(receiver, last)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    // Proxies that collect answers would make all lines come at the end.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Lines as they come, while the work goes on; over with the one that says how it went.
fn lines(
    mut receiver: mpsc::Receiver<TestLine>,
    work: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = Result<String, Infallible>> + Send {
    let told = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let working = stream::once(work).filter_map(|()| ready(None));
    let both = stream::select(told, working.boxed()).boxed();
    stream::unfold((both, false), |(mut both, is_over)| async move {
        let line = if is_over { None } else { both.next().await }?;
        let is_over = line.tested.is_some() || line.problem.is_some();
        let text = serde_json::to_string(&line).unwrap_or_default() + "\n";
        Some((Ok(text), (both, is_over)))
    })
    // What compresses answers asks once more after the end.
    .fuse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    fn states(steps: &[StepView]) -> Vec<(&'static str, &'static str)> {
        steps.iter().map(|step| (step.step, step.state)).collect()
    }

    #[test]
    fn what_began_last_and_did_not_end_is_what_failed() {
        let trial = Trial::new(vec![Step::Resolve, Step::Connect, Step::Encrypt, Step::SignIn, Step::Read]);
        for (step, standing) in [
            (Step::Resolve, Standing::Began),
            (Step::Resolve, Standing::Done),
            (Step::Connect, Standing::Began),
            (Step::Connect, Standing::Done),
            (Step::Encrypt, Standing::Began),
            (Step::Encrypt, Standing::Skipped),
            (Step::SignIn, Standing::Began),
        ] {
            trial.hear(step, standing);
        }
        assert_eq!(
            states(&trial.end(false)),
            [
                ("resolve", "done"),
                ("connect", "done"),
                ("encrypt", "skipped"),
                ("sign_in", "failed"),
                ("read", "waiting")
            ]
        );
    }

    #[tokio::test]
    async fn lines_that_are_over_stay_over() {
        let (sender, receiver) = mpsc::channel(LINES);
        let problem = Problem::not_found("connection", "x");
        let work = async move {
            let line = TestLine { steps: Vec::new(), tested: None, problem: Some(problem.body("", "")) };
            sender.send(line).await.unwrap();
        };
        let mut lines = std::pin::pin!(lines(receiver, work));
        assert!(lines.next().await.is_some());
        assert!(lines.next().await.is_none());
        assert!(lines.next().await.is_none());
    }

    #[test]
    fn a_step_inside_another_one_is_the_one_that_failed() {
        let trial = Trial::new(vec![Step::Open, Step::Read]);
        trial.hear(Step::Open, Standing::Began);
        assert_eq!(states(&trial.hear(Step::Resolve, Standing::Began))[1], ("resolve", "running"));
        assert_eq!(
            states(&trial.end(false)),
            [("open", "waiting"), ("resolve", "failed"), ("read", "waiting")]
        );
        let trial = Trial::new(vec![Step::Open]);
        assert_eq!(states(&trial.end(false)), [("open", "failed")], "settings that cannot be used");
    }
}

//! Starts a server, and stops it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::sync::watch;
use towpath_api::live::hub::Hub;
use towpath_api::post::Post;
use towpath_api::seen::Seen;
use towpath_api::server::Parts;
use towpath_api::{Server, ServerSettings, router};
use towpath_connect::Egress;
use towpath_engine::budget::Budget;
use towpath_engine::session::Limits;
use towpath_model::Fault;
use towpath_model::ids::WorkerId;
use towpath_notify::Dispatcher;
use towpath_store::Engine;
use towpath_store::workspaces::Workspace;
use tracing_subscriber::EnvFilter;

use super::bench::{Bench, PipelineLimits};
use super::config::{LogFormat, ServeArgs, StoreArgs};
use super::letters;
use super::telemetry::lines::Traced;
use super::telemetry::{self, Telemetry};
use super::tell::{EgressOf, Telling};
use crate::cli::Options;
use crate::output::Console;

/// How long requests that are under way may take once the server stops.
const LAST: Duration = Duration::from_secs(20);

/// How many times what one run may hold all runs may hold together.
const SHARED: usize = 4;

/// Runs a server until it is told to stop.
pub(crate) async fn serve(args: &ServeArgs, options: &Options, console: &Console) -> Result<(), Fault> {
    let traces = telemetry::settings::read(args.traces.as_deref(), |name| std::env::var(name).ok())?;
    log(args, traces.is_some())?;
    let telemetry = Telemetry::start(traces)?;
    let (settings, limits, mail) = args.settings()?;
    let keys = args.store.keys()?;
    let store = args.store.open().await?;
    let hub = Hub::default();
    let bench = Bench::new(&args.store.files(), memory(options.memory, args.workers), limits);
    let (stop, stopping) = watch::channel(false);
    let telling = telling(&bench, &hub, mail.is_some());
    // Letters are on their way for as long as somebody may write some.
    let letters = mail.clone().map(|account| {
        let (post, work) = letters::post(account);
        (Arc::new(post), tokio::spawn(work))
    });
    let dispatcher = Arc::new(Dispatcher {
        store: store.clone(),
        keys: keys.clone(),
        worker: WorkerId::generate().to_string(),
        public_url: settings.public_url.clone(),
        mail,
        surroundings: Arc::new(telling.clone()),
    });
    let server = Server::new(Parts {
        store: store.clone(),
        keys: keys.clone(),
        settings,
        workbench: Arc::new(bench.clone()),
        hub: hub.clone(),
        seen: Seen::default(),
        files: args.store.files(),
        started_at: Timestamp::now(),
        post: letters.as_ref().map(|(post, _)| Arc::clone(post) as Arc<dyn Post>),
        postman: Arc::new(telling.clone()),
        metrics: super::meters::start()?,
        version: env!("CARGO_PKG_VERSION"),
        stopping: stopping.clone(),
    });
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Fault::unavailable(format!("the server cannot listen on {}: {error}", args.listen))
            .hint("another program may have that port; choose another with `--listen`")
    })?;
    let address = listener.local_addr().map_err(|error| Fault::internal(error.to_string()))?;
    announce(&server, address, console).await?;
    let routes = match telemetry.tracer() {
        Some(tracer) => {
            let around = from_fn_with_state(tracer.clone(), telemetry::requests::around);
            router(server.clone()).layer(around)
        }
        None => router(server.clone()),
    };
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    let mut told = stopping.clone();
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
        let _ = told.wait_for(|stop| *stop).await;
    });
    // Other servers tell over the store only, and are asked now and then.
    let pause = match store.engine() {
        Engine::Sqlite => Duration::from_secs(2),
        Engine::Postgres => Duration::from_millis(300),
    };
    let listening = {
        let (hub, store) = (hub.clone(), store.clone());
        tokio::spawn(async move { hub.run(&store, pause).await })
    };
    let serving = tokio::spawn(async move { serving.await });
    let upkeep = tokio::spawn(super::upkeep::run(store.clone(), stopping.clone()));
    let mut dispatching = tokio::spawn(dispatcher.run(Arc::clone(&telling.wake), stopping.clone()));
    let worker = super::worker::worker(&store, &keys, &hub, &bench, &telemetry, args.workers);
    let working = {
        let stopping = stopping.clone();
        tokio::spawn(async move { worker.run(stopping).await })
    };
    stop_signal().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    // Messages that are on their way arrive, or are sent again by another server.
    let (ended, _, told) = tokio::join!(
        tokio::time::timeout(LAST, serving),
        tokio::time::timeout(LAST, working),
        tokio::time::timeout(LAST, &mut dispatching)
    );
    if told.is_err() {
        dispatching.abort();
    }
    listening.abort();
    upkeep.abort();
    if let Some((_, letters)) = letters {
        letters.abort();
    }
    store.close().await;
    telemetry.finish().await;
    match ended {
        Ok(Ok(Err(error))) => Err(Fault::unavailable(format!("the server stopped: {error}"))),
        _ => Ok(()),
    }
}

/// Memory of each run, within what so many runs share.
fn memory(bytes: usize, runs: usize) -> Limits {
    let all = bytes.saturating_mul(SHARED);
    Limits { memory_bytes: bytes, budget: Some(Budget::new(all, runs)), ..Limits::default() }
}

/// Notifications of a server.
fn telling(bench: &Bench, hub: &Hub, mails_people: bool) -> Telling {
    let bench = bench.clone();
    let egress: EgressOf = Arc::new(move |workspace: Option<&Workspace>| match workspace {
        Some(workspace) => Ok(bench.context(workspace)?.bounds.egress),
        // What the operator sets up may be anywhere.
        None => Ok(Egress::open()),
    });
    Telling { egress, hub: hub.clone(), mails_people, wake: Arc::default() }
}

/// A server that listens to nobody, for what its operator does at the command line.
pub(crate) async fn offline(args: &StoreArgs, options: &Options) -> Result<Server, Fault> {
    let (_, stopping) = watch::channel(false);
    let (bench, hub) =
        (Bench::new(&args.files(), memory(options.memory, 1), PipelineLimits::default()), Hub::default());
    Ok(Server::new(Parts {
        store: args.open().await?,
        keys: args.keys()?,
        settings: ServerSettings::default(),
        postman: Arc::new(telling(&bench, &hub, false)),
        workbench: Arc::new(bench),
        hub,
        seen: Seen::default(),
        files: args.files(),
        started_at: Timestamp::now(),
        post: None,
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        version: env!("CARGO_PKG_VERSION"),
        stopping,
    }))
}

fn log(args: &ServeArgs, is_traced: bool) -> Result<(), Fault> {
    let filter = EnvFilter::try_new(&args.log).map_err(|error| {
        Fault::config(format!("`--log {}`: {error}", args.log)).hint("write `info` or `towpath=debug,warn`")
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let text = builder.with_target(false);
    let set = match (args.log_format, is_traced) {
        (LogFormat::Text, false) => text.try_init(),
        (LogFormat::Text, true) => {
            text.map_event_format(|inner| Traced { inner, format: LogFormat::Text }).try_init()
        }
        (LogFormat::Json, false) => text.with_target(true).json().flatten_event(true).try_init(),
        (LogFormat::Json, true) => {
            let json = text.with_target(true).json().flatten_event(true);
            json.map_event_format(|inner| Traced { inner, format: LogFormat::Json }).try_init()
        }
    };
    set.map_err(|error| Fault::internal(error.to_string()))
}

/// Says where the server is; and how the first account is made, while there is none.
async fn announce(server: &Server, address: SocketAddr, console: &Console) -> Result<(), Fault> {
    let public = &server.settings.public_url;
    tracing::info!(address = %address, "listening; browsers come to {public}");
    console.say(&format!("Towpath listens on http://{address}"));
    let link = server.setup_link().await.map_err(|problem| Fault::unavailable(problem.detail()))?;
    let Some(link) = link else { return Ok(()) };
    console.say(&format!("nobody has an account yet; make the first one within a day at\n  {link}"));
    Ok(())
}

async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminated) => tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            },
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}

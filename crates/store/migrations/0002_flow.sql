-- Connections, pipelines, schedules and runs.

CREATE TABLE secrets (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    key_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (owner, name)
);
CREATE INDEX secrets_workspace ON secrets (workspace_id);

CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    connector TEXT NOT NULL,
    description TEXT NOT NULL,
    settings TEXT NOT NULL,
    restricted BIGINT NOT NULL,
    max_runs BIGINT,
    revision BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    tested_at BIGINT,
    test_fault TEXT
);
CREATE UNIQUE INDEX connections_name ON connections (workspace_id, name);

CREATE TABLE pipelines (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    version BIGINT NOT NULL,
    restricted BIGINT NOT NULL,
    hook TEXT,
    revision BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE UNIQUE INDEX pipelines_name ON pipelines (workspace_id, name);

CREATE TABLE pipeline_versions (
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    document TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    uses_connections TEXT NOT NULL,
    targets TEXT NOT NULL,
    remark TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (pipeline_id, number)
);

CREATE TABLE schedules (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    params TEXT NOT NULL,
    paused BIGINT NOT NULL,
    handled_through BIGINT NOT NULL,
    next_at BIGINT,
    revision BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX schedules_pipeline ON schedules (pipeline_id);
CREATE INDEX schedules_workspace ON schedules (workspace_id);
CREATE INDEX schedules_next ON schedules (next_at);

CREATE TABLE backfills (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    pieces BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX backfills_workspace ON backfills (workspace_id);
CREATE INDEX backfills_state ON backfills (state);

CREATE TABLE pieces (
    backfill_id TEXT NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    interval_start BIGINT NOT NULL,
    interval_end BIGINT NOT NULL,
    state TEXT NOT NULL,
    run_id TEXT,
    PRIMARY KEY (backfill_id, number)
);

CREATE TABLE looks (
    schedule_id TEXT NOT NULL PRIMARY KEY REFERENCES schedules (id) ON DELETE CASCADE,
    looked_at BIGINT NOT NULL,
    again_at BIGINT NOT NULL,
    known TEXT NOT NULL,
    fault TEXT
);

CREATE TABLE arrivals (
    id TEXT NOT NULL PRIMARY KEY,
    schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    files TEXT NOT NULL
);
CREATE INDEX arrivals_at ON arrivals (at);

CREATE TABLE workers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    draining BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);

CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    cause TEXT NOT NULL,
    schedule_id TEXT,
    backfill_id TEXT,
    piece BIGINT,
    fire_at BIGINT,
    event_key TEXT,
    started_by TEXT,
    idempotency TEXT,
    state TEXT NOT NULL,
    priority BIGINT NOT NULL,
    params TEXT NOT NULL,
    interval_start BIGINT,
    interval_end BIGINT,
    zone TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    turn_at BIGINT,
    timeout_seconds BIGINT NOT NULL,
    retries TEXT NOT NULL,
    force BIGINT NOT NULL,
    uses_connections TEXT NOT NULL,
    targets TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    worker_id TEXT,
    lease_until BIGINT,
    attempt_started_at BIGINT,
    failures BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    failed_at BIGINT,
    may_pass BIGINT NOT NULL,
    stop TEXT,
    stop_asked_at BIGINT,
    stop_reason TEXT,
    revision BIGINT NOT NULL,
    orders TEXT,
    resumable BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_written BIGINT NOT NULL,
    rows_quarantined BIGINT NOT NULL,
    seconds DOUBLE PRECISION,
    peak_memory BIGINT,
    fault TEXT,
    report TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    undone_at BIGINT
);
CREATE INDEX runs_workspace ON runs (workspace_id, created_at);
CREATE INDEX runs_pipeline ON runs (pipeline_id, created_at);
CREATE INDEX runs_open ON runs (ended_at, not_before);
CREATE INDEX runs_backfill ON runs (backfill_id);
CREATE INDEX runs_ended ON runs (ended_at, state);
CREATE INDEX runs_turn ON runs (turn_at);
CREATE UNIQUE INDEX runs_fire ON runs (schedule_id, fire_at);
CREATE UNIQUE INDEX runs_event ON runs (schedule_id, event_key);
CREATE UNIQUE INDEX runs_idempotency ON runs (workspace_id, idempotency);

CREATE TABLE attempts (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    worker_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    resumed BIGINT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    peak_memory BIGINT,
    fault TEXT,
    PRIMARY KEY (run_id, number)
);

CREATE TABLE tasks (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_written BIGINT NOT NULL,
    rows_filtered BIGINT NOT NULL,
    rows_deduplicated BIGINT NOT NULL,
    rows_quarantined BIGINT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, node)
);

CREATE TABLE run_logs (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    node TEXT,
    message TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (run_id, number)
);
CREATE INDEX run_logs_at ON run_logs (at);

CREATE TABLE loads (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    pipeline_id TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    connection TEXT,
    target TEXT NOT NULL,
    mode TEXT NOT NULL,
    rows_written BIGINT NOT NULL,
    receipt TEXT NOT NULL,
    committed_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX loads_run ON loads (run_id);
CREATE INDEX loads_target ON loads (workspace_id, target);

CREATE TABLE checkpoints (
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    cursor_field TEXT NOT NULL,
    value TEXT NOT NULL,
    run_id TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (pipeline_id, stream)
);

CREATE TABLE items (
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    modified BIGINT,
    tag TEXT,
    hash TEXT,
    rows_read BIGINT,
    run_id TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    unsettled BIGINT NOT NULL,
    PRIMARY KEY (pipeline_id, stream, name)
);

CREATE TABLE kept_columns (
    pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    columns TEXT NOT NULL,
    PRIMARY KEY (pipeline_id, stream)
);

CREATE TABLE rejects (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    node TEXT NOT NULL,
    chunk TEXT NOT NULL,
    at BIGINT NOT NULL,
    place TEXT NOT NULL,
    column_name TEXT,
    value TEXT,
    reason TEXT NOT NULL,
    original TEXT NOT NULL,
    value_only BIGINT NOT NULL,
    PRIMARY KEY (run_id, number)
);

CREATE TABLE previews (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX previews_name ON previews (workspace_id, name);

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX uploads_workspace ON uploads (workspace_id, created_at);

CREATE TABLE answers (
    name TEXT NOT NULL PRIMARY KEY,
    request TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE events (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    workspace_id TEXT,
    user_id TEXT,
    pipeline_id TEXT,
    connection_id TEXT,
    run_id TEXT,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX events_at ON events (at);

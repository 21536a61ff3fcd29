-- What people are told, and how.

CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    pace TEXT NOT NULL,
    language TEXT NOT NULL,
    active BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    tested_at BIGINT,
    test_fault TEXT
);
CREATE UNIQUE INDEX channels_name ON channels (workspace_id, name);

CREATE TABLE rules (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    active BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX rules_workspace ON rules (workspace_id);
CREATE INDEX rules_channel ON rules (channel_id);

-- What happened, until every listener was told. The same thing has the same `once`.
CREATE TABLE happenings (
    number BIGINT NOT NULL PRIMARY KEY,
    once TEXT NOT NULL,
    at BIGINT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    pipeline_id TEXT,
    run_id TEXT,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    group_key TEXT NOT NULL,
    notice TEXT NOT NULL,
    handled_at BIGINT
);
CREATE UNIQUE INDEX happenings_once ON happenings (once);
CREATE INDEX happenings_open ON happenings (handled_at, number);
CREATE INDEX happenings_workspace ON happenings (workspace_id, number);

-- What one person sees in the pages.
CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    pipeline_id TEXT,
    run_id TEXT,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    group_key TEXT NOT NULL,
    notice TEXT NOT NULL,
    times BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notices_user ON notices (user_id, updated_at);
CREATE INDEX notices_unread ON notices (user_id, read_at);

-- What a listener was told: a channel, or a person of a workspace by mail.
CREATE TABLE told (
    listener TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    channel_id TEXT REFERENCES channels (id) ON DELETE CASCADE,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    number BIGINT NOT NULL,
    wake_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX told_wake ON told (wake_at);
CREATE INDEX told_workspace ON told (workspace_id);

-- Messages on their way. Those of one listener go out in the order of their numbers.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    listener TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    channel_id TEXT REFERENCES channels (id) ON DELETE CASCADE,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    occasion TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    worker_id TEXT,
    lease_until BIGINT,
    fault TEXT,
    refused TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX deliveries_number ON deliveries (number);
CREATE INDEX deliveries_open ON deliveries (ended_at, not_before);
CREATE INDEX deliveries_listener ON deliveries (listener, number);
CREATE INDEX deliveries_workspace ON deliveries (workspace_id, number);

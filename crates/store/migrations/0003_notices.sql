-- What people are told, and how.

CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
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
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    active BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX rules_workspace ON rules (workspace_id);

CREATE TABLE happenings (
    number BIGINT NOT NULL PRIMARY KEY,
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
CREATE INDEX happenings_open ON happenings (handled_at);
CREATE INDEX happenings_workspace ON happenings (workspace_id, number);

CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    notice TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notices_user ON notices (user_id, created_at);

CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    group_key TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    worker_id TEXT,
    lease_until BIGINT,
    fault TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX deliveries_open ON deliveries (ended_at, not_before);
CREATE INDEX deliveries_channel ON deliveries (channel_id, created_at);

CREATE TABLE told (
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    group_key TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, group_key)
);

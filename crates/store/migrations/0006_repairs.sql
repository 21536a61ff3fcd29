-- What became of rows in quarantine: put aside as not needed, or corrected and sent on with another run.
ALTER TABLE rejects ADD COLUMN plain_values TEXT;
ALTER TABLE rejects ADD COLUMN corrects BIGINT;
ALTER TABLE rejects ADD COLUMN repair_run_id TEXT;
ALTER TABLE rejects ADD COLUMN dismissed_at BIGINT;
ALTER TABLE rejects ADD COLUMN marked_by TEXT;
ALTER TABLE rejects ADD COLUMN marked_at BIGINT;

CREATE TABLE repairs (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    of_run_id TEXT NOT NULL,
    node TEXT NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX repairs_of ON repairs (of_run_id);

-- How each node of a run stands, until when a load can be taken back, and the first rows that its destination got.
ALTER TABLE tasks ADD COLUMN state TEXT;
ALTER TABLE loads ADD COLUMN undoable_until BIGINT;
ALTER TABLE runs ADD COLUMN undoing_at BIGINT;

CREATE TABLE outputs (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, node)
);
CREATE INDEX outputs_at ON outputs (created_at);

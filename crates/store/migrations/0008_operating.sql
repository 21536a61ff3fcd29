-- The keys that each server has, by their names; the first one is that with which it seals.
ALTER TABLE workers ADD COLUMN keys TEXT;

-- The last run of a pipeline that ended, and the last load of a node, without looking at all of them.
CREATE INDEX runs_pipeline_ended ON runs (pipeline_id, ended_at);
CREATE INDEX loads_node ON loads (pipeline_id, node, committed_at);

-- Troubles that go on.
CREATE INDEX happenings_pipeline ON happenings (pipeline_id, group_key, number);

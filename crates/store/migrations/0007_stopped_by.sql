-- Who asked a run to stop: the person or key, beside words that name nobody.
ALTER TABLE runs ADD COLUMN stopped_by TEXT;

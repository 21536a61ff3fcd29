-- Who asked for a run, as traces name it, so that its attempts go on in the same trace on whatever server.
ALTER TABLE runs ADD COLUMN trace TEXT;

-- That a request with an Idempotency-Key has committed, written in its own transaction: its answer may be lost, but it is not
-- carried out twice.
alter table idempotency
    add column done_at timestamptz,
    add column event_id uuid;

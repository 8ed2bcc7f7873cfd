-- A model whose price nobody has given costs what is not known, which is not nothing: a run and a step that used one say so
-- by a null, as llm_call always did.
alter table agent_run alter column cost_micros drop not null;
alter table agent_step alter column cost_micros drop not null;

-- What happens when a stage holds as many open deals as its limit says: the board warns, or the stage takes no more.
alter table stage add column wip_policy text not null default 'warn' check (wip_policy in ('warn', 'block'));

-- The kept totals once more, by stage alone: who sees every deal need not add up each owner's.
create table opportunity_stage_total (
    org_id      uuid not null references organisation (id) on delete cascade,
    stage_id    uuid not null,
    n           bigint not null,
    amount_base numeric not null,
    primary key (org_id, stage_id)
);
insert into opportunity_stage_total (org_id, stage_id, n, amount_base)
select org_id, stage_id, sum(n), sum(amount_base) from opportunity_rollup group by 1, 2;

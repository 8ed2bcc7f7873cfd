-- What hangs on a deal is seen and written as the deal is; that it may be written takes a Permit for the deal, which the
-- handlers have.

call app.secure('deal_contact');
create policy whole on deal_contact to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = deal_contact.org_id and o.id = opportunity_id))
    with check (org_id = (select app.org()));
call app.secure('deal_competitor');
create policy whole on deal_competitor to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = deal_competitor.org_id and o.id = opportunity_id))
    with check (org_id = (select app.org()));
grant select, insert, update, delete on deal_contact, deal_competitor to dealwright_app;

-- A deal that is new to a stage comes on top of its cards.
create or replace function app.come_on_top() returns trigger language plpgsql as $$
begin
    new.hand_position := (extract(epoch from clock_timestamp()) * 1000000)::bigint * 1024;
    return new;
end $$;
create or replace trigger opportunity_on_top before update of stage_id on opportunity
    for each row when (old.stage_id is distinct from new.stage_id) execute function app.come_on_top();

-- Room between a card and the next lower one, whose positions touch: the card and those above it go up, each by an equal step.
-- A few first, as far as the position above them; all of them when that is no room either. They keep their order, whoever may
-- see or change them.
create or replace function app.make_hand_room(stage uuid, card uuid, upper bigint, lower bigint, step_least bigint) returns bigint
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    few constant int := 200;
    ids uuid[];
    highest bigint;
    step bigint := step_least;
begin
    select array_agg(c.id order by c.hand_position, c.id), max(c.hand_position) into ids, highest from (
        select o.id, o.hand_position from opportunity o
        where o.org_id = app.org() and o.stage_id = stage and o.deleted_at is null and (o.hand_position, o.id) >= (upper, card)
        order by o.hand_position, o.id limit few) as c;
    if cardinality(ids) = few then
        step := (highest - lower) / (few + 2);
    end if;
    if step < 2 then
        step := step_least;
        select array_agg(o.id order by o.hand_position, o.id) into ids from opportunity o
        where o.org_id = app.org() and o.stage_id = stage and o.deleted_at is null and (o.hand_position, o.id) >= (upper, card);
    end if;
    update opportunity o set hand_position = lower + (n.at + 1) * step
    from unnest(ids) with ordinality as n (id, at) where o.org_id = app.org() and o.id = n.id;
    return lower + step;
end $$;

-- Puts a deal below another one of its stage, or on top of all; false when the other one is not there.
create or replace function app.place_by_hand(deal uuid, below uuid) returns boolean
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    -- A second.
    gap constant bigint := 1024 * 1000000;
    stage uuid;
    upper bigint;
    lower bigint;
    place bigint;
begin
    select o.stage_id into stage from opportunity o where o.org_id = app.org() and o.id = deal and o.deleted_at is null;
    if below is null then
        select max(o.hand_position) into upper from opportunity o
        where o.org_id = app.org() and o.stage_id = stage and o.deleted_at is null and o.id <> deal;
        place := greatest(upper + gap, (extract(epoch from clock_timestamp()) * 1000000)::bigint * 1024);
    else
        select o.hand_position into upper from opportunity o
        where o.org_id = app.org() and o.id = below and o.stage_id = stage and o.deleted_at is null and o.id <> deal;
        if not found then return false; end if;
        select o.hand_position into lower from opportunity o
        where o.org_id = app.org() and o.stage_id = stage and o.deleted_at is null and o.id <> deal and (o.hand_position, o.id) < (upper, below)
        order by o.hand_position desc, o.id desc limit 1;
        place := case when lower is null then upper - gap when upper - lower >= 2 then lower + (upper - lower) / 2
                 else app.make_hand_room(stage, below, upper, lower, gap) end;
    end if;
    update opportunity o set hand_position = place where o.org_id = app.org() and o.id = deal;
    return true;
end $$;
revoke execute on function app.make_hand_room(uuid, uuid, bigint, bigint, bigint), app.place_by_hand(uuid, uuid) from public;
grant execute on function app.place_by_hand(uuid, uuid) to dealwright_app;

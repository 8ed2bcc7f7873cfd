-- Custom fields that are indexed: their values in typed side columns of the record, kept by triggers.

-- One expression each, so that PostgreSQL puts it into the query in the function's place.

-- A number or an amount, times 10,000: what custom numbers have is at most four decimals. Null for what is none.
create or replace function app.custom_number(custom jsonb, key text) returns bigint language sql immutable parallel safe as $$
    select case
        when custom ->> key ~ '^-?[0-9]{1,14}(\.[0-9]{1,10})?$' then round((custom ->> key)::numeric * 10000)::bigint
        when custom -> key ->> 'amount' ~ '^-?[0-9]{1,14}(\.[0-9]{1,10})?$' then round((custom -> key ->> 'amount')::numeric * 10000)::bigint
    end
$$;

create or replace function app.custom_date(custom jsonb, key text) returns date language sql immutable parallel safe as $$
    select case when custom ->> key ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
        then make_date(left(custom ->> key, 4)::int, substr(custom ->> key, 6, 2)::int, 1) + (substr(custom ->> key, 9, 2)::int - 1) end
$$;

-- As lists compare texts: without case. As much of it as an index holds.
create or replace function app.custom_text(custom jsonb, key text) returns text language sql immutable parallel safe as $$
    select lower(left(custom ->> key, 500))
$$;

-- Writes the values of indexed fields into their columns.
create or replace function app.custom_slots() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    f record;
begin
    if tg_op = 'UPDATE' then
        if new.custom = old.custom then
            return new;
        end if;
    elsif new.custom = '{}' then
        return new;
    end if;
    for f in select c.key, c.slot from custom_field c where c.org_id = new.org_id and c.object = tg_table_name and c.slot is not null loop
        case f.slot
            when 'custom_number_1' then new.custom_number_1 := app.custom_number(new.custom, f.key);
            when 'custom_number_2' then new.custom_number_2 := app.custom_number(new.custom, f.key);
            when 'custom_number_3' then new.custom_number_3 := app.custom_number(new.custom, f.key);
            when 'custom_number_4' then new.custom_number_4 := app.custom_number(new.custom, f.key);
            when 'custom_date_1' then new.custom_date_1 := app.custom_date(new.custom, f.key);
            when 'custom_date_2' then new.custom_date_2 := app.custom_date(new.custom, f.key);
            when 'custom_text_1' then new.custom_text_1 := app.custom_text(new.custom, f.key);
            when 'custom_text_2' then new.custom_text_2 := app.custom_text(new.custom, f.key);
            when 'custom_text_3' then new.custom_text_3 := app.custom_text(new.custom, f.key);
            when 'custom_text_4' then new.custom_text_4 := app.custom_text(new.custom, f.key);
            else null;
        end case;
    end loop;
    return new;
end $$;
create or replace trigger opportunity_custom_slots before insert or update of custom on opportunity
    for each row execute function app.custom_slots();
create or replace trigger account_custom_slots before insert or update of custom on account
    for each row execute function app.custom_slots();
create or replace trigger contact_custom_slots before insert or update of custom on contact
    for each row execute function app.custom_slots();

-- Waits until no write is under way that began before the field had its slot: those after it fill the column themselves.
create or replace function app.settle_custom_slot(object text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    set local lock_timeout = '3s';
    case object
        when 'opportunity' then lock table opportunity in share row exclusive mode;
        when 'account' then lock table account in share row exclusive mode;
        when 'contact' then lock table contact in share row exclusive mode;
        when 'lead' then lock table lead in share row exclusive mode;
        else raise exception 'no records of %', object;
    end case;
end $$;

-- Fills the column of a field for the records after `after_id`, some at a time; answers the last id that it looked at, none
-- when there is no more. What belonged to a field that had the column before is overwritten.
create or replace function app.fill_custom_slot(target uuid, field uuid, after_id uuid, at_most int) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    f record;
    last_id uuid;
    value text;
begin
    select c.object, c.key, c.slot into f from custom_field c where c.org_id = target and c.id = field and c.slot is not null;
    if not found then
        return null;
    end if;
    value := format('app.%s(r.custom, %L)', regexp_replace(f.slot, '_[0-9]$', ''), f.key);
    execute format(
        'with batch as (select r.id from %1$I r where r.org_id = $1 and r.id > $2 order by r.id limit $3),
              filled as (update %1$I r set %2$I = %3$s from batch b where r.org_id = $1 and r.id = b.id and r.%2$I is distinct from %3$s)
         select b.id from batch b order by b.id desc limit 1',
        f.object, f.slot, value) into last_id using target, after_id, at_most;
    return last_id;
end $$;

-- The field's column holds every record's value.
create or replace function app.custom_slot_filled(target uuid, field uuid, slot text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update custom_field c set slot_filled = true where c.org_id = target and c.id = field and c.slot = custom_slot_filled.slot
$$;

revoke execute on function app.settle_custom_slot(text), app.fill_custom_slot(uuid, uuid, uuid, int), app.custom_slot_filled(uuid, uuid, text) from public;
grant execute on function app.settle_custom_slot(text), app.fill_custom_slot(uuid, uuid, uuid, int), app.custom_slot_filled(uuid, uuid, text) to dealwright_system;

-- Rules and formulas that are kept ready speak of custom fields.
create or replace trigger access_changed after insert or update of kind, label, options, expression, archived_at on custom_field
    for each row execute function app.access_changed();

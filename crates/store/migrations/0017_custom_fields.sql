-- Custom fields in lists: formulas, and side columns of types whose comparisons are leakproof, so that an index serves a
-- filter or a sort ahead of the policies. A field that is marked as indexed is given one of them (its slot).

alter table custom_field drop constraint custom_field_kind_check;
alter table custom_field add constraint custom_field_kind_check check (kind in (
    'text', 'long_text', 'number', 'money', 'date', 'select', 'multi_select', 'user', 'account', 'contact',
    'checkbox', 'url', 'email', 'phone', 'formula'));
alter table custom_field add column expression text check (length(expression) <= 2000);
alter table custom_field add constraint custom_field_formula_check check ((kind = 'formula') = (expression is not null));
alter table custom_field add column slot text check (slot ~ '^custom_(number|date|text)_[1-4]$');
-- Whether every record has its value in the slot by now.
alter table custom_field add column slot_filled boolean not null default false;
create unique index custom_field_slot_key on custom_field (org_id, object, slot) where slot is not null;

do $$
declare
    target text;
    slot text;
    n int;
begin
    foreach target in array array['opportunity', 'account', 'contact'] loop
        for n in 1..4 loop
            execute format('alter table %I add column custom_number_%s bigint, add column custom_text_%s text', target, n, n);
            if n <= 2 then
                execute format('alter table %I add column custom_date_%s date', target, n);
            end if;
        end loop;
        foreach slot in array array['number_1', 'number_2', 'number_3', 'number_4', 'date_1', 'date_2', 'text_1', 'text_2', 'text_3', 'text_4'] loop
            -- The order by the field, and for texts, whose values many records have, the usual order of a list for one value.
            execute format('create index %1$s_custom_%2$s on %1$I (org_id, custom_%2$s, id) where deleted_at is null and custom_%2$s is not null', target, slot);
            if slot like 'text%' then
                execute format('create index %1$s_custom_%2$s_listed on %1$I (org_id, custom_%2$s, %3$s, id) where deleted_at is null and custom_%2$s is not null',
                               target, slot, case target when 'opportunity' then 'created_at' else 'name_sort' end);
            end if;
        end loop;
    end loop;
end $$;

-- Leads are found by their telephone numbers too: those that are there are read again, as app.lead_words does from now on.
do $$
begin
    if exists (select from lead) then
        execute 'update lead set search = to_tsvector(''simple'', app.fold(concat_ws('' '', name, company, title, email, split_part(email, ''@'', 1),
                     regexp_replace(phone, ''\D+'', '' '', ''g''), regexp_replace(phone, ''\D'', '''', ''g''))))
                 where phone is not null';
    end if;
end $$;

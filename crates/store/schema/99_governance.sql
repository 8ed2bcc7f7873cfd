-- Who may govern the assistant, and what it may use.

-- Its own limits are part of every call, so everybody's calls read the policy; who may change guardrails writes it.
call app.secure('ai_policy');
create policy read on ai_policy for select to dealwright_app using (org_id = (select app.org()));
create policy add on ai_policy for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
create policy change on ai_policy for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all') with check (org_id = (select app.org()));
grant select, insert, update on ai_policy to dealwright_app;

call app.secure('ai_stop');
create policy read on ai_stop for select to dealwright_app using (org_id = (select app.org()));
create policy write on ai_stop to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
grant select, insert, update, delete on ai_stop to dealwright_app;

call app.secure('ai_budget');
create policy read on ai_budget for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.read')) = 'all');
create policy write on ai_budget to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
grant select, insert, update, delete on ai_budget to dealwright_app;

call app.secure('ai_usage');
create policy read on ai_usage for select to dealwright_app
    using (org_id = (select app.org()) and (user_id = (select app.actor()) or (select app.scope('guardrail.read')) = 'all'));
grant select on ai_usage to dealwright_app;
call app.open_to_system('ai_usage');
grant select, delete on ai_usage to dealwright_system;

-- Written by the functions below, and by nobody else.
call app.secure('ai_reservation');

call app.secure('ai_budget_warning');
create policy read on ai_budget_warning for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.read')) = 'all');
grant select on ai_budget_warning to dealwright_app;

-- Calls of models are their person's own, and are seen by who may read the guardrails: that is the audit.
drop policy if exists audited on llm_call;
create policy audited on llm_call for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.read')) = 'all');
call app.open_to_system('llm_call');
grant select, update on llm_call to dealwright_system;
grant select on ai_policy to dealwright_system;
call app.open_to_system('ai_policy');

create or replace function app.ai_starts(period text, at timestamptz) returns timestamptz language sql immutable parallel safe
    as $$ select date_trunc(period, at, 'UTC') $$;

-- Counts what a person has used, in each period that `at` is in.
create or replace function app.ai_add(person uuid, requests bigint, tokens bigint, cost_micros bigint, at timestamptz) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into ai_usage as u (org_id, user_id, period, starts, requests, tokens, cost_micros)
    select app.org(), person, p.period, app.ai_starts(p.period, at), requests, tokens, cost_micros
    from unnest(array['minute', 'hour', 'day', 'month']) as p (period)
    on conflict (org_id, period, starts, user_id) do update
    set requests = u.requests + excluded.requests, tokens = u.tokens + excluded.tokens, cost_micros = u.cost_micros + excluded.cost_micros
$$;
revoke execute on function app.ai_add(uuid, bigint, bigint, bigint, timestamptz) from public;

-- The budgets that bind the actor, each with what is used of it, calls under way included.
create or replace function app.ai_budgets(at timestamptz)
    returns table (id uuid, scope text, metric text, period text, amount bigint, used bigint, starts timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select b.id, b.scope, b.metric, b.period, b.amount,
           (coalesce(u.used, 0) + coalesce(r.reserved, 0))::bigint, app.ai_starts(b.period, at)
    from ai_budget b
    left join lateral (
        select sum(case b.metric when 'requests' then u.requests when 'tokens' then u.tokens else u.cost_micros end) as used
        from ai_usage u
        where u.org_id = b.org_id and u.period = b.period and u.starts = app.ai_starts(b.period, at)
          and case b.scope when 'organisation' then true
                           when 'role' then exists (select from user_role m where m.org_id = b.org_id and m.role_id = b.role_id and m.user_id = u.user_id)
                           else u.user_id = app.actor() end) as u on true
    left join lateral (
        select sum(case b.metric when 'tokens' then r.tokens when 'cost' then r.cost_micros else 0 end) as reserved
        from ai_reservation r
        where r.org_id = b.org_id
          and case b.scope when 'organisation' then true
                           when 'role' then exists (select from user_role m where m.org_id = b.org_id and m.role_id = b.role_id and m.user_id = r.user_id)
                           else r.user_id = app.actor() end) as r on true
    where b.org_id = app.org()
      and case b.scope when 'person' then b.user_id = app.actor()
                       when 'role' then exists (select from user_role m where m.org_id = b.org_id and m.role_id = b.role_id and m.user_id = app.actor())
                       else true end
$$;

-- Sets aside what a call may use at most, and counts requests at once. Answers the budgets that it would exceed; then
-- nothing is set aside. A cost that nobody knows exceeds every budget of costs.
create or replace function app.ai_reserve(reservation uuid, requests bigint, tokens bigint, cost_micros bigint, at timestamptz)
    returns table (id uuid, scope text, metric text, period text, amount bigint, used bigint, starts timestamptz)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    lapsed record;
    exceeded boolean := false;
begin
    if exists (select from ai_budget b where b.org_id = org) then
        -- One after the other: two calls must not both take what is left.
        perform pg_advisory_xact_lock(hashtextextended('ai_budget ' || org, 0));
        for lapsed in delete from ai_reservation r where r.org_id = org and r.lapses_at <= ai_reserve.at returning r.* loop
            perform app.ai_add(lapsed.user_id, 0, lapsed.tokens, lapsed.cost_micros, lapsed.at);
        end loop;
        for id, scope, metric, period, amount, used, starts in
            select b.* from app.ai_budgets(ai_reserve.at) b
            where case b.metric when 'requests' then ai_reserve.requests > 0 and b.used + ai_reserve.requests > b.amount
                                when 'tokens' then ai_reserve.tokens > 0 and b.used + ai_reserve.tokens > b.amount
                                else ai_reserve.tokens > 0 and (ai_reserve.cost_micros is null or b.used + ai_reserve.cost_micros > b.amount) end
            order by b.starts desc, b.scope
        loop
            exceeded := true;
            return next;
        end loop;
    end if;
    if exceeded then
        return;
    end if;
    if tokens > 0 then
        insert into ai_reservation (org_id, id, user_id, tokens, cost_micros, at, lapses_at)
        values (org, reservation, app.actor(), tokens, coalesce(cost_micros, 0), ai_reserve.at, ai_reserve.at + interval '10 minutes');
    end if;
    if requests > 0 then
        perform app.ai_add(app.actor(), requests, 0, 0, ai_reserve.at);
    end if;
end $$;

-- Counts what a call has used in place of what was set aside for it. Answers the budgets that are now used up to 80 or 100 % and
-- were not told of in this period.
create or replace function app.ai_settle(reservation uuid, tokens bigint, cost_micros bigint, at timestamptz)
    returns table (budget_id uuid, percent bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from ai_reservation r where r.org_id = app.org() and r.id = reservation and r.user_id = app.actor();
    -- One that lapsed meanwhile is counted already, as all that it could have used.
    if not found then
        return;
    end if;
    perform app.ai_add(app.actor(), 0, tokens, cost_micros, at);
    return query
        insert into ai_budget_warning as w (org_id, budget_id, starts, percent, at)
        select app.org(), b.id, b.starts, p.percent, ai_settle.at
        from app.ai_budgets(ai_settle.at) b, unnest(array[80, 100]::bigint[]) as p (percent)
        where b.used * 100 >= b.amount * p.percent
        on conflict do nothing
        returning w.budget_id, w.percent;
end $$;

-- What the assistant did from one day to another, in numbers: of runs and proposals that are their people's own, so no more than
-- numbers leave this function. For who may read the guardrails.
create or replace function app.ai_quality(since timestamptz, until timestamptz)
    returns table (user_id uuid, planner text, runs bigint, failed bigint, useful bigint, not_useful bigint, rated bigint, rating_sum bigint,
                   left_out bigint, ms_p50 double precision, ms_p95 double precision)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if app.scope('guardrail.read') <> 'all' then
        return;
    end if;
    return query
        select r.user_id, coalesce(r.planner, 'program'), count(*), count(*) filter (where r.status = 'failed'),
               count(*) filter (where r.useful), count(*) filter (where not r.useful), count(r.rating), coalesce(sum(r.rating), 0)::bigint,
               coalesce(sum((r.answer ->> 'left_out')::bigint), 0)::bigint,
               percentile_cont(0.5) within group (order by extract(epoch from r.finished_at - r.created_at) * 1000),
               percentile_cont(0.95) within group (order by extract(epoch from r.finished_at - r.created_at) * 1000)
        from agent_run r
        where r.org_id = app.org() and r.created_at >= since and r.created_at < until
        group by 1, 2;
end $$;

create or replace function app.ai_acceptance(since timestamptz, until timestamptz)
    returns table (user_id uuid, kind text, status text, proposals bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if app.scope('guardrail.read') <> 'all' then
        return;
    end if;
    return query
        select p.requested_by, p.kind, p.status, count(*) from proposal p
        where p.org_id = app.org() and p.created_at >= since and p.created_at < until
        group by 1, 2, 3;
end $$;

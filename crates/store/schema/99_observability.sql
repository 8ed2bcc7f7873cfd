-- Versions of prompts, drafts, replays, quality and alerts.

-- Everybody's runs read which version is in use; who may change guardrails says it.
call app.secure('ai_prompt_setting');
create policy read on ai_prompt_setting for select to dealwright_app using (org_id = (select app.org()));
create policy write on ai_prompt_setting to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
grant select, insert, update, delete on ai_prompt_setting to dealwright_app;

call app.secure('draft_use');
create policy own on draft_use to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor())
                and exists (select from agent_run r where r.org_id = draft_use.org_id and r.id = run_id));
grant select, insert on draft_use to dealwright_app;

-- A replay holds what its maker could read, and is theirs alone.
call app.secure('agent_replay');
create policy own on agent_replay to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
grant select, insert on agent_replay to dealwright_app;

-- A run and its steps without what was found, for its person and for who may read the calls of models: what a trace is made of, and the
-- request, which the latter may try again with their own rights.
create or replace function app.ai_run(run uuid)
    returns table (conversation_id uuid, user_id uuid, agent text, goal text, context_type text, context_id uuid, status text, planner text, model text,
                   prompt_version text, sentences bigint, unsupported bigint, tokens_in bigint, tokens_out bigint, cost_micros bigint,
                   error_type text, created_at timestamptz, finished_at timestamptz)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        select r.conversation_id, r.user_id, r.agent, r.goal, r.context_type, r.context_id, r.status, r.planner, r.model, r.prompt_version,
               r.sentences, r.unsupported, r.tokens_in, r.tokens_out, r.cost_micros, r.error ->> 'code', r.created_at, r.finished_at
        from agent_run r
        where r.org_id = app.org() and r.id = run and (r.user_id = app.actor() or app.scope('guardrail.read') = 'all');
end $$;

create or replace function app.ai_steps(run uuid)
    returns table (n int, kind text, title text, tool text, status text, result_count bigint, tokens_in bigint, tokens_out bigint, cost_micros bigint,
                   error_type text, started_at timestamptz, finished_at timestamptz)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        select s.n, s.kind, s.title, s.tool, s.status, s.result_count, s.tokens_in, s.tokens_out, s.cost_micros,
               case when s.status = 'failed' then coalesce(s.result #>> '{problem,code}', 'failed') end, s.started_at, s.finished_at
        from agent_step s join agent_run r on r.org_id = s.org_id and r.id = s.run_id
        where s.org_id = app.org() and s.run_id = run and (r.user_id = app.actor() or app.scope('guardrail.read') = 'all')
        order by s.n;
end $$;

call app.secure('ai_alert_rule');
create policy read on ai_alert_rule for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.read')) = 'all');
create policy write on ai_alert_rule to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
grant select, insert, update on ai_alert_rule to dealwright_app;

-- Of one's own budget one may know.
call app.secure('ai_alert');
create policy read on ai_alert for select to dealwright_app
    using (org_id = (select app.org()) and (user_id = (select app.actor()) or (select app.scope('guardrail.read')) = 'all'));
call app.open_to_system('ai_alert');
grant select on ai_alert to dealwright_app;
grant select, insert, update, delete on ai_alert to dealwright_system;

-- The rules of an organisation: what it has said, and for the rest what the product comes with.
create or replace function app.ai_alert_rules(org uuid)
    returns table (kind text, active boolean, threshold double precision, window_minutes bigint, version bigint)
    language sql stable as $$
    select d.kind, coalesce(r.active, d.active), coalesce(r.threshold, d.threshold), coalesce(r.window_minutes, d.window_minutes),
           coalesce(r.version, 0)
    from (values (1, 'error_rate', true, 20::double precision, 60::bigint), (2, 'hallucination_rate', true, 10, 1440),
                 (3, 'latency_p95', true, 30, 60), (4, 'cost_per_day', false, 20, 1440),
                 (5, 'budget_80', true, 80, 0), (6, 'budget_100', true, 100, 0)) as d (n, kind, active, threshold, window_minutes)
    left join ai_alert_rule r on r.org_id = org and r.kind = d.kind
    order by d.n
$$;

-- What has reached the threshold of a rule by now, in every organisation. Rates of fewer than five runs, or of twenty sentences, say
-- nothing. Budgets of a minute come and go too fast to tell of.
create or replace function app.ai_measures(at timestamptz)
    returns table (org_id uuid, kind text, subject text, value double precision, threshold double precision, user_id uuid, name text)
    language sql stable security definer set search_path = public, pg_temp as $$
    with rule as (select o.id as org, r.* from organisation o cross join lateral app.ai_alert_rules(o.id) r where r.active),
    spent as (
        select b.org_id, b.id, b.scope, b.metric, b.period, b.amount, app.ai_starts(b.period, at) as starts,
               case when b.scope in ('person', 'each') then u.user_id end as user_id,
               sum(case b.metric when 'requests' then u.requests when 'tokens' then u.tokens else u.cost_micros end) as used
        from ai_budget b
        join ai_usage u on u.org_id = b.org_id and u.period = b.period and u.starts = app.ai_starts(b.period, at)
         and case b.scope when 'person' then u.user_id = b.user_id
                          when 'role' then exists (select from user_role m where m.org_id = b.org_id and m.role_id = b.role_id and m.user_id = u.user_id)
                          else true end
        where b.period <> 'minute'
        group by b.org_id, b.id, b.scope, b.metric, b.period, b.amount, case when b.scope in ('person', 'each') then u.user_id end)
    select q.org, q.kind, '', m.value, q.threshold, null::uuid, null::text
    from rule q cross join lateral (
        select case q.kind
                   when 'error_rate' then case when count(*) >= 5 then 100.0 * count(*) filter (where r.status = 'failed') / count(*) end
                   when 'hallucination_rate' then case when sum(r.sentences) >= 20 then 100.0 * sum(r.unsupported) / sum(r.sentences) end
                   else case when count(*) >= 5
                             then percentile_cont(0.95) within group (order by nullif(extract(epoch from r.finished_at - r.created_at), 0)::double precision) end
               end::double precision as value
        from agent_run r
        where r.org_id = q.org and r.created_at > at - make_interval(mins => q.window_minutes::int) and r.created_at <= at
          and r.finished_at is not null) m
    where q.kind in ('error_rate', 'hallucination_rate', 'latency_p95') and m.value >= q.threshold
    union all
    select q.org, q.kind, '', m.value, q.threshold, null, null
    from rule q cross join lateral (
        select sum(c.cost_micros) / 1e6::double precision as value from llm_call c
        where c.org_id = q.org and c.at > ai_measures.at - interval '1 day' and c.at <= ai_measures.at) m
    where q.kind = 'cost_per_day' and m.value >= q.threshold
    union all
    select q.org, q.kind, concat_ws('/', s.id, to_char(s.starts at time zone 'UTC', 'YYYY-MM-DD"T"HH24'), s.user_id),
           (100.0 * s.used / s.amount)::double precision, q.threshold, s.user_id,
           concat(s.metric, ' ', s.period, ' ', s.scope)
    from rule q join spent s on s.org_id = q.org
    where q.kind in ('budget_80', 'budget_100') and 100.0 * s.used / s.amount >= q.threshold
$$;
revoke execute on function app.ai_measures(timestamptz) from public;
grant execute on function app.ai_measures(timestamptz) to dealwright_system;

-- Who of an organisation has a permission for everything: whom an alert is for.
create or replace function app.holders(org uuid, permission text) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct u.id from app_user u join user_role m on m.org_id = u.org_id and m.user_id = u.id
    join role r on r.org_id = m.org_id and r.id = m.role_id
    where u.org_id = org and u.active and not u.service and r.grants ->> permission = 'all'
$$;
revoke execute on function app.holders(uuid, text) from public;
grant execute on function app.holders(uuid, text) to dealwright_system;

-- How good runs were: by day, agent, model, version of the prompt and person, and in all. Numbers alone leave this function; for who
-- may read the guardrails.
create or replace function app.ai_quality_by(since timestamptz, until timestamptz)
    returns table (level text, user_id uuid, key text, runs bigint, failed bigint, sentences bigint, unsupported bigint, useful bigint, not_useful bigint,
                   rated bigint, rating_sum bigint, p50 double precision, p95 double precision, tokens bigint, cost_micros bigint, unpriced bigint,
                   made bigint, approved bigint, rejected bigint, drafts bigint, drafts_used bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if app.scope('guardrail.read') <> 'all' then
        return;
    end if;
    return query
        select case when grouping(x.person) = 0 then 'person' when grouping(x.agent) = 0 then 'agent' when grouping(x.model) = 0 then 'model'
                    when grouping(x.prompt_version) = 0 then 'prompt' when grouping(x.day) = 0 then 'day' else 'all' end,
               x.person, coalesce(x.agent, x.model, x.prompt_version, x.day::text), count(*), count(*) filter (where x.status = 'failed'),
               coalesce(sum(x.sentences), 0)::bigint, coalesce(sum(x.unsupported), 0)::bigint,
               count(*) filter (where x.useful), count(*) filter (where not x.useful), count(x.rating), coalesce(sum(x.rating), 0)::bigint,
               percentile_cont(0.5) within group (order by x.ms), percentile_cont(0.95) within group (order by x.ms),
               coalesce(sum(x.tokens), 0)::bigint, coalesce(sum(x.cost_micros), 0)::bigint, count(*) filter (where x.cost_micros is null),
               coalesce(sum(x.made), 0)::bigint, coalesce(sum(x.approved), 0)::bigint, coalesce(sum(x.rejected), 0)::bigint,
               coalesce(sum(x.drafts), 0)::bigint, coalesce(sum(x.drafts_used), 0)::bigint
        from (select r.user_id as person, r.agent, coalesce(r.model, '') as model, coalesce(r.prompt_version, '') as prompt_version,
                     (r.created_at at time zone 'UTC')::date as day, r.status, r.sentences, r.unsupported, r.useful, r.rating,
                     -- Nobody waits for what a routine writes in one go.
                     (nullif(extract(epoch from r.finished_at - r.created_at), 0) * 1000)::double precision as ms,
                     r.tokens_in + r.tokens_out as tokens, r.cost_micros, p.made, p.approved, p.rejected,
                     case when jsonb_typeof(r.answer -> 'drafts') = 'array' then jsonb_array_length(r.answer -> 'drafts') end as drafts, d.drafts_used
              from agent_run r
              left join (select p.run_id, count(*) as made, count(*) filter (where p.status = 'approved') as approved,
                                count(*) filter (where p.status = 'rejected') as rejected
                         from proposal p join agent_run o on o.org_id = p.org_id and o.id = p.run_id
                         where p.org_id = app.org() and o.created_at >= since and o.created_at < until group by p.run_id) p on p.run_id = r.id
              left join (select u.run_id, count(distinct u.draft) as drafts_used from draft_use u where u.org_id = app.org() group by u.run_id) d
                     on d.run_id = r.id
              where r.org_id = app.org() and r.created_at >= since and r.created_at < until) x
        group by grouping sets ((x.person), (x.agent), (x.model), (x.prompt_version), (x.day), ())
        order by 1, 4 desc, 3;
end $$;

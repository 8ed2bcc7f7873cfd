-- Proof that a claimed e-mail domain is the organisation's: a DNS record, or that nobody else is on the server.

alter table claimed_domain
    -- What the record has to say.
    add column token text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    add column claimed_at timestamptz not null default now(),
    add column verified_at timestamptz,
    -- How: by DNS; or as the server's sole organisation, which can take nobody's domain away.
    add column proof text check (proof in ('dns', 'sole')),
    -- When it was last looked for, and what was wrong then.
    add column checked_at timestamptz,
    add column problem text check (length(problem) <= 500),
    add constraint claimed_domain_proof check ((verified_at is null) = (proof is null));

-- Those that there are were trusted so far.
update claimed_domain set verified_at = now(), proof = 'sole';

-- Several organisations may claim a domain; one has it.
drop index claimed_domain_key;
create unique index claimed_domain_key on claimed_domain (domain) where verified_at is not null;

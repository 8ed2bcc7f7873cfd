//! The SQL of retrieval.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::facts::{Choice, Facts};
use super::fuse::PassageScore;
use super::{Beside, Citation, CitationOn, FoundBy, Matched, Near, Passage, PassagePart, Query, Reach};
use crate::chunk::{Kind, Source};

/// The values of lists that a question may name.
pub async fn choices(tx: &mut Tx) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        "select id, kind, name from choice where org_id = $1 and kind in ('industry', 'region', 'competitor')",
        tx.org().0
    )
    .fetch_all(tx.db())
    .await?)
}

/// The record that a question is asked beside, if the actor sees it, and its account.
pub async fn beside(tx: &mut Tx, near: Near) -> Result<Option<Beside>> {
    let (org, id) = (tx.org().0, near.id);
    let account = match near.source {
        Source::Opportunity => {
            sqlx::query_scalar!(
                "select account_id from opportunity where org_id = $1 and id = $2 and deleted_at is null",
                org,
                id
            )
            .fetch_optional(tx.db())
            .await?
        }
        Source::Account => {
            sqlx::query_scalar!(
                r#"select id as "id?" from account where org_id = $1 and id = $2 and deleted_at is null"#,
                org,
                id
            )
            .fetch_optional(tx.db())
            .await?
        }
        Source::Contact => {
            sqlx::query_scalar!(
                "select account_id from contact where org_id = $1 and id = $2 and deleted_at is null",
                org,
                id
            )
            .fetch_optional(tx.db())
            .await?
        }
        Source::Lead => {
            sqlx::query_scalar!(
                r#"select null::uuid as "account?" from lead where org_id = $1 and id = $2 and deleted_at is null"#,
                org,
                id
            )
            .fetch_optional(tx.db())
            .await?
        }
        Source::Activity | Source::File | Source::Material => None,
    };
    Ok(account.map(|account| Beside { near, account }))
}

/// A passage that may answer; nobody has looked yet whether the actor may see it.
#[derive(Debug)]
pub struct Candidate {
    pub id: Uuid,
    pub distance: Option<f64>,
    pub score: Option<f64>,
    pub opportunity: Option<Uuid>,
    pub account: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub lead: Option<Uuid>,
}

fn kinds(query: &Query) -> Option<Vec<String>> {
    (!query.kinds.is_empty()).then(|| query.kinds.iter().map(|kind| kind.as_str().to_owned()).collect())
}

/// Candidates by words and by meaning, at most so many of each.
pub async fn candidates(
    tx: &mut Tx,
    query: &Query,
    reach: &Reach,
    facts: &Facts,
    at_most: usize,
) -> Result<Vec<Candidate>> {
    let asked = if query.by == FoundBy::Meaning { String::new() } else { facts.rest(&query.text) };
    let meaning = query.meaning.as_ref().filter(|_| query.by != FoundBy::Words);
    let at_most = i32::try_from(at_most).map_err(Error::internal)?;
    let kinds = kinds(query);
    Ok(sqlx::query_as!(
        Candidate,
        r#"select id as "id!", distance, score, opportunity_id as opportunity, account_id as account, contact_id as contact, lead_id as lead
           from app.match_passages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"#,
        asked,
        meaning.map(|m| m.vector.as_slice()),
        meaning.map(|m| m.model.as_str()),
        &reach.sources,
        kinds.as_deref(),
        &reach.hidden,
        facts.outcome,
        facts.industries.as_deref(),
        facts.regions.as_deref(),
        facts.competitors.as_deref(),
        reach.by_deal,
        reach.by_account,
        at_most,
    )
    .fetch_all(tx.db())
    .await?)
}

/// A passage that the actor sees.
#[derive(Clone, Debug)]
pub struct Visible {
    pub id: Uuid,
    pub source: String,
    pub source_id: Uuid,
    pub kind: String,
    pub heading: String,
    pub text: String,
    pub dated: DateTime<Utc>,
}

/// Those of the candidates that the actor sees, under their own policies, that tell nothing which is hidden from them, and that
/// the facts hold for as far as they see it.
#[expect(clippy::as_conversions, reason = "tells the query macro that elements may be null; nothing is converted")]
pub async fn visible(
    tx: &mut Tx,
    query: &Query,
    reach: &Reach,
    facts: &Facts,
    candidates: &[Candidate],
) -> Result<Vec<Visible>> {
    let ids: Vec<Uuid> = candidates.iter().map(|one| one.id).collect();
    let kinds = kinds(query);
    let deals: Vec<Option<Uuid>> = candidates.iter().map(|one| one.opportunity).collect();
    Ok(sqlx::query_as!(
        Visible,
        "select c.id, c.source, c.source_id, c.kind, c.heading, c.text, c.dated
         from unnest($2::uuid[], $3::uuid[]) as x (id, deal) join knowledge_chunk c on c.org_id = $1 and c.id = x.id
         where not (c.fields && $4) and c.source = any ($5) and ($6::text[] is null or c.kind = any ($6))
           and ($7 or exists (select from opportunity d join stage g on g.org_id = d.org_id and g.id = d.stage_id
               left join account b on b.org_id = d.org_id and b.id = d.account_id
               where d.org_id = $1 and d.id = x.deal and ($8::text is null or g.kind = $8)
                 and ($9::uuid[] is null or ($12 and d.industry_id = any ($9)) or ($13 and b.industry_id = any ($9)))
                 and ($10::uuid[] is null or ($12 and d.region_id = any ($10)) or ($13 and b.region_id = any ($10)))
                 and ($11::uuid[] is null or d.lost_to_id = any ($11))))",
        tx.org().0,
        &ids,
        &deals as &[Option<Uuid>],
        &reach.hidden,
        &reach.sources,
        kinds.as_deref(),
        facts.is_empty(),
        facts.outcome,
        facts.industries.as_deref(),
        facts.regions.as_deref(),
        facts.competitors.as_deref(),
        reach.by_deal,
        reach.by_account,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Stand for the ends of a word of the question; of no use to any text.
const BEGIN: char = '\u{E000}';
const END: char = '\u{E001}';

fn parts(marked: &str) -> Vec<PassagePart> {
    let mut parts = Vec::new();
    for (at, stretch) in marked.split(BEGIN).enumerate() {
        let (hit, rest) = if at == 0 { ("", stretch) } else { stretch.split_once(END).unwrap_or(("", stretch)) };
        for (text, hit) in [(hit, true), (rest, false)] {
            if !text.is_empty() {
                parts.push(PassagePart { text: text.replace(END, ""), hit });
            }
        }
    }
    parts
}

/// The texts with the question's words marked, in their order.
async fn marked(tx: &mut Tx, question: &str, texts: &[String]) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select case when q.words is null then t.text else ts_headline('english', t.text, q.words, $3) end as "marked!"
           from unnest($2::text[]) with ordinality as t (text, at),
                (select string_agg(app.lexeme(l), ' | ')::tsquery as words from unnest(tsvector_to_array(to_tsvector('english', app.fold($1)))) as l) q
           order by t.at"#,
        question,
        texts,
        format!("HighlightAll=true, StartSel={BEGIN}, StopSel={END}"),
    )
    .fetch_all(tx.db())
    .await?)
}

/// What things are called, and on which record they are, as the actor sees it.
async fn citations(tx: &mut Tx, passages: &[(Visible, PassageScore)]) -> Result<HashMap<Uuid, Citation>> {
    let ids: Vec<Uuid> = passages.iter().map(|(passage, _)| passage.source_id).collect();
    let rows = sqlx::query!(
        r#"select source as "source!", id as "id!", label as "label!", on_source, on_id, on_label from (
               select 'opportunity' as source, o.id, o.name as label, null as on_source, null::uuid as on_id, null as on_label
               from opportunity o where o.org_id = $1 and o.id = any ($2)
               union all select 'account', a.id, a.name, null, null, null from account a where a.org_id = $1 and a.id = any ($2)
               union all select 'contact', c.id, c.name, null, null, null from contact c where c.org_id = $1 and c.id = any ($2)
               union all select 'lead', l.id, l.name, null, null, null from lead l where l.org_id = $1 and l.id = any ($2)
               union all select 'material', m.id, m.title, null, null, null from material m where m.org_id = $1 and m.id = any ($2)
               union all select 'activity', v.id, coalesce(v.subject, case v.kind when 'email' then 'E-mail' else initcap(v.kind) end),
                      case when o.id is not null then 'opportunity' when a.id is not null then 'account' when c.id is not null then 'contact'
                           when l.id is not null then 'lead' end,
                      coalesce(o.id, a.id, c.id, l.id), coalesce(o.name, a.name, c.name, l.name)
               from activity v left join opportunity o on o.org_id = v.org_id and o.id = v.opportunity_id
               left join account a on a.org_id = v.org_id and a.id = v.account_id
               left join contact c on c.org_id = v.org_id and c.id = v.contact_id
               left join lead l on l.org_id = v.org_id and l.id = v.lead_id
               where v.org_id = $1 and v.id = any ($2)
               union all select 'file', f.id, f.name,
                      case when o.id is not null then 'opportunity' when a.id is not null then 'account' when c.id is not null then 'contact'
                           when l.id is not null then 'lead' end,
                      coalesce(o.id, a.id, c.id, l.id), coalesce(o.name, a.name, c.name, l.name)
               from file f left join opportunity o on o.org_id = f.org_id and o.id = f.opportunity_id
               left join account a on a.org_id = f.org_id and a.id = f.account_id
               left join contact c on c.org_id = f.org_id and c.id = f.contact_id
               left join lead l on l.org_id = f.org_id and l.id = f.lead_id
               where f.org_id = $1 and f.id = any ($2)
           ) named"#,
        tx.org().0,
        &ids,
    )
    .fetch_all(tx.db())
    .await?;
    let named = |word: Option<&str>| word.and_then(Source::named);
    let each = rows.into_iter().filter_map(|row| {
        let source = named(Some(&row.source))?;
        let on = match (named(row.on_source.as_deref()), row.on_id, row.on_label) {
            (Some(source), Some(id), Some(label)) => Some(CitationOn { source, id, label }),
            _ => None,
        };
        Some((row.id, Citation { source, id: row.id, label: row.label, on }))
    });
    Ok(each.collect())
}

/// The passages as they are shown.
pub async fn passages(tx: &mut Tx, question: &str, chosen: Vec<(Visible, PassageScore)>) -> Result<Vec<Passage>> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let citations = citations(tx, &chosen).await?;
    let texts: Vec<String> = chosen.iter().map(|(passage, _)| passage.text.clone()).collect();
    let marked = marked(tx, question, &texts).await?;
    let each = chosen.into_iter().zip(marked).filter_map(|((passage, score), marked)| {
        // Several passages may be of one thing.
        let citation = citations.get(&passage.source_id).cloned()?;
        let by = [(score.words_rank, Matched::Words), (score.meaning_rank, Matched::Meaning)];
        Some(Passage {
            kind: Kind::named(&passage.kind)?,
            heading: passage.heading,
            text: passage.text,
            parts: parts(&marked),
            dated: passage.dated,
            citation,
            matched: by.into_iter().filter_map(|(rank, matched)| rank.map(|_| matched)).collect(),
            score,
        })
    });
    Ok(each.collect())
}

/// How far the index of the actor's organisation is.
pub async fn state(tx: &mut Tx) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select app.knowledge_state()").fetch_one(tx.db()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_stretches() {
        let told = |text: &str| parts(text).into_iter().map(|p| (p.text, p.hit)).collect::<Vec<_>>();
        assert_eq!(
            told("the \u{E000}price\u{E001} of \u{E000}banks\u{E001}"),
            [("the ".to_owned(), false), ("price".into(), true), (" of ".into(), false), ("banks".into(), true)]
        );
        assert_eq!(told("plain"), [("plain".to_owned(), false)]);
        assert_eq!(told("\u{E000}open"), [("open".to_owned(), false)]);
        assert!(told("").is_empty());
    }
}

//! Very many records at once, as an import brings them: candidates by keys for a whole batch in one statement, and what is
//! twice among the new ones themselves.

use std::collections::HashMap;

use dealwright_access::Actor;
use dealwright_dedupe::block::{self, Pass};
use dealwright_dedupe::{Field, Record, Score};
use dealwright_kernel::error::{Similar, SimilarReason};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::json;
use uuid::Uuid;

use super::find::{compared, model, percent, reason};
use super::{Draft, MatchObject, MatchingRule, store};

/// Candidates of each draft whose values are read, and of which so many are named.
const READ: i32 = 10;
const NAMED: usize = 3;

/// What is there that each of `drafts` may be, of what `actor` may see, the likeliest first; by the place in `drafts`. A few
/// thousand drafts at a time.
///
/// # Errors
/// When the database is gone.
pub async fn similar(
    tx: &mut Tx,
    actor: &Actor,
    rule: &MatchingRule,
    mut drafts: Vec<Draft>,
) -> Result<HashMap<usize, Vec<Similar>>> {
    let kept = compared(rule, actor);
    let accounts: Vec<Uuid> = drafts.iter().filter_map(|draft| draft.account_id).collect();
    let names = store::account_names(tx, &accounts).await?;
    for draft in &mut drafts {
        if let Some(account) = draft.account_id {
            draft.company = names.get(&account).cloned();
        }
        draft.keep(rule.object, &kept);
    }
    let asked: Vec<_> = drafts.iter().enumerate().map(|(place, draft)| asked(place, draft)).collect();
    let candidates = store::candidates_of_many(tx, rule.object, json!(asked), READ).await?;
    let mut ids: Vec<Uuid> = candidates.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = store::rows(tx, rule.object, &ids).await?;
    let rule = rule.clone();
    let work = tokio::task::spawn_blocking(move || judge(&rule, &kept, &drafts, &candidates, rows));
    work.await.map_err(Error::internal)
}

/// A draft as the database takes it.
fn asked(place: usize, draft: &Draft) -> serde_json::Value {
    // A contact's account is its id among keys, its name among values.
    let company = draft.company.as_deref().filter(|_| draft.account_id.is_none());
    json!({
        "place": place, "first": draft.first_names(), "last": draft.last_name, "company": company,
        "account": draft.account_id, "email": draft.email, "phone": draft.phone, "domain": draft.domain,
    })
}

fn judge(
    rule: &MatchingRule,
    kept: &[Field],
    drafts: &[Draft],
    candidates: &[(usize, Uuid)],
    rows: Vec<store::Row>,
) -> HashMap<usize, Vec<Similar>> {
    let model = model(rule.object);
    let known: HashMap<Uuid, (String, Record)> = rows
        .into_iter()
        .map(|mut row| {
            row.draft.keep(rule.object, kept);
            (row.id, (row.name, row.draft.record(rule.object, &rule.calling_code)))
        })
        .collect();
    let mut wanted: HashMap<usize, Record> = HashMap::new();
    let mut found: HashMap<usize, Vec<(f32, Similar)>> = HashMap::new();
    for (place, id) in candidates {
        let (Some((name, record)), Some(draft)) = (known.get(id), drafts.get(*place)) else { continue };
        let new = wanted.entry(*place).or_insert_with(|| draft.record(rule.object, &rule.calling_code));
        let score = model.score(new, record);
        if let Some((score, reasons)) = told(rule, &score) {
            let object = rule.object.as_str().into();
            let bits = model.bits_of(new, record);
            found
                .entry(*place)
                .or_default()
                .push((bits, Similar { object, id: *id, name: name.clone(), score, reasons }));
        }
    }
    let likeliest = |mut all: Vec<(f32, Similar)>| {
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.id.cmp(&b.1.id)));
        all.into_iter().map(|(_, similar)| similar).take(NAMED).collect()
    };
    found.into_iter().map(|(place, all)| (place, likeliest(all))).collect()
}

/// The percentage and what speaks for it, if that is enough.
fn told(rule: &MatchingRule, score: &Score) -> Option<(i32, Vec<SimilarReason>)> {
    let percent = percent(score.probability());
    (percent >= rule.threshold).then(|| (percent, score.reasons.iter().map(|r| reason(rule.object, r)).collect()))
}

/// One draft that may be the same as an earlier one.
#[derive(Debug)]
pub struct Twice {
    pub place: usize,
    pub earlier: usize,
    pub score: i32,
    pub reasons: Vec<SimilarReason>,
}

/// Which of `drafts` may be the same as an earlier one: of each the likeliest. Drafts of contacts name their company.
#[must_use]
pub fn twice(rule: &MatchingRule, drafts: &[Draft]) -> Vec<Twice> {
    let model = model(rule.object);
    let kept: Vec<Field> = rule
        .object
        .fields()
        .iter()
        .filter(|(name, _)| rule.fields.iter().any(|f| f == name))
        .map(|(_, f)| *f)
        .collect();
    let records: Vec<Record> = drafts
        .iter()
        .map(|draft| {
            let mut draft = draft.clone();
            draft.keep(rule.object, &kept);
            draft.record(rule.object, &rule.calling_code)
        })
        .collect();
    let passes = match rule.object {
        MatchObject::Account => Pass::COMPANIES,
        MatchObject::Contact | MatchObject::Lead => Pass::PEOPLE,
    };
    let mut best: HashMap<u32, (f32, u32)> = HashMap::new();
    let at = |place: u32| records.get(usize::try_from(place).ok()?);
    block::pairs(&records, passes, |earlier, later| {
        let (Some(one), Some(other)) = (at(earlier), at(later)) else { return };
        let bits = model.bits_of(one, other);
        let known = best.get(&later).is_some_and(|(known, of)| known.total_cmp(&bits).then(earlier.cmp(of)).is_ge());
        if bits > 0.0 && !known {
            best.insert(later, (bits, earlier));
        }
    });
    let mut all: Vec<Twice> = best
        .into_iter()
        .filter_map(|(later, (_, earlier))| {
            let (score, reasons) = told(rule, &model.score(at(earlier)?, at(later)?))?;
            let (place, earlier) = (usize::try_from(later).ok()?, usize::try_from(earlier).ok()?);
            Some(Twice { place, earlier, score, reasons })
        })
        .collect();
    all.sort_by_key(|twice| twice.place);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_twice_among_the_new_ones_is_told_of_the_later_one() {
        let of = |first: &str, last: &str, email: &str| Draft {
            first_name: Some(first.into()),
            last_name: Some(last.into()),
            email: Some(email.into()),
            ..Draft::default()
        };
        let drafts = [
            of("Noah", "Watson", "noah@acme.test"),
            of("Ann", "Miller", "ann@acme.test"),
            of("Noa", "Watson", "noah@acme.test"),
        ];
        let found = twice(&MatchingRule::first(MatchObject::Contact), &drafts);
        assert_eq!(found.iter().map(|t| (t.place, t.earlier)).collect::<Vec<_>>(), [(2, 0)]);
        assert!(found[0].score >= 80 && found[0].reasons.iter().any(|r| r.words == "same e-mail"), "{found:?}");
    }
}

//! The records that a request names, found by its words: whatever the case of its letters, and by the word that a name begins with.

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_store::Tx;

use crate::resolve::lex::words_of;
use crate::resolve::record::RecordType;
use crate::resolve::text::{self, Kind};
use crate::resolve::vocabulary::Record;

/// The most tokens of a request that are looked at.
const MOST: usize = 60;
/// The most tokens of a name.
const LONGEST: usize = 9;
/// The fewest letters of a word that stands for a whole name: "Otterburn" for Otterburn Motors.
const LETTERS: usize = 5;

/// The records that `goal` names, as far as the actor may see them; a word that begins several names is none of them.
///
/// # Errors
/// When the database is gone.
pub async fn named(cx: &Context, tx: &mut Tx, goal: &str) -> Result<Vec<Record>> {
    let (said, begins) = candidates(goal);
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let may = |kind: RecordType| cx.actor().may(kind.read());
    let rows = sqlx::query!(
        r#"select s.words as "words!", f.kind as "kind!", f.name as "name!"
           from unnest($2::text[], $3::bool[]) as s (words, begins)
           cross join lateral (
             (select 'account' as kind, name from account
              where $4 and org_id = $1 and deleted_at is null and name_sort = s.words limit 1)
             union all
             (select 'account', name from account
              where $4 and s.begins and org_id = $1 and deleted_at is null and name_sort >= s.words || ' ' and name_sort < s.words || '!' order by name_sort limit 2)
             union all
             (select 'contact', name from contact
              where $5 and org_id = $1 and deleted_at is null and name_sort = s.words limit 1)
             union all
             (select 'contact', name from contact
              where $5 and s.begins and org_id = $1 and deleted_at is null and name_sort >= s.words || ' ' and name_sort < s.words || '!' order by name_sort limit 2)
             union all
             (select 'lead', name from lead
              where $6 and org_id = $1 and deleted_at is null and converted_at is null and name_sort = s.words limit 1)
             union all
             (select 'opportunity', name from opportunity
              where $7 and org_id = $1 and deleted_at is null and name_sort = s.words limit 1)
           ) f"#,
        tx.org().0,
        &said,
        &begins,
        may(RecordType::Account),
        may(RecordType::Contact),
        may(RecordType::Lead),
        may(RecordType::Opportunity),
    )
    .fetch_all(tx.db())
    .await?;
    let found: Vec<Record> = rows
        .into_iter()
        .filter_map(|row| Some(Record { kind: RecordType::named(&row.kind)?, name: row.name, said: row.words }))
        .collect();
    // "Mateo" who is one of three is nobody in particular.
    let whole = |record: &Record| text::key(&record.name) == text::key(&record.said);
    let alone = |record: &Record| {
        found.iter().filter(|other| other.said == record.said && (other.kind == record.kind || whole(other))).count()
            == 1
    };
    Ok(found.iter().filter(|record| whole(record) || alone(record)).cloned().collect())
}

/// Every run of words that may be a name, in lower case, and whether it may be the first word of one.
fn candidates(goal: &str) -> (Vec<String>, Vec<bool>) {
    let tokens = text::tokens(goal);
    let (mut said, mut begins) = (Vec::new(), Vec::new());
    let count = tokens.len().min(MOST);
    for from in 0..count {
        for to in from + 1..=count.min(from + LONGEST) {
            let ends = tokens.get(to - 1).is_some_and(|token| token.kind != Kind::Symbol);
            let starts = tokens.get(from).is_some_and(|token| token.kind != Kind::Symbol);
            if !ends || !starts {
                continue;
            }
            let words = words_of(goal, &tokens, &(from..to)).to_lowercase();
            let words = words.trim_end_matches("'s").trim_end_matches("’s").to_owned();
            let one = to == from + 1 && words.chars().count() >= LETTERS && words.chars().all(char::is_alphabetic);
            if words.chars().count() > 2 && !said.contains(&words) {
                begins.push(one && !crate::planner::rules::is_ordinary(&words));
                said.push(words);
            }
        }
    }
    (said, begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_words_are_looked_up_whole_and_by_their_first() {
        let (said, begins) = candidates("bring me up to speed on otterburn's deal");
        let at = said.iter().position(|words| words == "otterburn").unwrap();
        assert!(begins[at]);
        assert!(said.contains(&"speed on otterburn".to_owned()));
        assert!(!begins[said.iter().position(|words| words == "bring").unwrap()]);
        assert!(candidates("? !").0.is_empty());
    }
}

//! Mentions in notes: `[@Ada](person:<id>)`, `[@North](team:<id>)`, `[#Deal](opportunity:<id>)`. The id is what counts: names
//! are looked up for whoever reads.

use std::collections::{BTreeSet, HashMap};

use dealwright_access::context::Caller;
use dealwright_access::{Access, Context};
use dealwright_kernel::error::{OrNotFound, Outcome, Problems};
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::record::Ref;
use crate::words::words;

/// The most that one note names.
pub const MAX: usize = 50;
/// The longest name in a mention, in bytes.
const NAME: usize = 1_000;

words! {
    /// What a note can name.
    MentionKind, "kind" {
        Person = "person", Team = "team", Opportunity = "opportunity", Account = "account", Contact = "contact", Lead = "lead",
    }
}

/// What a note names, by its name of now; those that you may not see are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MentionRef {
    #[serde(rename = "type")]
    pub kind: MentionKind,
    pub id: Uuid,
    pub name: String,
}

/// A mention where it stands.
struct Found<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    kind: MentionKind,
    id: Uuid,
}

/// The first mention from a place on.
fn next(text: &str, mut from: usize) -> Option<Found<'_>> {
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('[')) {
        let start = from + at;
        if let Some(found) = read(text, start) {
            return Some(found);
        }
        from = start + 1;
    }
    None
}

/// The mention that begins with this bracket.
fn read(text: &str, start: usize) -> Option<Found<'_>> {
    let rest = text.get(start + 1..)?;
    let close = rest.bytes().take(NAME).position(|byte| matches!(byte, b']' | b'[' | b'\n'))?;
    let name = rest.get(..close)?;
    let target = rest.get(close..)?.strip_prefix("](")?;
    let (kind, rest) = target.split_once(':')?;
    let (id, after) = rest.split_at_checked(36)?;
    let sign = name.chars().next()?;
    let kind: MentionKind = kind.parse().ok()?;
    let people = matches!(kind, MentionKind::Person | MentionKind::Team);
    if !after.starts_with(')') || sign != if people { '@' } else { '#' } {
        return None;
    }
    let end = text.len() - after.len() + 1;
    Some(Found { start, end, name, kind, id: id.parse().ok()? })
}

/// All that a text names, each once.
#[must_use]
pub fn all(text: &str) -> BTreeSet<(MentionKind, Uuid)> {
    let mut found = BTreeSet::new();
    let mut from = 0;
    while let Some(mention) = next(text, from) {
        from = mention.end;
        found.insert((mention.kind, mention.id));
    }
    found
}

/// A text as a person reads it where there are no links.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(mention) = next(text, from) {
        out.push_str(text.get(from..mention.start).unwrap_or_default());
        out.push_str(mention.name);
        from = mention.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// What a note newly names, after a look whether it is there.
///
/// # Errors
/// 422 on `body` when somebody or something named is not there, or is hidden, or when there are too many.
pub async fn check(tx: &mut Tx, new: Option<&str>, old: Option<&str>) -> Result<BTreeSet<(MentionKind, Uuid)>> {
    let mut named = new.map(all).unwrap_or_default();
    if named.len() > MAX {
        return Err(Error::field("body", "too_many", format!("a note names at most {MAX} people and records")));
    }
    let before = old.map(all).unwrap_or_default();
    named.retain(|one| !before.contains(one));
    if named.is_empty() {
        return Ok(named);
    }
    let there = names(tx, &named).await?;
    if named.iter().any(|one| !there.contains_key(one)) {
        return Err(Error::field("body", "unknown_reference", "somebody or something that is mentioned is not there"));
    }
    Ok(named)
}

/// The names of what is mentioned, as far as the actor may see it.
pub async fn names(tx: &mut Tx, named: &BTreeSet<(MentionKind, Uuid)>) -> Result<HashMap<(MentionKind, Uuid), String>> {
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let org = tx.org().0;
    let ids: Vec<Uuid> = named.iter().map(|(_, id)| *id).collect();
    let rows = sqlx::query!(
        r#"select 'person' as "kind!", id as "id!", name as "name!" from app_user where org_id = $1 and id = any ($2) and not service
           union all select 'team', id, name from team where org_id = $1 and id = any ($2)
           union all select 'opportunity', id, name from opportunity where org_id = $1 and id = any ($2) and deleted_at is null
           union all select 'account', id, name from account where org_id = $1 and id = any ($2) and deleted_at is null
           union all select 'contact', id, name from contact where org_id = $1 and id = any ($2) and deleted_at is null
           union all select 'lead', id, name from lead where org_id = $1 and id = any ($2) and deleted_at is null"#,
        org,
        &ids,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| Ok(((row.kind.parse()?, row.id), row.name))).collect()
}

/// What an event tells of those who are mentioned.
#[must_use]
pub fn told(named: &BTreeSet<(MentionKind, Uuid)>) -> Option<Value> {
    let of = |kind: MentionKind| -> Vec<Uuid> { named.iter().filter(|(k, _)| *k == kind).map(|(_, id)| *id).collect() };
    let (people, teams) = (of(MentionKind::Person), of(MentionKind::Team));
    let some = !people.is_empty() || !teams.is_empty();
    some.then(|| json!({ "people": people, "teams": teams }))
}

words! {
    /// What a note can be on.
    NotedObject, "object" { Opportunity = "opportunity", Account = "account", Contact = "contact", Lead = "lead" }
}

/// Who is to be mentioned on a record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionCheck {
    pub object: NotedObject,
    pub record_id: Uuid,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub people: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub teams: Vec<Uuid>,
}

impl Validate for MentionCheck {
    fn validate(&self) -> Result<()> {
        if self.people.len() + self.teams.len() > MAX {
            return Err(Error::field("people", "too_many", format!("at most {MAX} people and teams")));
        }
        Ok(())
    }
}

/// Who of those that are mentioned may not see the record, and so would not hear of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithoutAccess {
    pub people: Vec<Ref>,
    /// Teams of which somebody may not; of a large one its first 50 people were asked.
    pub teams: Vec<Ref>,
}

/// The endpoint of mentions.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(access))
}

/// Who of those you want to mention may not see the record
#[utoipa::path(post, path = "/mentions/access", tag = "activities", request_body = MentionCheck, responses((status = 200, body = WithoutAccess), Problems))]
async fn access(Caller(cx): Caller, Valid(asked): Valid<MentionCheck>) -> Result<Json<WithoutAccess>> {
    let mut tx = cx.begin().await?;
    sees(&mut tx, &asked).await?.then_some(()).or_not_found("record")?;
    let people = members(&mut tx, &asked).await?;
    tx.done(()).await?;
    let mut without = WithoutAccess { people: Vec::new(), teams: Vec::new() };
    let mut may: HashMap<Uuid, bool> = HashMap::new();
    for (person, team) in people {
        let sees = match may.get(&person.id) {
            Some(known) => *known,
            None => may_see(&cx, person.id, &asked).await?,
        };
        may.insert(person.id, sees);
        let list = if team.is_some() { &mut without.teams } else { &mut without.people };
        let named = team.unwrap_or(person);
        if !sees && !list.contains(&named) {
            list.push(named);
        }
    }
    Ok(Json(without))
}

async fn sees(tx: &mut Tx, asked: &MentionCheck) -> Result<bool> {
    let (object, id) = (asked.object.as_str(), asked.record_id);
    Ok(sqlx::query_scalar!(r#"select app.sees_notified($1, $2, null) as "sees!""#, object, id)
        .fetch_one(tx.db())
        .await?)
}

/// Asked as that person, by the record's own policy.
async fn may_see(cx: &Context, person: Uuid, asked: &MentionCheck) -> Result<bool> {
    let theirs = match cx.access().context_for(cx.actor().org, person.into()).await {
        Ok(theirs) => theirs,
        Err(error) if error.outcome == Outcome::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let mut tx = theirs.begin().await?;
    let may = sees(&mut tx, asked).await?;
    tx.done(may).await
}

/// The people who are mentioned, by themselves or in a team.
async fn members(tx: &mut Tx, asked: &MentionCheck) -> Result<Vec<(Ref, Option<Ref>)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select u.id as "id!", u.name as "name!", null::uuid as "team_id?", null::text as "team_name?"
           from app_user u where u.org_id = $1 and u.id = any ($2) and u.active and not u.service
           union all
           select m.id, m.name, t.id, t.name from team t cross join lateral (
               select u.id, u.name from app_user u where u.org_id = $1 and u.team_id = t.id and u.active and not u.service
               order by u.id limit 50) m
           where t.org_id = $1 and t.id = any ($3)"#,
        org,
        &asked.people,
        &asked.teams,
    )
    .fetch_all(tx.db())
    .await?;
    let people = rows.into_iter().map(|row| (Ref { id: row.id, name: row.name }, Ref::of(row.team_id, row.team_name)));
    Ok(people.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_told_from_links_and_brackets() {
        let id = Uuid::from_u128(7);
        let text = format!(
            "[x] Hi [@Ada [L]](person:{id}) [@Ada](person:{id}), see [#Deal](opportunity:{id}) and [a](https://x.test) [@No](lead:{id}) [#x](person:{id}) [@Y](person:7)"
        );
        let found: Vec<_> = all(&text).into_iter().collect();
        assert_eq!(found, [(MentionKind::Person, id), (MentionKind::Opportunity, id)]);
        assert_eq!(plain(&format!("Hi [@Ada](person:{id})!")), "Hi @Ada!");
        for odd in ["", "[", "[@", "[@Ä](person:", "[@Ada](person:ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ)", "[@\n](person:x)"]
        {
            assert!(all(odd).is_empty(), "{odd}");
            assert_eq!(plain(odd), odd);
        }
    }
}

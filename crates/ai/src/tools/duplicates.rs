//! `find_duplicates`: records that may be the same as one, with what speaks for it.

use dealwright_access::policy::{Needs, Permission, ReadAccount};
use dealwright_crm::duplicate::find::{Draft, similar};
use dealwright_crm::duplicate::{MatchObject, store};
use dealwright_crm::{account, contact, lead};
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_store::Tx;
use serde_json::{Value, json};

use super::records::RecordArgs;
use super::{Effect, Output, Running, Tool};
use crate::planner::RecordKind;

/// Finds duplicates.
#[derive(Debug)]
pub struct FindDuplicates;

impl Tool for FindDuplicates {
    const NAME: &'static str = "find_duplicates";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadAccount::PERMISSION;
    const PERMISSIONS: &'static [Permission] = &RecordKind::READ;
    const ABOUT: &'static str = "Find accounts, contacts or leads that may be the same as one, with the reasons. They are merged on their own page.";
    type Args = RecordArgs;

    fn needs(args: &RecordArgs) -> Vec<Permission> {
        vec![args.kind.record_type().read()]
    }

    async fn run(running: Running<'_>, tx: &mut Tx, args: RecordArgs) -> Result<Output> {
        let (object, name, draft) = match args.kind {
            RecordKind::Account => {
                let record = account::store::find(tx, args.id.into(), false).await?.or_not_found("account")?;
                (MatchObject::Account, record.name.clone(), Draft::from(&record.fields()))
            }
            RecordKind::Contact => {
                let record = contact::store::find(tx, args.id.into(), false).await?.or_not_found("contact")?;
                (MatchObject::Contact, record.name.clone(), Draft::from(&record.fields()))
            }
            RecordKind::Lead => {
                let record = lead::store::find(tx, args.id.into(), false).await?.or_not_found("lead")?;
                (MatchObject::Lead, record.name.clone(), Draft::from(&record.fields()))
            }
        };
        let rule = store::rule(tx, object).await?;
        let mut found = similar(tx, running.cx.actor(), &rule, Some(args.id), draft).await?;
        store::drop_dismissed(tx, object, args.id, &mut found).await?;
        let items: Vec<Value> = found
            .iter()
            .map(|one| {
                let reasons = one.reasons.iter().filter(|reason| reason.weight > 0.0).map(|reason| &reason.words);
                json!({ "id": one.id, "name": one.name, "score": one.score, "reasons": reasons.collect::<Vec<_>>() })
            })
            .collect();
        Ok(Output {
            // That there are none is an answer.
            count: i64::try_from(items.len()).unwrap_or(i64::MAX).max(1),
            summary: if items.is_empty() {
                "Nothing like it".to_owned()
            } else {
                format!("{} like {name}", items.len())
            },
            result: json!({ "id": args.id, "kind": args.kind, "name": name, "items": items }),
            proposal: None,
        })
    }
}

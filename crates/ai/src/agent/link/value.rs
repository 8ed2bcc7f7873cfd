//! New values: which stage, how much, until when, whose.

use chrono::NaiveDate;
use dealwright_crm::record::Ref;
use dealwright_kernel::{Currency, Money};
use uuid::Uuid;

use super::{Linking, Slot, Stop, ask, say};
use crate::agent::lookup;
use crate::planner::Field;
use crate::resolve::vocabulary::{Match, StageKind, Vocabulary, Whose};
use crate::resolve::{amount, date, text};
use crate::tools::update::Changes;

impl Linking<'_> {
    /// Reads a new value.
    pub(super) fn value(
        &self,
        changes: &mut Changes,
        field: Field,
        words: &str,
        deal: &lookup::Deal,
    ) -> Result<(), Stop> {
        let unread = |what: &str| Stop::Say(format!("I can't read “{words}” as {what}."));
        match field {
            Field::Stage => match self.vocabulary.stage(words, Some(deal.pipeline_id)) {
                Match::One(stage) => changes.stage_id = Some(stage.id),
                Match::Several(stages) => {
                    return ask(
                        format!("Which stage is “{words}”?"),
                        stages.iter().map(|s| Ref { id: s.id, name: s.name.clone() }).collect(),
                        Slot::Words(words.to_owned()),
                    );
                }
                Match::None => {
                    let names: Vec<&str> = self
                        .vocabulary
                        .stages
                        .iter()
                        .filter(|s| s.pipeline_id == deal.pipeline_id)
                        .map(|s| s.name.as_str())
                        .collect();
                    return say(format!("There is no stage “{words}”. The stages are {}.", names.join(", ")));
                }
            },
            Field::Amount => changes.amount = Some(self.money(words, deal).ok_or_else(|| unread("an amount"))?),
            Field::CloseDate => {
                changes.close_date = Some(self.close_date(words, deal).ok_or_else(|| unread("a date"))?)
            }
            Field::Owner => changes.owner_id = Some(self.person(words)?),
            Field::NextStep => {
                let words = words.trim();
                changes.next_step = Some(words.strip_prefix("to ").unwrap_or(words).to_owned());
            }
            Field::Name => changes.name = Some(words.trim().trim_matches('"').to_owned()),
            Field::Probability => {
                let said = amount::find_percent(words, self.reading.mark)
                    .and_then(|percent| percent.normalize().to_string().parse().ok());
                changes.probability =
                    Some(said.filter(|p| (0..=100).contains(p)).ok_or_else(|| unread("a percentage"))?);
            }
            Field::ForecastCategory => {
                changes.forecast_category =
                    Some(Vocabulary::forecast(words).ok_or_else(|| unread("a forecast category"))?.to_owned())
            }
            Field::LostReason => {
                let reasons: Vec<_> = self.vocabulary.choices.iter().filter(|c| c.kind == "loss_reason").collect();
                let wanted = text::key(words);
                let best = reasons.iter().find(|c| text::key(&c.name) == wanted).or_else(|| {
                    let close = |c: &&&crate::resolve::vocabulary::Choice| {
                        text::key(&c.name).split(' ').any(|w| w.len() > 3 && text::contains_words(words, w))
                            || text::likeness(&c.name, words) > 0.8
                    };
                    reasons.iter().find(close)
                });
                match best {
                    Some(reason) => changes.lost_reason_id = Some(reason.id),
                    None => {
                        return ask(
                            format!("Which reason is “{words}”?"),
                            reasons.iter().map(|c| Ref { id: c.id, name: c.name.clone() }).collect(),
                            Slot::Words(words.to_owned()),
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// A deal enters a lost stage with a reason: asked for here, so that no proposal is made that a gate will refuse.
    pub(super) fn lost_reason(&self, changes: &Changes, deal: &lookup::Deal) -> Result<(), Stop> {
        let lost = self.vocabulary.stages.iter().any(|s| Some(s.id) == changes.stage_id && s.kind == StageKind::Lost);
        if !lost || changes.lost_reason_id.is_some() || deal.lost_reason_id.is_some() {
            return Ok(());
        }
        let reasons = self.vocabulary.choices.iter().filter(|c| c.kind == "loss_reason");
        ask(
            format!("Why was {} lost?", deal.name),
            reasons.map(|c| Ref { id: c.id, name: c.name.clone() }).collect(),
            Slot::LossReason,
        )
    }

    fn money(&self, words: &str, deal: &lookup::Deal) -> Option<Money> {
        let amount = amount::find(words, self.reading.mark)?;
        let (low, high) = amount.bound.ends();
        let value = amount.bound.exactly().or_else(|| low.or(high).map(|(v, _)| v))?;
        let code = amount
            .currency
            .map(str::to_owned)
            .or_else(|| deal.currency.clone())
            .unwrap_or_else(|| self.vocabulary.currency.clone());
        let currency: Currency = code.parse().ok()?;
        Money::from_decimal(value.round_dp(currency.decimals()), currency).ok()
    }

    /// "30 Nov", "next quarter" (its last day), "later by two weeks" (than it is now).
    fn close_date(&self, words: &str, deal: &lookup::Deal) -> Option<NaiveDate> {
        let sign = if words.starts_with("earlier by") { -1 } else { 1 };
        if words.starts_with("earlier by") || words.starts_with("later by") {
            let span = amount::find_span(words)?.exactly()?;
            let base = deal.close_date.unwrap_or(self.reading.calendar.today);
            return date::shift(base, sign * i64::from(span.count), span.unit);
        }
        date::find(words, &self.reading.calendar)?.deadline()
    }

    pub(super) fn person(&self, words: &str) -> Result<Uuid, Stop> {
        match self.vocabulary.whose(words) {
            Match::One(Whose::Mine) => Ok(self.cx.actor().user.0),
            Match::One(Whose::Of(person)) => Ok(person.id),
            Match::One(Whose::MyTeams | Whose::Team(_)) => say("That takes one person, not a team."),
            Match::Several(all) => {
                let options = all.into_iter().filter_map(|w| match w {
                    Whose::Of(p) => Some(Ref { id: p.id, name: p.name }),
                    Whose::Mine | Whose::MyTeams | Whose::Team(_) => None,
                });
                ask(format!("Who is “{words}”?"), options.collect(), Slot::Words(words.to_owned()))
            }
            Match::None => say(format!("I know nobody called “{words}” here.")),
        }
    }
}

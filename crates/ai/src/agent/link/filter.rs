//! The conditions of a list or a total: each is resolved, or said to be none.

use chrono::{Days, NaiveDate};
use dealwright_store::Tx;

use super::{Linking, Stop, ask_which, not_found, say};
use crate::agent::lookup;
use crate::planner::{DateOf, Filter};
use crate::resolve::amount::{self, Bound};
use crate::resolve::record::{Prefer, RecordType, choose};
use crate::resolve::vocabulary::{Match, Vocabulary, Whose};
use crate::resolve::{date, text};
use crate::tools::filter::{DateRange, FilterArgs, Range};

impl Linking<'_> {
    /// Resolves every condition of a filter.
    pub(super) async fn filter(&self, tx: &mut Tx, filter: &Filter) -> Result<FilterArgs, Stop> {
        let mut args = FilterArgs { kinds: filter.kinds.clone(), lacks: filter.missing, ..FilterArgs::default() };
        let mut name = filter.name.clone();
        if let Some(words) = &filter.owner {
            self.owner(&mut args, words, &mut name)?;
        }
        for words in &filter.stages {
            let stages = self.vocabulary.stages_named(words);
            if stages.is_empty() {
                name = name.or_else(|| Some(words.clone()));
            }
            args.stage_ids.extend(stages.iter().map(|s| s.id));
        }
        if let Some(words) = name {
            self.named(tx, &mut args, &words).await?;
        }
        if let Some(words) = &filter.amount {
            args.amount = amount::find(words, self.reading.mark).map(|a| range(a.bound));
        }
        if let Some(words) = &filter.probability {
            let tokens = text::tokens(words);
            args.probability = (0..tokens.len())
                .find_map(|i| amount::scan_percent(&tokens, i, self.reading.mark))
                .map(|(bound, _)| range(bound));
        }
        self.dates(&mut args, filter);
        args.forecast_category = filter.forecast.as_deref().and_then(Vocabulary::forecast).map(str::to_owned);
        for words in &filter.choices {
            args.choice_ids.extend(self.vocabulary.choices_named(words, None).iter().map(|c| c.id));
        }
        Ok(args)
    }

    fn owner(&self, args: &mut FilterArgs, words: &str, name: &mut Option<String>) -> Result<(), Stop> {
        match self.vocabulary.whose(words) {
            Match::One(Whose::Mine) => args.owner_id = Some(self.cx.actor().user.0),
            Match::One(Whose::MyTeams) => args.team_ids = self.cx.actor().teams.clone(),
            Match::One(Whose::Of(person)) => args.owner_id = Some(person.id),
            Match::One(Whose::Team(team)) => args.team_ids = vec![team.id],
            Match::Several(_) => return self.person(words).map(|_| ()),
            // A customer's name that landed here.
            Match::None => *name = name.take().or_else(|| Some(words.to_owned())),
        }
        Ok(())
    }

    /// A name in a filter: a customer, a product, a colleague, or words in the deal's own name.
    async fn named(&self, tx: &mut Tx, args: &mut FilterArgs, words: &str) -> Result<(), Stop> {
        let mut rest = text::key(words);
        for product in &self.vocabulary.products {
            let (spaced, joined) = (text::key(&product.name), text::key(&product.name).replace(' ', ""));
            for form in [spaced, joined] {
                if args.product_id.is_none() && text::contains_words(&rest, &form) {
                    args.product_id = Some(product.id);
                    rest = format!(" {rest} ").replacen(&format!(" {form} "), " ", 1).trim().to_owned();
                }
            }
        }
        if rest.is_empty() {
            return self.product_or_words(tx, args, words).await;
        }
        let original = if args.product_id.is_some() { rest.as_str() } else { words };
        if let Some((RecordType::Account, id)) = self.picked.get(&text::key(original)) {
            args.account_id = Some(*id);
            return Ok(());
        }
        let accounts = lookup::accounts(self.cx, tx, original).await?;
        match choose(original, &accounts, Prefer::Any) {
            Match::One(account) => {
                args.account_id = Some(account.id);
                return Ok(());
            }
            Match::Several(all) => {
                let all: Vec<_> = all.iter().map(|c| (c.kind, c.id, c.name.clone())).collect();
                return ask_which(original, &all);
            }
            Match::None => {}
        }
        if args.owner_id.is_none()
            && let Match::One(Whose::Of(person)) = self.vocabulary.whose(original)
        {
            args.owner_id = Some(person.id);
            return Ok(());
        }
        let found = dealwright_crm::search::opportunities(tx, self.cx.actor(), original).await?;
        if found.is_empty() {
            return say(not_found(original));
        }
        args.text = Some(original.to_owned());
        Ok(())
    }

    /// A product's deals are those with such a line; where nobody keeps lines, those with its name in theirs.
    async fn product_or_words(&self, tx: &mut Tx, args: &mut FilterArgs, words: &str) -> Result<(), Stop> {
        if let Some(id) = args.product_id
            && !lookup::product_is_used(tx, id).await?
        {
            args.product_id = None;
            args.text = Some(words.to_owned());
        }
        Ok(())
    }

    fn dates(&self, args: &mut FilterArgs, filter: &Filter) {
        let today = self.reading.calendar.today;
        let past = !matches!(filter.date_of, DateOf::CloseDate);
        let calendar = if past { self.reading.of_the_past().calendar } else { self.reading.calendar };
        if let Some(when) = filter.date.as_deref().and_then(|words| date::find(words, &calendar)) {
            args.dates.push(DateRange { of: filter.date_of, from: when.from, to: when.to });
        }
        if let Some(bound) = filter.age.as_deref().and_then(amount::find_span) {
            args.dates.push(since(DateOf::StageEntered, bound, today));
        }
        if let Some(bound) = filter.idle.as_deref().and_then(|words| {
            amount::find_span(words).or_else(|| {
                // "no activity since October", "not touched this month"
                let from = date::find(words, &calendar)?.from?;
                let days = u32::try_from((today - from).num_days()).ok()?;
                Some(Bound::AtLeast(amount::Span { count: days, unit: date::Grain::Day }))
            })
        }) {
            args.dates.push(since(DateOf::Updated, bound, today));
        }
        if filter.overdue {
            args.dates.push(DateRange { of: DateOf::CloseDate, from: None, to: today.pred_opt() });
        }
    }
}

/// Long enough ago for a length of time: more than 60 days is entered before the day 60 days ago.
fn since(of: DateOf, bound: Bound<amount::Span>, today: NaiveDate) -> DateRange {
    let back = |span: amount::Span| date::shift(today, -i64::from(span.count), span.unit);
    let (low, high) = bound.ends();
    let exact = bound.exactly().is_some();
    let to = low.and_then(|(span, included)| {
        back(span).and_then(|d| if included { Some(d) } else { d.checked_sub_days(Days::new(1)) })
    });
    let from = high.filter(|_| !exact).and_then(|(span, included)| {
        back(span).and_then(|d| if included { Some(d) } else { d.checked_add_days(Days::new(1)) })
    });
    DateRange { of, from, to }
}

fn range(bound: Bound<rust_decimal::Decimal>) -> Range {
    let (low, high) = bound.ends();
    Range {
        from: low.map(|l| l.0),
        to: high.map(|h| h.0),
        from_included: low.is_some_and(|l| l.1),
        to_included: high.is_some_and(|h| h.1),
    }
}

//! The demonstration company hangs together.

use std::collections::HashSet;

use chrono::{Duration, NaiveDate};

use super::company::company;
use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 10).unwrap()
}

#[test]
fn the_company_is_the_same_every_time_and_of_the_promised_size() {
    let one = company(today());
    assert_eq!(one, company(today()));
    assert_eq!((one.teams.len(), one.people.len(), one.accounts.len(), one.opportunities.len()), (3, 12, 85, 400));
    assert!(one.contacts.len() >= 170 && one.activities.len() > 800 && one.tasks.len() > 60);
    for email in ["admin@demo.test", "manager@demo.test", "rep@demo.test", "readonly@demo.test"] {
        assert!(one.people.iter().any(|person| person.email == email), "{email}");
    }
    let names: HashSet<&String> = one.accounts.iter().map(|account| &account.name).collect();
    let mails: HashSet<&String> = one.contacts.iter().map(|contact| &contact.email).collect();
    assert_eq!((names.len(), mails.len()), (85, one.contacts.len()));
    let domains: HashSet<&String> = one.accounts.iter().map(|account| &account.domain).collect();
    assert_eq!(domains.len(), 85);
}

#[test]
fn deals_make_sense() {
    let one = company(today());
    let end_of_today = today().succ_opt().unwrap().and_time(chrono::NaiveTime::MIN).and_utc();
    for deal in &one.opportunities {
        assert_eq!(deal.amount, deal.lines.iter().map(Line::total).sum::<i64>());
        assert!(deal.amount > 0 && !deal.name.contains('{'), "{deal:?}");
        assert_eq!(one.contacts[deal.contact].account, deal.account);
        assert!(deal.history.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].stage != pair[1].stage));
        assert_eq!(deal.history.last().unwrap().stage, deal.stage);
        assert!(deal.stage_entered_at() < end_of_today);
        assert_eq!(deal.loss_reason.is_some(), deal.stage == LOST);
        assert!(deal.created_at() > end_of_today - Duration::days(700));
        if deal.stage < WON {
            assert!(deal.close_date <= today() + Duration::days(120));
        } else {
            assert_eq!(deal.close_date, deal.closed_at().unwrap().date_naive());
        }
    }
    let largest = one.opportunities.iter().map(|deal| deal.amount).max().unwrap();
    let mut amounts: Vec<i64> = one.opportunities.iter().map(|deal| deal.amount).collect();
    amounts.sort_unstable();
    assert!(largest > amounts[200] * 8, "{largest} {}", amounts[200]);
    let rep = one.opportunities.iter().filter(|deal| deal.owner == 2 && deal.stage < WON).count();
    assert!(rep >= 15, "{rep}");
}

#[test]
fn nothing_lies_ahead_and_the_order_of_the_day_stays() {
    let now = today().and_hms_opt(9, 30, 0).unwrap().and_utc();
    let one = company(today()).by(now);
    let entered = one.opportunities.iter().flat_map(|deal| &deal.history).map(|entered| entered.at);
    let times = entered.chain(one.activities.iter().map(|a| a.at)).chain(one.tasks.iter().map(|t| t.created_at));
    assert!(times.max().unwrap() <= now);
    for deal in &one.opportunities {
        assert!(deal.history.windows(2).all(|pair| pair[0].at < pair[1].at));
    }
    let of_today = |of: &Company| of.activities.iter().filter(|a| a.at.date_naive() == today()).count();
    assert_eq!(of_today(&one), of_today(&company(today())));
}

#[test]
fn stories_are_told_within_the_life_of_their_deal() {
    let one = company(today());
    for activity in &one.activities {
        let deal = &one.opportunities[activity.opportunity];
        assert!(activity.at >= deal.created_at());
        assert!(deal.closed_at().is_none_or(|closed| activity.at <= closed));
        assert!(
            !activity.body.is_empty() && !activity.body.contains('{') && !activity.subject.contains('{'),
            "{activity:?}"
        );
    }
    assert!(one.activities.is_sorted_by_key(|activity| activity.at));
    let overdue = one.tasks.iter().filter(|task| task.done_at.is_none() && task.due < today()).count();
    assert!(overdue >= 8, "{overdue}");
    assert!(one.tasks.iter().all(|task| !task.title.contains('{')));
}

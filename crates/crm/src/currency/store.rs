//! The SQL of currencies and rates.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dealwright_kernel::{Currency, Error, Result};
use dealwright_store::Tx;
use rust_decimal::Decimal;

use super::{CurrencyInUse, MAX_RATES, Rate};
use crate::opportunity::store::base_currency;

/// The organisation's own currency and those that have rates, by code.
pub async fn currencies(tx: &mut Tx, today: NaiveDate) -> Result<Vec<CurrencyInUse>> {
    let base = base_currency(tx).await?;
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select c.currency, c.n as "n!", r.rate::text as "rate?", r.valid_from as "valid_from?"
           from (select currency, count(*) as n from currency_rate where org_id = $1 group by currency) c
           left join lateral (select rate, valid_from from currency_rate where org_id = $1 and currency = c.currency and valid_from <= $2
                              order by valid_from desc limit 1) r on true
           where c.currency <> $3 order by c.currency"#,
        org,
        today,
        base.code(),
    )
    .fetch_all(tx.db())
    .await?;
    let mut all = vec![CurrencyInUse { code: base, base: true, rate: None, valid_from: None, rates: 0 }];
    for row in rows {
        all.push(CurrencyInUse {
            code: row.currency.parse()?,
            base: false,
            rate: row.rate.map(|r| decimal(&r)).transpose()?,
            valid_from: row.valid_from,
            rates: row.n,
        });
    }
    Ok(all)
}

fn decimal(text: &str) -> Result<Decimal> {
    text.parse::<Decimal>().map(|d| d.normalize()).map_err(Error::internal)
}

/// The rates of a currency, or of all, latest first; at most 5,000.
pub async fn rates(tx: &mut Tx, currency: Option<Currency>) -> Result<Vec<Rate>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select currency, valid_from, rate::text as "rate!" from currency_rate where org_id = $1 and ($2::text is null or currency = $2)
           order by currency, valid_from desc limit 5000"#,
        org,
        currency.map(Currency::code),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| Ok(Rate { currency: r.currency.parse()?, valid_from: r.valid_from, rate: decimal(&r.rate)? }))
        .collect()
}

/// What stood at these currencies and days before.
pub async fn old_rates(tx: &mut Tx, rates: &[Rate]) -> Result<BTreeMap<(String, NaiveDate), Decimal>> {
    let (codes, days) = keys(rates);
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select r.currency, r.valid_from, r.rate::text as "rate!" from currency_rate r
           join unnest($2::text[], $3::date[]) as k (currency, valid_from) on k.currency = r.currency and k.valid_from = r.valid_from
           where r.org_id = $1"#,
        org,
        &codes,
        &days,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|r| Ok(((r.currency, r.valid_from), decimal(&r.rate)?))).collect()
}

fn keys(rates: &[Rate]) -> (Vec<String>, Vec<NaiveDate>) {
    rates.iter().map(|r| (r.currency.code().to_owned(), r.valid_from)).unzip()
}

/// Sets rates.
///
/// # Errors
/// 422 `too_many_rates`.
pub async fn set_rates(tx: &mut Tx, rates: &[Rate]) -> Result<()> {
    let (codes, days) = keys(rates);
    let values: Vec<String> = rates.iter().map(|r| r.rate.to_string()).collect();
    let org = tx.org().0;
    sqlx::query!(
        "insert into currency_rate (org_id, currency, valid_from, rate)
         select $1, k.currency, k.valid_from, k.rate::numeric from unnest($2::text[], $3::date[], $4::text[]) as k (currency, valid_from, rate)
         on conflict (org_id, currency, valid_from) do update set rate = excluded.rate",
        org,
        &codes,
        &days,
        &values,
    )
    .execute(tx.db())
    .await?;
    let count = sqlx::query_scalar!(r#"select count(*) as "n!" from currency_rate where org_id = $1"#, org)
        .fetch_one(tx.db())
        .await?;
    if count > MAX_RATES {
        return Err(Error::invalid("too_many_rates", format!("there are at most {MAX_RATES} rates")));
    }
    Ok(())
}

/// Removes a rate; false when there is none.
pub async fn delete_rate(tx: &mut Tx, currency: Currency, day: NaiveDate) -> Result<bool> {
    let org = tx.org().0;
    let gone = sqlx::query!(
        "delete from currency_rate where org_id = $1 and currency = $2 and valid_from = $3",
        org,
        currency.code(),
        day
    )
    .execute(tx.db())
    .await?;
    Ok(gone.rows_affected() == 1)
}

/// How many live deals are in a currency, whoever may see them; and how many rates it has.
pub async fn usage(tx: &mut Tx, currency: Currency) -> Result<(i64, i64)> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select app.currency_usage($2) as "deals!", (select count(*) from currency_rate where org_id = $1 and currency = $2) as "rates!""#,
        org,
        currency.code(),
    )
    .fetch_one(tx.db())
    .await?;
    Ok((row.deals, row.rates))
}

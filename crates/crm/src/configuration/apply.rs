//! Reads a file in, through the same functions as an administrator's own changes. A dry run does all of it and takes it
//! back, so that it says what would happen and not what is thought to.

use std::collections::HashMap;

use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::{CreatePipeline, CreateProduct, UpdatePipeline, UpdateProduct};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{PriceListId, ProductId};
use dealwright_kernel::{Error, Money, Patch, Result};
use dealwright_store::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Configuration, PipelineFile, PriceListFile, ProductFile, StageFile, ValueFile, people};
use crate::choice::{self, Choice, ChoicePatch, ListKind, ListOrder, NewChoice};
use crate::currency::{self, NewRates};
use crate::opportunity::store::base_currency;
use crate::order::Order;
use crate::pipeline::{self, NewPipeline, NewStage, OpenDeals, Pipeline, PipelinePatch, StagePatch};
use crate::price_list::{self, NewPrice, NewPriceList, NewPrices};
use crate::product::{self, NewProduct};

/// What became of something in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConfigurationAction)]
pub enum Action {
    Created,
    Changed,
    Kept,
}

/// Something in the file, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Touched {
    /// `custom_field`, `pipeline`, `stage`, `option`, `product`, `price_list`, `currency_rates` or `role`.
    pub object: &'static str,
    pub name: String,
    pub action: Action,
}

/// What a file did, or would do.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ConfigurationReport)]
pub struct Report {
    /// Nothing was changed: it was only tried.
    pub dry_run: bool,
    pub created: usize,
    pub changed: usize,
    pub kept: usize,
    /// All but what is kept.
    pub items: Vec<Touched>,
}

impl Report {
    pub(super) fn add(&mut self, object: &'static str, name: &str, action: Action) {
        match action {
            Action::Created => self.created += 1,
            Action::Changed => self.changed += 1,
            Action::Kept => self.kept += 1,
        }
        if action != Action::Kept {
            self.items.push(Touched { object, name: name.to_owned(), action });
        }
    }
}

pub(super) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Says in which place of the file an error is.
pub(super) fn at(place: String) -> impl FnOnce(Error) -> Error {
    move |mut error| {
        if error.fields.is_empty() {
            return error.on(place);
        }
        for field in &mut error.fields {
            field.field = format!("{place}.{}", field.field);
        }
        error
    }
}

/// Brings the organisation to what the file says.
///
/// # Errors
/// 403; whatever a change of master data meets, with the place in the file.
pub async fn apply(cx: &Context, tx: &mut Tx, file: Configuration) -> Result<Report> {
    let needed = [
        permission::<CreatePipeline>(),
        permission::<UpdatePipeline>(),
        permission::<CreateProduct>(),
        permission::<UpdateProduct>(),
    ];
    needed.into_iter().try_for_each(|permission| cx.actor().require(permission))?;
    let mut report = Report::default();
    people::custom_fields(tx, file.custom_fields, &mut report).await?;
    for (i, one) in file.pipelines.into_iter().enumerate() {
        pipeline(cx, tx, one, &mut report).await.map_err(at(format!("pipelines.{i}")))?;
    }
    for (kind, values) in file.lists {
        list(tx, &kind, values, &mut report).await.map_err(at(format!("lists.{kind}")))?;
    }
    for (i, one) in file.products.into_iter().enumerate() {
        product(tx, one, &mut report).await.map_err(at(format!("products.{i}")))?;
    }
    for (i, one) in file.price_lists.into_iter().enumerate() {
        price_list(tx, one, &mut report).await.map_err(at(format!("price_lists.{i}")))?;
    }
    if !file.currency_rates.is_empty() {
        let rates = NewRates { rates: file.currency_rates };
        currency_rates(tx, file.currency, rates, &mut report).await.map_err(at("currency_rates".to_owned()))?;
    }
    people::roles(cx, tx, file.roles, &mut report).await?;
    Ok(report)
}

fn new_stage(s: StageFile) -> NewStage {
    NewStage {
        name: s.name,
        kind: s.kind,
        probability: Some(s.probability),
        colour: s.colour,
        required_fields: s.required_fields,
        wip_limit: s.wip_limit,
        wip_policy: s.wip_policy,
        forecast_category: s.forecast_category,
    }
}

async fn pipeline(cx: &Context, tx: &mut Tx, file: PipelineFile, report: &mut Report) -> Result<()> {
    let all = pipeline::store::list(tx).await?;
    let Some(found) = all.into_iter().find(|p| fold(&p.name) == fold(&file.name)) else {
        let (name, stages) = (file.name.clone(), file.stages.into_iter().map(new_stage).collect());
        let new = NewPipeline { name: file.name, team_ids: Vec::new(), stages };
        new.validate()?;
        let made = pipeline::write::create(tx, new).await?;
        if file.archived {
            let patch = PipelinePatch { archived: Some(true), ..PipelinePatch::default() };
            pipeline::write::update(tx, made.id, made.version, patch).await?;
        }
        report.add("pipeline", &name, Action::Created);
        return Ok(());
    };
    let (id, name) = (found.id, found.name.clone());
    let mut touched = false;
    for (i, one) in file.stages.iter().enumerate() {
        touched |= stage(cx, tx, &found, one, report).await.map_err(at(format!("stages.{i}")))?;
    }
    let now = pipeline::store::find(tx, Some(id)).await?;
    let ids =
        in_order(now.stages.iter().map(|s| (s.id.0, s.name.as_str())), file.stages.iter().map(|s| s.name.as_str()));
    let now = pipeline::write::order_stages(tx, id, &Order { version: None, ids }, now.version).await?;
    touched |= now.version != found.version;
    let patch = PipelinePatch { archived: Some(file.archived), ..PipelinePatch::default() };
    let last = pipeline::write::update(tx, id, now.version, patch).await?;
    touched |= last.version != now.version;
    report.add("pipeline", &name, if touched { Action::Changed } else { Action::Kept });
    Ok(())
}

/// The ids in the order in which the file names them; what it does not name comes behind.
pub(super) fn in_order<'a>(
    there: impl Iterator<Item = (Uuid, &'a str)>,
    wanted: impl Iterator<Item = &'a str>,
) -> Vec<Uuid> {
    let places: HashMap<String, usize> = wanted.enumerate().map(|(i, name)| (fold(name), i)).collect();
    let mut there: Vec<_> = there.collect();
    there.sort_by_key(|(_, name)| places.get(&fold(name)).copied().unwrap_or(usize::MAX));
    there.into_iter().map(|(id, _)| id).collect()
}

async fn stage(cx: &Context, tx: &mut Tx, of: &Pipeline, file: &StageFile, report: &mut Report) -> Result<bool> {
    let Some(found) = of.stages.iter().find(|s| fold(&s.name) == fold(&file.name)) else {
        let new = new_stage(file.clone());
        new.validate()?;
        pipeline::write::add_stage(tx, of.id, new).await?;
        report.add("stage", &file.name, Action::Created);
        return Ok(true);
    };
    let patch = StagePatch {
        version: None,
        name: None,
        kind: Some(file.kind),
        probability: Some(file.probability),
        colour: file.colour.into(),
        required_fields: Some(file.required_fields.clone()),
        wip_limit: Patch::from(file.wip_limit),
        wip_policy: Some(file.wip_policy),
        forecast_category: Patch::from(file.forecast_category),
        // Deals are the organisation's own and no part of its configuration.
        open_deals: Some(OpenDeals::Leave),
    };
    patch.validate()?;
    let now = pipeline::write::update_stage(cx, tx, found.id, found.version, patch).await?;
    let changed = now.version != found.version;
    report.add("stage", &file.name, if changed { Action::Changed } else { Action::Kept });
    Ok(changed)
}

async fn list(tx: &mut Tx, kind: &str, values: Vec<ValueFile>, report: &mut Report) -> Result<()> {
    let kind: ListKind = kind.parse()?;
    for (i, value) in values.iter().enumerate() {
        let action = list_value(tx, kind, value).await.map_err(at(i.to_string()))?;
        report.add("option", &value.name, action);
    }
    let there = choice::store::list(tx).await?;
    let there = there.iter().filter(|c| c.kind == kind.as_str()).map(|c| (c.id.0, c.name.as_str()));
    let ids = in_order(there, values.iter().map(|v| v.name.as_str()));
    choice::write::order(tx, &ListOrder { kind, ids }).await?;
    Ok(())
}

async fn list_value(tx: &mut Tx, kind: ListKind, value: &ValueFile) -> Result<Action> {
    let all = choice::store::list(tx).await?;
    let found = all.into_iter().find(|c| c.kind == kind.as_str() && fold(&c.name) == fold(&value.name));
    let (choice, action) = match found {
        Some(found) if found.archived == value.archived && means(&found, value) => return Ok(Action::Kept),
        Some(found) => (found, Action::Changed),
        None => {
            let new = NewChoice { kind, name: value.name.clone(), category: value.category };
            new.validate()?;
            (choice::write::create(tx, new).await?, Action::Created)
        }
    };
    if choice.archived != value.archived || !means(&choice, value) {
        let (archived, category) = (Some(value.archived), value.category);
        let patch = ChoicePatch { archived, category, ..ChoicePatch::default() };
        choice::write::update(tx, choice.id, choice.version, patch).await?;
    }
    Ok(action)
}

/// Whether a value has the category that the file says, if it says one.
fn means(choice: &Choice, value: &ValueFile) -> bool {
    value.category.is_none_or(|wanted| choice.category.as_deref() == Some(wanted.as_str()))
}

async fn product(tx: &mut Tx, file: ProductFile, report: &mut Report) -> Result<()> {
    let new = NewProduct { name: file.name, code: file.code, family: file.family, unit_price: file.unit_price };
    new.validate()?;
    let wanted = product::Fields { archived: file.archived, ..new.fields() };
    let found = product::store::list(tx).await?.into_iter().find(|p| fold(&p.name) == fold(&wanted.name));
    let (id, action) = match found {
        Some(found) => {
            let wanted = product::Fields { name: found.name.clone(), ..wanted.clone() };
            let now = product::write::update(tx, &found, wanted).await?;
            (found.id, if now.version == found.version { Action::Kept } else { Action::Changed })
        }
        None => (
            product::write::create(tx, &product::Fields { archived: false, ..wanted.clone() }).await?.id,
            Action::Created,
        ),
    };
    if action == Action::Created && wanted.archived {
        let made = product::store::find(tx, id).await?.or_not_found("product")?;
        product::write::update(tx, &made, wanted.clone()).await?;
    }
    report.add("product", &wanted.name, action);
    Ok(())
}

async fn price_list(tx: &mut Tx, file: PriceListFile, report: &mut Report) -> Result<()> {
    let new = NewPriceList {
        name: file.name,
        currency: file.currency,
        valid_from: file.valid_from,
        valid_to: file.valid_to,
        default: file.default,
    };
    new.validate()?;
    let wanted = price_list::Fields { archived: file.archived, ..new.fields() };
    let all = price_list::store::list(tx, None).await?;
    let (list, mut action) = match all.into_iter().find(|l| fold(&l.name) == fold(&wanted.name)) {
        Some(found) if found.currency != wanted.currency => {
            let why = format!("the list is in {}", found.currency);
            return Err(Error::field("currency", "wrong_currency", why));
        }
        Some(found) => (found, Action::Kept),
        None => (price_list::write::create(tx, &wanted).await?, Action::Created),
    };
    let wanted = price_list::Fields { name: list.name.clone(), ..wanted };
    let list_id: PriceListId = list.id;
    let now = price_list::write::update(tx, &list, wanted).await?;
    let prices = prices_of(tx, &now, file.prices).await?;
    let after = if prices.items.is_empty() {
        now
    } else {
        price_list::write::set_prices(tx, list_id, now.version, prices).await?.list
    };
    if action == Action::Kept && after.version != list.version {
        action = Action::Changed;
    }
    report.add("price_list", &after.name, action);
    Ok(())
}

/// The prices of the file that the list has otherwise or not at all.
async fn prices_of(tx: &mut Tx, list: &price_list::PriceList, files: Vec<super::PriceFile>) -> Result<NewPrices> {
    let products: HashMap<String, ProductId> =
        product::store::list(tx).await?.into_iter().map(|p| (fold(&p.name), p.id)).collect();
    let there = price_list::store::prices(tx, list).await?;
    let mut items = Vec::new();
    for (i, file) in files.into_iter().enumerate() {
        let unknown =
            || Error::field("product", "unknown_reference", format!("there is no product {:?}", file.product));
        let product_id =
            products.get(&fold(&file.product)).copied().ok_or_else(unknown).map_err(at(format!("prices.{i}")))?;
        let unit_price = Money::from_decimal(file.price, list.currency).map_err(at(format!("prices.{i}")))?;
        let same = |p: &price_list::Price| {
            p.product.id == product_id.0 && p.unit_price == unit_price && p.billing == file.billing
        };
        if !there.iter().any(same) {
            items.push(NewPrice { product_id, unit_price: Some(unit_price), billing: file.billing });
        }
    }
    Ok(NewPrices { items })
}

async fn currency_rates(
    tx: &mut Tx,
    currency: dealwright_kernel::Currency,
    rates: NewRates,
    report: &mut Report,
) -> Result<()> {
    let base = base_currency(tx).await?;
    if currency != base {
        let why = format!("the file's rates lead to {currency}, and the organisation sums in {base}");
        return Err(Error::field("currency", "wrong_currency", why));
    }
    rates.validate()?;
    let changed = currency::write::set(tx, &rates).await?;
    let action = if changed { Action::Changed } else { Action::Kept };
    report.add("currency_rates", &format!("Rates to {base}"), action);
    Ok(())
}

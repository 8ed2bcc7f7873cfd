//! Makes the file.

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_store::Tx;

use super::{
    Configuration, PipelineFile, PriceFile, PriceListFile, ProductFile, StageFile, VERSION, ValueFile, people,
};
use crate::choice::ListKind;
use crate::opportunity::store::base_currency;
use crate::{choice, currency, custom_field, pipeline, price_list, product};

/// The organisation's configuration.
///
/// # Errors
/// When the database is gone.
pub async fn export(cx: &Context, tx: &mut Tx) -> Result<Configuration> {
    let currency = base_currency(tx).await?;
    let mut pipelines = pipeline::store::list(tx).await?;
    pipelines.sort_by_key(|p| p.position);
    let values = choice::store::list(tx).await?;
    let of = |kind: &str| {
        let of_kind = values.iter().filter(|v| v.kind == kind);
        let file = |v: &choice::Choice| {
            let category = v.category.as_deref().and_then(|c| c.parse().ok());
            ValueFile { name: v.name.clone(), archived: v.archived, category }
        };
        of_kind.map(file).collect::<Vec<_>>()
    };
    let lists = ListKind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), of(kind.as_str()))).collect();
    let products = product::store::list(tx).await?;
    Ok(Configuration {
        version: VERSION,
        currency,
        pipelines: pipelines.into_iter().map(pipeline_file).collect(),
        lists,
        products: products.into_iter().map(product_file).collect(),
        price_lists: price_lists(tx).await?,
        currency_rates: currency::store::rates(tx, None).await?,
        custom_fields: custom_field::store::list(tx).await?.into_iter().map(Into::into).collect(),
        roles: people::roles_of(cx, tx).await?,
    })
}

fn pipeline_file(pipeline: pipeline::Pipeline) -> PipelineFile {
    let stages = pipeline.stages.into_iter().map(|s| StageFile {
        name: s.name,
        kind: s.kind,
        probability: s.probability,
        colour: s.colour,
        required_fields: s.required_fields,
        wip_limit: s.wip_limit,
        wip_policy: s.wip_policy,
        forecast_category: s.forecast_category,
    });
    PipelineFile { name: pipeline.name, archived: pipeline.archived, stages: stages.collect() }
}

fn product_file(p: product::Product) -> ProductFile {
    ProductFile { name: p.name, code: p.code, family: p.family, unit_price: p.unit_price, archived: p.archived }
}

async fn price_lists(tx: &mut Tx) -> Result<Vec<PriceListFile>> {
    let mut files = Vec::new();
    for list in price_list::store::list(tx, None).await? {
        let prices = price_list::store::prices(tx, &list).await?.into_iter().map(|p| PriceFile {
            product: p.product.name,
            price: p.unit_price.to_decimal(),
            billing: p.billing,
        });
        files.push(PriceListFile {
            name: list.name,
            currency: list.currency,
            valid_from: list.valid_from,
            valid_to: list.valid_to,
            default: list.default,
            archived: list.archived,
            prices: prices.collect(),
        });
    }
    Ok(files)
}

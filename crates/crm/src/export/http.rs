//! `/exports`.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use dealwright_access::Access;
use dealwright_access::context::Caller;
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Valid, Validate};
use dealwright_store::{Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{MAX_ROWS, Plan, column, csv, workbook};
use crate::custom_field::{self, FieldObject};
use crate::list;
use crate::record::Texts;
use crate::selection::{Selection, reader, reading, too_many};

/// The export's endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(export))
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ExportFormat {
    Csv,
    Xlsx,
}

/// Which records, in which columns, as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewExport {
    object: FieldObject,
    format: ExportFormat,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    filter: Option<serde_json::Value>,
    #[serde(default)]
    sort: Vec<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    q: Option<String>,
    /// Names of fields, in their order; all that you may see when empty.
    #[serde(default)]
    columns: Vec<String>,
}

impl Validate for NewExport {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.columns.len() > 250 {
            wrong.push("columns", "too_many", "at most 250 columns");
        }
        wrong.finish()
    }
}

/// Export a view as a file
///
/// Its rows as you see them, without the fields that your roles hide; at most 50,000. The export itself is an event.
#[utoipa::path(post, path = "/exports", tag = "views", request_body = NewExport,
    responses((status = 200, description = "CSV or a workbook", content((String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Problems))]
async fn export(Caller(cx): Caller, Valid(new): Valid<NewExport>) -> Result<Response> {
    let object = new.object;
    cx.actor().require(reading(object))?;
    let mut tx = cx.begin_for(Some(reading(object))).await?;
    let selection = Selection { filter: new.filter, sort: new.sort, q: new.q };
    let found = selection.find(&cx, &mut tx, object).await?;
    let rows =
        list::count_to(&mut tx, &reader(object, cx.actor()), &found.query, found.ids.as_deref(), MAX_ROWS).await?;
    if rows > MAX_ROWS {
        return Err(too_many("an export", MAX_ROWS));
    }
    let custom = custom_field::store::of(&mut tx, object).await?;
    let columns = column::chosen(object, custom, cx.actor(), &new.columns)?;
    let names: Vec<_> = columns.iter().map(|c| c.name.clone()).collect();
    let actor = cx.actor();
    let subject = Subject { object: "organisation", id: actor.org.0, name: actor.org_name.clone(), version: None };
    let data =
        json!({ "object": object, "format": new.format, "rows": rows, "selection": selection, "columns": names });
    tx.emit(Event::new(cx.clock(), format!("{}.exported", object.as_str()), subject).data(data));
    tx.commit(()).await?.into_inner();

    let plan = Plan { object, query: found.query, columns };
    let (body, media, extension) = match new.format {
        ExportFormat::Csv => (csv(&cx, plan), "text/csv; charset=utf-8", "csv"),
        ExportFormat::Xlsx => (
            Body::from(workbook(&cx, plan).await?),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
    };
    let mut response = Response::new(body);
    let name = match object {
        FieldObject::Opportunity => "opportunities",
        FieldObject::Account => "accounts",
        FieldObject::Contact => "contacts",
        FieldObject::Lead => "leads",
    };
    let disposition = format!("attachment; filename=\"{name}.{extension}\"");
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let Ok(value) = disposition.parse() {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

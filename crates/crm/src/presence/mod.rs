//! Who else is at a record, and which field they are editing.
//!
//! A page says every few seconds that it is open; one that has not for [`GONE_SECONDS`] is not counted. Arriving, leaving and going
//! to another field are told to the others by the live stream, which names the record; what is there they read.

pub mod http;
pub mod store;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_kernel::extract::Validate;
use dealwright_store::Database;
use dealwright_store::job::Worker;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::live::Hub;
use crate::record::{Ref, Texts};

/// A page that has not been heard of for so long is closed: three times as long as pages take to say it again.
pub const GONE_SECONDS: f64 = 45.0;
/// What is notified, and with which word, when somebody comes or goes.
pub(crate) const CHANNEL: &str = "dealwright_presence";
pub(crate) const RING: &str = "presence";
const PRUNE: &str = "presence.prune";

/// What a page says of itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Here {
    /// An id that the page has made for itself.
    pub page: Uuid,
    /// The field that is being edited, by the API's name.
    #[schema(max_length = 100)]
    pub field: Option<String>,
}

impl Validate for Here {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(field) = &self.field {
            wrong.required("field", field, 100);
        }
        wrong.finish()
    }
}

/// Somebody else who is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Present {
    pub user: Ref,
    /// The field that they are editing; null when they read, or when it is hidden from you.
    pub field: Option<String>,
}

/// A record where somebody has come, gone, or begun to edit something.
#[derive(Debug)]
pub struct Stir {
    pub org: Uuid,
    pub object: String,
    pub record: Uuid,
}

/// Tells listeners where somebody has come or gone since, and answers until when that is known.
///
/// # Errors
/// When the database is gone.
pub(crate) async fn tell(database: &Database, hub: &Hub, since: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    let mut tx = database.system().await?;
    let (until, stirs) = store::stirs(&mut tx, since).await?;
    tx.commit().await?;
    hub.stirred(&stirs).await;
    Ok(until)
}

/// Registers what forgets pages that are closed.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    let worker = worker.on(PRUNE, move |_| {
        let access = access.clone();
        async move {
            let mut tx = access.database().system().await?;
            store::prune(&mut tx).await?;
            tx.commit().await
        }
    });
    worker.every(PRUNE, TimeDelta::minutes(10))
}

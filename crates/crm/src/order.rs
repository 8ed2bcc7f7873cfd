//! The order that people give to a list: by mouse, by touch or by keyboard, the whole of it at once.

use dealwright_kernel::{Error, Result};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The whole order of a list: each id once.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(max_items = 1000)]
    pub ids: Vec<Uuid>,
}

/// Refuses an order that is not one of exactly what is there.
///
/// # Errors
/// 409 `order_changed`.
pub fn check(there: impl Iterator<Item = Uuid>, wanted: &[Uuid]) -> Result<()> {
    let mut there: Vec<_> = there.collect();
    let mut sorted = wanted.to_vec();
    there.sort_unstable();
    sorted.sort_unstable();
    if there == sorted {
        return Ok(());
    }
    Err(Error::conflict("order_changed", "the order must name everything in the list once; read it again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_everything_once() {
        let ids: Vec<_> = (1..4).map(Uuid::from_u128).collect();
        let reversed: Vec<_> = ids.iter().rev().copied().collect();
        assert!(check(ids.iter().copied(), &reversed).is_ok());
        assert!(check(ids.iter().copied(), &reversed[1..]).is_err());
        assert!(check(ids.iter().copied(), &[reversed[0], reversed[0], reversed[1]]).is_err());
    }
}

//! The order of a list: `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3).

use super::Fault;

/// By which attribute, and which way. The order is that of ids where nothing is asked for, and among equals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// The attribute in lower case, as the SQL knows it.
    pub by: Option<&'static str>,
    pub descending: bool,
}

/// What people and groups can be sorted by; what one of them does not have is no order among them.
const ATTRIBUTES: [&str; 9] = [
    "id",
    "username",
    "externalid",
    "displayname",
    "name.givenname",
    "name.familyname",
    "emails",
    "meta.created",
    "meta.lastmodified",
];

impl Sort {
    /// Reads the parameters of a list.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub fn read(by: Option<&str>, order: Option<&str>) -> Result<Self, Fault> {
        let descending = match order.map(str::to_ascii_lowercase).as_deref() {
            None | Some("ascending" | "") => false,
            Some("descending") => true,
            Some(_) => return Err(Fault::bad("invalidValue", "sortOrder is ascending or descending")),
        };
        let Some(given) = by else { return Ok(Self::default()) };
        let bare = [super::USER, super::GROUP].iter().find_map(|schema| given.strip_prefix(schema));
        let name = bare.map_or(given, |rest| rest.trim_start_matches(':')).to_ascii_lowercase();
        let name = match name.as_str() {
            "name" | "name.formatted" => "displayname",
            "emails.value" => "emails",
            other => other,
        };
        let known = ATTRIBUTES.into_iter().find(|attribute| *attribute == name);
        let by = known.ok_or_else(|| Fault::bad("invalidValue", format!("there is no order by {given}")))?;
        Ok(Self { by: Some(by), descending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let of = |by, order| Sort::read(by, order).map_err(|_| ());
        assert_eq!(of(None, Some("descending")), Ok(Sort::default()));
        let sort = |by, descending| Ok(Sort { by: Some(by), descending });
        assert_eq!(of(Some("userName"), None), sort("username", false));
        let full = "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName";
        assert_eq!(of(Some(full), Some("Descending")), sort("name.familyname", true));
        assert_eq!(of(Some("name"), None), sort("displayname", false));
        assert!(of(Some("password"), None).is_err() && of(Some("id"), Some("up")).is_err());
    }
}

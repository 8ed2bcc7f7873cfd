//! A person as SCIM shows and writes one.

use dealwright_kernel::id::UserId;
use serde_json::{Value, json};

use super::{Fault, USER, attribute, text, truth};

/// What a client can write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub user_name: String,
    pub external_id: Option<String>,
    pub display_name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    pub active: bool,
}

/// One of the organisation's people, as this client knows them.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: UserId,
    pub fields: Fields,
    pub version: i64,
    pub created_at: chrono::DateTime<chrono::Utc>,
    pub updated_at: chrono::DateTime<chrono::Utc>,
}

impl Fields {
    /// Reads a whole resource.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub fn read(body: &Value) -> Result<Self, Fault> {
        let mut fields = Self { active: true, ..Self::default() };
        for (name, value) in body.as_object().ok_or_else(|| Fault::bad("invalidSyntax", "a resource is an object"))? {
            fields.set(name, value)?;
        }
        fields.checked()
    }

    /// Sets an attribute by its name or path; those that we do not keep are passed over.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub fn set(&mut self, path: &str, value: &Value) -> Result<(), Fault> {
        let bare = path.strip_prefix(USER).map_or(path, |rest| rest.trim_start_matches(':')).to_ascii_lowercase();
        match bare.as_str() {
            "username" => self.user_name = text(value, "userName", 320)?.unwrap_or_default(),
            "externalid" => self.external_id = text(value, "externalId", 255)?,
            "displayname" | "name.formatted" => self.display_name = text(value, "displayName", 200)?,
            "name.givenname" => self.given_name = text(value, "givenName", 200)?,
            "name.familyname" => self.family_name = text(value, "familyName", 200)?,
            "active" => self.active = truth(value, "active")?,
            "name" => self.set_name(value)?,
            "emails" => self.email = primary(value)?,
            other if other.starts_with("emails[") && other.ends_with("].value") => {
                self.email = text(value, "emails.value", 320)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn set_name(&mut self, value: &Value) -> Result<(), Fault> {
        for (path, part) in [("name.givenName", "givenName"), ("name.familyName", "familyName")] {
            if let Some(value) = attribute(value, part) {
                self.set(path, value)?;
            }
        }
        if let Some(formatted) = attribute(value, "formatted").filter(|_| self.display_name.is_none()) {
            self.set("displayName", formatted)?;
        }
        Ok(())
    }

    /// Whole, and fit to be kept.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub fn checked(self) -> Result<Self, Fault> {
        if self.user_name.is_empty() {
            return Err(Fault::bad("invalidValue", "userName is required"));
        }
        let address = self.address();
        let plain = address.bytes().all(|b| b.is_ascii_graphic());
        if !plain || address.len() > 320 || !email_address::EmailAddress::is_valid(address) {
            return Err(Fault::bad("invalidValue", "an e-mail address is required, in emails or as userName"));
        }
        Ok(self)
    }

    /// The address that the person signs in with.
    #[must_use]
    pub fn address(&self) -> &str {
        self.email.as_deref().unwrap_or(&self.user_name)
    }

    /// The name that colleagues see.
    #[must_use]
    pub fn name(&self) -> String {
        let parts = [self.given_name.as_deref(), self.family_name.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        let whole = (!parts.is_empty()).then(|| parts.join(" "));
        let name = self.display_name.clone().or(whole).unwrap_or_else(|| self.address().to_owned());
        name.chars().take(200).collect()
    }
}

/// The primary address, else the one of work, else the first.
fn primary(value: &Value) -> Result<Option<String>, Fault> {
    let one = [value.clone()];
    let all = value.as_array().map_or(one.as_slice(), Vec::as_slice);
    let is = |address: &&Value, name: &str, wanted: &Value| attribute(address, name) == Some(wanted);
    let chosen = all
        .iter()
        .find(|a| is(a, "primary", &json!(true)))
        .or_else(|| all.iter().find(|a| is(a, "type", &json!("work"))))
        .or_else(|| all.first());
    match chosen.and_then(|address| attribute(address, "value")) {
        Some(address) => text(address, "emails.value", 320),
        None => Ok(None),
    }
}

impl Shown {
    /// The resource.
    #[must_use]
    pub fn resource(&self, base: &str) -> Value {
        let f = &self.fields;
        let mut name = json!({ "formatted": f.name() });
        for (part, value) in [("givenName", &f.given_name), ("familyName", &f.family_name)] {
            if let (Some(value), Some(name)) = (value, name.as_object_mut()) {
                name.insert(part.to_owned(), json!(value));
            }
        }
        let mut body = json!({
            "schemas": [USER], "id": self.id, "userName": f.user_name, "name": name, "displayName": f.name(), "active": f.active,
            "emails": [{ "value": f.address(), "type": "work", "primary": true }],
            "meta": {
                "resourceType": "User", "created": self.created_at, "lastModified": self.updated_at,
                "location": format!("{base}/scim/v2/Users/{}", self.id), "version": format!("W/\"{}\"", self.version),
            },
        });
        if let (Some(external), Some(body)) = (&f.external_id, body.as_object_mut()) {
            body.insert("externalId".to_owned(), json!(external));
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_addresses() {
        let body = json!({
            "schemas": [USER], "userName": "ada", "externalId": "7", "active": "False", "title": "Countess",
            "name": { "givenName": "Ada", "familyName": "Lovelace" },
            "emails": [{ "value": "home@acme.test", "type": "home" }, { "value": "ada@acme.test", "type": "work" }],
        });
        let fields = Fields::read(&body).unwrap();
        assert_eq!((fields.address(), fields.name().as_str(), fields.active), ("ada@acme.test", "Ada Lovelace", false));
        assert!(Fields::read(&json!({ "userName": "ada" })).is_err(), "no address");
        assert!(Fields::read(&json!({ "userName": 7 })).is_err());
        assert!(Fields::read(&json!({ "userName": "a\u{0}@acme.test" })).is_err());
        assert!(Fields::read(&json!([])).is_err());
    }
}

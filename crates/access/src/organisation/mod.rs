//! Organisations: made once, with the built-in roles and a first administrator.

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{OrgId, RoleId, UserId};
use dealwright_kernel::{Currency, Error, FieldError, Result};
use serde_json::json;

use crate::policy::Builtin;
use crate::session::device::Device;
use crate::session::{Method, entry};
use crate::{Access, password};

/// An organisation to be made, and who administers it.
#[derive(Debug)]
pub struct NewOrganisation {
    pub name: String,
    pub currency: Currency,
    pub demo: bool,
    pub admin_name: String,
    pub admin_email: String,
    pub admin_password: String,
}

impl NewOrganisation {
    /// # Errors
    /// 422 with every field that is wrong.
    pub fn validate(&self) -> Result<()> {
        let mut fields = Vec::new();
        let mut wrong = |field: &str, code: &'static str, message: String| {
            fields.push(FieldError { field: field.into(), code: code.into(), message })
        };
        for (field, value) in [("organisation", &self.name), ("name", &self.admin_name)] {
            let length = value.trim().chars().count();
            if length == 0 || length > 200 || value.contains('\0') {
                wrong(field, "invalid_length", "between 1 and 200 characters".into());
            }
        }
        if !email_address::EmailAddress::is_valid(&self.admin_email) {
            wrong("email", "invalid_email", "this is not an e-mail address".into());
        }
        fields.extend(password::check(&self.admin_password, password::MIN_LENGTH).err());
        if fields.is_empty() { Ok(()) } else { Err(Error::fields("invalid", fields)) }
    }
}

/// Whether there is an organisation already.
///
/// # Errors
/// When the database is gone.
pub async fn exists(access: &Access) -> Result<bool> {
    let mut tx = access.database().system().await?;
    let exists =
        sqlx::query_scalar!(r#"select exists (select from organisation) as "exists!""#).fetch_one(tx.db()).await?;
    tx.commit().await?;
    Ok(exists)
}

/// The password's hash, for a user to be made.
///
/// # Errors
/// Internal, when hashing fails.
pub async fn hash_password(password: &str) -> Result<String> {
    password::hash(password.to_owned()).await
}

/// Makes an organisation, its four built-in roles and its administrator. With `only_first`, refuses when there is one
/// already, also against a request that runs at the same time.
///
/// # Errors
/// 409 `already_set_up` or `email_taken`; 422.
pub async fn create(access: &Access, new: NewOrganisation, only_first: bool) -> Result<(OrgId, UserId)> {
    new.validate()?;
    let hash = password::hash(new.admin_password).await?;
    let clock = access.clock();
    let (org, user) = (OrgId(clock.new_id()), UserId(clock.new_id()));
    let mut tx = access.database().system().await?;
    if only_first {
        sqlx::query!("lock table organisation in share row exclusive mode").execute(tx.db()).await?;
        if sqlx::query_scalar!(r#"select exists (select from organisation) as "exists!""#).fetch_one(tx.db()).await? {
            return Err(Error::conflict("already_set_up", "this server has an organisation already; sign in"));
        }
    }
    sqlx::query!(
        "insert into organisation (id, name, currency, demo) values ($1, $2, $3, $4)",
        org.0,
        new.name.trim(),
        new.currency.code(),
        new.demo
    )
    .execute(tx.db())
    .await?;
    sqlx::query!("insert into access_epoch (org_id) values ($1)", org.0).execute(tx.db()).await?;
    for role in Builtin::ALL {
        let (id, grants) = (RoleId(clock.new_id()), json!(role.grants()));
        sqlx::query!(
            "insert into role (org_id, id, name, builtin, grants) values ($1, $2, $3, $4, $5)",
            org.0,
            id.0,
            role.name(),
            role.key(),
            grants
        )
        .execute(tx.db())
        .await?;
    }
    sqlx::query!(
        "insert into app_user (org_id, id, name, email, password_hash) values ($1, $2, $3, $4, $5)",
        org.0,
        user.0,
        new.admin_name.trim(),
        new.admin_email,
        hash,
    )
    .execute(tx.db())
    .await
    .on_constraint("app_user_email_key", || {
        Error::conflict("email_taken", "somebody signs in with this e-mail address already").on("email")
    })?;
    sqlx::query!("insert into user_role (org_id, user_id, role_id) select $1, $2, id from role where org_id = $1 and builtin = 'administrator'", org.0, user.0)
        .execute(tx.db())
        .await?;
    tx.commit().await?;
    Ok((org, user))
}

/// Takes back an organisation whose setting up failed half-way.
///
/// # Errors
/// When the database is gone.
pub async fn discard(access: &Access, org: OrgId) -> Result<()> {
    let mut tx = access.database().system().await?;
    sqlx::query!("delete from user_role where org_id = $1", org.0).execute(tx.db()).await?;
    sqlx::query!("delete from organisation where id = $1", org.0).execute(tx.db()).await?;
    tx.commit().await
}

/// Signs a person in without a password: whoever has just made the organisation, or comes from an identity provider.
/// No second factor is asked for. Returns the cookie.
///
/// # Errors
/// When the database is gone.
pub async fn sign_in(
    access: &Access,
    org: OrgId,
    user: UserId,
    device: &Device,
) -> Result<axum_extra::extract::cookie::Cookie<'static>> {
    entry::start(access, org, user, Method::External, None, device).await
}

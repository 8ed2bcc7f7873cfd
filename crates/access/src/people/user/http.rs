//! `/users`: lists, one, and new ones. What moves records with a person is above.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::page::{Counted, Cursor, MAX_LIMIT, Total};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Draft, Filter, User, WHOLE, store};
use crate::people::{none_wrong, wrong_email, wrong_name};
use crate::policy::{CreateUser, ReadUser};
use crate::{Access, Allow, password};

/// The users' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get))
}

/// Which users, and how many at a time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Part of the name or of the e-mail address.
    #[param(max_length = 200)]
    q: Option<String>,
    active: Option<bool>,
    /// In the team or in one below it.
    team_id: Option<TeamId>,
    role_id: Option<RoleId>,
    /// Up to 5000 when absent: what a picker needs.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    cursor: Option<String>,
    count: Option<bool>,
}

impl ListParams {
    /// What was asked, as a cursor remembers it.
    fn fingerprint(&self) -> String {
        format!("users:{:?}:{:?}:{:?}:{:?}", self.q, self.active, self.team_id, self.role_id)
    }

    fn limit(&self) -> Result<i64> {
        match self.limit {
            None => Ok(WHOLE),
            Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit.into()),
            Some(_) => Err(Error::unreadable("invalid_query", format!("between 1 and {MAX_LIMIT}")).on("limit")),
        }
    }

    fn filter(&self) -> Result<Filter> {
        if self.q.as_ref().is_some_and(|q| q.len() > 200 || q.contains('\0')) {
            return Err(Error::unreadable("invalid_query", "at most 200 bytes, without U+0000").on("q"));
        }
        Ok(Filter { q: self.q.clone(), active: self.active, team: self.team_id, role: self.role_id })
    }
}

/// List users, by name
#[utoipa::path(get, path = "/users", tag = "people", params(ListParams), responses((status = 200, body = Page<User>), Problems))]
async fn index(cx: Allow<ReadUser>, Query(asked): Query<ListParams>) -> Result<Json<Page<User>>> {
    let (limit, filter, query) = (asked.limit()?, asked.filter()?, asked.fingerprint());
    let after = asked.cursor.as_deref().map(|c| Cursor::<(String, UserId)>::decode(c, &query)).transpose()?;
    let mut tx = cx.begin().await?;
    let mut rows = store::page(&mut tx, &filter, after.map(|c| c.keys), limit + 1).await?;
    let total = match asked.count {
        Some(true) => Counted::from(Some(Total::capped(store::count(&mut tx, &filter).await?))),
        Some(false) | None => Counted::NOT,
    };
    let more = i64::try_from(rows.len()).is_ok_and(|n| n > limit);
    if more {
        rows.pop();
    }
    let next_cursor = match rows.last().filter(|_| more) {
        Some(last) => Some(Cursor { query, keys: (last.sorted_by.clone(), last.id) }.encode()?),
        None => None,
    };
    let items = rows.into_iter().map(store::Row::into_user).collect::<Result<_>>()?;
    tx.done(Json(Page { items, next_cursor, total })).await
}

/// One user
#[utoipa::path(get, path = "/users/{id}", tag = "people", params(("id" = UserId, Path)), responses((status = 200, body = User), Problems))]
async fn get(cx: Allow<ReadUser>, Path(id): Path<UserId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let user = store::find(&mut tx, id).await?.or_not_found("user")?;
    tx.done((etag(user.version), Json(user))).await
}

/// A new user. Without a password they cannot sign in with one yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(max_length = 320)]
    email: String,
    team_id: Option<TeamId>,
    role_ids: Vec<RoleId>,
    #[schema(min_length = 10, max_length = 200)]
    password: Option<String>,
}

impl Validate for NewUser {
    fn validate(&self) -> Result<()> {
        none_wrong([
            wrong_name("name", &self.name, 200),
            wrong_email("email", &self.email),
            self.password.as_deref().and_then(|p| password::check(p, password::MIN_LENGTH).err()),
        ])
    }
}

/// Create a user
#[utoipa::path(post, path = "/users", tag = "people", request_body = NewUser, responses((status = 201, body = User), Problems))]
async fn create(cx: Allow<CreateUser>, Valid(new): Valid<NewUser>) -> Result<Committed<impl IntoResponse>> {
    let password_hash = match new.password {
        Some(password) => Some(password::allowed(&cx, password).await?),
        None => None,
    };
    let draft = Draft { name: new.name, email: new.email, team_id: new.team_id, role_ids: new.role_ids, password_hash };
    let (cx, mut tx) = cx.begin_fresh().await?;
    let user = super::create(&cx, &mut tx, draft).await?;
    let location = [(header::LOCATION, format!("/api/v1/users/{}", user.id))];
    tx.commit((StatusCode::CREATED, etag(user.version), location, Json(user))).await
}

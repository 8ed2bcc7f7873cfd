mod endpoints;
mod oidc;
mod scim;
mod sessions;

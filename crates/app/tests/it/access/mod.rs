mod endpoints;
mod oidc;
mod sessions;

mod audit;
mod endpoints;
mod keys;
mod oauth;
mod sessions;

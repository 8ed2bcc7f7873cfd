mod endpoints;
mod sessions;

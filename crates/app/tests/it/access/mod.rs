mod endpoints;
mod fields;
mod prove;
mod sessions;
mod sharing;

mod boundaries;
mod events;
mod jobs;
mod schema;
mod tls;

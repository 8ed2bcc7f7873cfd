mod endpoints;
mod roles;
mod sessions;
mod teams;
mod users;
mod viewing;

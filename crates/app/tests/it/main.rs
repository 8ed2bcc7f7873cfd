//! The integration tests: the real server over HTTP on a real PostgreSQL. One binary, one module a slice.

mod access;
mod ai;
mod crm;
mod store;

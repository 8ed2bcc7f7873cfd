//! What creating a record would say, before it is created: a form asks as one types. It is the very function that creates
//! records, in a transaction that is given up, so that nothing can be said here that is not said there.

pub mod http;

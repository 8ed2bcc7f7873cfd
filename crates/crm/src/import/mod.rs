//! Import of files: accounts, contacts, opportunities, products and people from CSV and Excel.
//!
//! The path of a file: [`read`] makes a table of its bytes, [`infer`] says what each column holds, [`mapping`] suggests
//! which field each is, [`values`] turns cells into values and names into records, [`check`] says for every row what an
//! import would do with it and why not. All of that is pure: it reads nothing but its arguments and writes nothing.

pub mod check;
pub mod field;
pub mod infer;
pub mod mapping;
pub mod read;
pub mod values;

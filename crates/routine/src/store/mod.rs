//! The SQL of routines: how they are set, for whom it is time, their runs, and what they say.

pub mod due;
pub mod facts;
pub mod log;
pub mod result;
pub mod setting;

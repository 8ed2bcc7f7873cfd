//! Lead scores: points that rules give a lead, each with its reason.
//!
//! A model is all rules of an organisation with the bands of its grades, written as a whole. `model` has what requests say and
//! the rules that the product comes with, `facts` what rules can speak of, `judge` what they make of a lead, `explain` what a
//! reader is told, `trial` how scores would change, `job` follows the event log and scores anew, `store` holds the SQL, `http` the
//! endpoints. Scores are derived: they change no version and leave no event.

mod explain;
mod facts;
pub mod http;
pub mod job;
mod judge;
mod model;
mod store;
mod trial;

pub use self::explain::{LeadScore, ScorePart, explain};
pub use self::job::{catch_up, follow, score_all};
pub use self::model::{Bands, Grade, Model, ScoreModel, ScoreRule};

#[cfg(test)]
mod benchmark;

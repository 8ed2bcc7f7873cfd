//! What a call must pass before it runs. Whatever is not plainly allowed is denied.

use crate::tools::Effect;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied(pub String);

/// What the guard is told of a call.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub tool: &'a str,
    pub effect: Effect,
    /// Whether the plan held this step before any tool had run.
    pub planned: bool,
    /// Proposals this run has made already.
    pub proposals: usize,
}

/// The most proposals that one run may make.
pub const MAX_PROPOSALS: usize = 10;

/// Whether a call may run. Whatever is not plainly allowed is denied.
///
/// # Errors
/// With the reason.
pub fn check(asked: &Asked<'_>) -> Result<(), Denied> {
    if !asked.planned {
        return Err(Denied(format!("{} was not in the plan, and results can't add to a plan", asked.tool)));
    }
    match asked.effect {
        Effect::Reads | Effect::ReadsOutside => Ok(()),
        Effect::Proposes if asked.proposals >= MAX_PROPOSALS => {
            Err(Denied(format!("a run makes at most {MAX_PROPOSALS} proposals")))
        }
        Effect::Proposes => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_cannot_add_to_a_plan() {
        let asked = Asked { tool: "create_task", effect: Effect::Proposes, planned: false, proposals: 0 };
        assert!(check(&asked).is_err());
        assert!(check(&Asked { planned: true, ..asked }).is_ok());
        assert!(check(&Asked { planned: true, proposals: MAX_PROPOSALS, ..asked }).is_err());
    }
}

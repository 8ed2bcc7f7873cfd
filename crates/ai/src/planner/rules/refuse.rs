//! What no tool can do, said plainly.

use super::sentence::Sentence;
use super::{Certainty, Draft};
use crate::planner::{Ask, Decline};

const NO_SENDING: &str = "I never send anything. I can draft an e-mail for you to send (\"draft a follow-up to …\"), or make a task with a date (\"remind me to e-mail … tomorrow\").";

/// A letter that is to go out by itself, or to many: before anything reads it as a task.
pub fn sending(s: &Sentence<'_>) -> Option<Draft> {
    let start = s.opening();
    let letter = s.any(start, &["send|mail|email|e-mail|message|text|write|forward"]).is_some();
    let many =
        s.has(&["all|every|each my|our|the|of? customers|customer|clients|contacts|leads|accounts|everybody|everyone"]);
    let itself =
        s.has(&["just|simply|directly send|mail it|this|that?", "send it right? away|now|out|off", "no need to show"]);
    (letter && (many || itself) || s.has(&["just send it"]))
        .then(|| Draft::one(Ask::Decline(Decline { reason: Some(NO_SENDING.to_owned()) }), Certainty::High))
}

/// What can't be done at all, said plainly.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let start = s.opening();
    let reason = if s
        .any(
            start,
            &[
                "delete",
                "remove",
                "erase",
                "archive",
                "purge",
                "wipe",
                "get rid of",
                "trash",
                "throw out|away",
                "bin",
                "clear out",
                "drop all|the|every",
            ],
        )
        .is_some()
    {
        "I can't delete anything. You can delete a record on its own page, and restore it there."
    } else if s
        .any(start, &["send", "forward", "email", "e-mail", "mail", "text", "message", "write", "draft"])
        .is_some()
    {
        NO_SENDING
    } else if s.any(start, &["export", "download", "print", "import", "upload"]).is_some() {
        "I can't import or export. Use the import page, or the lists' own buttons."
    } else {
        return None;
    };
    Some(Draft::one(Ask::Decline(Decline { reason: Some(reason.to_owned()) }), Certainty::High))
}

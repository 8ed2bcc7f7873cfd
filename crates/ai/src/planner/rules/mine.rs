//! What is the asker's own: their day, and the approvals that wait for them.

use super::sentence::Sentence;
use super::{Certainty, Draft};
use crate::planner::{Approvals, Ask, MyDay, WhichApprovals};

/// Reads the clause as a question about one's own work, if it is one.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let (start, end) = (s.opening(), s.ending());
    approvals(s, start).or_else(|| day(s, start, end))
}

fn approvals(s: &Sentence<'_>, start: usize) -> Option<Draft> {
    const NOUNS: [&str; 2] = ["approvals", "approval requests"];
    const ASKED: [&str; 4] = [
        "what|which|did|have do|did|have? i ask|asked|request|requested|submit|submitted|send|sent for|to? approval",
        "show|list|what's|where are|is|what happened to|with? the|my? requests|request for approval",
        "my|which|what approval requests did|have? i?",
        "what have i sent|submitted|put in|up|forward? for|to approval",
    ];
    if s.any(start, &ASKED).is_some() && s.has(&["approval|approvals"]) {
        return Some(Draft::one(Ask::ListApprovals(WhichApprovals { which: Approvals::Mine }), Certainty::High));
    }
    let waiting = s
        .any(
            start,
            &[
                "what|which|is|are|do|does|any|anything|show|list|my|open|pending|waiting|give|get|see|check|have",
                "approvals",
                "approval requests",
            ],
        )
        .is_some()
        && s.has(&NOUNS)
        || s.any(
            start,
            &[
                "what|anything do|does|needs|need|is i|my|there|waiting|for? have|approval|to?",
                "what do i have|need to approve",
                "what's|what is|waits? waiting? for my approval",
                "what's waiting for my approval|ok|yes|decision|sign-off",
                "what needs|requires my approval|ok|yes|decision|sign-off",
                "does anything need|require my approval|ok|yes|decision|sign-off",
                "what am i to approve",
            ],
        )
        .is_some()
            && s.has(&["my approval|ok|decision|sign-off", "to approve"]);
    if !waiting {
        return None;
    }
    let mine =
        s.has(&["i asked for", "i requested", "i made", "i sent", "my requests", "my own requests", "did i request"]);
    let which = if mine { Approvals::Mine } else { Approvals::Waiting };
    Some(Draft::one(Ask::ListApprovals(WhichApprovals { which }), Certainty::High))
}

fn day(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    const ASKED: [&str; 18] = [
        "am i late|behind|overdue with|on? anything|something?",
        "which|what of my tasks|to-dos|todos are|is overdue|late|due|open|left|pending",
        "which|what tasks|to-dos|todos are|is overdue|late|due|open|left|pending|mine",
        "do i have any|some|open? overdue|open|late|due? tasks|to-dos|todos",
        "what should|must|shall i do|work|tackle|focus on? today|now|next|first",
        "what should|must|shall i do|work|tackle|focus on?",
        "what do i have to do today|now|next|first|this?",
        "what do i need to do today|now|next|first",
        "what's|what is? on my plate|agenda|list|desk|schedule",
        "what's|what is|are? my|the priorities|priority|tasks|to-dos|todos|agenda|plan for? today?",
        "what's|what is|are? due|overdue today|now|for? me?",
        "what tasks|to-dos|todos do i have",
        "plan|organise|organize|prioritise|prioritize my day|today|work|tasks",
        "show|list|give|get me? my day|agenda|priorities|tasks|to-dos|todos",
        "show|list|give|get me? my|the? open|due|overdue tasks|to-dos|todos",
        "my day|priorities|agenda|tasks|to-dos|todos",
        "where should|do i start|begin",
        "what needs my attention",
    ];
    let n = s.any(start, &ASKED)?;
    // "what should I do next with the Isdom deal" is about the deal; "what should I do about …" too.
    let rest = (start + n..end).find(|i| {
        !matches!(
            s.word(*i),
            "today"
                | "now"
                | "first"
                | "next"
                | "right"
                | "this"
                | "morning"
                | "week"
                | "for"
                | "me"
                | "or"
                | "and"
                | "late"
                | "overdue"
                | "?"
        )
    });
    let overdue = s.has(&["overdue|late"]);
    rest.is_none().then(|| Draft::one(Ask::ListMyDay(MyDay { overdue, ..MyDay::default() }), Certainty::High))
}

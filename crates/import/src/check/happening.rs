//! Tasks and activities: what a row is about, and on which of the two lists it belongs. A file that holds both is imported
//! twice, as tasks and as activities: what has happened is an activity, what is a task or still to be done is a task.

use super::row::ReadRow;
use super::{Plan, RowProblem, Value};
use crate::field::{Kind, fold_header};

impl Plan<'_> {
    pub(super) fn settle_task(&self, read: &mut ReadRow) {
        self.settle_subject(read);
        let done = word(read, "status").as_deref() == Some("done");
        let kind = take(read, "kind");
        if done && matches!(kind, Some(Value::Text(kind)) if kind != "task") {
            leave_out(read, "kind", "has_happened");
        }
        let dated = read.values.iter().any(|(key, _)| *key == "done_at");
        if !done && dated && word(read, "status").is_none() {
            read.values.push(("status", Value::Text("done".to_owned())));
        }
    }

    pub(super) fn settle_activity(&self, read: &mut ReadRow) {
        self.settle_subject(read);
        if matches!(take(read, "status"), Some(Value::Text(status)) if status == "open") {
            leave_out(read, "status", "not_done");
        }
        match word(read, "kind").as_deref() {
            Some("task") => leave_out(read, "kind", "is_a_task"),
            Some(_) => {}
            None if read.problems.iter().any(|problem| problem.field == "kind") => {}
            None => read.values.push(("kind", Value::Text(self.usual_kind().to_owned()))),
        }
        let kind = word(read, "kind").unwrap_or_default();
        for (outcome, of) in [("call_outcome", "call"), ("meeting_outcome", "meeting")] {
            if kind != of {
                read.problems.retain(|problem| problem.field != outcome);
                take(read, outcome);
            }
        }
        // A direction that is neither is none.
        read.values.retain(|(key, value)| *key != "direction" || *value != Value::Text(String::new()));
        settle_duration(read);
        let says = |key: &str| word(read, key).is_some();
        if kind == "note" && !says("subject") && !says("body") {
            read.problems.push(RowProblem { field: "body", code: "required" });
        }
    }

    /// What an activity is that does not say it, by the columns of its file.
    fn usual_kind(&self) -> &'static str {
        if let Some(kind) = self.options.activity_kind {
            return kind.as_str();
        }
        let mut names = self.columns.iter().map(|column| fold_header(&column.name));
        let of = |name: String| {
            if name.starts_with("call") {
                Some("call")
            } else if name.starts_with("meeting") || name.starts_with("event") || name == "startdatetime" {
                Some("meeting")
            } else if name.starts_with("emailsubject") || name.starts_with("emailbody") {
                Some("email")
            } else {
                None
            }
        };
        names.find_map(of).unwrap_or("note")
    }

    /// A record that may be of several kinds is put under the kind that it is, unless another column names one.
    fn settle_subject(&self, read: &mut ReadRow) {
        for general in ["related_to", "person"] {
            let Some(Value::Ref(id)) = take(read, general) else { continue };
            let kinds = [
                ("opportunity", Kind::Opportunity),
                ("account", Kind::Account),
                ("contact", Kind::Contact),
                ("lead", Kind::Lead),
            ];
            let found = kinds.into_iter().find(|(_, kind)| self.lookups(*kind).iter().any(|l| l.contains(id)));
            if let Some((field, _)) = found.filter(|(field, _)| !read.values.iter().any(|(key, _)| key == field)) {
                read.values.push((field, Value::Ref(id)));
            }
        }
    }
}

fn word(read: &ReadRow, field: &str) -> Option<String> {
    read.values.iter().find(|(key, _)| *key == field).and_then(|(_, value)| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    })
}

fn take(read: &mut ReadRow, field: &str) -> Option<Value> {
    let at = read.values.iter().position(|(key, _)| *key == field)?;
    Some(read.values.remove(at).1)
}

fn leave_out(read: &mut ReadRow, field: &'static str, code: &'static str) {
    read.problems.push(RowProblem { field, code });
    read.skip = true;
}

/// From its beginning to its end, where it is not said how long it took.
fn settle_duration(read: &mut ReadRow) {
    let Some(Value::Moment(end)) = take(read, "ended_at") else { return };
    let begin = read.values.iter().find(|(key, _)| *key == "occurred_at").map(|(_, value)| value.clone());
    if let Some(Value::Moment(begin)) = begin
        && !read.values.iter().any(|(key, _)| *key == "duration")
    {
        let minutes = (end - begin).num_minutes();
        if (0..=100_000).contains(&minutes) {
            read.values.push(("duration", Value::Integer(minutes)));
        }
    }
}

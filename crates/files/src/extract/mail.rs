//! E-mails: the subject, who wrote to whom, and what.

use mail_parser::{Address, MessageParser};

pub fn text(bytes: &[u8]) -> Option<String> {
    let message = MessageParser::default().parse(bytes)?;
    let mut lines: Vec<String> = message.subject().map(str::to_owned).into_iter().collect();
    for people in [message.from(), message.to(), message.cc()].into_iter().flatten() {
        lines.push(names(people));
    }
    let bodies = (0..message.text_body_count()).filter_map(|n| message.body_text(n));
    lines.extend(bodies.map(std::borrow::Cow::into_owned));
    Some(lines.join("\n"))
}

fn names(people: &Address<'_>) -> String {
    let of =
        |one: &mail_parser::Addr<'_>| [one.name(), one.address()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    people.iter().map(of).collect::<Vec<_>>().join(", ")
}

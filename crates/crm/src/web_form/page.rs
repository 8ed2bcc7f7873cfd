//! The public page: plain HTML in the tokens of the design system, that works without a script and in a frame.

use std::fmt::Write;

use dealwright_kernel::Error;

use super::field::{Control, Question, Sent};
use super::guard::{HONEYPOT, TOKEN};
use super::submit::Open;

/// The page brings its styles itself, and loads nothing.
pub const STYLE_SOURCE: &str = "'unsafe-inline'";

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#fff;--text:#161920;--text-2:#454952;--text-3:#636771;--line:#888c95;--accent:#3158cf;--accent-hover:#274ab9;--bad:#b72024;--bad-soft:#fff1f0}\
@media(prefers-color-scheme:dark){:root{--bg:#101114;--text:#eff0f3;--text-2:#b6b9c0;--text-3:#90949b;--line:#6c7079;--accent:#426bdc;--accent-hover:#375ecf;--bad:#fe938d;--bad-soft:#3b1b1b}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--bg);color:var(--text-2);font:15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',sans-serif}\
main{max-width:560px;margin:0 auto;padding:24px 16px 40px}\
h1{margin:0 0 4px;font-size:20px;line-height:28px;font-weight:600;color:var(--text);overflow-wrap:anywhere}\
p{margin:0 0 16px;white-space:pre-line;overflow-wrap:anywhere}\
form{display:flex;flex-direction:column;gap:16px;margin-top:20px}\
label,legend{display:block;margin:0 0 4px;padding:0;font-size:13px;font-weight:500;color:var(--text-2)}\
.need{color:var(--bad);font-weight:400}\
input,select,textarea{width:100%;min-height:44px;padding:9px 12px;border:1px solid var(--line);border-radius:8px;background:var(--bg);color:var(--text);font:inherit;font-size:16px}\
textarea{min-height:120px;resize:vertical}\
input[type=checkbox]{width:20px;min-height:20px;height:20px;margin:0;flex:none;accent-color:var(--accent)}\
.tick{display:flex;gap:10px;align-items:center;min-height:44px;font-size:15px;font-weight:400;margin:0;color:var(--text)}\
fieldset{margin:0;padding:0;border:0;min-width:0}\
[aria-invalid=true]{border-color:var(--bad)}\
.error{margin:4px 0 0;font-size:13px;color:var(--bad)}\
.errors{padding:12px 16px;border:1px solid var(--bad);border-radius:8px;background:var(--bad-soft);color:var(--bad);margin:16px 0 0}\
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}\
button{min-height:44px;padding:0 20px;border:0;border-radius:8px;background:var(--accent);color:#fff;font:inherit;font-weight:500;cursor:pointer;align-self:flex-start}\
button:hover{background:var(--accent-hover)}\
.trap{position:absolute;left:-10000px;width:1px;height:1px;overflow:hidden}\
@media(max-width:480px){button{width:100%}}";

/// Text as HTML shows it, in attributes too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n",
        escaped(title)
    )
}

/// A page that says something.
pub fn notice(title: &str, text: &str) -> String {
    document(title, &format!("<h1>{}</h1><p>{}</p>", escaped(title), escaped(text)))
}

/// What is said when a form has been sent.
pub fn thanks(open: &Open) -> String {
    let body = format!("<h1>{}</h1><p role=\"status\">{}</p>", escaped(&open.form.title), escaped(&open.form.thanks));
    document(&open.form.title, &body)
}

/// The form; with what was sent and what is wrong with it, when it did not go through.
pub fn form(open: &Open, token: &str, sent: &Sent, error: Option<&Error>) -> String {
    let mut html = format!("<h1>{}</h1>", escaped(&open.form.title));
    if let Some(intro) = &open.form.intro {
        _ = write!(html, "<p>{}</p>", escaped(intro));
    }
    if let Some(error) = error {
        problem(&mut html, open, error);
    }
    _ = write!(html, "<form method=\"post\" action=\"/f/{}\" novalidate>", open.form.key);
    for (n, question) in open.questions.iter().enumerate() {
        let wrong = error.and_then(|e| message(e, &question.field));
        ask(&mut html, n, question, sent, wrong);
    }
    _ = write!(
        html,
        "<div class=\"trap\" aria-hidden=\"true\"><label>Leave this empty <input name=\"{HONEYPOT}\" tabindex=\"-1\" autocomplete=\"off\"></label></div>\
         <input type=\"hidden\" name=\"{TOKEN}\" value=\"{}\"><button type=\"submit\">Send</button></form>",
        escaped(token)
    );
    document(&open.form.title, &html)
}

/// What is wrong with a field, for a person.
fn message<'a>(error: &'a Error, field: &str) -> Option<&'a str> {
    error.fields.iter().find(|f| f.field == field).map(|f| f.message.as_str())
}

/// What is wrong as a whole; what belongs to a question stands there.
fn problem(html: &mut String, open: &Open, error: &Error) {
    let elsewhere: Vec<&str> = error
        .fields
        .iter()
        .filter(|f| open.questions.iter().all(|q| q.field != f.field))
        .map(|f| f.message.as_str())
        .collect();
    let text = if !elsewhere.is_empty() {
        elsewhere.join(". ")
    } else if error.fields.is_empty() {
        error.detail.clone()
    } else {
        "Please look at the fields that are marked.".to_owned()
    };
    _ = write!(html, "<p class=\"errors\" role=\"alert\">{}</p>", escaped(&text));
}

fn ask(html: &mut String, n: usize, question: &Question, sent: &Sent, wrong: Option<&str>) {
    let label = escaped(&question.label);
    let need = if question.required { " <span class=\"need\">required</span>" } else { "" };
    let name = escaped(&question.field);
    let mut wiring = if question.required { " required".to_owned() } else { String::new() };
    if wrong.is_some() {
        _ = write!(wiring, " aria-invalid=\"true\" aria-describedby=\"e{n}\"");
    }
    let first = question.answers(sent).next().unwrap_or_default();
    html.push_str("<div>");
    match &question.control {
        Control::Line { kind, autocomplete } => {
            _ = write!(
                html,
                "<label for=\"q{n}\">{label}{need}</label><input id=\"q{n}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" value=\"{}\"{}{wiring}>",
                escaped(first),
                if *kind == "number" { " step=\"any\"" } else { "" },
            );
        }
        Control::Text => {
            _ = write!(
                html,
                "<label for=\"q{n}\">{label}{need}</label><textarea id=\"q{n}\" name=\"{name}\" rows=\"5\"{wiring}>\n{}</textarea>",
                escaped(first)
            );
        }
        Control::Tick => {
            let on = if first.is_empty() { "" } else { " checked" };
            _ = write!(
                html,
                "<label class=\"tick\"><input name=\"{name}\" type=\"checkbox\" value=\"true\"{on}{wiring}><span>{label}{need}</span></label>"
            );
        }
        Control::Choice { options, many: false } => {
            _ = write!(
                html,
                "<label for=\"q{n}\">{label}{need}</label><select id=\"q{n}\" name=\"{name}\"{wiring}><option value=\"\">Choose</option>"
            );
            for (value, text) in options {
                let on = if first == value { " selected" } else { "" };
                _ = write!(html, "<option value=\"{}\"{on}>{}</option>", escaped(value), escaped(text));
            }
            html.push_str("</select>");
        }
        Control::Choice { options, many: true } => {
            _ = write!(html, "<fieldset><legend>{label}{need}</legend>");
            for (value, text) in options {
                let on = if question.answers(sent).any(|a| a == value) { " checked" } else { "" };
                _ = write!(
                    html,
                    "<label class=\"tick\"><input name=\"{name}\" type=\"checkbox\" value=\"{}\"{on}><span>{}</span></label>",
                    escaped(value),
                    escaped(text)
                );
            }
            html.push_str("</fieldset>");
        }
    }
    if let Some(wrong) = wrong {
        _ = write!(html, "<p class=\"error\" id=\"e{n}\">{}</p>", escaped(wrong));
    }
    html.push_str("</div>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_written_becomes_markup() {
        let question = Question {
            field: "company".into(),
            label: "<b>Firm</b>".into(),
            required: true,
            control: Control::Line { kind: "text", autocomplete: "organization" },
        };
        let mut html = String::new();
        let sent: Sent = vec![("company".into(), "\"><script>alert('x')</script>".into())];
        ask(&mut html, 0, &question, &sent, Some("too <long>"));
        assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<long>"), "{html}");
        assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;"), "{html}");
    }
}

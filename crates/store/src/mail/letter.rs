//! What a letter says, and how it looks: one layout for all, as text and as HTML.

use dealwright_kernel::Result;
use serde::Serialize;

use super::Body;
use super::layout::Template;

/// A letter to one person. Paragraphs are plain text.
#[derive(Clone, Debug, Serialize)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    /// What it says, one entry a paragraph.
    pub paragraphs: Vec<String>,
    /// What there is to do.
    pub action: Option<Action>,
    /// Why it came, in small letters below.
    pub reason: String,
}

/// A button, and where it leads.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    pub label: String,
    pub url: String,
}

impl Letter {
    pub(super) fn render(&self) -> Result<Body> {
        let template = Template { text: include_str!("letter.txt"), html: include_str!("letter.html") };
        template.render(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_no_markup() {
        let letter = Letter {
            to: "ada@acme.test".into(),
            subject: "You are invited".into(),
            paragraphs: vec!["<b>Eve</b> & co invite you.".into(), "Until Friday.".into()],
            action: Some(Action { label: "Accept".into(), url: "https://crm.test/invitation#token=a".into() }),
            reason: "Somebody invited you.".into(),
        };
        let body = letter.render().unwrap();
        assert!(body.html.contains("&lt;b&gt;Eve&lt;&#x2f;b&gt; &amp; co invite you."), "{}", body.html);
        assert!(body.html.contains("token=a"));
        assert_eq!(
            body.text,
            "<b>Eve</b> & co invite you.\n\nUntil Friday.\n\nAccept:\nhttps://crm.test/invitation#token=a\n\n-- \nSomebody invited you.\nSent by Dealwright."
        );
    }
}

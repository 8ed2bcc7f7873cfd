//! What a letter about things that happened says: one of them, or a digest of many, in the reader's language.

use dealwright_kernel::Result;
use serde::Serialize;

use super::Body;
use super::layout::Template;

/// A letter about one thing or more. All of it is plain text.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Notice {
    /// `en`, `de`.
    pub lang: &'static str,
    pub subject: String,
    pub items: Vec<NoticeItem>,
    /// What the link of an item is called.
    pub open: &'static str,
    /// That there are more than are listed, if so.
    pub more: Option<String>,
    /// Why it came.
    pub reason: String,
    /// Where to choose what comes.
    pub settings_url: String,
    pub settings: &'static str,
    /// Where a click ends letters of this kind; none for a digest of several.
    pub unsubscribe_url: Option<String>,
    pub unsubscribe: &'static str,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeItem {
    pub title: String,
    pub lines: Vec<String>,
    pub url: String,
    /// What its link is called, where it does more than show the thing.
    pub open: Option<&'static str>,
}

impl Notice {
    pub(super) fn render(&self) -> Result<Body> {
        let template = Template { text: include_str!("notice.txt"), html: include_str!("notice.html") };
        template.render(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_s_name_is_no_markup() {
        let item = NoticeItem {
            title: "Eve changed <Deal>".into(),
            lines: vec!["Stage: A → B".into()],
            url: "https://crm.test/x".into(),
            open: None,
        };
        let notice = Notice {
            lang: "en",
            subject: "Eve changed <Deal>".into(),
            items: vec![item],
            open: "Open",
            reason: "You follow it.".into(),
            settings_url: "https://crm.test/profile".into(),
            settings: "Choose",
            ..Notice::default()
        };
        let body = notice.render().unwrap();
        let times = |html: &str| html.matches("Eve changed &lt;Deal&gt;").count();
        assert_eq!(times(&body.html), 2, "in the head and as the heading: {}", body.html);
        let digest = Notice { subject: "One notification".into(), ..notice };
        assert_eq!(times(&digest.render().unwrap().html), 1, "a digest names the one thing that it holds");
        assert_eq!(
            body.text,
            "Eve changed <Deal>\n  Stage: A → B\nhttps://crm.test/x\n\n-- \nYou follow it.\nChoose: https://crm.test/profile"
        );
    }
}

//! How letters look: one layout in HTML, which each kind of letter fills, and its text beside it.

use dealwright_kernel::{Error, Result};
use minijinja::{Environment, Value};
use serde::Serialize;

use super::Body;

/// A kind of letter: the text, and what it puts into the layout.
pub(super) struct Template {
    pub text: &'static str,
    pub html: &'static str,
}

impl Template {
    /// A letter that says `what`.
    ///
    /// # Errors
    /// When the template names what there is not.
    pub(super) fn render(&self, what: &impl Serialize) -> Result<Body> {
        let mut templates = Environment::new();
        for (name, source) in
            [("layout.html", include_str!("layout.html")), ("letter.txt", self.text), ("letter.html", self.html)]
        {
            templates.add_template(name, source).map_err(Error::internal)?;
        }
        let what: Value = serde_json::to_value(what).and_then(serde_json::from_value).map_err(Error::internal)?;
        let render = |name: &str| {
            templates.get_template(name).and_then(|letter| letter.render(what.clone())).map_err(Error::internal)
        };
        Ok(Body { text: render("letter.txt")?, html: render("letter.html")? })
    }
}

//! Placeholders of e-mail templates: what stands for the contact's name, the deal's amount. Checked when a template is written,
//! so that none is found out by its recipient.

use serde::Serialize;
use utoipa::ToSchema;

/// What may stand between braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Placeholder {
    /// Written `{{contact.first_name}}`.
    pub name: &'static str,
    pub label: &'static str,
    /// What a preview shows.
    pub example: &'static str,
}

const fn placeholder(name: &'static str, label: &'static str, example: &'static str) -> Placeholder {
    Placeholder { name, label, example }
}

/// All there are.
pub const ALL: [Placeholder; 20] = [
    placeholder("contact.first_name", "First name of the contact", "Nadia"),
    placeholder("contact.last_name", "Last name of the contact", "Weber"),
    placeholder("contact.name", "Name of the contact", "Nadia Weber"),
    placeholder("contact.title", "Title of the contact", "Head of Procurement"),
    placeholder("contact.email", "E-mail address of the contact", "nadia.weber@example.com"),
    placeholder("account.name", "Name of the account", "Isdom Systems"),
    placeholder("account.domain", "Domain of the account", "isdom.example"),
    placeholder("account.country", "Country of the account", "Germany"),
    placeholder("account.industry", "Industry of the account", "Banking"),
    placeholder("opportunity.name", "Name of the deal", "Isdom GTX rollout"),
    placeholder("opportunity.amount", "Amount of the deal", "€42,000"),
    placeholder("opportunity.close_date", "Close date of the deal", "31 March"),
    placeholder("opportunity.stage", "Stage of the deal", "Proposal"),
    placeholder("opportunity.next_step", "Next step of the deal", "Send the contract"),
    placeholder("lead.first_name", "First name of the lead", "Jonas"),
    placeholder("lead.last_name", "Last name of the lead", "Lind"),
    placeholder("lead.company", "Company of the lead", "Nordlicht"),
    placeholder("sender.name", "Your name", "Alex Morgan"),
    placeholder("sender.email", "Your e-mail address", "alex.morgan@example.com"),
    placeholder("organisation.name", "Name of your organisation", "Dealwright Demo"),
];

/// What is wrong with the placeholders of a text; each once, in their order.
#[must_use]
pub fn wrong(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else {
            wrong.push("a placeholder that begins with {{ has no }}".to_owned());
            break;
        };
        let name = name.trim();
        if !ALL.iter().any(|known| known.name == name) {
            let shown: String = name.chars().take(60).collect();
            let message = format!("there is no placeholder {{{{{shown}}}}}");
            if !wrong.contains(&message) {
                wrong.push(message);
            }
        }
        rest = behind;
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_that_do_not_exist_are_named() {
        assert!(wrong("Dear {{contact.first_name}}, {{ sender.name }} of {{organisation.name}}").is_empty());
        assert!(wrong("{ braces } }} alone").is_empty());
        assert_eq!(
            wrong("{{contact.nickname}} {{contact.nickname}} {{}} {{contact.name"),
            [
                "there is no placeholder {{contact.nickname}}",
                "there is no placeholder {{}}",
                "a placeholder that begins with {{ has no }}"
            ]
        );
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|p| p.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}

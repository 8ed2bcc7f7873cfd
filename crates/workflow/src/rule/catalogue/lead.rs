//! What rules can speak of a lead.

use super::{K, Line, WITHOUT_ACTIVITY};

/// The fields that a message can land on.
pub(super) const FIELDS: &[&str] = &[
    "first_name",
    "last_name",
    "company",
    "title",
    "email",
    "phone",
    "website",
    "country",
    "rating",
    "description",
    "status_id",
    "source_id",
    "industry_id",
    "region_id",
    "owner_id",
    "tags",
    "external_id",
];

pub(super) const FACTS: &[Line] = &[
    Line("name", K::Text, false, "The person's name, or else the company's", "size(name) >= 3"),
    Line("first_name", K::Text, false, "The first name; empty when there is none", "first_name != \"\""),
    Line("last_name", K::Text, false, "The last name; empty when there is none", "last_name != \"\""),
    Line("company", K::Text, true, "The company's name", "company != null"),
    Line("title", K::Text, true, "What the person does there", "title != null"),
    Line("email", K::Text, true, "The e-mail address", "email != null || phone != null"),
    Line("phone", K::Text, true, "The telephone number", "phone == null || phone.startsWith(\"+\")"),
    Line("website", K::Text, true, "The company's website", "website != null"),
    Line("country", K::Text, true, "The country", "country in [\"Germany\", \"Austria\"]"),
    Line("rating", K::Text, true, "hot, warm or cold", "rating != \"hot\" || phone != null"),
    Line("description", K::Text, true, "The description", "description != null"),
    Line("source", K::Text, true, "The name of its source", "source != null"),
    Line("industry", K::Text, true, "The name of its industry", "industry != \"Banking\" || title != null"),
    Line("region", K::Text, true, "The name of its region", "region != null"),
    Line("tags", K::Texts, false, "Its tags", "size(tags) <= 10"),
    Line("external_id", K::Text, true, "Its id in another system", "external_id != null"),
    Line("created_at", K::Timestamp, false, "When it was created", "date(created_at) <= today"),
    WITHOUT_ACTIVITY,
    Line("status.name", K::Text, false, "The status's name", "status.name != \"Qualified\" || email != null"),
    Line(
        "status.category",
        K::Text,
        false,
        "new, working, nurturing, qualified, unqualified or converted",
        "status.category != \"qualified\" || company != null",
    ),
    Line("owner.name", K::Text, false, "The owner's name", "owner.name != \"\""),
    Line("owner.email", K::Text, false, "The owner's e-mail address", "owner.email.endsWith(\"@example.com\")"),
    Line("owner.team", K::Text, true, "The name of the owner's team", "owner.team != null"),
];

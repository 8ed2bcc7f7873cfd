//! The importable fields of leads, with the headers under which they are found.

use super::catalogue::{EMAIL, FIRST_NAME, LAST_NAME, PHONE, TAGS, TITLE, field};
use super::{Field, Kind, OptionKind};

/// Of all records that files hang on.
pub(super) const ATTACHMENTS: Field = field(
    "attachments",
    "Files (addresses)",
    Kind::Links,
    &[
        "attachments",
        "attachmenturls",
        "attachmenturl",
        "attachment",
        "fileurls",
        "fileurl",
        "files",
        "documents",
        "documenturls",
        "documenturl",
        "filelinks",
    ],
);

pub(super) static LEAD: &[Field] = &[
    FIRST_NAME,
    LAST_NAME,
    field(
        "name",
        "Full name",
        Kind::Text,
        &["fullname", "leadname", "name", "contactname", "personname", "displayname"],
    ),
    EMAIL,
    PHONE,
    TITLE,
    field(
        "company",
        "Company",
        Kind::Text,
        &[
            "company",
            "companyname",
            "accountname",
            "account",
            "organization",
            "organizationname",
            "organisation",
            "employer",
        ],
    ),
    field("status", "Status", Kind::Option(OptionKind::LeadStatus), &["leadstatus", "status", "stage"]),
    field("rating", "Rating", Kind::Text, &["rating", "leadrating", "temperature", "leadtemperature"]),
    field(
        "source",
        "Source",
        Kind::Option(OptionKind::Source),
        &["leadsource", "source", "originalsource", "channel", "campaign"],
    ),
    field("industry", "Industry", Kind::Option(OptionKind::Industry), &["industry", "sector"]),
    field("region", "Region", Kind::Option(OptionKind::Region), &["region", "territory"]),
    field("country", "Country", Kind::Text, &["country", "countryregion", "mailingcountry", "billingcountry"]),
    field("website", "Website", Kind::Url, &["website", "websiteurl", "url", "web", "homepage"]),
    field("description", "Description", Kind::Text, &["description", "notes", "comments", "message"]),
    field(
        "owner",
        "Owner",
        Kind::User,
        &[
            "owner",
            "leadowner",
            "contactowner",
            "ownername",
            "salesagent",
            "salesrep",
            "owneremail",
            "ownerid",
            "owneralias",
        ],
    ),
    field(
        "external_id",
        "External id",
        Kind::Text,
        &["externalid", "leadid", "prospectid", "leadnumber", "recordid", "id"],
    ),
    field("tags", "Tags", Kind::Tags, TAGS),
    ATTACHMENTS,
];

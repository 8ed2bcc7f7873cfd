//! What can be imported: for each object its fields, each with the label a person reads, the kind of value it takes
//! and the header names under which other systems export it.
//!
//! Header names are kept in folded form (lower case, letters and digits only; see [`fold_header`]), from public
//! exports of Salesforce, HubSpot, Pipedrive, Zoho, Google, Outlook and LinkedIn. The first name of each list is the
//! one that fits best: later ones score a little lower, so that "Account Name" beats "Company" where both are there.

use serde::{Deserialize, Serialize};

/// What a file holds: one record of this object per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    Opportunity,
    Account,
    Contact,
    Product,
    User,
}

impl Object {
    pub const ALL: [Object; 5] = [Object::Opportunity, Object::Account, Object::Contact, Object::Product, Object::User];

    /// The API's name of the object: `opportunity`.
    pub fn key(self) -> &'static str {
        match self {
            Object::Opportunity => "opportunity",
            Object::Account => "account",
            Object::Contact => "contact",
            Object::Product => "product",
            Object::User => "user",
        }
    }

    pub fn from_key(key: &str) -> Option<Object> {
        Object::ALL.into_iter().find(|object| object.key() == key)
    }
}

/// The master data lists whose entries a raw value may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    OpportunityType,
    Source,
    Industry,
    Region,
    LossReason,
}

/// What a field takes, and so how a raw cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    Integer,
    Money,
    Currency,
    Date,
    /// A point in time; a bare date is its midnight in UTC.
    Moment,
    /// Whole percent, 0 to 100; `0.4` in a column of fractions means 40.
    Percent,
    Email,
    Phone,
    Url,
    Tags,
    Forecast,
    Stage,
    Pipeline,
    User,
    Account,
    Contact,
    Product,
    /// Named by free text, created when absent (a team, a manager).
    Name,
    Option(OptionKind),
}

impl Kind {
    /// True when a raw value names another record and must be matched to one.
    pub fn is_reference(self) -> bool {
        match self {
            Kind::Stage
            | Kind::Pipeline
            | Kind::User
            | Kind::Account
            | Kind::Contact
            | Kind::Product
            | Kind::Option(_) => true,
            Kind::Text
            | Kind::Integer
            | Kind::Money
            | Kind::Currency
            | Kind::Date
            | Kind::Moment
            | Kind::Percent
            | Kind::Email
            | Kind::Phone
            | Kind::Url
            | Kind::Tags
            | Kind::Forecast
            | Kind::Name => false,
        }
    }

    /// The API's name of the kind, as `GET /imports/fields` says it.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Money => "money",
            Kind::Currency => "currency",
            Kind::Date => "date",
            Kind::Moment => "datetime",
            Kind::Percent => "percent",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Url => "url",
            Kind::Tags => "tags",
            Kind::Forecast => "forecast_category",
            Kind::Stage => "stage",
            Kind::Pipeline => "pipeline",
            Kind::User => "user",
            Kind::Account => "account",
            Kind::Contact => "contact",
            Kind::Product => "product",
            Kind::Name => "name",
            Kind::Option(_) => "option",
        }
    }
}

/// One importable field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    /// A row without it is an error, unless the object can derive it (an opportunity's name).
    pub required: bool,
    /// Folded header names, best first.
    pub headers: &'static [&'static str],
}

const fn field(key: &'static str, label: &'static str, kind: Kind, headers: &'static [&'static str]) -> Field {
    Field { key, label, kind, required: false, headers }
}

const fn required(key: &'static str, label: &'static str, kind: Kind, headers: &'static [&'static str]) -> Field {
    Field { key, label, kind, required: true, headers }
}

/// The fields of `object`, in the order a person expects them.
pub fn fields(object: Object) -> &'static [Field] {
    match object {
        Object::Opportunity => OPPORTUNITY,
        Object::Account => ACCOUNT,
        Object::Contact => CONTACT,
        Object::Product => PRODUCT,
        Object::User => USER,
    }
}

/// The field of `object` with this API name.
pub fn find(object: Object, key: &str) -> Option<&'static Field> {
    fields(object).iter().find(|field| field.key == key)
}

const TAGS: &[&str] = &["tags", "tag", "labels", "label", "topics"];

static OPPORTUNITY: &[Field] = &[
    field(
        "external_id",
        "External id",
        Kind::Text,
        &[
            "externalid",
            "opportunityid",
            "dealid",
            "recordid",
            "id",
            "opportunitynumber",
            "pipedrivesystemid",
            "dealpipedrivesystemid",
            "casesafeid",
            "dealnumber",
        ],
    ),
    field(
        "name",
        "Name",
        Kind::Text,
        &[
            "opportunityname",
            "dealname",
            "name",
            "dealtitle",
            "title",
            "opportunity",
            "deal",
            "potentialname",
            "subject",
            "topic",
        ],
    ),
    field(
        "account",
        "Account",
        Kind::Account,
        &[
            "account",
            "accountname",
            "company",
            "companyname",
            "associatedcompany",
            "organization",
            "organizationname",
            "organisation",
            "customer",
            "customername",
            "client",
            "accountid",
            "associatedcompanyids",
            "dealorganization",
        ],
    ),
    field(
        "primary_contact",
        "Primary contact",
        Kind::Contact,
        &[
            "primarycontact",
            "contact",
            "contactname",
            "contactperson",
            "person",
            "personname",
            "associatedcontact",
            "associatedcontactids",
            "contactid",
            "dealcontactperson",
        ],
    ),
    field(
        "owner",
        "Owner",
        Kind::User,
        &[
            "owner",
            "opportunityowner",
            "dealowner",
            "salesagent",
            "salesrep",
            "salesperson",
            "accountexecutive",
            "ownername",
            "assignedto",
            "owneremail",
            "ownerid",
            "owneralias",
            "rep",
            "agent",
            "seller",
        ],
    ),
    field("product", "Product", Kind::Product, &["product", "productname", "item", "productfamilyname", "sku", "plan"]),
    field(
        "stage",
        "Stage",
        Kind::Stage,
        &["stage", "dealstage", "stagename", "opportunitystage", "salesstage", "dealstagepipeline", "status", "dealstatus"],
    ),
    field("pipeline", "Pipeline", Kind::Pipeline, &["pipeline", "dealpipeline", "pipelinename", "salesprocess"]),
    field(
        "amount",
        "Amount",
        Kind::Money,
        &[
            "amount",
            "dealvalue",
            "closevalue",
            "dealamount",
            "opportunityamount",
            "value",
            "revenue",
            "price",
            "totalvalue",
            "contractvalue",
            "tcv",
            "acv",
            "arr",
        ],
    ),
    field(
        "currency",
        "Currency",
        Kind::Currency,
        &["currency", "currencycode", "currencyisocode", "dealcurrencyofvalue", "currencyofvalue", "dealcurrency"],
    ),
    field(
        "close_date",
        "Close date",
        Kind::Date,
        &[
            "closedate",
            "expectedclosedate",
            "dealexpectedclosedate",
            "closingdate",
            "dealclosedate",
            "dateclosed",
            "closed",
            "dealclosedon",
            "estimatedclosedate",
            "signdate",
        ],
    ),
    field(
        "created_at",
        "First engaged",
        Kind::Moment,
        &[
            "engagedate",
            "createddate",
            "createdate",
            "createdat",
            "createdtime",
            "creationdate",
            "dealcreationdate",
            "firstengaged",
            "opendate",
            "opened",
            "created",
            "startdate",
        ],
    ),
    field("probability", "Probability", Kind::Percent, &["probability", "dealprobability", "probabilitypercent", "likelihood", "winprobability"]),
    field("forecast_category", "Forecast category", Kind::Forecast, &["forecastcategory", "forecastcategoryname", "forecast"]),
    field("type", "Type", Kind::Option(OptionKind::OpportunityType), &["type", "opportunitytype", "dealtype"]),
    field("source", "Source", Kind::Option(OptionKind::Source), &["leadsource", "source", "originalsource", "channel", "campaign"]),
    field("industry", "Industry", Kind::Option(OptionKind::Industry), &["industry", "sector", "vertical"]),
    field("region", "Region", Kind::Option(OptionKind::Region), &["region", "territory", "regionaloffice", "area"]),
    field("next_step", "Next step", Kind::Text, &["nextstep", "nextsteps", "nextaction", "nextactivity"]),
    field(
        "lost_reason",
        "Lost reason",
        Kind::Option(OptionKind::LossReason),
        &["lostreason", "deallostreason", "closedlostreason", "lossreason", "reasonlost", "reasonforloss"],
    ),
    field("tags", "Tags", Kind::Tags, &["tags", "tag", "labels", "label", "deallabel"]),
];

static ACCOUNT: &[Field] = &[
    required(
        "name",
        "Name",
        Kind::Text,
        &[
            "accountname",
            "companyname",
            "account",
            "company",
            "name",
            "organizationname",
            "organization",
            "organisation",
            "customer",
            "customername",
            "businessname",
            "legalname",
        ],
    ),
    field(
        "external_id",
        "External id",
        Kind::Text,
        &["externalid", "accountid", "companyid", "recordid", "id", "customernumber", "accountnumber"],
    ),
    field("domain", "Domain", Kind::Url, &["domain", "companydomainname", "companydomain", "emaildomain", "domainname"]),
    field("phone", "Phone", Kind::Phone, &["phone", "phonenumber", "telephone", "mainphone", "companymainphone", "tel"]),
    field("website", "Website", Kind::Url, &["website", "websiteurl", "webpage", "url", "homepage", "web"]),
    field("industry", "Industry", Kind::Option(OptionKind::Industry), &["industry", "sector", "vertical", "businesstype"]),
    field("region", "Region", Kind::Option(OptionKind::Region), &["region", "territory", "regionaloffice", "salesregion"]),
    field(
        "parent",
        "Parent account",
        Kind::Account,
        &["parentaccount", "subsidiaryof", "parentid", "parent", "parentcompany", "parentaccountid", "parentaccountname", "ultimateparent"],
    ),
    field(
        "employees",
        "Employees",
        Kind::Integer,
        &["employees", "numberofemployees", "employeecount", "headcount", "companysize", "staff", "noofemployees"],
    ),
    field(
        "annual_revenue",
        "Annual revenue",
        Kind::Money,
        &["annualrevenue", "revenue", "turnover", "yearlyrevenue", "sales", "annualsales"],
    ),
    field(
        "founded_year",
        "Founded",
        Kind::Integer,
        &["foundedyear", "yearestablished", "yearfounded", "founded", "established", "foundingyear"],
    ),
    field(
        "country",
        "Country",
        Kind::Text,
        &["country", "billingcountry", "countryregion", "officelocation", "location", "headquarters", "hqcountry", "shippingcountry"],
    ),
    field(
        "owner",
        "Owner",
        Kind::User,
        &["owner", "accountowner", "companyowner", "ownername", "salesagent", "salesrep", "owneremail", "ownerid", "accountmanager"],
    ),
    field("tags", "Tags", Kind::Tags, TAGS),
];

static CONTACT: &[Field] = &[
    field("first_name", "First name", Kind::Text, &["firstname", "givenname", "forename", "personfirstname", "vorname", "prenom"]),
    field("last_name", "Last name", Kind::Text, &["lastname", "familyname", "surname", "personlastname", "nachname", "nom"]),
    field("name", "Full name", Kind::Text, &["fullname", "contactname", "name", "personname", "contact", "displayname"]),
    field(
        "email",
        "E-mail",
        Kind::Email,
        &[
            "email",
            "emailaddress",
            "workemail",
            "personemailwork",
            "email1value",
            "primaryemail",
            "mail",
            "businessemail",
            "email1",
            "personemail",
        ],
    ),
    field(
        "phone",
        "Phone",
        Kind::Phone,
        &[
            "phone",
            "phonenumber",
            "businessphone",
            "workphone",
            "primaryphone",
            "phone1value",
            "personphone",
            "mobilephone",
            "mobile",
            "telephone",
            "tel",
        ],
    ),
    field("title", "Job title", Kind::Text, &["jobtitle", "title", "position", "role", "occupation", "persontitle"]),
    field(
        "account",
        "Account",
        Kind::Account,
        &[
            "accountname",
            "account",
            "company",
            "companyname",
            "associatedcompany",
            "organization",
            "organizationname",
            "organisation",
            "employer",
            "accountid",
        ],
    ),
    field(
        "owner",
        "Owner",
        Kind::User,
        &["owner", "contactowner", "leadowner", "ownername", "salesagent", "salesrep", "owneremail", "ownerid", "owneralias"],
    ),
    field("external_id", "External id", Kind::Text, &["externalid", "contactid", "recordid", "id", "leadid", "personid"]),
    field("tags", "Tags", Kind::Tags, TAGS),
];

static PRODUCT: &[Field] = &[
    required("name", "Name", Kind::Text, &["productname", "product", "name", "item", "itemname", "title"]),
    field("code", "Code", Kind::Text, &["productcode", "sku", "code", "itemcode", "partnumber", "externalid", "productid", "id"]),
    field("family", "Family", Kind::Text, &["productfamily", "family", "series", "category", "productline", "group", "line"]),
    field(
        "unit_price",
        "Unit price",
        Kind::Money,
        &["unitprice", "salesprice", "listprice", "price", "retailprice", "amount", "cost", "standardprice"],
    ),
];

static USER: &[Field] = &[
    required("name", "Name", Kind::Text, &["fullname", "name", "salesagent", "username", "user", "salesrep", "employee", "agent", "rep"]),
    field("email", "E-mail", Kind::Email, &["email", "emailaddress", "mail", "workemail", "login"]),
    field("team", "Team", Kind::Name, &["team", "salesteam", "group", "department"]),
    field("manager", "Manager", Kind::Name, &["manager", "managername", "supervisor", "reportsto", "teamlead", "boss"]),
    field("region", "Region", Kind::Name, &["regionaloffice", "region", "office", "territory"]),
];

/// A header as it is compared: lower case letters and digits only, a Salesforce custom suffix `__c` and a required
/// mark dropped. `"Deal - Title*"` is `dealtitle`, `ORACLE_ID__C` is `oracleid`.
pub fn fold_header(header: &str) -> String {
    let lower = header.trim().to_lowercase();
    let lower = lower.strip_suffix("__c").unwrap_or(&lower);
    lower.chars().filter(|character| character.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_folded_and_no_field_repeats_one() {
        for object in Object::ALL {
            for field in fields(object) {
                let mut seen = std::collections::HashSet::new();
                for header in field.headers {
                    assert_eq!(&fold_header(header), header, "{} {}", object.key(), field.key);
                    assert!(seen.insert(*header), "{} {} says {header} twice", object.key(), field.key);
                }
                assert_eq!(find(object, field.key), Some(field));
            }
            assert_eq!(Object::from_key(object.key()), Some(object));
        }
    }

    #[test]
    fn a_header_folds_to_its_letters_and_digits() {
        assert_eq!(fold_header("Deal - Title*"), "dealtitle");
        assert_eq!(fold_header("ORACLE_ID__C"), "oracleid");
        assert_eq!(fold_header(" Person - Email (Work) "), "personemailwork");
    }
}

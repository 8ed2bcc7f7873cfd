//! Header rows as the known systems export them (from their public samples), each with the mapping a person would make.

use super::*;
use crate::infer;
use crate::read::{Limits, ReadOptions, read};

fn columns_of(text: &str) -> Vec<Column> {
    let options = ReadOptions { header: Some(true), ..ReadOptions::default() };
    let (table, _) = read(text.as_bytes(), &options, &Limits::default()).unwrap();
    infer::columns(&table)
}

/// "header>field" for each column that is mapped.
fn mapped(text: &str, object: Object) -> String {
    let columns = columns_of(text);
    suggest(&columns, object, Known::default())
        .iter()
        .zip(&columns)
        .filter_map(|(suggestion, column)| suggestion.field.as_ref().map(|field| format!("{}>{field}", column.name)))
        .collect::<Vec<_>>()
        .join(" ")
}

const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054\n\
    Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Won,2016-10-25,2017-03-11,4514\n\
    6PTR7VBR,Versie Hillebrand,MG Special,,Engaging,2016-11-05,,\n";
const ACCOUNTS: &str = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n\
    Acme Corporation,technolgy,1996,1100.04,2822,United States,\n\
    Bluth Company,technolgy,1993,1242.32,3027,United States,Acme Corporation\n";
const PRODUCTS: &str = "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n";
const TEAMS: &str = "sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\nCecily Lampkin,Dustin Brinkmann,Central\n";

#[test]
fn a_plain_export_maps_completely() {
    assert_eq!(
        mapped(PIPELINE, Object::Opportunity),
        "opportunity_id>external_id sales_agent>owner product>product account>account deal_stage>stage engage_date>created_at close_date>close_date close_value>amount"
    );
    assert_eq!(
        mapped(ACCOUNTS, Object::Account),
        "account>name sector>industry year_established>founded_year revenue>annual_revenue employees>employees office_location>country subsidiary_of>parent"
    );
    assert_eq!(mapped(PRODUCTS, Object::Product), "product>name series>family sales_price>unit_price");
    assert_eq!(mapped(TEAMS, Object::User), "sales_agent>name manager>manager regional_office>region");
}

#[test]
fn the_object_is_told_by_the_columns() {
    for (text, object) in [
        (PIPELINE, Object::Opportunity),
        (ACCOUNTS, Object::Account),
        (PRODUCTS, Object::Product),
        (TEAMS, Object::User),
        (
            "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date,Last Activity Date,Associated Company IDs",
            Object::Opportunity,
        ),
        (
            "Record ID,Company name,Website URL,Company Domain Name,Company owner,Create Date,Industry,Country/Region",
            Object::Account,
        ),
        (
            "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Job Title,Associated Company",
            Object::Contact,
        ),
        ("First Name,Last Name,URL,Email Address,Company,Position,Connected On", Object::Contact),
        (
            "ID,ISDELETED,MASTERRECORDID,NAME,TYPE,PARENTID,BILLINGCOUNTRY,PHONE,FAX,ACCOUNTNUMBER,WEBSITE,SIC,INDUSTRY,ANNUALREVENUE,NUMBEROFEMPLOYEES,OWNERSHIP,OWNERID,CREATEDDATE",
            Object::Account,
        ),
        (
            "ID,ISDELETED,ACCOUNTID,NAME,DESCRIPTION,STAGENAME,AMOUNT,PROBABILITY,EXPECTEDREVENUE,CLOSEDATE,TYPE,NEXTSTEP,LEADSOURCE,ISCLOSED,FORECASTCATEGORY,OWNERID,CREATEDDATE",
            Object::Opportunity,
        ),
        (
            "Record Id,Lead Owner.id,Lead Owner,Company,First Name,Last Name,Title,Email,Phone,Lead Source,Lead Status,Industry",
            Object::Lead,
        ),
    ] {
        assert_eq!(suggest_object(&columns_of(text)).0, object, "{text}");
    }
}

#[test]
fn headers_of_other_systems() {
    let deals = "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date,Last Activity Date,Associated Company IDs,Associated Contact IDs";
    assert_eq!(
        mapped(deals, Object::Opportunity),
        "Record ID>external_id Deal Name>name Deal Stage>stage Amount>amount Deal owner>owner Close Date>close_date Create Date>created_at Associated Company IDs>account Associated Contact IDs>primary_contact"
    );
    let deals = "Deal - Title,Deal - Value,Organization,Contact person,Deal - Owner,Deal - Stage (pipeline),Deal - Expected close date,Deal - Currency of value,Deal - Label,Deal - Creation date,Deal - Closed on,Deal - Lost reason,Deal - Lost time,Deal - Probability,Deal - Status,Deal - Pipedrive System ID";
    assert_eq!(
        mapped(deals, Object::Opportunity),
        "Deal - Title>name Deal - Value>amount Organization>account Contact person>primary_contact Deal - Owner>owner Deal - Stage (pipeline)>stage Deal - Expected close date>close_date Deal - Currency of value>currency Deal - Label>tags Deal - Creation date>created_at Deal - Lost reason>lost_reason Deal - Probability>probability Deal - Pipedrive System ID>external_id"
    );
    let contacts = "First Name,Last Name,URL,Email Address,Company,Position,Connected On";
    assert_eq!(
        mapped(contacts, Object::Contact),
        "First Name>first_name Last Name>last_name Email Address>email Company>account Position>title"
    );
    let export = "ID,ISDELETED,ACCOUNTID,NAME,DESCRIPTION,STAGENAME,AMOUNT,PROBABILITY,CLOSEDATE,TYPE,NEXTSTEP,LEADSOURCE,FORECASTCATEGORY,OWNERID,CREATEDDATE,CREATEDBYID";
    assert_eq!(
        mapped(export, Object::Opportunity),
        "ID>external_id ACCOUNTID>account NAME>name STAGENAME>stage AMOUNT>amount PROBABILITY>probability CLOSEDATE>close_date TYPE>type NEXTSTEP>next_step LEADSOURCE>source FORECASTCATEGORY>forecast_category OWNERID>owner CREATEDDATE>created_at"
    );
}

#[test]
fn cells_can_speak_where_the_header_is_silent() {
    let ids = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    let stages = Lookup::new(vec![
        crate::values::matching::Candidate::new(ids[0], "Engaging"),
        crate::values::matching::Candidate::new(ids[1], "Won"),
    ]);
    let columns = columns_of("A,B\nWon,x@a.test\nEngaging,y@a.test\n");
    let known = Known { stages: Some(&stages), ..Known::default() };
    let suggestions = suggest(&columns, Object::Opportunity, known);
    assert_eq!(suggestions[0].field.as_deref(), Some("stage"));
    let suggestions = suggest(&columns, Object::Contact, known);
    assert_eq!(suggestions[1].field.as_deref(), Some("email"));
}

/// Exports of tasks and of what happened, as four systems write them: what they are and how they are mapped is told by
/// their columns alone.
#[test]
fn tasks_and_activities_of_other_systems() {
    let cases = [
        (
            Object::Task,
            "ID,WHOID,WHATID,SUBJECT,ACTIVITYDATE,STATUS,PRIORITY,OWNERID,DESCRIPTION,ISDELETED,ACCOUNTID,ISCLOSED,TASKSUBTYPE,CALLDURATIONINSECONDS,COMPLETEDDATETIME\n\
             00T1,003A,006B,Send offer,2026-03-01,Not Started,Normal,005C,Soon,false,001D,false,Task,,\n",
            "ID>external_id WHOID>person WHATID>related_to SUBJECT>title ACTIVITYDATE>due_date STATUS>status PRIORITY>priority OWNERID>owner DESCRIPTION>notes ACCOUNTID>account TASKSUBTYPE>kind COMPLETEDDATETIME>done_at",
        ),
        (
            Object::Activity,
            "ID,WHOID,WHATID,SUBJECT,LOCATION,ISALLDAYEVENT,STARTDATETIME,ENDDATETIME,DURATIONINMINUTES,DESCRIPTION,OWNERID\n\
             00U1,003A,006B,Kick-off,Berlin,false,2026-03-01T09:00:00Z,2026-03-01T10:00:00Z,60,All there,005C\n",
            "ID>external_id WHOID>person WHATID>related_to SUBJECT>subject STARTDATETIME>occurred_at ENDDATETIME>ended_at DURATIONINMINUTES>duration DESCRIPTION>body OWNERID>owner",
        ),
        (
            Object::Task,
            "Record ID,Task Title,Task Type,Task Status,Priority,Due date,Assigned to,Notes,Associated Contact,Associated Company,Associated Deal\n\
             1,Call back,CALL,NOT_STARTED,HIGH,2026-03-01,ann@a.test,Asap,Nadia Petrov,Isdom,Big deal\n",
            "Record ID>external_id Task Title>title Task Type>kind Task Status>status Priority>priority Due date>due_date Assigned to>owner Notes>notes Associated Contact>contact Associated Company>account Associated Deal>opportunity",
        ),
        (
            Object::Activity,
            "Record ID,Note body,Activity date,Activity assigned to,Associated Contact IDs,Associated Company IDs\n1,They like it,2026-03-01 10:00,ann@a.test,12,13\n",
            "Record ID>external_id Note body>body Activity date>occurred_at Activity assigned to>owner Associated Contact IDs>contact Associated Company IDs>account",
        ),
        (
            Object::Activity,
            "Record ID,Call Title,Call notes,Call outcome,Call direction,Call duration,Activity date,Activity assigned to\n1,First call,Went well,Connected,OUTBOUND,0:05:12,2026-03-01 10:00,ann@a.test\n",
            "Record ID>external_id Call Title>subject Call notes>body Call outcome>call_outcome Call direction>direction Call duration>duration Activity date>occurred_at Activity assigned to>owner",
        ),
        (
            Object::Activity,
            "Record ID,Meeting name,Meeting start time,Meeting end time,Meeting outcome,Meeting description,Activity assigned to\n1,Demo,2026-03-01 10:00,2026-03-01 11:00,Held,All there,ann@a.test\n",
            "Record ID>external_id Meeting name>subject Meeting start time>occurred_at Meeting end time>ended_at Meeting outcome>meeting_outcome Meeting description>body Activity assigned to>owner",
        ),
        (
            Object::Activity,
            "Record ID,Email subject,Email body,Email direction,Activity date,Activity assigned to\n1,Offer,Here it is,OUTGOING,2026-03-01 10:00,ann@a.test\n",
            "Record ID>external_id Email subject>subject Email body>body Email direction>direction Activity date>occurred_at Activity assigned to>owner",
        ),
        (
            Object::Activity,
            "Activity - ID,Activity - Type,Activity - Subject,Activity - Due date,Activity - Duration,Activity - Done,Activity - Assigned to user,Activity - Deal,Activity - Contact person,Activity - Organization,Activity - Note\n\
             1,Call,First pitch,2026-03-01,00:30,Done,Ann,Moveer Deal,Tony Turner,Moveer Limited,Went well\n",
            "Activity - ID>external_id Activity - Type>kind Activity - Subject>subject Activity - Due date>occurred_at Activity - Duration>duration Activity - Done>status Activity - Assigned to user>owner Activity - Deal>opportunity Activity - Contact person>contact Activity - Organization>account Activity - Note>body",
        ),
        (
            Object::Activity,
            "Note - Content,Note - Add time,Note - User,Note - Deal,Note - Person,Note - Organization\nThey like it,2026-03-01 10:00:00,Ann,Moveer Deal,Tony Turner,Moveer Limited\n",
            "Note - Content>body Note - Add time>occurred_at Note - User>owner Note - Deal>opportunity Note - Person>contact Note - Organization>account",
        ),
        (
            Object::Task,
            "Record Id,Task Owner,Subject,Due Date,Status,Priority,Closed Time,Contact Name,Related To,Description\nzcrm_1,Ann,Send offer,2026-03-01,In Progress,High,,Nadia Petrov,Isdom,Soon\n",
            "Record Id>external_id Task Owner>owner Subject>title Due Date>due_date Status>status Priority>priority Closed Time>done_at Contact Name>contact Related To>related_to Description>notes",
        ),
        (
            Object::Activity,
            "Record Id,Call Owner,Subject,Call Type,Call Start Time,Call Duration,Call Result,Contact Name,Related To,Description\nzcrm_2,Ann,First call,Outbound,2026-03-01 10:00:00,05:12,Interested,Nadia Petrov,Isdom,Went well\n",
            "Record Id>external_id Call Owner>owner Subject>subject Call Type>direction Call Start Time>occurred_at Call Duration>duration Call Result>call_outcome Contact Name>contact Related To>related_to Description>body",
        ),
        (
            Object::Activity,
            "Record Id,Event Owner,Title,From,To,Location,Contact Name,Related To,Description\nzcrm_3,Ann,Kick-off,2026-03-01 10:00:00,2026-03-01 11:00:00,Berlin,Nadia Petrov,Isdom,All there\n",
            "Record Id>external_id Event Owner>owner Title>subject From>occurred_at To>ended_at Contact Name>contact Related To>related_to Description>body",
        ),
    ];
    let mut wrong = String::new();
    for (object, text, fields) in cases {
        let (told, to) = (suggest_object(&columns_of(text)).0, mapped(text, object));
        if told != object || to != fields {
            wrong = format!("{wrong}\n{object:?}, not {told:?}:\n  {to}\nnot\n  {fields}");
        }
    }
    assert_eq!(wrong, "");
}

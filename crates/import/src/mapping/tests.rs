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

mod account_plans;
mod account_trees;
mod activities;
mod affiliations;
mod assignment;
mod board;
mod bulk;
mod configuration;
mod currencies;
mod custom_fields;
mod custom_lists;
mod custom_meanings;
mod deal_lines;
mod deal_people;
mod deals;
mod duplicates;
mod export;
mod file_servers;
pub mod files;
mod import;
mod import_files;
mod import_happened;
mod import_leads;
mod import_likely;
mod import_templates;
mod leads;
mod leads_conversion;
mod list_sums;
mod lists;
mod managed_lists;
mod merges;
mod notifications;
mod opportunity;
mod people_and_companies;
mod pipelines;
mod views;
mod web_forms;

/// Lets a role hide fields.
pub(crate) async fn hide(app: &dealwright_testkit::TestApp, role: &str, fields: serde_json::Value) {
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == role).unwrap();
    let path = format!("/roles/{}/fields", role["id"].as_str().unwrap());
    let version = app.admin.get(&path).await.body["version"].clone();
    let request = app.admin.request(reqwest::Method::PUT, &path);
    app.admin.send(request.json(&serde_json::json!({ "fields": fields, "version": version }))).await.ok();
}

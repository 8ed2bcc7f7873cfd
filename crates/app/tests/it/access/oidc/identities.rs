//! Which accounts at providers somebody signs in by, and how one is taken off.

use dealwright_access::policy::Builtin;
use dealwright_testkit::Person;
use serde_json::{Value, json};

use super::Stage;

async fn mine(person: &Person) -> Vec<Value> {
    person.get("/me/identities").await.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_see_and_unlink_their_identities_but_not_their_last_way_in() {
    let stage = Stage::new().await;
    let admin = &stage.app.admin;
    let claims = json!({ "sub": "ada", "email": "ada@acme.test", "email_verified": true });
    let ada = stage.person(claims.clone()).await;
    let linked = mine(&ada).await;
    assert_eq!(
        (linked.len(), &linked[0]["provider_name"], &linked[0]["email"]),
        (1, &json!("Acme ID"), &json!("ada@acme.test"))
    );
    let one = format!("/me/identities/{}", linked[0]["id"].as_str().unwrap());
    // She has no password: without it she could not come again.
    assert_eq!(ada.delete(&one).await.problem(), "409 last_way_in");
    assert_eq!(mine(&ada).await.len(), 1);

    // The administrator has a password and is known to the provider too.
    let boss = stage.person(json!({ "sub": "boss", "email": "admin@acme.test", "email_verified": true })).await;
    let linked = mine(&boss).await[0].clone();
    let path = format!("/me/identities/{}", linked["id"].as_str().unwrap());
    assert_eq!(ada.delete(&path).await.problem(), "404 not_found", "another's");
    let of = |person: &Value| format!("/users/{}/identities", person.as_str().unwrap());
    let ada_id = ada.get("/me").await.ok()["user"]["id"].clone();
    assert_eq!(admin.get(&of(&ada_id)).await.ok()["items"][0]["provider_id"], json!(stage.id));
    let rep = stage.app.user(Builtin::SalesRep).await;
    assert_eq!(rep.get(&of(&ada_id)).await.problem(), "403 forbidden");
    assert_eq!(stage.app.stranger().await.get(&of(&ada_id)).await.problem(), "404 not_found");

    // Whoever came long ago shows first that it is them.
    let old = "update session set authenticated_at = authenticated_at - interval '1 hour'";
    let mut db = stage.app.db.database.maintenance().await.unwrap();
    sqlx::query(old).execute(&mut db).await.unwrap();
    assert_eq!(boss.delete(&path).await.problem(), "403 reauthentication_required");
    sqlx::query("update session set authenticated_at = created_at").execute(&mut db).await.unwrap();
    assert_eq!(boss.delete(&path).await.status, 204);
    assert_eq!(mine(&boss).await, Vec::<Value>::new());
    assert_eq!(boss.delete(&path).await.problem(), "404 not_found");
    let told = admin.get("/audit?type=user.identity_unlinked").await.ok();
    assert_eq!(told["items"][0]["data"], json!({ "provider": "Acme ID" }));
}

//! Against a small server that speaks the published protocol: streams, refusals, restarts.

use std::sync::Arc;
use std::sync::Mutex;

use axum::Router;
use axum::extract::State as Held;
use axum::response::{IntoResponse, Response as Answer};
use axum::routing::post;

use super::*;

type Script = Arc<Mutex<(Vec<(u16, String)>, Vec<String>)>>;

async fn answer(Held(script): Held<Script>, body: String) -> Answer {
    let mut script = script.lock().unwrap();
    script.1.push(body);
    let (status, text) = if script.0.len() > 1 { script.0.remove(0) } else { script.0[0].clone() };
    (axum::http::StatusCode::from_u16(status).unwrap(), text).into_response()
}

async fn server(answers: Vec<(u16, String)>) -> (OpenAi, Script) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let script: Script = Arc::new(Mutex::new((answers, Vec::new())));
    let router = Router::new()
        .route("/v1/chat/completions", post(answer))
        .route("/v1/embeddings", post(answer))
        .with_state(Arc::clone(&script));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let limits = Limits { pause: Duration::from_millis(1), first_token: Duration::from_secs(2), ..Limits::default() };
    let endpoint =
        Endpoint { base_url, key: Some("secret".into()), model: "m".into(), embedding_model: Some("e".into()), limits };
    (OpenAi::new(endpoint).unwrap(), script)
}

fn stream(words: &[&str]) -> String {
    let mut text = String::new();
    for word in words {
        text.push_str(&format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": { "content": word }, "finish_reason": null }] })
        ));
    }
    text.push_str("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n");
    text
}

fn chat(schema: Option<crate::provider::Schema>) -> Chat {
    Chat { messages: vec![Message::user("hi")], schema, max_tokens: 10 }
}

async fn ask(client: &OpenAi, chat: &Chat) -> (Result<Reply, ProviderError>, String) {
    let mut heard = String::new();
    let reply = client.chat(chat, &mut |text| heard.push_str(text)).await;
    (reply, heard)
}

#[tokio::test]
async fn an_answer_is_streamed_and_counted() {
    let (client, script) = server(vec![(200, stream(&["Hel", "lo"]))]).await;
    let (reply, heard) = ask(&client, &chat(Some(crate::provider::Schema::Const("x")))).await;
    let reply = reply.unwrap();
    assert_eq!((reply.text.as_str(), heard.as_str(), reply.cut), ("Hello", "Hello", false));
    assert_eq!(reply.usage, Usage { tokens_in: 7, tokens_out: 2 });
    assert!(reply.first_token <= reply.latency);
    let sent: Value = serde_json::from_str(&script.lock().unwrap().1[0]).unwrap();
    assert_eq!(sent["response_format"]["json_schema"]["schema"]["properties"]["call"]["const"], "x");
    assert_eq!(client.status().state, State::Ready);
}

#[tokio::test]
async fn a_busy_endpoint_is_asked_again_and_a_refusal_is_not() {
    let busy = (429, r#"{"error":{"message":"slow down"}}"#.to_owned());
    let (client, script) = server(vec![busy.clone(), (503, String::new()), (200, stream(&["ok"]))]).await;
    assert_eq!(ask(&client, &chat(None)).await.0.unwrap().text, "ok");
    assert_eq!(script.lock().unwrap().1.len(), 3);

    let (client, script) = server(vec![(401, r#"{"error":{"message":"bad key"}}"#.to_owned())]).await;
    assert_eq!(
        ask(&client, &chat(None)).await.0,
        Err(ProviderError::Refused { status: 401, message: "bad key".into() })
    );
    assert_eq!(script.lock().unwrap().1.len(), 1);
    assert_eq!(client.status().state, State::Unavailable);

    let (client, script) = server(vec![busy]).await;
    assert!(matches!(ask(&client, &chat(None)).await.0, Err(ProviderError::Refused { status: 429, .. })));
    assert_eq!(script.lock().unwrap().1.len(), 3);
}

#[tokio::test]
async fn what_an_endpoint_does_not_know_is_left_out() {
    let refusal = (400, r#"{"error":{"message":"response_format is not supported"}}"#.to_owned());
    let (client, script) = server(vec![refusal, (200, stream(&["{}"]))]).await;
    ask(&client, &chat(Some(crate::provider::Schema::Const("x")))).await.0.unwrap();
    assert!(!script.lock().unwrap().1[1].contains("response_format"));
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error() {
    let (client, _) =
        server(vec![(200, "data: {\"choices\":[{\"delta\":{\"content\":\"He\"}}]}\n\n".to_owned())]).await;
    let (reply, heard) = ask(&client, &chat(None)).await;
    assert!(matches!(reply, Err(ProviderError::Broken(_))));
    assert_eq!(heard, "He");
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts() {
    let (client, _) =
        server(vec![(200, r#"{"data":[{"index":1,"embedding":[2.0]},{"index":0,"embedding":[1.0]}]}"#.to_owned())])
            .await;
    assert_eq!(client.embed(&["a".into(), "b".into()]).await.unwrap().vectors, [[1.0], [2.0]]);
}

#[tokio::test]
async fn nobody_there_is_said_plainly() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let limits = Limits { attempts: 2, pause: Duration::from_millis(1), ..Limits::default() };
    let endpoint = Endpoint {
        base_url: "http://127.0.0.1:9/v1".into(),
        key: None,
        model: "m".into(),
        embedding_model: None,
        limits,
    };
    let client = OpenAi::new(endpoint).unwrap();
    assert!(matches!(ask(&client, &chat(None)).await.0, Err(ProviderError::Unavailable(_))));
}

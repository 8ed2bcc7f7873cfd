//! With the real model, fetched if it is not there.

use dealwright_store::bundle::{self, Dirs};
use tokio::sync::OnceCell;

use super::*;

async fn folder() -> PathBuf {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    FOLDER
        .get_or_init(|| async { bundle::ensure(&bundle::EMBEDDING, &Dirs::from_env(), &|_| {}).await.unwrap() })
        .await
        .clone()
}

async fn embed(texts: &[&str]) -> Vec<Vec<f32>> {
    Embedder::new(folder().await).embed(texts.iter().map(|t| (*t).to_owned()).collect()).await.unwrap()
}

fn is_unit(vector: &[f32]) -> bool {
    vector.len() == DIMENSION && (similarity(vector, vector) - 1.0).abs() < 1e-4
}

#[tokio::test]
async fn what_means_the_same_is_near() {
    let vectors = embed(&[
        "The customer thinks it is too expensive",
        "They said our price is too high",
        "The meeting was moved to Thursday",
        "A man is playing a guitar",
    ])
    .await;
    assert!(vectors.iter().all(|v| is_unit(v)));
    let near = similarity(&vectors[0], &vectors[1]);
    let far = similarity(&vectors[0], &vectors[2]).max(similarity(&vectors[1], &vectors[3]));
    assert!(near > far + 0.3, "{near} {far}");
}

/// The first numbers that the reference implementation (sentence-transformers 5, PyTorch) gives for this sentence.
#[tokio::test]
async fn the_numbers_are_those_of_the_reference() {
    let vectors = embed(&["This is an example sentence"]).await;
    let known = [0.067_656_9, 0.063_495_9, 0.048_713_1, 0.079_304_97, 0.037_448_04];
    for (number, expected) in vectors[0].iter().zip(known) {
        assert!((number - expected).abs() < 1e-4, "{:?}", &vectors[0][..5]);
    }
}

#[tokio::test]
async fn a_text_alone_and_among_others_is_the_same() {
    let texts = ["Isdom, GTX Plus Pro", "", "call them", "a much longer text that shares its matrix with the others"];
    let together = embed(&texts).await;
    for (text, vector) in texts.iter().zip(&together) {
        let alone = embed(&[text]).await;
        assert!(similarity(&alone[0], vector) > 0.999_9, "{text}");
    }
}

#[tokio::test]
async fn any_text_has_a_vector() {
    let enormous = "pipeline ".repeat(200_000);
    let one_word = "x".repeat(500_000);
    let spaces = " ".repeat(500_000);
    let texts =
        ["", " ", "日本語の取引", "Ünïcödé şirket", "עסקה", "🦀🦀", "\0\u{202e}", &enormous, &one_word, &spaces];
    let vectors = embed(&texts).await;
    assert_eq!(vectors.len(), texts.len());
    assert!(vectors.iter().all(|v| is_unit(v)));
    assert_eq!(embed(&[]).await, Vec::<Vec<f32>>::new());
}

#[tokio::test]
async fn what_comes_after_the_limit_is_not_read() {
    let start = "deal ".repeat(MAX_TOKENS);
    let vectors = embed(&[&start, &format!("{start} and something else entirely")]).await;
    assert!(similarity(&vectors[0], &vectors[1]) > 0.999_9);
}

#[tokio::test]
async fn it_is_loaded_on_first_use_and_let_go_when_idle() {
    let embedder = Embedder::with_idle(folder().await, Duration::from_millis(300));
    assert!(!embedder.is_loaded());
    let (one, other) = (embedder.clone(), embedder.clone());
    let (a, b) = tokio::join!(one.embed(vec!["a".into()]), other.embed(vec!["a".into()]));
    assert_eq!(a.unwrap(), b.unwrap());
    assert!(embedder.is_loaded());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!embedder.is_loaded());
    assert_eq!(embedder.embed(vec!["a".into()]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_model_is_an_error_and_not_a_panic() {
    let real = folder().await;
    let made = std::env::temp_dir().join(format!("dealwright-embed-{}", std::process::id()));
    std::fs::create_dir_all(&made).unwrap();
    let told = |embedder: Embedder| async move { embedder.embed(vec!["a".into()]).await.unwrap_err().to_string() };
    assert!(told(Embedder::new(&made)).await.contains("tokenizer.json can't be read"));
    for file in ["tokenizer.json", "config.json"] {
        std::fs::copy(real.join(file), made.join(file)).unwrap();
    }
    assert!(told(Embedder::new(&made)).await.contains("model.safetensors can't be read"));
    let whole = std::fs::read(real.join("model.safetensors")).unwrap();
    std::fs::write(made.join("model.safetensors"), &whole[..whole.len() / 2]).unwrap();
    assert!(told(Embedder::new(&made)).await.contains("model.safetensors"));
    std::fs::write(made.join("model.safetensors"), [0xff; 64]).unwrap();
    assert!(told(Embedder::new(&made)).await.contains("no header"));
    let config = std::fs::read_to_string(real.join("config.json")).unwrap();
    std::fs::write(made.join("config.json"), config.replace("384", "100")).unwrap();
    assert!(told(Embedder::new(&made)).await.contains("100 dimensions"));
    std::fs::remove_dir_all(&made).unwrap();
}

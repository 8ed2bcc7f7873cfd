//! How many texts a second: `cargo bench -p dealwright-embed`. Fetches the model if it is not there.
#![expect(clippy::expect_used, reason = "a benchmark that can't run has failed")]

use std::time::Instant;

use dealwright_embed::Embedder;
use dealwright_store::bundle::{self, Dirs};

const SENTENCES: [&str; 4] = [
    "Isdom, GTX Plus Pro",
    "They went with a competitor because our price was too high",
    "Send the security questionnaire to their procurement before the board meets",
    "Follow up next Friday",
];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let folder = bundle::ensure(&bundle::EMBEDDING, &Dirs::from_env(), &|_| {}).await.expect("the model");
        let embedder = Embedder::new(folder);
        let started = Instant::now();
        embedder.embed(vec!["warm".into()]).await.expect("a vector");
        println!("load and first text: {:.0?}", started.elapsed());
        let long = SENTENCES.join(" ").repeat(8);
        for (name, text) in [("short (9 tokens)", SENTENCES[1]), ("long (256 tokens)", long.as_str())] {
            for size in [1_u16, 50] {
                let texts = vec![text.to_owned(); size.into()];
                let started = Instant::now();
                let mut rounds = 0_u16;
                while started.elapsed().as_secs() < 3 {
                    embedder.embed(texts.clone()).await.expect("vectors");
                    rounds += 1;
                }
                let seconds = started.elapsed().as_secs_f64();
                let (rounds, size) = (f64::from(rounds), f64::from(size));
                println!(
                    "{name}, {size} at once: {:.1} ms a call, {:.0} texts/s",
                    1000.0 * seconds / rounds,
                    rounds * size / seconds
                );
            }
        }
    });
}

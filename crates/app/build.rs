//! Embeds the built web app; without one, a page that says how to build it.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    let built = Path::new("../../web/dist/index.html").exists();
    memory_serve::load_directory(if built { "../../web/dist" } else { "assets/unbuilt" });
}

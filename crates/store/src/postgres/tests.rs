//! These start PostgreSQL for real, each in a data folder of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};

use super::account::Account;
use super::layout::Layout;
use super::server::Launch;
use super::*;
use crate::bundle::{self, Dirs};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dealwright-pg-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}

async fn options(folder: &Folder, data_dir: PathBuf) -> Options {
    let install_dir = bundle::ensure(&bundle::POSTGRES, &Dirs::from_env(), &|_| ()).await.unwrap();
    Options { data_dir, install_dir, state_dir: folder.0.join("state"), profile: Profile::Test, tcp_port: None }
}

async fn ask(postgres: &PrivatePostgres) -> Result<i32, sqlx::Error> {
    let mut connection = PgConnection::connect_with(&postgres.superuser("postgres")).await?;
    let answer = sqlx::query_scalar("select 1").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}

fn pid(postgres: &PrivatePostgres) -> i32 {
    match *postgres.state().borrow() {
        State::Running { pid } => pid,
        other => panic!("not running but {other:?}"),
    }
}

fn is_alive(pid: i32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn it_starts_answers_stops_and_starts_again() {
    let folder = Folder::new();
    let options = options(&folder, folder.0.join("data")).await;
    let began = Instant::now();
    let postgres = PrivatePostgres::start(&options).await.unwrap();
    eprintln!("first start: {:?}", began.elapsed());
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    let main = pid(&postgres);
    postgres.stop().await;
    assert!(!is_alive(main));

    let began = Instant::now();
    let postgres = PrivatePostgres::start(&Options { profile: Profile::Serve, ..options }).await.unwrap();
    eprintln!("second start: {:?}", began.elapsed());
    let mut connection = PgConnection::connect_with(&postgres.superuser("postgres")).await.unwrap();
    sqlx::query("create extension vector").execute(&mut connection).await.unwrap();
    let locale: String =
        sqlx::query_scalar("select datlocprovider::text || datlocale from pg_database where datname = 'postgres'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(locale, "bC.UTF-8");
    connection.close().await.unwrap();
    postgres.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_right_ones_stay() {
    let folder = Folder::new();
    let postgres = PrivatePostgres::start(&options(&folder, folder.0.join("data")).await).await.unwrap();
    let refused = PgConnection::connect_with(&postgres.options(SUPERUSER, "guess", "postgres")).await;
    assert!(refused.unwrap_err().to_string().contains("password authentication failed"));
    assert_eq!(postgres.password("dealwright_app").unwrap(), postgres.password("dealwright_app").unwrap());
    assert_ne!(postgres.password("dealwright_app").unwrap(), postgres.password("dealwright_system").unwrap());
    let kept = std::fs::metadata(folder.0.join("data/credentials/postgres")).unwrap();
    assert_eq!(kept.permissions().mode() & 0o777, 0o600);
    let mut by_url: PgConnection = PgConnection::connect(&postgres.superuser_url("postgres")).await.unwrap();
    by_url.ping().await.unwrap();
    by_url.close().await.unwrap();
    postgres.stop().await;
}

#[tokio::test]
async fn a_second_server_is_refused_and_told_who_has_the_data() {
    let folder = Folder::new();
    let options = options(&folder, folder.0.join("data")).await;
    let first = PrivatePostgres::start(&options).await.unwrap();
    let refusal = PrivatePostgres::start(&options).await.unwrap_err().to_string();
    assert!(refusal.contains(&format!("process {}, since 20", std::process::id())), "{refusal}");
    assert_eq!(ask(&first).await.unwrap(), 1);
    first.stop().await;
    PrivatePostgres::start(&options).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_crash_is_noticed_and_mended() {
    let folder = Folder::new();
    let postgres = PrivatePostgres::start(&options(&folder, folder.0.join("data")).await).await.unwrap();
    let first = pid(&postgres);
    kill(Pid::from_raw(first), Signal::SIGKILL).unwrap();
    let mut state = postgres.state();
    state.wait_for(|state| matches!(state, State::Running { pid } if *pid != first)).await.unwrap();
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    postgres.stop().await;
}

/// As `start` does it, but in our hands.
async fn launch(options: &Options) -> Launch {
    let account = Account::choose().unwrap();
    std::fs::create_dir_all(&options.data_dir).unwrap();
    let layout = Layout::resolve(&options.data_dir, &options.state_dir, account.as_ref(), SOCKET_PORT).unwrap();
    Launch { layout, postgres: options.install_dir.join("bin/postgres"), account }
}

#[tokio::test]
async fn when_we_vanish_the_watchdog_stops_it() {
    let folder = Folder::new();
    let options = options(&folder, folder.0.join("data")).await;
    PrivatePostgres::start(&options).await.unwrap().stop().await;
    let server = launch(&options).await.start().await.unwrap();
    let main = server.pid();
    drop(server);
    until("the watchdog stops PostgreSQL", || !is_alive(main)).await;
    let postgres = PrivatePostgres::start(&options).await.unwrap();
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    postgres.stop().await;
}

#[tokio::test]
async fn an_orphan_is_stopped_by_the_next_start() {
    let folder = Folder::new();
    let options = options(&folder, folder.0.join("data")).await;
    PrivatePostgres::start(&options).await.unwrap().stop().await;
    let server = launch(&options).await.start().await.unwrap();
    let main = server.pid();
    server.kill_watchdog();
    drop(server);
    assert!(is_alive(main));
    let postgres = PrivatePostgres::start(&options).await.unwrap();
    assert!(!is_alive(main));
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    postgres.stop().await;
}

#[tokio::test]
async fn a_stale_status_file_with_somebody_elses_number_does_not_block() {
    let folder = Folder::new();
    let options = options(&folder, folder.0.join("data")).await;
    PrivatePostgres::start(&options).await.unwrap().stop().await;
    let stale = format!("{}\n/elsewhere\n1\n5432\n\n\n\nready\n", std::process::id());
    std::fs::write(folder.0.join("data/postgres/data/postmaster.pid"), stale).unwrap();
    std::fs::write(folder.0.join("data/postgres/run/.s.PGSQL.5432.lock"), "1\n").unwrap();
    let postgres = PrivatePostgres::start(&options).await.unwrap();
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    postgres.stop().await;
}

#[tokio::test]
async fn a_long_data_folder_gets_a_short_socket() {
    let folder = Folder::new();
    let deep = (0..12).fold(folder.0.clone(), |path, _| path.join("a-rather-long-name"));
    let postgres = PrivatePostgres::start(&options(&folder, deep).await).await.unwrap();
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    postgres.stop().await;
    std::fs::remove_dir_all(postgres.socket_dir()).unwrap();
}

#[tokio::test]
async fn tcp_is_there_when_asked_for() {
    let folder = Folder::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = Options { tcp_port: Some(free), ..options(&folder, folder.0.join("data")).await };
    let postgres = PrivatePostgres::start(&options).await.unwrap();
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    let over_tcp = postgres.superuser("postgres").host("127.0.0.1");
    PgConnection::connect_with(&over_tcp).await.unwrap().close().await.unwrap();
    postgres.stop().await;
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let folder = Folder::new();
    let options = options(&folder, folder.0.join("data")).await;
    PrivatePostgres::start(&options).await.unwrap().stop().await;
    let local = folder.0.join("data/postgres/local.conf");
    std::fs::write(&local, "shared_buffers = 'plenty'\n").unwrap();
    let error = PrivatePostgres::start(&options).await.unwrap_err().to_string();
    assert!(error.contains("shared_buffers") && error.contains("postgres.log"), "{error}");
    std::fs::remove_file(&local).unwrap();
    PrivatePostgres::start(&options).await.unwrap().stop().await;
}

#[tokio::test]
async fn as_root_a_closed_data_folder_moves_the_cluster_out() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = Folder::new();
    let closed = folder.0.join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    let options = options(&folder, closed.join("data")).await;
    let postgres = PrivatePostgres::start(&options).await.unwrap();
    assert_eq!(ask(&postgres).await.unwrap(), 1);
    postgres.stop().await;
    let link = options.data_dir.join("postgres");
    assert!(link.canonicalize().unwrap().starts_with(&options.state_dir));

    let again = PrivatePostgres::start(&options).await.unwrap();
    assert_eq!(ask(&again).await.unwrap(), 1);
    again.stop().await;

    std::fs::remove_dir_all(&options.data_dir).unwrap();
    let fresh = PrivatePostgres::start(&options).await.unwrap();
    assert_eq!(ask(&fresh).await.unwrap(), 1);
    fresh.stop().await;
    assert_eq!(left(&options.state_dir), 1);
}

fn left(state_dir: &Path) -> usize {
    std::fs::read_dir(state_dir.join("clusters"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".left-"))
        .count()
}

#[tokio::test]
async fn something_that_is_no_postgresql_is_named() {
    let folder = Folder::new();
    let options = Options { install_dir: "/nowhere".into(), ..options(&folder, folder.0.join("data")).await };
    let error = PrivatePostgres::start(&options).await.unwrap_err().to_string();
    assert!(error.contains("/nowhere") && error.contains("DEALWRIGHT_POSTGRES_DIR"), "{error}");
}

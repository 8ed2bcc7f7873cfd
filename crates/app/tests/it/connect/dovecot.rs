//! A real IMAP server: Dovecot, with mailboxes in a temporary folder. Everybody's password is `secret`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

pub struct Dovecot {
    process: Child,
    folder: PathBuf,
    pub port: u16,
}

impl Dovecot {
    /// # Panics
    /// When it is not installed: `scripts/need test`.
    pub async fn start() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("dw-imap-{}-{number}", std::process::id()));
        for part in ["", "mail", "run"] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
            let mode = if part == "mail" { 0o777 } else { 0o755 };
            std::fs::set_permissions(folder.join(part), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.join("dovecot.conf");
        std::fs::write(&file, config(&folder, port)).unwrap();
        let program = if Path::new("/usr/sbin/dovecot").exists() { "/usr/sbin/dovecot" } else { "dovecot" };
        let process = Command::new(program)
            .args(["-F", "-c"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("there is no Dovecot to test with, run scripts/need test: {error}"));
        let server = Self { process, folder, port };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return server;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("Dovecot did not start: {:?}", std::fs::read_to_string(server.folder.join("log")));
    }

    fn maildir(&self, user: &str, folder: &str) -> PathBuf {
        let root = self.folder.join("mail").join(user);
        if folder == "INBOX" { root } else { root.join(format!(".{folder}")) }
    }

    /// Puts a message into a folder.
    pub fn deliver(&self, user: &str, folder: &str, name: &str, message: &[u8]) {
        let maildir = self.maildir(user, folder);
        for path in [&self.maildir(user, "INBOX"), &maildir] {
            for part in ["new", "cur", "tmp"] {
                std::fs::create_dir_all(path.join(part)).unwrap();
            }
        }
        std::fs::write(maildir.join("new").join(name), message).unwrap();
        self.open_up();
    }

    /// Throws the server's numbering of a folder away, so that it makes another one.
    pub fn renumber(&self, user: &str) {
        let list = self.maildir(user, "INBOX").join("dovecot-uidlist");
        let text = std::fs::read_to_string(&list).unwrap();
        let (head, rest) = text.split_once('\n').unwrap();
        let changed: Vec<String> = head
            .split(' ')
            .map(|word| {
                word.strip_prefix('V').map_or(word.to_owned(), |v| format!("V{}", v.parse::<u64>().unwrap() - 1000))
            })
            .collect();
        std::fs::write(&list, format!("{}\n{rest}", changed.join(" "))).unwrap();
        for entry in std::fs::read_dir(self.maildir(user, "INBOX")).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("dovecot.index") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    /// The server's own account reads and writes them.
    fn open_up(&self) {
        Command::new("chmod").args(["-R", "a+rwX"]).arg(self.folder.join("mail")).status().unwrap();
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its children end with it when it is asked to, not when it is killed.
        _ = Command::new("kill").arg(self.process.id().to_string()).status();
        _ = self.process.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn config(folder: &Path, port: u16) -> String {
    let dir = folder.display();
    // Without being root it runs as whoever runs the test.
    let me = |flag: &str| {
        String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap().trim().to_owned()
    };
    let (user, group) = (me("-un"), me("-gn"));
    let (who, own) = if user == "root" {
        ("uid=nobody gid=nogroup".to_owned(), String::new())
    } else {
        let own = format!(
            "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
             service anvil {{\n chroot =\n}}\nservice imap-login {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n"
        );
        (format!("uid={user} gid={group}"), own)
    };
    format!(
        "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/run\nlog_path = {dir}/log\ninstance_name = {port}\n\
         ssl = no\ndisable_plaintext_auth = no\nmail_location = maildir:{dir}/mail/%u\nfirst_valid_uid = 1\ndefault_vsz_limit = 512M\n\
         auth_failure_delay = 0\npassdb {{\n driver = static\n args = password=secret\n}}\nuserdb {{\n driver = static\n args = {who} home={dir}/mail/%u\n}}\n\
         namespace inbox {{\n inbox = yes\n separator = /\n mailbox Sent {{\n special_use = \\Sent\n auto = create\n }}\n}}\n\
         service imap-login {{\n inet_listener imap {{\n port = {port}\n }}\n inet_listener imaps {{\n port = 0\n }}\n}}\n{own}"
    )
}

//! `dealwright doctor`: what stands in the way of serving, and how to mend it.

use dealwright_access::audit::sealing::{self, Finding};
use dealwright_files::Blobs;
use dealwright_store::Database;
use dealwright_store::bundle::{self, Dirs};
use dealwright_store::migrate;

use crate::config::{AiMode, Config};
use crate::database::{Failure, Running, deep};

/// Prints one line a check, and fails when one failed.
///
/// # Errors
/// When a check failed.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let mut failed = 0;
    let mut line = |name: &str, outcome: Result<String, String>| match outcome {
        Ok(words) => println!("  ok    {name}: {words}"),
        Err(words) => {
            failed += 1;
            println!("  FAIL  {name}: {words}");
        }
    };
    line("configuration", Ok(format!("data in {}, port {}", config.data_dir.display(), config.port)));
    match Running::start(config).await {
        Ok(running) => {
            line("database", Ok(running.describe()));
            line("schema", schema(&running).await);
            line("roles", roles(&running).await);
            line("audit log", audit_log(&running.database).await);
            line("files to be scanned", waiting(&running.database, config).await);
            running.stop().await;
        }
        Err(error) => line("database", Err(error.to_string())),
    }
    line("files", files(config).await);
    line("virus scanner", scanner(config).await);
    line("traces", traces(config).await);
    let dirs = Dirs::from_env();
    match (config.ai, &config.ai_base_url) {
        (AiMode::Off, _) => line("assistant", Ok("off: the deterministic planner answers".into())),
        (AiMode::On, Some(url)) => line("assistant", Ok(format!("uses {url}"))),
        (AiMode::On, None) => {
            for part in [&bundle::LLAMA_SERVER, &bundle::LLM] {
                let found = part.present(&dirs).map_err(|e| e.to_string());
                line(
                    part.label,
                    found.map(|path| {
                        path.map_or_else(
                            || "will be fetched in the background by serve".into(),
                            |p| p.display().to_string(),
                        )
                    }),
                );
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of the checks failed").into()) }
}

/// Whether files can be written, read and removed where they are kept.
async fn files(config: &Config) -> Result<String, String> {
    let blobs = Blobs::open(&config.files_store)?;
    let probe = format!("doctor/{}", uuid::Uuid::new_v4().simple());
    blobs.probe(&probe).await.map_err(|e| format!("{}: {}", blobs.describe(), deep(e)))?;
    Ok(format!("kept in {}", blobs.describe()))
}

async fn scanner(config: &Config) -> Result<String, String> {
    if config.files_scanner.is_off() {
        return Ok("off: files are opened without having been looked at; FILES_SCANNER sets one".into());
    }
    config.files_scanner.ping().await.map_err(|e| format!("{}; files stay withheld until it answers", deep(e)))?;
    Ok("answers".into())
}

/// Whether the collector of traces answers. How many a running server has dropped is at its `/readyz`.
async fn traces(config: &Config) -> Result<String, String> {
    let Some(collector) = &config.traces else {
        return Ok("off; OTEL_EXPORTER_OTLP_ENDPOINT names a collector".into());
    };
    dealwright_trace::probe(collector).await.map_err(|e| format!("{}: {e}; traces are dropped", collector.endpoint))?;
    let content = if config.trace_content { "with" } else { "without" };
    Ok(format!("sent to {}, {content} what is asked and answered", collector.endpoint))
}

/// Files that were uploaded and that nobody may open yet.
async fn waiting(database: &Database, config: &Config) -> Result<String, String> {
    let n = dealwright_crm::file::check::waiting(database).await.map_err(|e| deep(e).to_string())?;
    if n > 0 && !config.files_scanner.is_off() && config.files_scanner.ping().await.is_err() {
        return Err(format!("{n} wait for the scanner, which can't be asked"));
    }
    Ok(format!("{n} wait"))
}

async fn schema(running: &Running) -> Result<String, String> {
    match migrate::is_current(&running.roles).await {
        Ok(true) => Ok("up to date".into()),
        Ok(false) => Err("not every migration has run; run: dealwright migrate".into()),
        Err(error) => Err(deep(error).to_string()),
    }
}

/// The log must be what was sealed. Names each day that is not, and the first event in it that does not fit.
///
/// # Errors
/// What does not fit, in words for the operator.
pub async fn audit_log(database: &Database) -> Result<String, String> {
    let verdict = sealing::verify(database).await.map_err(|e| deep(e).to_string())?;
    let told = |finding: &Finding| format!("{} of organisation {}: {}", finding.day, finding.org, finding.misfit);
    let mut wrong: Vec<String> = verdict.findings.iter().map(told).collect();
    if verdict.strays > 0 {
        wrong.push(format!("{} events have no place in the order of the log", verdict.strays));
    }
    if wrong.is_empty() {
        return Ok(format!("{} sealed days with {} events fit their seals", verdict.days, verdict.events));
    }
    Err(format!("the log is not what was sealed; compare it with a backup.\n        {}", wrong.join("\n        ")))
}

/// The roles that serve requests must be bound by row-level security.
async fn roles(running: &Running) -> Result<String, String> {
    let mut db = running.database.maintenance().await.map_err(|e| deep(e).to_string())?;
    let loose: Vec<String> = sqlx::query_scalar(
        "select rolname::text from pg_roles where rolname like 'dealwright\\_%' and (rolsuper or rolbypassrls)",
    )
    .fetch_all(&mut db)
    .await
    .map_err(|e| e.to_string())?;
    let open: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)",
    )
    .fetch_all(&mut db)
    .await
    .map_err(|e| e.to_string())?;
    match (loose.as_slice(), open.as_slice()) {
        ([], []) => Ok("no role climbs above row-level security, and every tenant table has it".into()),
        (roles, []) => Err(format!("these roles escape row-level security: {}", roles.join(", "))),
        (_, tables) => Err(format!("these tables have no row-level security: {}", tables.join(", "))),
    }
}

//! What is right, by SQL over the tables: the database is asked as its superuser, so that neither the product's code nor
//! its row-level security has a say in what is expected.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use serde_json::Value;

use crate::EvalError;
use crate::suite::{Expect, Task};

/// The tables of which a change without an approval would show.
const WATCHED: [&str; 8] =
    ["opportunity", "account", "contact", "lead", "activity", "task", "opportunity_line", "record_share"];

/// Whoever asks, for `:me` and `:today`.
#[derive(Clone, Debug)]
pub struct Asker {
    pub id: String,
    /// ISO 8601.
    pub today: String,
}

/// An expectation with its queries answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    pub count: Option<i64>,
    pub figures: Option<Vec<f64>>,
    pub names: Option<Vec<String>>,
    pub first: Option<String>,
    pub says: Vec<String>,
    pub never_says: Vec<String>,
    pub question: Option<Vec<String>>,
    pub declines: bool,
    pub proposal: Option<Change>,
}

/// A change that is to be proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub kind: String,
    pub target: String,
    /// New value by field.
    pub changes: Vec<(String, String)>,
}

/// Answers the queries of suites.
#[derive(Debug)]
pub struct Oracle(PgConnection);

impl Oracle {
    #[must_use]
    pub const fn new(superuser: PgConnection) -> Self {
        Self(superuser)
    }

    /// The rows of a query of a suite's: it can't change anything.
    async fn rows(&mut self, asker: &Asker, sql: &str) -> Result<Vec<Value>, EvalError> {
        let put_in =
            sql.replace(":me", &format!("'{}'::uuid", asker.id)).replace(":today", &format!("'{}'", asker.today));
        let whole = format!("select to_jsonb(asked) from ({put_in}) asked");
        let failed = |error: sqlx::Error| EvalError::Oracle { sql: put_in.clone(), error };
        let mut tx = self.0.begin().await.map_err(failed)?;
        sqlx::query("set transaction read only").execute(&mut *tx).await.map_err(failed)?;
        let rows = sqlx::query(AssertSqlSafe(whole)).fetch_all(&mut *tx).await.map_err(failed)?;
        rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }

    /// The first column of each row, as text.
    async fn texts(&mut self, asker: &Asker, sql: &str) -> Result<Vec<String>, EvalError> {
        let rows = self.rows(asker, sql).await?;
        Ok(rows.iter().filter_map(|row| row.as_object()?.values().next().and_then(text)).collect())
    }

    /// The one value of a query.
    ///
    /// # Errors
    /// When it can't be asked, or gives none.
    pub async fn one(&mut self, asker: &Asker, sql: &str) -> Result<String, EvalError> {
        let found = self.texts(asker, sql).await?;
        found.into_iter().next().ok_or_else(|| EvalError::Nothing { sql: sql.to_owned() })
    }

    /// What a task's expectations come to.
    ///
    /// # Errors
    /// When a query can't be asked, or gives nothing where something is wanted.
    pub async fn wanted(&mut self, asker: &Asker, task: &Task) -> Result<Vec<Wanted>, EvalError> {
        let mut all = Vec::new();
        for expect in &task.expect {
            all.push(self.answered(asker, expect).await?);
        }
        Ok(all)
    }

    async fn answered(&mut self, asker: &Asker, expect: &Expect) -> Result<Wanted, EvalError> {
        let mut wanted = Wanted {
            says: expect.says.clone(),
            never_says: expect.never_says.clone(),
            question: expect.question.clone(),
            declines: expect.declines,
            ..Wanted::default()
        };
        if let Some(sql) = &expect.count {
            let count = self.one(asker, sql).await?;
            wanted.count = Some(count.parse().map_err(|_| EvalError::Nothing { sql: sql.clone() })?);
        }
        if let Some(sql) = &expect.figures {
            let rows = self.rows(asker, sql).await?;
            let columns = rows.first().and_then(Value::as_object).into_iter().flat_map(|row| row.values());
            wanted.figures = Some(columns.filter_map(|value| text(value)?.parse().ok()).collect());
        }
        if let Some(sql) = &expect.names {
            wanted.names = Some(self.texts(asker, sql).await?);
        }
        if let Some(sql) = &expect.first {
            wanted.first = Some(self.one(asker, sql).await?);
        }
        if let Some(proposal) = &expect.proposal {
            let mut changes = Vec::new();
            for (field, value) in &proposal.changes {
                let is_sql = value.starts_with("select ");
                let value = if is_sql { self.one(asker, value).await? } else { value.clone() };
                changes.push((field.clone(), value));
            }
            let target = self.one(asker, &proposal.target).await?;
            wanted.proposal = Some(Change { kind: proposal.kind.clone(), target, changes });
        }
        Ok(wanted)
    }

    /// What time the database has, ISO 8601.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn now(&mut self) -> Result<String, EvalError> {
        let sql = r#"select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;
        Ok(sqlx::query_scalar(sql).fetch_one(&mut self.0).await?)
    }

    /// A digest of all records that a person works with: whatever is written changes it.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn digest(&mut self) -> Result<String, EvalError> {
        let mut whole = String::new();
        for table in WATCHED {
            let sql =
                format!("select coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from {table} t");
            let digest: String = sqlx::query_scalar(AssertSqlSafe(sql.clone()))
                .fetch_one(&mut self.0)
                .await
                .map_err(|error| EvalError::Oracle { sql, error })?;
            whole.push_str(&digest);
        }
        Ok(whole)
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

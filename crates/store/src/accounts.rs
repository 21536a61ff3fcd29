//! People with an account: who they are, their password, their second factor, and where else they sign in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::UserId;

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql};

/// A person with an account.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct User {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The address with which the person signs in.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// `en` or `fr`.
    pub language: String,
    /// What the person prefers: theme, notifications.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// May make workspaces and accounts, and see the settings of the server.
    pub runs_server: bool,
    /// Accounts that are not active cannot sign in.
    pub active: bool,
    /// Since when a second factor is asked for.
    pub second_factor_since: Option<Timestamp>,
    /// Grows with every change.
    pub revision: i64,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When the person signed in last.
    pub last_login_at: Option<Timestamp>,
    /// When the person was erased; the account keeps no name.
    pub erased_at: Option<Timestamp>,
}

/// How a person proves who they are. Never leaves the server.
#[derive(Clone, Default)]
pub struct Proof {
    /// Hash of the password.
    pub password: Option<String>,
    /// The sealed key of the second factor, also one that is not confirmed yet.
    pub second_factor: Option<String>,
    /// The last step whose code was used; a code works once.
    pub second_factor_step: Option<i64>,
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(***)")
    }
}

impl Read for User {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(User {
            id: UserId::from_text(row.text("id")?),
            email: row.text("email")?,
            name: row.text("name")?,
            language: row.text("language")?,
            settings: row.json("settings")?,
            runs_server: row.flag("runs_server")?,
            active: row.flag("active")?,
            second_factor_since: row.maybe_time("second_factor_since")?,
            revision: row.int("revision")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            last_login_at: row.maybe_time("last_login_at")?,
            erased_at: row.maybe_time("erased_at")?,
        })
    }
}

impl Listed for User {
    fn standing(&self, order: &str) -> (Value, String) {
        let value = match order {
            "created" => self.created_at.as_microsecond().into(),
            _ => self.email.as_str().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

impl Read for Proof {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Proof {
            password: row.maybe_text("password")?,
            second_factor: row.maybe_text("second_factor")?,
            second_factor_step: row.maybe_int("second_factor_step")?,
        })
    }
}

/// The form in which addresses are compared.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

impl User {
    /// A new account.
    pub fn new(email: &str, name: &str, language: &str) -> User {
        let now = Timestamp::now();
        User {
            id: UserId::generate(),
            email: email.trim().to_owned(),
            name: name.trim().to_owned(),
            language: language.to_owned(),
            settings: Value::Object(Default::default()),
            runs_server: false,
            active: true,
            second_factor_since: None,
            revision: 1,
            created_at: now,
            updated_at: now,
            last_login_at: None,
            erased_at: None,
        }
    }
}

/// Adds an account; `password` is a hash. Fails with [`Error::Exists`] when the address has one.
pub async fn insert(conn: &mut Conn, user: &User, password: Option<&str>) -> Result<(), Error> {
    sql("INSERT INTO users (id, email, email_key, name, language, settings, password, runs_server, active, revision,
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
    .bind(user.id.as_str())
    .bind(&user.email)
    .bind(email_key(&user.email))
    .bind(&user.name)
    .bind(&user.language)
    .bind(json(&user.settings)?)
    .bind(password)
    .bind(user.runs_server)
    .bind(user.active)
    .bind(user.revision)
    .bind(user.created_at)
    .bind(user.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The account with that identity.
pub async fn find(conn: &mut Conn, id: &str) -> Result<Option<User>, Error> {
    sql("SELECT * FROM users WHERE id = $1").bind(id).first(conn).await
}

/// The account of that address.
pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Option<User>, Error> {
    sql("SELECT * FROM users WHERE email_key = $1").bind(email_key(email)).first(conn).await
}

/// How that person proves who they are.
pub async fn proof(conn: &mut Conn, id: &str) -> Result<Proof, Error> {
    let found = sql("SELECT password, second_factor, second_factor_step FROM users WHERE id = $1");
    Ok(found.bind(id).first(conn).await?.unwrap_or_default())
}

/// How many accounts there are.
pub async fn count(conn: &mut Conn) -> Result<i64, Error> {
    sql("SELECT count(*) FROM users WHERE erased_at IS NULL").number(conn).await
}

/// How many active accounts run the server.
pub async fn count_running_server(conn: &mut Conn) -> Result<i64, Error> {
    sql("SELECT count(*) FROM users WHERE runs_server = 1 AND active = 1 AND erased_at IS NULL")
        .number(conn)
        .await
}

/// Accounts, by address.
pub async fn list(conn: &mut Conn, search: Option<&str>, page: &PageRequest) -> Result<Page<User>, Error> {
    let orders = [Order::text("email", "email"), Order::number("created", "created_at")];
    List::of("SELECT * FROM users")
        .only("erased_at IS NULL")
        .maybe(
            "(lower(email) LIKE ? OR lower(name) LIKE ?)",
            search.map(|text| format!("%{}%", text.to_lowercase())),
        )
        .page(conn, page, &orders, "id", false)
        .await
}

/// Writes the parts of an account that people change, if its revision is still that one.
pub async fn update(conn: &mut Conn, user: &User) -> Result<(), Error> {
    sql("UPDATE users SET email = $2, email_key = $3, name = $4, language = $5, settings = $6, runs_server = $7,
         active = $8, revision = revision + 1, updated_at = $9 WHERE id = $1 AND revision = $10")
    .bind(user.id.as_str())
    .bind(&user.email)
    .bind(email_key(&user.email))
    .bind(&user.name)
    .bind(&user.language)
    .bind(json(&user.settings)?)
    .bind(user.runs_server)
    .bind(user.active)
    .bind(Timestamp::now())
    .bind(user.revision)
    .change(conn)
    .await
}

/// Sets the hash of the password.
pub async fn set_password(conn: &mut Conn, id: &str, hash: &str) -> Result<(), Error> {
    sql("UPDATE users SET password = $2, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .bind(Timestamp::now())
        .change(conn)
        .await
}

/// Notes that the person signed in.
pub async fn signed_in(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("UPDATE users SET last_login_at = $2 WHERE id = $1")
        .bind(id)
        .bind(Timestamp::now())
        .run(conn)
        .await
        .map(drop)
}

/// Sets the sealed key of the second factor, confirmed or not; `None` takes it away.
pub async fn set_second_factor(
    conn: &mut Conn,
    id: &str,
    sealed: Option<&str>,
    since: Option<Timestamp>,
) -> Result<(), Error> {
    sql("UPDATE users SET second_factor = $2, second_factor_since = $3, second_factor_step = NULL, updated_at = $4
         WHERE id = $1")
    .bind(id)
    .bind(sealed)
    .bind(since)
    .bind(Timestamp::now())
    .change(conn)
    .await
}

/// Notes that the code of that step was used; false when it, or a later one, was used before.
pub async fn use_step(conn: &mut Conn, id: &str, step: i64) -> Result<bool, Error> {
    let changed = sql("UPDATE users SET second_factor_step = $2
                       WHERE id = $1 AND (second_factor_step IS NULL OR second_factor_step < $2)");
    Ok(changed.bind(id).bind(step).run(conn).await? == 1)
}

/// Replaces the recovery codes, given as hashes.
pub async fn set_recovery_codes(conn: &mut Conn, id: &str, hashes: &[String]) -> Result<(), Error> {
    sql("DELETE FROM recovery_codes WHERE user_id = $1").bind(id).run(conn).await?;
    for hash in hashes {
        sql("INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)")
            .bind(id)
            .bind(hash)
            .run(conn)
            .await?;
    }
    Ok(())
}

/// Uses a recovery code; false when there is no such code, or it was used before.
pub async fn use_recovery_code(conn: &mut Conn, id: &str, hash: &str) -> Result<bool, Error> {
    let used =
        sql("UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL");
    Ok(used.bind(id).bind(hash).bind(Timestamp::now()).run(conn).await? == 1)
}

/// How many recovery codes are left.
pub async fn recovery_codes_left(conn: &mut Conn, id: &str) -> Result<i64, Error> {
    sql("SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL")
        .bind(id)
        .number(conn)
        .await
}

/// The account of somebody whom another system knows by that subject.
pub async fn by_identity(conn: &mut Conn, provider: &str, subject: &str) -> Result<Option<User>, Error> {
    sql("SELECT u.* FROM users u JOIN identities i ON i.user_id = u.id WHERE i.provider = $1 AND i.subject = $2")
        .bind(provider)
        .bind(subject)
        .first(conn)
        .await
}

/// Remembers by which subject another system knows a person.
pub async fn add_identity(conn: &mut Conn, provider: &str, subject: &str, user: &str) -> Result<(), Error> {
    sql("INSERT INTO identities (provider, subject, user_id, created_at) VALUES ($1, $2, $3, $4)")
        .bind(provider)
        .bind(subject)
        .bind(user)
        .bind(Timestamp::now())
        .run(conn)
        .await
        .map(drop)
}

/// Takes everything from an account that tells who it was; the identity stays, for what refers to it.
///
/// `audit::erase` does the same for what was written about the person, `links::erase` for invitations.
pub async fn erase(conn: &mut Conn, id: &str) -> Result<(), Error> {
    for table in [
        "identities",
        "recovery_codes",
        "sessions",
        "api_keys",
        "members",
        "grants",
        "notices",
        "told",
        "deliveries",
        "links",
    ] {
        sql(format!("DELETE FROM {table} WHERE user_id = $1")).bind(id).run(conn).await?;
    }
    sql("UPDATE users SET email = id, email_key = id, name = '', settings = '{}', password = NULL, second_factor = NULL,
         second_factor_since = NULL, runs_server = 0, active = 0, erased_at = $2, revision = revision + 1,
         updated_at = $2 WHERE id = $1")
    .bind(id)
    .bind(Timestamp::now())
    .change(conn)
    .await
}

/// By which subject another system knows a person.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Identity {
    /// Name of the other system in the settings of the server.
    pub provider: String,
    /// The person, as the other system counts them.
    pub subject: String,
    /// When the two were brought together.
    pub created_at: Timestamp,
}

impl Read for Identity {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Identity {
            provider: row.text("provider")?,
            subject: row.text("subject")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// Where else a person signs in.
pub async fn identities(conn: &mut Conn, user: &str) -> Result<Vec<Identity>, Error> {
    sql("SELECT provider, subject, created_at FROM identities WHERE user_id = $1 ORDER BY provider, subject")
        .bind(user)
        .all(conn)
        .await
}

/// Forgets by which subject another system knows a person; false when it does not.
pub async fn remove_identity(conn: &mut Conn, user: &str, provider: &str) -> Result<bool, Error> {
    let removed = sql("DELETE FROM identities WHERE user_id = $1 AND provider = $2");
    Ok(removed.bind(user).bind(provider).run(conn).await? > 0)
}

//! `towpath user`.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_api::sign_in::passwords;
use towpath_model::ids::{LinkId, WorkspaceId};
use towpath_model::{Fault, Role};
use towpath_store::accounts::{self, User};
use towpath_store::links::{self, Link, LinkKind};
use towpath_store::seal::{hash_token, random_text};
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Store, Tx, audit, commit, members};

use super::done;
use crate::cli::{UserAdd, UserArgs, UserCommand};
use crate::output::{Console, Outcome, tables};

pub(crate) async fn user(args: &UserArgs, console: &Console) -> Result<Outcome, Fault> {
    let store = args.store.open().await?;
    let result = match &args.command {
        UserCommand::Add(add) => self::add(&store, add, console).await,
        UserCommand::List => list(&store, console).await,
        UserCommand::PasswordLink { email, public_url } => link(&store, email, public_url, console).await,
    };
    store.close().await;
    result
}

async fn add(store: &Store, args: &UserAdd, console: &Console) -> Result<Outcome, Fault> {
    let mut user = User::new(&args.email, args.name.as_deref().unwrap_or(&args.email), &args.language);
    if !args.email.contains('@') {
        return Err(Fault::config(format!("`{}` is not an e-mail address", args.email)));
    }
    let mut tx = store.begin().await?;
    // Somebody has to run the server.
    user.runs_server = args.runs_server || accounts::count_running_server(&mut tx).await? == 0;
    let password = std::env::var("TOWPATH_PASSWORD").ok();
    let about = [user.email.as_str(), &user.name, args.workspace.as_deref().unwrap_or_default()];
    let hash = match &password {
        Some(password) => {
            if let Some(weakness) = passwords::weakness(password, &about) {
                return Err(Fault::config(weakness).at("variable", "TOWPATH_PASSWORD"));
            }
            Some(passwords::hash(password)?)
        }
        None => None,
    };
    let inserted = accounts::insert(&mut tx, &user, hash.as_deref()).await;
    if inserted.as_ref().is_err_and(|error| error.exists_in("email")) {
        return Err(Fault::config(format!("`{}` has an account already", user.email)));
    }
    inserted?;
    let mut joined = None;
    if let Some(name) = &args.workspace {
        let workspace = workspace(&mut tx, name).await?;
        members::put(&mut tx, workspace.id.as_str(), user.id.as_str(), args.role, "invited").await?;
        joined = Some(workspace);
    }
    let mut entry = done("user.make").on("user", user.id.as_str(), &user.email);
    entry.after = serde_json::to_value(&user).ok();
    audit::write(store, &mut tx, vec![entry]).await?;
    let secret = match hash {
        Some(_) => None,
        None => Some(fresh_link(&mut tx, &user).await?),
    };
    commit(tx).await?;
    if console.json {
        console.json_line(&json!({ "user": user, "workspace": joined }));
    }
    console.say(&format!(
        "`{}` has an account{}",
        user.email,
        if user.runs_server { " and runs the server" } else { "" }
    ));
    if let Some(secret) = secret {
        console.result(&format!("{}/password#{secret}", args.public_url.trim_end_matches('/')));
        console.say("a password is chosen at that address within a day");
    }
    Ok(Outcome::Done)
}

/// The workspace of that name; it is made when there is none.
async fn workspace(tx: &mut Tx, name: &str) -> Result<Workspace, Fault> {
    // By its name in addresses, its identity, or the name that people gave it.
    for known in [name, &workspaces::slug(name)] {
        if let Some(found) = workspaces::find(tx, known).await? {
            return Ok(found);
        }
    }
    let now = Timestamp::now();
    let workspace = Workspace {
        id: WorkspaceId::generate(),
        slug: workspaces::slug(name),
        name: name.to_owned(),
        settings: json!({}),
        revision: 1,
        created_at: now,
        updated_at: now,
        closed_at: None,
    };
    workspaces::insert(tx, &workspace).await?;
    Ok(workspace)
}

/// A link with which a person chooses a password; earlier ones stop working.
async fn fresh_link(tx: &mut Tx, user: &User) -> Result<String, Fault> {
    let secret = random_text(24)?;
    let now = Timestamp::now();
    let link = Link {
        id: LinkId::generate(),
        kind: LinkKind::Password,
        workspace_id: None,
        user_id: Some(user.id.clone()),
        email: Some(user.email.clone()),
        role: None,
        created_by: None,
        created_at: now,
        expires_at: now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now),
    };
    links::forget(tx, LinkKind::Password, Some(user.id.as_str())).await?;
    links::insert(tx, &link, &hash_token(&secret)).await?;
    Ok(secret)
}

async fn link(store: &Store, email: &str, public_url: &str, console: &Console) -> Result<Outcome, Fault> {
    let mut tx = store.begin().await?;
    let user = accounts::by_email(&mut tx, email).await?.filter(|user| user.active);
    let user =
        user.ok_or_else(|| Fault::not_found(format!("no active account has the address `{email}`")))?;
    let secret = fresh_link(&mut tx, &user).await?;
    audit::write(store, &mut tx, vec![done("user.password_link").on("user", user.id.as_str(), &user.email)])
        .await?;
    commit(tx).await?;
    console.result(&format!("{}/password#{secret}", public_url.trim_end_matches('/')));
    Ok(Outcome::Done)
}

async fn list(store: &Store, console: &Console) -> Result<Outcome, Fault> {
    let mut conn = store.read().await?;
    let page = towpath_store::page::PageRequest { limit: 1000, ..Default::default() };
    let users = accounts::list(&mut conn, None, &page).await?.items;
    if console.json {
        users.iter().for_each(|user| console.json_line(user));
        return Ok(Outcome::Done);
    }
    let row = |user: &User| {
        let seen = user.last_login_at.map_or("never".to_owned(), |at| at.to_string());
        let state = match (user.active, user.runs_server) {
            (false, _) => "not active",
            (true, true) => "runs the server",
            (true, false) => "",
        };
        vec![user.email.clone(), user.name.clone(), state.to_owned(), seen]
    };
    let rows: Vec<Vec<String>> = users.iter().map(row).collect();
    tables::layout(&["address", "name", "", "signed in"], &rows, &[])
        .iter()
        .for_each(|line| console.result(line));
    Ok(Outcome::Done)
}

/// Reads a role as it is typed.
pub(crate) fn role(text: &str) -> Result<Role, String> {
    Role::of(text).ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("there are {}", words.join(", "))
    })
}

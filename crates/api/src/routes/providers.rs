//! Signing in with another system, and connecting it with an account.
//!
//! A person is known by provider and subject, never by mail address: addresses are given to others in time. An address
//! counts once, to find an account that is connected with nobody yet, and only if the provider says that it is proven
//! and the account has no password. Somebody who chose a password may not be whom the address belongs to (an
//! invitation can be accepted by whoever has its link), and must connect the two by signing in with it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_store::accounts::{self, User, email_key};
use towpath_store::audit::{NewEntry, Outcome};

use super::fields::Wrong;
use super::parting::lock;
use super::session::begin_in_browser;
use crate::caller::{Caller, Origin, changed, with};
use crate::extract::{Json, Path, Query};
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::{Provider, Server};
use crate::sign_in::openid::{self, Attempt, Person};
use crate::sign_in::{cookie, groups};

/// A system that signs people in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProviderView {
    /// Its name in addresses.
    name: String,
    /// What stands on the button.
    title: String,
}

/// Lists the systems that sign people in.
#[utoipa::path(get, path = "/api/v1/providers", tag = "sign-in",
    responses((status = 200, body = Items<ProviderView>)))]
pub(crate) async fn list(State(server): State<Server>) -> Json<Items<ProviderView>> {
    let providers = server.settings.providers.iter();
    let views =
        providers.map(|provider| ProviderView { name: provider.name.clone(), title: provider.title.clone() });
    Json(views.collect::<Vec<_>>().into())
}

fn find<'a>(server: &'a Server, name: &str) -> Answer<&'a Provider> {
    let found = server.settings.providers.iter().find(|provider| provider.name == name);
    found.ok_or_else(|| Problem::not_found("provider", name))
}

/// Where to go afterwards.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Return {
    /// A path of this server; `/` if nothing is said.
    return_to: Option<String>,
}

/// Sends the browser to a system that signs people in.
#[utoipa::path(get, path = "/api/v1/providers/{provider}/start", tag = "sign-in",
    params(("provider" = String, Path, description = "Name of the provider."), Return),
    responses((status = 303, description = "The browser goes to the provider.")))]
pub(crate) async fn start(
    State(server): State<Server>,
    Path(provider): Path<String>,
    Query(wanted): Query<Return>,
) -> Answer<Response> {
    let provider = find(&server, &provider)?;
    let return_to = wanted.return_to.unwrap_or_else(|| "/".into());
    if !openid::is_own_path(&return_to) {
        return Err(Problem::new(problem::BAD_REQUEST, "`return_to` is not a path of this server"));
    }
    let (address, sealed) = openid::start(&server, provider, return_to, None).await?;
    redirect(&server, address.as_str(), &sealed, HeaderMap::new())
}

/// Goes elsewhere; `pending` is what is left in the browser meanwhile.
fn redirect(server: &Server, to: &str, pending: &str, mut headers: HeaderMap) -> Answer<Response> {
    headers.insert(header::LOCATION, HeaderValue::from_str(to).map_err(Problem::internal)?);
    let cookie = cookie::set_pending(pending, server.settings.is_secure());
    headers.append(header::SET_COOKIE, cookie);
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// What the provider sends the browser back with.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Back {
    /// Exchanged for the identity of the person.
    code: Option<String>,
    /// What was sent along.
    state: Option<String>,
    /// Why the provider did not sign the person in.
    error: Option<String>,
    /// Who answers (RFC 9207).
    iss: Option<String>,
}

/// Takes the answer of the provider and signs the person in, then goes to the page of the start.
///
/// If that fails, the browser goes to `/sign-in?problem=…` (or `/account?problem=…`), with the code of the problem.
#[utoipa::path(get, path = "/api/v1/providers/{provider}/callback", tag = "sign-in",
    params(("provider" = String, Path, description = "Name of the provider."), Back),
    responses((status = 303, description = "The browser goes on.")))]
pub(crate) async fn callback(
    State(server): State<Server>,
    origin: Origin,
    caller: Option<axum::Extension<Caller>>,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(back): Query<Back>,
) -> Answer<Response> {
    let provider = find(&server, &provider)?;
    let sealed = cookie::pending(&headers, server.settings.is_secure()).unwrap_or_default();
    let attempt = openid::attempt(&server, &provider.name, &sealed);
    let page = attempt.as_ref().map_or("sign-in", |attempt| match attempt.connects {
        Some(_) => "account",
        None => "sign-in",
    });
    let base = server.settings.public_url.trim_end_matches('/').to_owned();
    match settle(&server, &origin, caller.map(|caller| caller.0), provider, attempt, back).await {
        Ok((return_to, headers)) => redirect(&server, &format!("{base}{return_to}"), "", headers),
        Err(problem) => {
            let detail = json!({ "provider": provider.name, "reason": problem.detail() });
            let entry = with(origin.did("session.begin"), Outcome::Denied, detail);
            server.commit(server.store.begin().await?, vec![entry], vec![]).await?;
            let word = problem.code().word;
            redirect(
                &server,
                &format!("{base}/{page}?problem={word}&provider={}", provider.name),
                "",
                HeaderMap::new(),
            )
        }
    }
}

async fn settle(
    server: &Server,
    origin: &Origin,
    caller: Option<Caller>,
    provider: &Provider,
    attempt: Option<Attempt>,
    back: Back,
) -> Answer<(String, HeaderMap)> {
    let stray =
        || Problem::new(problem::BAD_REQUEST, "this sign-in was not begun in this browser, or is too old");
    let attempt = attempt.filter(|attempt| back.state.as_ref() == Some(&attempt.state)).ok_or_else(stray)?;
    if back.iss.is_some_and(|issuer| issuer != provider.issuer) {
        return Err(stray());
    }
    if let Some(error) = back.error {
        let shown: String = error.chars().take(100).collect();
        return Err(Problem::new(problem::OTHER_SYSTEM, format!("provider `{}`: {shown}", provider.name)));
    }
    let return_to = attempt.return_to.clone();
    // Whoever began to connect must be whom the browser is still signed in as.
    let connecting = match &attempt.connects {
        Some(user) => Some(caller.filter(|caller| caller.user.id.as_str() == user).ok_or_else(stray)?),
        None => None,
    };
    let person = openid::finish(server, provider, attempt, back.code.ok_or_else(stray)?).await?;
    if let Some(caller) = connecting {
        connect_person(server, &caller, provider, &person).await?;
        return Ok((return_to, HeaderMap::new()));
    }
    let user = account(server, origin, provider, &person).await?;
    let (_, headers) = begin_in_browser(server, &user, &format!("oidc:{}", provider.name), origin).await?;
    Ok((return_to, headers))
}

/// The account of a person: known, found by a proven address, or made. Memberships follow the groups.
async fn account(server: &Server, origin: &Origin, provider: &Provider, person: &Person) -> Answer<User> {
    let mut tx = server.store.begin().await?;
    lock(server, &mut tx).await?;
    let known = accounts::by_identity(&mut tx, &provider.name, &person.subject).await?;
    let (user, mut entries) = match known {
        Some(user) => (user, Vec::new()),
        None => {
            let (user, entries) = first_time(&mut tx, origin, provider, person).await?;
            accounts::add_identity(&mut tx, &provider.name, &person.subject, user.id.as_str()).await?;
            (user, entries)
        }
    };
    if !user.active {
        return Err(Problem::new(problem::NO_ACCOUNT, "the account is not active"));
    }
    let (changes, events) = groups::follow(&mut tx, provider, &user, &person.groups, origin).await?;
    entries.extend(changes);
    server.commit(tx, entries, events).await?;
    Ok(user)
}

/// The account that a person gets who comes from the provider for the first time.
async fn first_time(
    tx: &mut towpath_store::Tx,
    origin: &Origin,
    provider: &Provider,
    person: &Person,
) -> Answer<(User, Vec<NewEntry>)> {
    let refuse = |detail: &str| Err(Problem::new(problem::NO_ACCOUNT, detail));
    let Some(email) = person.email.as_deref().filter(|_| person.email_is_proven) else {
        return refuse("the provider tells no mail address that is proven");
    };
    let mut wrong = Wrong::default();
    wrong.email("/email", email);
    if wrong.end().is_err() {
        return refuse("the provider tells a mail address that is none");
    }
    let said = json!({ "provider": provider.name });
    if let Some(user) = accounts::by_email(tx, email).await? {
        if accounts::proof(tx, user.id.as_str()).await?.password.is_some() {
            return refuse(
                "there is an account with that address and a password; sign in with it and connect the provider",
            );
        }
        let identities = accounts::identities(tx, user.id.as_str()).await?;
        if identities.iter().any(|identity| identity.provider == provider.name) {
            return refuse("the account with that address is connected with somebody else at the provider");
        }
        let entry = origin.did("identity.add").on("user", user.id.as_str(), &user.email);
        return Ok((user, vec![changed(entry, None, Some(said))]));
    }
    if !provider.makes_accounts {
        return refuse("there is no account with that address");
    }
    let name = person.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name: String =
        name.unwrap_or(email).chars().filter(|letter| !letter.is_control()).take(200).collect();
    let is_french = person.language.as_ref().is_some_and(|language| language.starts_with("fr"));
    let user = User::new(&email_key(email), &name, if is_french { "fr" } else { "en" });
    accounts::insert(tx, &user, None).await?;
    let entry = origin.did("user.add").on("user", user.id.as_str(), &user.email);
    let entry = changed(entry, None, serde_json::to_value(&user).ok());
    Ok((user, vec![with(entry, Outcome::Done, said)]))
}

async fn connect_person(
    server: &Server,
    caller: &Caller,
    provider: &Provider,
    person: &Person,
) -> Answer<()> {
    let mut tx = server.store.begin().await?;
    match accounts::by_identity(&mut tx, &provider.name, &person.subject).await? {
        Some(user) if user.id == caller.user.id => return Ok(()),
        Some(_) => {
            return Err(Problem::new(problem::CONFLICT, "the person is connected with another account"));
        }
        None => {}
    }
    let id = caller.user.id.as_str();
    accounts::add_identity(&mut tx, &provider.name, &person.subject, id).await?;
    let entry = caller.did("identity.add").on("user", id, &caller.user.email);
    let entry = changed(entry, None, Some(json!({ "provider": provider.name })));
    server.commit(tx, vec![entry], vec![]).await
}

/// Where the browser goes to connect a provider.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Connecting {
    /// The address at the provider.
    location: String,
}

/// Begins to connect a provider with one's own account: the page goes to the address of the answer.
#[utoipa::path(post, path = "/api/v1/account/identities/{provider}", tag = "account",
    params(("provider" = String, Path, description = "Name of the provider."), Return),
    responses((status = 200, body = Connecting)))]
pub(crate) async fn connect(
    State(server): State<Server>,
    caller: Caller,
    Path(provider): Path<String>,
    Query(wanted): Query<Return>,
) -> Answer<Response> {
    let provider = find(&server, &provider)?;
    let return_to = wanted.return_to.unwrap_or_else(|| "/account".into());
    if !openid::is_own_path(&return_to) {
        return Err(Problem::new(problem::BAD_REQUEST, "`return_to` is not a path of this server"));
    }
    let connects = Some(caller.user.id.to_string());
    let (address, sealed) = openid::start(&server, provider, return_to, connects).await?;
    let cookie = cookie::set_pending(&sealed, server.settings.is_secure());
    let body = Json(Connecting { location: address.into() });
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// Disconnects a provider from one's own account.
#[utoipa::path(delete, path = "/api/v1/account/identities/{provider}", tag = "account",
    params(("provider" = String, Path, description = "Name of the provider.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn disconnect(
    State(server): State<Server>,
    caller: Caller,
    Path(provider): Path<String>,
) -> Answer<StatusCode> {
    let id = caller.user.id.as_str();
    let mut tx = server.store.begin().await?;
    let others = accounts::identities(&mut tx, id).await?;
    if !accounts::remove_identity(&mut tx, id, &provider).await? {
        return Err(Problem::not_found("identity", &provider));
    }
    let is_last = others.iter().all(|identity| identity.provider == provider);
    if is_last && accounts::proof(&mut tx, id).await?.password.is_none() {
        return Err(Problem::new(problem::CONFLICT, "there is no other way to sign in")
            .hint("choose a password first"));
    }
    let entry = caller.did("identity.remove").on("user", id, &caller.user.email);
    let entry = changed(entry, Some(json!({ "provider": provider })), None);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(StatusCode::NO_CONTENT)
}

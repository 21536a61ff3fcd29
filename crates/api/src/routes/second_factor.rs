//! The second factor of one's own account: begun, confirmed by a code, taken away; and its recovery codes.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::ids::SessionId;
use towpath_store::accounts;
use towpath_store::audit::Outcome;
use towpath_store::sessions;

use crate::caller::{Caller, changed, with};
use crate::extract::Json;
use crate::problem::{self, Answer, Problem};
use crate::server::Inside;
use crate::sign_in::confirm::confirm;
use crate::sign_in::factor;
use crate::sign_in::slow::Measures;

/// The password, once more.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    /// The password, if there is one.
    #[schema(format = Password)]
    password: Option<String>,
}

/// What an authenticator needs to know. Shown once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct FactorKey {
    /// The key, to be typed in.
    key: String,
    /// The same as an `otpauth:` address, for a picture.
    address: String,
}

/// Makes a key for an authenticator; it is asked for once a code of it was sent back.
#[utoipa::path(post, path = "/api/v1/account/second-factor", tag = "account", request_body = Proof,
    responses((status = 200, body = FactorKey)))]
pub(crate) async fn start(
    State(inside): State<Inside>,
    caller: Caller,
    Json(proof): Json<Proof>,
) -> Answer<Json<FactorKey>> {
    confirm(&inside, &caller, proof.password.as_deref()).await?;
    if caller.user.second_factor_since.is_some() {
        return Err(Problem::new(problem::CONFLICT, "there is a second factor already")
            .hint("take it away first, to use another authenticator"));
    }
    let server = &inside.server;
    let (sealed, key, address) = factor::fresh(server, &caller.user)?;
    let mut tx = server.store.begin().await?;
    accounts::set_second_factor(&mut tx, caller.user.id.as_str(), Some(&sealed), None).await?;
    let entry = caller.did("second_factor.start").on("user", caller.user.id.as_str(), &caller.user.email);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(Json(FactorKey { key, address }))
}

/// A code of the authenticator.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Six digits.
    code: String,
}

/// Codes that each stand once for the authenticator. Shown once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct RecoveryCodes {
    /// The codes.
    codes: Vec<String>,
}

/// Confirms the authenticator by a code of it; from now on, signing in asks for one.
#[utoipa::path(put, path = "/api/v1/account/second-factor", tag = "account", request_body = Code,
    responses((status = 200, body = RecoveryCodes)))]
pub(crate) async fn finish(
    State(inside): State<Inside>,
    caller: Caller,
    Json(sent): Json<Code>,
) -> Answer<Json<RecoveryCodes>> {
    let server = &inside.server;
    if caller.user.second_factor_since.is_some() {
        return Err(Problem::new(problem::CONFLICT, "the second factor is confirmed already"));
    }
    let id = caller.user.id.as_str();
    let measures = Measures::to_confirm(id);
    let mut tx = server.store.begin().await?;
    measures.check(&mut tx).await?;
    let Some(sealed) = accounts::proof(&mut tx, id).await?.second_factor else {
        return Err(Problem::new(problem::CONFLICT, "no key was made for an authenticator")
            .hint("send `POST /api/v1/account/second-factor` first"));
    };
    if !factor::use_code(server, &mut tx, &caller.user, &sent.code).await? {
        measures.fail(&mut tx).await?;
        towpath_store::commit(tx).await?;
        return Err(Problem::field("/code", "the code is wrong; is the clock of the device right?"));
    }
    let step = accounts::proof(&mut tx, id).await?.second_factor_step;
    accounts::set_second_factor(&mut tx, id, Some(&sealed), Some(Timestamp::now())).await?;
    // The code that confirmed it is used up.
    if let Some(step) = step {
        accounts::use_step(&mut tx, id, step).await?;
    }
    let codes = factor::new_recovery(&mut tx, &caller.user).await?;
    let entry = caller.did("second_factor.set").on("user", id, &caller.user.email);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(Json(RecoveryCodes { codes }))
}

/// What it takes to take the second factor away.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullProof {
    /// The password, if there is one.
    #[schema(format = Password)]
    password: Option<String>,
    /// A code of the authenticator, or a recovery code.
    code: String,
}

/// Takes the second factor and its recovery codes away; every other session ends.
#[utoipa::path(delete, path = "/api/v1/account/second-factor", tag = "account", request_body = FullProof,
    responses((status = 204, description = "Done.")))]
pub(crate) async fn remove(
    State(inside): State<Inside>,
    caller: Caller,
    Json(sent): Json<FullProof>,
) -> Answer<StatusCode> {
    confirm(&inside, &caller, sent.password.as_deref()).await?;
    prove(&inside, &caller, &sent.code).await?;
    let server = &inside.server;
    let id = caller.user.id.as_str();
    let mut tx = server.store.begin().await?;
    accounts::set_second_factor(&mut tx, id, None, None).await?;
    accounts::set_recovery_codes(&mut tx, id, &[]).await?;
    let own = caller.session().map(|session| session.id.as_str());
    let ended = sessions::revoke_others(&mut tx, id, own).await?;
    let entry = caller.did("second_factor.remove").on("user", id, &caller.user.email);
    let entry = changed(entry, None, Some(json!({ "sessions_ended": ended.len() })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    Ok(StatusCode::NO_CONTENT)
}

/// Uses up a code, or refuses.
async fn prove(inside: &Inside, caller: &Caller, code: &str) -> Answer<()> {
    let server = &inside.server;
    if caller.user.second_factor_since.is_none() {
        return Err(Problem::new(problem::CONFLICT, "there is no second factor"));
    }
    let measures = Measures::to_confirm(caller.user.id.as_str());
    let mut tx = server.store.begin().await?;
    measures.check(&mut tx).await?;
    if factor::use_code(server, &mut tx, &caller.user, code).await?
        || factor::use_recovery(&mut tx, &caller.user, code).await?
    {
        return Ok(towpath_store::commit(tx).await?);
    }
    measures.fail(&mut tx).await?;
    let entry = caller.did("account.confirm").on("user", caller.user.id.as_str(), &caller.user.email);
    let entry = with(entry, Outcome::Denied, json!({ "reason": "wrong code" }));
    server.commit(tx, vec![entry], vec![]).await?;
    Err(Problem::field("/code", "the code is wrong, or was used before"))
}

/// Makes new recovery codes; the former ones do not work any more.
#[utoipa::path(post, path = "/api/v1/account/recovery-codes", tag = "account", request_body = Proof,
    responses((status = 200, body = RecoveryCodes)))]
pub(crate) async fn recovery_codes(
    State(inside): State<Inside>,
    caller: Caller,
    Json(proof): Json<Proof>,
) -> Answer<Json<RecoveryCodes>> {
    confirm(&inside, &caller, proof.password.as_deref()).await?;
    if caller.user.second_factor_since.is_none() {
        return Err(Problem::new(problem::CONFLICT, "there is no second factor")
            .hint("recovery codes stand in for one; set it up first"));
    }
    let server = &inside.server;
    let mut tx = server.store.begin().await?;
    let codes = factor::new_recovery(&mut tx, &caller.user).await?;
    let entry =
        caller.did("second_factor.recovery_codes").on("user", caller.user.id.as_str(), &caller.user.email);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(Json(RecoveryCodes { codes }))
}

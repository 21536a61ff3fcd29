//! Invitations into a workspace: a link for one mail address and one role.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::{Right, Role};
use towpath_store::accounts::email_key;
use towpath_store::links::{self, Link, LinkKind};
use towpath_store::{accounts, members};

use super::fields::Wrong;
use super::giving::may_give;
use super::members::own_role;
use super::users::NewLink;
use crate::caller::{Caller, Within, changed};
use crate::extract::{Json, Path};
use crate::guard::allow;
use crate::paging::Items;
use crate::post::{Letter, LetterKind};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sign_in::links as making;
use crate::words::RoleWord;

/// Lists invitations that wait to be accepted, without their links.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/invitations", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 200, body = Items<Link>)))]
pub(crate) async fn list(State(server): State<Server>, within: Within) -> Answer<Json<Items<Link>>> {
    let mut conn = server.store.read().await?;
    Ok(Json(links::invitations(&mut conn, within.id()).await?.into()))
}

/// Who is invited, and as what.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// The mail address of the person.
    email: String,
    /// `viewer`, `operator`, `editor`, `admin` or `owner`; not above the own role.
    #[schema(value_type = RoleWord)]
    role: Role,
    /// Language of the letter; that of the caller if nothing is said.
    language: Option<String>,
}

/// An invitation that was made.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MadeInvitation {
    /// The invitation.
    invitation: Link,
    #[serde(flatten)]
    link: NewLink,
}

/// Invites somebody; the answer holds the link, which is shown once.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/invitations", tag = "workspaces",
    request_body = NewInvitation,
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 201, body = MadeInvitation)))]
pub(crate) async fn add(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(new): Json<NewInvitation>,
) -> Answer<(StatusCode, Json<MadeInvitation>)> {
    let language = new.language.unwrap_or_else(|| caller.user.language.clone());
    let mut wrong = Wrong::default();
    wrong.email("/email", &new.email);
    wrong.language("/language", &language);
    wrong.end()?;
    let email = email_key(&new.email);
    let mut tx = server.store.begin().await?;
    let own = own_role(&mut tx, &within, &caller).await?;
    allow(&caller, own, Right::MembersWrite)?;
    may_give(&caller, own, new.role)?;
    if let Some(known) = accounts::by_email(&mut tx, &email).await?
        && members::role(&mut tx, within.id(), known.id.as_str()).await?.is_some()
    {
        return Err(Problem::new(problem::EXISTS, format!("`{email}` is in the workspace already"))
            .hint("change the role of the person instead"));
    }
    // Another invitation of the same person is void: the newest one counts.
    for earlier in links::invitations(&mut tx, within.id()).await? {
        if earlier.email.as_deref() == Some(email.as_str()) {
            if let Some(role) = earlier.role {
                may_give(&caller, own, role)?;
            }
            links::withdraw(&mut tx, within.id(), earlier.id.as_str()).await?;
        }
    }
    let mut link = making::blank(LinkKind::Invitation);
    link.workspace_id = Some(within.workspace.id.clone());
    link.email = Some(email.clone());
    link.role = Some(new.role);
    link.created_by = Some(caller.user.id.to_string());
    let address = making::make(&server, &mut tx, &link).await?;
    let entry = caller.did_in(&within, "invitation.add").on("invitation", link.id.as_str(), &email);
    let entry = changed(entry, None, Some(json!({ "email": email, "role": new.role })));
    server.commit(tx, vec![entry], vec![]).await?;
    let letter = Letter {
        kind: LetterKind::Invitation,
        to: new.email.trim().to_owned(),
        name: String::new(),
        language,
        link: address.clone(),
        expires_at: link.expires_at,
        workspace: Some(within.workspace.name),
        sender: Some(caller.user.name),
    };
    let sent = making::send(&server, letter).await;
    let made = NewLink { link: address, expires_at: link.expires_at, sent };
    Ok((StatusCode::CREATED, Json(MadeInvitation { invitation: link, link: made })))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/invitations/{invitation}", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("invitation" = String, Path, description = "Identity of the invitation.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn withdraw(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path((_, invitation)): Path<(String, String)>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let found = links::invitations(&mut tx, within.id()).await?;
    let link = found.into_iter().find(|link| link.id.as_str() == invitation);
    let link = link.ok_or_else(|| Problem::not_found("invitation", &invitation))?;
    if let Some(role) = link.role {
        may_give(&caller, own_role(&mut tx, &within, &caller).await?, role)?;
    }
    if !links::withdraw(&mut tx, within.id(), &invitation).await? {
        return Err(Problem::not_found("invitation", &invitation));
    }
    let email = link.email.unwrap_or_default();
    let entry = caller.did_in(&within, "invitation.withdraw").on("invitation", &invitation, &email);
    let entry = changed(entry, Some(json!({ "email": email, "role": link.role })), None);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(StatusCode::NO_CONTENT)
}

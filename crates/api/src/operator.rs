//! What the operator of a server does through the interface, at its own machine and in the name of a person.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use towpath_model::Fault;
use towpath_store::accounts::User;
use towpath_store::sessions::{self, SessionKind};

use crate::caller::Origin;
use crate::routes::session::begin;
use crate::server::Server;
use crate::sign_in::tokens;

/// Asks the interface without a network, in the name of a person. Rights, checks and the audit are those of the person.
#[derive(Debug)]
pub struct Operator {
    server: Server,
    router: Router,
    user: User,
    session: String,
    token: String,
}

impl Operator {
    /// Begins to act in the name of a person; [`Operator::leave`] ends it.
    pub async fn enter(server: &Server, user: User) -> Result<Operator, Fault> {
        let origin = Origin { agent: Some("command line".into()), ..Origin::default() };
        let failed = |problem: crate::problem::Problem| Fault::internal(problem.detail().to_owned());
        let mut tx = server.store.begin().await?;
        let begun = begin(server, &mut tx, &user, SessionKind::Program, "operator", &origin).await;
        let (session, _) = begun.map_err(failed)?;
        let entry = origin.did("session.begin").on("user", user.id.as_str(), &user.email);
        server.commit(tx, vec![entry], vec![]).await.map_err(failed)?;
        let token = tokens::write(server, user.id.as_str(), session.id.as_str()).map_err(failed)?;
        let session = session.id.to_string();
        Ok(Operator { server: server.clone(), router: crate::router(server.clone()), user, session, token })
    }

    /// Asks for something; `path` stands behind `/api/v1`. Returns the status and the body.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        tag: Option<&str>,
    ) -> Result<(StatusCode, Value), Fault> {
        let base = self.server.settings.base_path();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{base}/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if let Some(tag) = tag {
            request = request.header(header::IF_MATCH, tag);
        }
        let body = match body {
            Some(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(|error| Fault::internal(error.to_string()))?;
        let response =
            self.router.clone().oneshot(request).await.map_err(|error| Fault::internal(error.to_string()))?;
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|error| Fault::internal(error.to_string()))?
            .to_bytes();
        let value = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).map_err(|error| Fault::internal(error.to_string()))?,
        };
        Ok((status, value))
    }

    /// Ends the session.
    pub async fn leave(self) -> Result<(), Fault> {
        let mut tx = self.server.store.begin().await?;
        sessions::revoke(&mut tx, self.user.id.as_str(), &self.session).await?;
        Ok(towpath_store::commit(tx).await?)
    }
}

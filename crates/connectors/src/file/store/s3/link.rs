//! The library's requests, through the door that all of them take.

use std::sync::Arc;

use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use towpath_connect::bounds::{Refused, Web};
use towpath_model::Fault;

/// Makes the library ask through a [`Web`], whose settings stand for those of the library.
#[derive(Debug, Clone)]
pub(super) struct Link(Arc<Web>);

impl Link {
    pub(super) fn new(web: Web) -> Self {
        Link(Arc::new(web))
    }
}

impl HttpConnector for Link {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Link {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // Unlike a server that cannot be reached, one that may not be is not tried again.
        let refused = |fault: Fault| HttpError::new(HttpErrorKind::Unknown, fault);
        let url = request.uri().to_string().parse();
        let url = url.map_err(|_| refused(Fault::internal("a request to an address that is none")))?;
        let client = self.0.client(&url).map_err(refused)?;
        client.call(request).await.map_err(|error| Refused::inside(&error).map_or(error, refused))
    }
}

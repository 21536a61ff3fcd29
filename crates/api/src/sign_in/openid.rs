//! Signing in elsewhere: OpenID Connect, authorization code with PKCE.
//!
//! [`start`] sends the browser to the provider and leaves what belongs to this attempt (state, nonce, the verifier of
//! PKCE) in a sealed cookie; [`finish`] exchanges the code that the browser brings back for the claims of the person.
//! The documents of the provider are read anew each time, so that its new keys and addresses count at once.
//!
//! Deliberately absent: tokens of the provider are not kept, and signing out here does not sign out there.

use std::time::Duration;

use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims, reqwest,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::problem::{self, Answer, Problem};
use crate::server::{Provider, Server};

/// Seconds that a person has at the provider.
const PATIENCE: i64 = 600;
/// What a sealed attempt belongs to.
const PLACE: &str = "sign-in elsewhere";
/// How tokens may be signed. Shared secrets (`HS…`) and `none` are not among it.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims beside those that every provider has: groups, under a name of the settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct More {
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl AdditionalClaims for More {}

type Fields = IdTokenFields<
    More,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Known = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What belongs to one attempt; travels in a sealed cookie.
#[derive(Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// Name of the provider.
    pub(crate) provider: String,
    /// What the provider must send back.
    pub(crate) state: String,
    nonce: String,
    verifier: String,
    /// The page to go to afterwards: a path of this server.
    pub(crate) return_to: String,
    /// The person who connects the provider with an account; none who signs in.
    pub(crate) connects: Option<String>,
    until: i64,
}

/// A person, as the provider tells.
#[derive(Debug)]
pub(crate) struct Person {
    /// How the provider counts the person.
    pub(crate) subject: String,
    /// The mail address.
    pub(crate) email: Option<String>,
    /// The person can read mail that is sent there.
    pub(crate) email_is_proven: bool,
    /// The name for people.
    pub(crate) name: Option<String>,
    /// Language of the person, such as `fr-CA`.
    pub(crate) language: Option<String>,
    /// Groups that the person is in.
    pub(crate) groups: Vec<String>,
}

/// Paths of this server are pages to return to; everything else would lead people away.
pub(crate) fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.chars().all(|letter| !letter.is_control() && !letter.is_whitespace())
}

/// Begins an attempt: where the browser goes, and what is left in it.
pub(crate) async fn start(
    server: &Server,
    provider: &Provider,
    return_to: String,
    connects: Option<String>,
) -> Answer<(Url, String)> {
    let client = known(server, provider, &http()?).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (address, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(provider.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(challenge)
        .url();
    let attempt = Attempt {
        provider: provider.name.clone(),
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        return_to,
        connects,
        until: Timestamp::now().as_second() + PATIENCE,
    };
    let text = serde_json::to_string(&attempt).map_err(Problem::internal)?;
    Ok((address, server.keys.seal(PLACE, &text)?))
}

/// The attempt of a cookie, if it is one of this provider and not too old.
pub(crate) fn attempt(server: &Server, provider: &str, sealed: &str) -> Option<Attempt> {
    let text = server.keys.open(PLACE, sealed).ok()?;
    let attempt: Attempt = serde_json::from_str(&text).ok()?;
    (attempt.provider == provider && attempt.until > Timestamp::now().as_second()).then_some(attempt)
}

/// Exchanges the code of an attempt for the claims of the person.
pub(crate) async fn finish(
    server: &Server,
    provider: &Provider,
    attempt: Attempt,
    code: String,
) -> Answer<Person> {
    let http = http()?;
    let client = known(server, provider, &http).await?;
    let failed = |what: &str, error: String| broken(provider, what, &error);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| failed("it has no address for tokens", error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier))
        .request_async(&http)
        .await
        .map_err(|error| failed("it did not exchange the code", format!("{error:?}")))?;
    let token = tokens.id_token().ok_or_else(|| failed("it gave no identity", String::new()))?;
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
    let claims = token
        .claims(&verifier, &Nonce::new(attempt.nonce))
        .map_err(|error| failed("its identity does not hold", error.to_string()))?;
    if let Some(expected) = claims.access_token_hash() {
        let hash = token
            .signing_alg()
            .and_then(|alg| Ok((alg, token.signing_key(&verifier)?)))
            .map_err(|error| failed("its identity does not hold", error.to_string()))
            .and_then(|(alg, key)| {
                AccessTokenHash::from_token(tokens.access_token(), alg, key)
                    .map_err(|error| failed("its identity does not hold", error.to_string()))
            })?;
        if hash != *expected {
            return Err(failed("its tokens do not belong together", String::new()));
        }
    }
    let mut person = Person {
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        email_is_proven: claims.email_verified().unwrap_or(provider.trusts_addresses),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        language: claims.locale().map(|locale| locale.to_string()),
        groups: groups(claims.additional_claims(), &provider.groups_claim),
    };
    // Many providers tell mail address and groups only when they are asked once more.
    if let Ok(request) = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())) {
        let told: UserInfoClaims<More, CoreGenderClaim> = request
            .request_async(&http)
            .await
            .map_err(|error| failed("it did not tell who the person is", format!("{error:?}")))?;
        // Address and proof go together: they are taken from the same answer.
        if let Some(email) = told.email() {
            person.email = Some(email.to_string());
            person.email_is_proven = told.email_verified().unwrap_or(provider.trusts_addresses);
        }
        let name = told.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        person.name = name.or(person.name);
        person.language = told.locale().map(|locale| locale.to_string()).or(person.language);
        for group in groups(told.additional_claims(), &provider.groups_claim) {
            if !person.groups.contains(&group) {
                person.groups.push(group);
            }
        }
    }
    Ok(person)
}

/// Groups of a claim: a list of texts, or one text.
fn groups(claims: &More, name: &str) -> Vec<String> {
    match claims.rest.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn http() -> Answer<reqwest::Client> {
    reqwest::ClientBuilder::new()
        // An answer that leads elsewhere could lead into the own network.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(Problem::internal)
}

async fn known(server: &Server, provider: &Provider, http: &reqwest::Client) -> Answer<Known> {
    let issuer = Url::parse(&provider.issuer).ok().filter(is_safe);
    if issuer.is_none() {
        return Err(broken(provider, "the address of its issuer is not `https`", &provider.issuer));
    }
    let issuer = IssuerUrl::new(provider.issuer.clone())
        .map_err(|error| broken(provider, "the address of its issuer is wrong", &error.to_string()))?;
    let metadata = CoreProviderMetadata::discover_async(issuer, http)
        .await
        .map_err(|error| broken(provider, "it does not answer as it should", &format!("{error:?}")))?;
    let base = server.settings.public_url.trim_end_matches('/');
    let back = RedirectUrl::new(format!("{base}/api/v1/providers/{}/callback", provider.name))
        .map_err(Problem::internal)?;
    let secret =
        (!provider.client_secret.is_empty()).then(|| ClientSecret::new(provider.client_secret.clone()));
    let id = ClientId::new(provider.client_id.clone());
    Ok(Client::from_provider_metadata(metadata, id, secret).set_redirect_uri(back))
}

/// Without TLS, only this machine is asked.
fn is_safe(issuer: &Url) -> bool {
    let is_local = match issuer.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    issuer.scheme() == "https" || (issuer.scheme() == "http" && is_local)
}

/// The provider failed; what it said is for the log.
fn broken(provider: &Provider, what: &str, said: &str) -> Problem {
    tracing::warn!(provider = provider.name, "signing in elsewhere failed: {what}: {said}");
    Problem::new(problem::OTHER_SYSTEM, format!("provider `{}`: {what}", provider.name))
        .hint("try again; if it stays so, the log of the server says more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_are_returned_to() {
        for own in ["/", "/pipelines?x=1#y", "/a//b"] {
            assert!(is_own_path(own), "{own}");
        }
        for other in
            ["", "a", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/\t/evil"]
        {
            assert!(!is_own_path(other), "{other}");
        }
    }

    #[test]
    fn a_provider_without_tls_is_asked_on_this_machine_only() {
        let is_safe = |text: &str| is_safe(&Url::parse(text).unwrap());
        assert!(
            is_safe("https://id.example.org")
                && is_safe("http://127.0.0.1:9000")
                && is_safe("http://[::1]/x")
        );
        assert!(
            !is_safe("http://id.example.org") && !is_safe("ftp://localhost") && !is_safe("http://10.0.0.1")
        );
    }
}

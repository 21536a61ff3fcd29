//! Tokens: of programs (signed, short-lived), against forged requests, and of known devices.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use ring::hmac;
use serde::{Deserialize, Serialize};

use crate::problem::{Answer, Problem};
use crate::server::Server;

/// How API keys begin.
pub(crate) const KEY_BEGINNING: &str = "tpk_";
/// Seconds for which a token of a program lives.
pub(crate) const TOKEN_SECONDS: i64 = 900;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// A token for a session of a program.
pub(crate) fn write(server: &Server, user: &str, session: &str) -> Answer<String> {
    let now = Timestamp::now().as_second();
    let claims = Claims {
        iss: server.settings.public_url.clone(),
        sub: user.to_owned(),
        sid: session.to_owned(),
        iat: now,
        exp: now + TOKEN_SECONDS,
    };
    let key = EncodingKey::from_secret(&server.keys.derived("tokens"));
    encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(Problem::internal)
}

/// The session of a token, if the token is ours and still good.
pub(crate) fn read(server: &Server, token: &str) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[&server.settings.public_url]);
    validation.leeway = 5;
    // Tokens that an earlier key signed are good for as long as they live.
    server.keys.all_derived("tokens").iter().find_map(|key| {
        decode::<Claims>(token, &DecodingKey::from_secret(key), &validation)
            .ok()
            .map(|token| token.claims.sid)
    })
}

fn sign(server: &Server, purpose: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &server.keys.derived(purpose));
    BASE64.encode(hmac::sign(&key, text.as_bytes()))
}

fn is_signed(server: &Server, purpose: &str, text: &str, signature: &str) -> bool {
    let Ok(signature) = BASE64.decode(signature) else { return false };
    server
        .keys
        .all_derived(purpose)
        .iter()
        .any(|key| hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes(), &signature).is_ok())
}

/// Stands for a text where the text itself must not be kept.
pub(crate) fn fingerprint(server: &Server, text: &str) -> String {
    sign(server, "fingerprint", text)
}

/// The token that pages send with every change.
pub(crate) fn csrf(server: &Server, session: &str) -> String {
    sign(server, "csrf", session)
}

/// Whether that is the token of the session.
pub(crate) fn is_csrf(server: &Server, session: &str, token: &str) -> bool {
    is_signed(server, "csrf", session, token)
}

/// The mark of a device on which a person signed in.
pub(crate) fn device(server: &Server, user: &str) -> String {
    format!("{user}.{}", sign(server, "device", user))
}

/// The person who signed in on the device of that mark.
pub(crate) fn device_of<'a>(server: &Server, mark: &'a str) -> Option<&'a str> {
    let (user, signature) = mark.split_once('.')?;
    is_signed(server, "device", user, signature).then_some(user)
}

/// The signature of a web hook, if it is right and not too old: always written in the same way, so that a request that comes
/// again is known again however its header is written.
pub(crate) fn hook_signature(key: &str, header: &str, body: &[u8]) -> Option<String> {
    let part =
        |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (time, signature) = (part("t")?, part("v1")?);
    let seconds = time.parse::<i64>().ok()?;
    if (Timestamp::now().as_second() - seconds).abs() > 300 {
        return None;
    }
    let pairs = signature.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let bytes = bytes?;
    let signed = [time.as_bytes(), b".", body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hmac::verify(&key, &signed, &bytes).ok()?;
    let plain: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{time},{plain}"))
}

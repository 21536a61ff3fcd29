//! The second factor: codes of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds), and recovery codes.

use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use totp_rs::{Builder, Secret, Totp};
use towpath_store::Conn;
use towpath_store::accounts::{self, Proof, User};
use towpath_store::seal::hash_token;

use crate::problem::{Answer, Problem};
use crate::server::Server;

/// How many recovery codes somebody gets.
const CODES: usize = 10;
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

fn place(user: &str) -> String {
    format!("{user}/second-factor")
}

fn random<const N: usize>() -> Answer<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Problem::internal("this machine gives no random numbers"))?;
    Ok(bytes)
}

/// An authenticator of a person with that key.
fn authenticator(user: &User, key: &[u8]) -> Answer<Totp> {
    Builder::new()
        .with_secret(Secret::from(key.to_vec()))
        .with_skew(1)
        .with_issuer(Some("Towpath"))
        // A `:` divides issuer and account in such addresses.
        .with_account_name(user.email.replace(':', "_"))
        .build()
        .map_err(|error| Problem::internal(format!("the authenticator of a person: {error}")))
}

fn opened(server: &Server, user: &User, proof: &Proof) -> Answer<Option<Totp>> {
    let Some(sealed) = &proof.second_factor else { return Ok(None) };
    let text = server.keys.open(&place(user.id.as_str()), sealed)?;
    let key = Secret::try_from_base32(&text)
        .map_err(|error| Problem::internal(format!("a second factor: {error}")))?;
    authenticator(user, key.as_ref()).map(Some)
}

/// A new key for a person, sealed, and its address for authenticators.
pub(crate) fn fresh(server: &Server, user: &User) -> Answer<(String, String, String)> {
    let key = random::<20>()?;
    let text = Secret::from(key.to_vec()).to_base32();
    let sealed = server.keys.seal(&place(user.id.as_str()), &text)?;
    let address =
        authenticator(user, &key)?.to_url().map_err(|error| Problem::internal(error.to_string()))?;
    Ok((sealed, text, address))
}

/// Uses a code of the authenticator; false when it is wrong or was used before.
pub(crate) async fn use_code(server: &Server, conn: &mut Conn, user: &User, code: &str) -> Answer<bool> {
    let proof = accounts::proof(conn, user.id.as_str()).await?;
    let Some(totp) = opened(server, user, &proof)? else { return Ok(false) };
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let now = Timestamp::now().as_second().unsigned_abs();
    let Some(step) = totp.check(&code, now) else { return Ok(false) };
    Ok(accounts::use_step(conn, user.id.as_str(), step.cast_signed()).await?)
}

/// Uses a recovery code; false when it is wrong or was used before.
pub(crate) async fn use_recovery(conn: &mut Conn, user: &User, code: &str) -> Answer<bool> {
    let code: String = code.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    Ok(accounts::use_recovery_code(conn, user.id.as_str(), &hash_token(&code)).await?)
}

/// New recovery codes for a person, in the place of all others; they are shown once.
pub(crate) async fn new_recovery(conn: &mut Conn, user: &User) -> Answer<Vec<String>> {
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let bytes = random::<16>()?;
        let letters: String =
            bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        codes.push(letters);
    }
    let hashes: Vec<String> = codes.iter().map(|code| hash_token(code)).collect();
    accounts::set_recovery_codes(conn, user.id.as_str(), &hashes).await?;
    Ok(codes.iter().map(|code| [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-")).collect())
}

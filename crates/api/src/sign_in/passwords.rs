//! Passwords: what is good enough, and how they are kept (Argon2id with 19 MiB and two passes, as OWASP advises).

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use towpath_model::Fault;

/// Fewest characters.
pub const LEAST: usize = 12;
/// Most characters; more would only cost time.
pub const MOST: usize = 256;

/// Words that begin or make up passwords everywhere.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "motdepasse",
    "azerty",
    "qwerty",
    "qwertz",
    "admin",
    "administrator",
    "administrateur",
    "letmein",
    "welcome",
    "bienvenue",
    "soleil",
    "sunshine",
    "princess",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "iloveyou",
    "jetaime",
    "loulou",
    "doudou",
    "chouchou",
    "marseille",
    "bonjour",
    "hello",
    "secret",
    "changeme",
    "default",
    "towpath",
    "master",
    "shadow",
    "superman",
    "batman",
    "trustno",
    "whatever",
    "starwars",
    "abcdef",
    "abc",
    "aaa",
    "test",
    "guest",
    "root",
    "toor",
    "login",
    "access",
    "company",
    "summer",
    "winter",
    "spring",
    "autumn",
    "printemps",
    "automne",
];

fn argon() -> Argon2<'static> {
    // The numbers are within the limits of the library.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Why a password is not good enough; none when it is.
pub fn weakness(password: &str, about: &[&str]) -> Option<String> {
    let count = password.chars().count();
    if count < LEAST {
        return Some(format!(
            "the password needs at least {LEAST} characters; some words that do not belong together are good"
        ));
    }
    if count > MOST {
        return Some(format!("the password may have at most {MOST} characters"));
    }
    // What is left of it without what everybody adds.
    let plain: String = password.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    let mut rest = plain.clone();
    for word in COMMON {
        rest = rest.replace(word, "");
    }
    for word in
        about.iter().flat_map(|text| text.split(['@', '.', ' ', '-', '_'])).filter(|word| word.len() >= 4)
    {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    let varied = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        letters.windows(2).filter(|pair| (pair[0] as i64 - pair[1] as i64).abs() > 1).count()
    };
    if varied(&rest) < 5 && (rest != plain || varied(&plain) < 5) {
        return Some(
            "the password is one that others try first: a common word, your name, or a row of keys".into(),
        );
    }
    None
}

/// The form in which a password is kept.
pub fn hash(password: &str) -> Result<String, Fault> {
    argon()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::internal(format!("a password cannot be hashed: {error}")))
}

/// A hash of a password that nobody knows, so that a sign-in takes as long without an account.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash("a password that nobody was ever given").unwrap_or_default());

/// Whether that is the password. Takes as long when there is none.
pub fn is(password: &str, kept: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(kept.unwrap_or(&NOBODY)) else { return false };
    argon().verify_password(password.as_bytes(), &parsed).is_ok() && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other() {
        let kept = hash("correct horse battery").unwrap();
        assert!(is("correct horse battery", Some(&kept)));
        assert!(!is("correct horse batterx", Some(&kept)));
        assert!(!is("correct horse battery", None));
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    }

    #[test]
    fn passwords_that_others_try_first_are_refused() {
        let about = ["ada.lovelace@example.org", "Ada Lovelace"];
        for weak in [
            "short",
            "password123456",
            "Azerty123456!",
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "Lovelace2026!!",
            "Welcome2026!!",
        ] {
            assert!(weakness(weak, &about).is_some(), "{weak}");
        }
        for good in ["correct horse battery", "vélo rouge sous la pluie", "x7Kp-92mq-LLd0-wq", "Kq8#vR2pZ!mW"]
        {
            assert_eq!(weakness(good, &about), None, "{good}");
        }
    }
}

//! Passwords: what is good enough, and how they are kept (Argon2id with 19 MiB and two passes, as OWASP advises).

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use towpath_model::Fault;
use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

/// Fewest characters.
pub const LEAST: usize = 12;
/// Most characters; more would only cost time.
pub const MOST: usize = 256;

/// Words that people here begin passwords with and that the lists of the estimator, which are of English, do not hold.
const WORDS: &[&str] = &[
    "towpath",
    "motdepasse",
    "passwort",
    "azerty",
    "azertyuiop",
    "qsdfghjklm",
    "administrateur",
    "bienvenue",
    "bonjour",
    "soleil",
    "jetaime",
    "loulou",
    "doudou",
    "chouchou",
    "marseille",
    "printemps",
    "automne",
    "entreprise",
    "secret",
];

fn argon() -> Argon2<'static> {
    // The numbers are within the limits of the library.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Why a password is not good enough; none when it is. `about` are the person's name and address and the names of
/// workspaces, which others try first.
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
    let parts = about.iter().flat_map(|text| text.split(['@', '.', ' ', '-', '_', '+']));
    let told = about.iter().copied().chain(parts).filter(|word| word.chars().count() >= 3);
    let known: Vec<&str> = told.chain(WORDS.iter().copied()).collect();
    let found = zxcvbn(password, &known);
    if found.score() >= Score::Four {
        return None;
    }
    let why = found.feedback().and_then(|feedback| feedback.warning()).map_or(
        "it is made of words and patterns that others try first, such as your name or that of the workspace",
        reason,
    );
    Some(format!("the password is easy to guess: {why}"))
}

fn reason(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess => "it is a row of keys",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "it is a pattern of keys that lie together",
        Warning::RepeatsLikeAaaAreEasyToGuess => "it repeats one character",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "it repeats the same characters",
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => {
            "many people use it"
        }
        Warning::ThisIsSimilarToACommonlyUsedPassword => "it is much like one that many people use",
        Warning::SequencesLikeAbcAreEasyToGuess => "it is a sequence such as `abc` or `6543`",
        Warning::RecentYearsAreEasyToGuess => "it is little more than a year",
        Warning::AWordByItselfIsEasyToGuess => "it is a single word",
        Warning::DatesAreOftenEasyToGuess => "it is little more than a date",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => "it is made of names",
    }
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
        let about = ["ada.lovelace@example.org", "Ada Lovelace", "Analytical Engines"];
        for weak in [
            "short",
            "password123456",
            "Azerty123456!",
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "Lovelace2026!!",
            "Welcome2026!!",
            "1qaz2wsx3edc",
            "passw0rd1234",
            "liverpoolfc1",
            "asdfghjkl123",
            "analytical-engines",
            "Motdepasse2026",
        ] {
            assert!(weakness(weak, &about).is_some(), "{weak}");
        }
        for good in [
            "correct horse battery",
            "vélo rouge sous la pluie",
            "x7Kp-92mq-LLd0-wq",
            "Kq8#vR2pZ!mW",
            &"all of it is long ".repeat(14),
        ] {
            assert_eq!(weakness(good, &about), None, "{good}");
        }
    }

    #[test]
    fn it_is_said_why_a_password_is_easy_to_guess() {
        let said = |password: &str| weakness(password, &["Ada"]).unwrap_or_default();
        assert_eq!(said("aaaaaaaaaaaaaaaa"), "the password is easy to guess: it repeats one character");
        assert!(said("passw0rd1234").ends_with("it is much like one that many people use"));
    }
}

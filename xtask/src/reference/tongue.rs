//! A language of the pages: what is said around the settings, and the words of connectors and transforms.
//!
//! The words are those of the web pages, `web/src/locales/LANGUAGE/server/*.json`, found by the English ones. What is not
//! there stays English, so that a changed text is never shown with an old meaning.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

/// A language.
#[derive(Debug)]
pub(super) struct Tongue {
    /// Folder of its pages, below the root.
    pub(super) folder: &'static str,
    /// What stands around the settings.
    pub(super) phrases: &'static Phrases,
    /// Its texts by the English ones; English has none.
    texts: Option<HashMap<String, String>>,
    /// What people wrote of connectors, by their names, where it is not what the program says.
    manuals: Option<PathBuf>,
}

/// What is said around the settings.
#[derive(Debug)]
pub(super) struct Phrases {
    pub(super) of_connection: &'static str,
    pub(super) as_url: &'static str,
    pub(super) or: &'static str,
    pub(super) of: &'static str,
    pub(super) besides: &'static str,
    pub(super) example: &'static str,
    pub(super) settings: &'static str,
    pub(super) tests: &'static str,
    pub(super) rows_come_from: &'static str,
    pub(super) one: &'static str,
    pub(super) many: &'static str,
    pub(super) named: &'static str,
    pub(super) in_order: &'static str,
    pub(super) required: &'static str,
    pub(super) default: &'static str,
    pub(super) colon: &'static str,
    pub(super) none: &'static str,
    pub(super) connectors: &'static str,
    pub(super) transforms: &'static str,
    kinds: &'static [(&'static str, &'static str)],
    groups: &'static [(&'static str, &'static str)],
}

const ENGLISH: Phrases = Phrases {
    of_connection: "Settings of a connection",
    as_url: "As a URL it starts with",
    or: " or ",
    of: "Settings of",
    besides: "Besides `mode`, `key` and `contract`:",
    example: "Example: ",
    settings: "Settings",
    tests: "Example, with its tests",
    rows_come_from: "Rows come from",
    one: "one node: `from: node`",
    many: "one node or more: `from: [a, b]`, or `from: { name: node }`",
    named: "named ports:",
    in_order: "or a list in this order",
    required: "required",
    default: "default",
    colon: ": ",
    none: "None.",
    connectors: "## Connectors\n\n| Connector | What it is | Write modes |",
    transforms: "## Transforms\n\n| Transform | What it does | Group |",
    kinds: &[],
    groups: &[],
};

const FRENCH: Phrases = Phrases {
    of_connection: "Réglages d'une connexion",
    as_url: "En URL, elle commence par",
    or: " ou ",
    of: "Réglages de",
    besides: "Outre `mode`, `key` et `contract` :",
    example: "Exemple : ",
    settings: "Réglages",
    tests: "Exemple, avec ses tests",
    rows_come_from: "Les lignes viennent",
    one: "d'un nœud : `from: node`",
    many: "d'un ou de plusieurs nœuds : `from: [a, b]`, ou `from: { name: node }`",
    named: "de ports nommés :",
    in_order: "ou une liste dans cet ordre",
    required: "obligatoire",
    default: "par défaut",
    colon: " : ",
    none: "Aucun.",
    connectors: "## Connecteurs\n\n| Connecteur | Ce que c'est | Modes d'écriture |",
    transforms: "## Transformations\n\n| Transformation | Ce qu'elle fait | Groupe |",
    kinds: &[
        ("text", "texte"),
        ("text, secret", "texte, secret"),
        ("whole number", "nombre entier"),
        ("number", "nombre"),
        ("true or false", "vrai ou faux"),
        ("one of a list", "une valeur de la liste"),
        ("mapping", "objet"),
        ("mapping, secret", "objet, secret"),
        ("SQL, or `{ file: … }`", "SQL, ou `{ file: … }`"),
        ("text or number or true or false", "texte, nombre, vrai ou faux"),
        ("list of text", "liste de textes"),
        ("list of mapping", "liste d'objets"),
        ("list of one of a list", "liste de valeurs de la liste"),
        ("list of text or number or true or false", "liste de textes, de nombres, de vrai ou faux"),
        ("mapping to text", "textes par nom"),
        ("mapping to mapping", "objets par nom"),
        ("mapping to one of a list", "valeurs de la liste par nom"),
        ("mapping to SQL, or `{ file: … }`", "SQL par nom, ou `{ file: … }`"),
        ("mapping to text or number or true or false", "textes, nombres, vrai ou faux par nom"),
    ],
    groups: &[
        ("clean", "nettoyer"),
        ("shape", "mettre en forme"),
        ("combine", "combiner"),
        ("check", "contrôler"),
        ("compute", "calculer"),
    ],
};

impl Tongue {
    pub(super) fn english() -> Tongue {
        Tongue { folder: super::FOLDERS[0], phrases: &ENGLISH, texts: None, manuals: None }
    }

    pub(super) fn french(root: &Path) -> anyhow::Result<Tongue> {
        let mut texts = HashMap::new();
        for path in crate::tidy::files::below(root, Path::new("web/src/locales/fr/server"))? {
            let file: Value = serde_json::from_str(&crate::tidy::files::read(root, &path)?)
                .with_context(|| format!("{} is no JSON", path.display()))?;
            for (english, text) in file["texts"].as_object().into_iter().flatten() {
                texts.insert(english.clone(), text.as_str().unwrap_or_default().to_owned());
            }
        }
        let manuals = Some(root.join("crates/connectors/src"));
        Ok(Tongue { folder: super::FOLDERS[1], phrases: &FRENCH, texts: Some(texts), manuals })
    }

    /// A text of the program.
    pub(super) fn text(&self, english: &str) -> String {
        let Some(texts) = &self.texts else { return english.to_owned() };
        let flat = english.split_whitespace().collect::<Vec<_>>().join(" ");
        texts.get(&flat).cloned().unwrap_or_else(|| english.to_owned())
    }

    /// What may be written for a setting.
    pub(super) fn kind(&self, english: &str) -> anyhow::Result<String> {
        self.of_list(self.phrases.kinds, english)
    }

    /// A group of transforms.
    pub(super) fn group(&self, english: &str) -> anyhow::Result<String> {
        self.of_list(self.phrases.groups, english)
    }

    fn of_list(&self, list: &[(&str, &str)], english: &str) -> anyhow::Result<String> {
        if self.texts.is_none() {
            return Ok(english.to_owned());
        }
        match list.iter().find(|(known, _)| *known == english) {
            Some((_, text)) => Ok((*text).to_owned()),
            None => bail!("say `{english}` in the other languages, in xtask/src/reference/tongue.rs"),
        }
    }

    /// What the page of a connector begins with.
    pub(super) fn manual(&self, connector: &str, english: &str) -> anyhow::Result<String> {
        let Some(folder) = &self.manuals else { return Ok(english.to_owned()) };
        let path = folder.join(connector).join("README.fr.md");
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}

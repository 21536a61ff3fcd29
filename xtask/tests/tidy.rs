//! The checks of [`xtask::tidy`], each as a test.

use xtask::tidy::{Check, Finding, connectors, crates, doors, files, glossary, links, manual, translations};

#[track_caller]
fn is_tidy(check: Check) {
    let findings = check(&xtask::root()).unwrap_or_else(|error| panic!("{error:#}"));
    let errors: Vec<String> = findings.iter().filter(|f| f.is_error()).map(Finding::to_string).collect();
    assert!(errors.is_empty(), "{} findings:\n{}", errors.len(), errors.join("\n"));
}

#[test]
fn crates_know_only_whom_they_may() {
    is_tidy(crates::check);
}

#[test]
fn code_for_others_goes_through_the_doors() {
    is_tidy(doors::check);
}

#[test]
fn files_are_short_explained_and_clean() {
    is_tidy(files::check);
}

#[test]
fn connectors_are_complete() {
    is_tidy(connectors::check);
}

#[test]
fn public_names_use_the_glossary() {
    is_tidy(glossary::check);
}

#[test]
fn links_lead_somewhere_and_shipped_pipelines_are_right() {
    is_tidy(links::check);
}

#[test]
fn the_manual_is_whole_and_fresh() {
    is_tidy(manual::check);
}

#[test]
fn translations_are_of_what_stands_there_now() {
    is_tidy(translations::check);
}

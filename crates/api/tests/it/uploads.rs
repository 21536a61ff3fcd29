//! Files that are sent once, twice, and twice at the same time.

use towpath_model::Role;

use crate::kit::{Client, TestApp};

const UPLOADS: &str = "/api/v1/workspaces/home/uploads";

async fn home() -> (TestApp, Client, std::path::PathBuf) {
    let app = TestApp::new().await;
    let (ada, home) = (app.person("ada").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    let client = app.with_session(&ada).await;
    let folder = app.folder.path().join("files").join(&home).join("uploads");
    (app, client, folder)
}

fn kept(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).map(|entries| entries.count()).unwrap_or_default()
}

#[tokio::test]
async fn the_same_key_takes_one_file_and_no_other() {
    let (_app, mut client, folder) = home().await;
    let path = format!("{UPLOADS}?name=a.csv");
    let first = client.upload(&path, "id\n1\n", "key-1").await.expect(201);
    let again = client.upload(&path, "id\n1\n", "key-1").await.expect(201);
    assert_eq!(again.text("/id"), first.text("/id"));
    for (other, content) in [("b.csv", "id\n1\n"), ("a.csv", "id\n2\n"), ("a.csv", "id\n1\n2\n")] {
        let said =
            client.upload(&format!("{UPLOADS}?name={other}"), content, "key-1").await.refused("conflict");
        assert!(said.text("/detail").contains("`a.csv`"), "{said:?}");
    }
    assert_eq!(kept(&folder), 1, "what was refused or was there already is not kept");
    client.upload(&path, "id\n2\n", "key-2").await.expect(201);
    assert_eq!(kept(&folder), 2);
}

#[tokio::test]
async fn of_two_at_once_both_get_the_answer_of_the_first() {
    let (_app, client, folder) = home().await;
    let path = format!("{UPLOADS}?name=a.csv");
    let (mut one, mut two) = (client.clone(), client.clone());
    let (one, two) = tokio::join!(one.upload(&path, "id\n1\n", "key"), two.upload(&path, "id\n1\n", "key"));
    assert_eq!(one.expect(201).text("/id"), two.expect(201).text("/id"));
    assert_eq!(kept(&folder), 1);
    let mut client = client;
    let listed = client.get(UPLOADS).await.expect(200);
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_file_that_is_too_large_leaves_nothing() {
    let settings = towpath_api::ServerSettings { upload_bytes: 4, ..crate::kit::settings() };
    let app = TestApp::with(settings).await;
    let (ada, home) = (app.person("ada").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    let mut client = app.with_session(&ada).await;
    client.upload(&format!("{UPLOADS}?name=a.csv"), "id\n1\n", "key").await.refused("too_large");
    assert_eq!(kept(&app.folder.path().join("files").join(&home).join("uploads")), 0);
}

//! Every route, asked by everybody, answers as `docs/reference/rights.md` says; and the page says what the code says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;
use towpath_api::needs::{Entry, NEEDS, Need};
use towpath_model::{Right, Role};
use towpath_store::Engine;

use crate::documents::{assert_fresh, operations, page};
use crate::house::{House, PEOPLE};
use crate::kit::TestApp;

const PAGE: &str = "docs/reference/rights.md";

/// What a route that needs that answers to somebody: `yes`, or the status of the refusal.
fn expected(need: Need, name: &str) -> &'static str {
    let by_role = |role: Role, right: Right| if role.may(right) { "yes" } else { "403" };
    match (need, name) {
        (Need::Nobody, _) => "yes",
        (_, "nobody") => "401",
        (Need::Person, _) => "yes",
        (Need::Self_, "key" | "bare key") => "403",
        (Need::Self_, _) => "yes",
        (Need::Server, "server") => "yes",
        (Need::Server, _) => "403",
        (_, "stranger" | "server") => "404",
        (_, "key") => "yes",
        (_, "bare key") => "403",
        (Need::In(right), "granted") => by_role(Role::Viewer, right),
        (Need::On(right), "granted") => by_role(Role::Editor, right),
        (Need::In(right) | Need::On(right), role) => by_role(Role::of(role).unwrap(), right),
    }
}

fn written() -> String {
    let mut text = String::from(
        "# Rights\n\nThis page is made from the code, and a test asks every route as everybody and compares.\n\n\
         ## Roles\n\nA role holds every right of the roles before it. An API key has those of its scopes that its person has.\n\n\
         | Right | What it allows | viewer | operator | editor | admin | owner |\n|---|---|---|---|---|---|---|\n",
    );
    for right in Right::ALL {
        let marks = Role::ALL.map(|role| if role.may(*right) { "yes" } else { "" }).join(" | ");
        writeln!(text, "| `{}` | {} | {marks} |", right.word(), right.summary()).unwrap();
    }
    text.push_str(
        "\n## Routes\n\n`401`: sign in first. `403`: the right is missing. `404`: what one may not see does not exist.\n\n\
         - **nobody** is not signed in; **stranger** owns another workspace; **server** runs the server and is in no workspace;\n\
         - **granted** is a viewer who was made an editor of the connection or pipeline;\n\
         - **key** is an API key of an owner with every scope, **bare key** one without the scope.\n\n\
         | Route | Needs",
    );
    for name in PEOPLE {
        write!(text, " | {name}").unwrap();
    }
    writeln!(text, " |\n|---|---{}|", "|---".repeat(PEOPLE.len())).unwrap();
    for Entry { method, path, need } in NEEDS {
        let answers: Vec<&str> = PEOPLE.iter().map(|name| expected(*need, name)).collect();
        writeln!(text, "| `{method} {path}` | {} | {} |", need.words(), answers.join(" | ")).unwrap();
    }
    text
}

#[test]
fn the_page_of_rights_is_that_of_the_code() {
    assert_fresh(PAGE, &written());
}

/// Answers of the page: by route and name.
fn read() -> BTreeMap<String, Vec<String>> {
    let text = page(PAGE);
    let lines = text.lines().filter(|line| line.starts_with("| `") && line.contains(" /"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            (cells[0].trim_matches('`').to_owned(), cells[2..].iter().map(ToString::to_string).collect())
        })
        .collect()
}

#[test]
fn every_route_is_described_and_every_description_has_a_need() {
    let described = operations();
    let needed: Vec<String> =
        NEEDS.iter().map(|Entry { method, path, .. }| format!("{method} {path}")).collect();
    // The document itself, and its reader, are in no document.
    let is_own = |route: &str| route.contains("/openapi.json") || route.starts_with("GET /docs");
    let missing: Vec<&String> =
        needed.iter().filter(|route| !is_own(route) && !described.contains(route)).collect();
    let surplus: Vec<&String> = described.iter().filter(|route| !needed.contains(route)).collect();
    assert!(
        surplus.is_empty(),
        "routes that need nothing of anybody, and are answered to nobody: {surplus:#?}"
    );
    assert!(missing.is_empty(), "{} routes are not there: {missing:#?}", missing.len());
}

/// Asks every route as somebody; returns the answers that are not those of the page.
async fn ask_as(name: &str, engine: Engine) -> Vec<String> {
    let house = House::build().await;
    let (page, described) = (read(), operations());
    let place = PEOPLE.iter().position(|known| *known == name).unwrap();
    let mut wrong = Vec::new();
    let mut app = house.open_on(engine).await;
    let mut client = house.client(&app, name).await;
    for Entry { method, path, .. } in NEEDS {
        let route = format!("{method} {path}");
        // Whether it is there is the question of another test.
        if !described.contains(&route) {
            continue;
        }
        let body = (*method != "GET").then(|| json!({}));
        let said = client.send(method, &house.ids.path(path), body, &[]).await;
        let answer = match said.admitted {
            true => "yes".to_owned(),
            false => said.status.to_string(),
        };
        let wanted = page.get(&route).map_or("no line", |answers| answers[place].as_str());
        if answer != wanted {
            wrong.push(format!("{route}: {name} is told {answer}, the page says {wanted}"));
        }
        // What changed something changed the house.
        if *method != "GET" && said.status < 400 {
            app.assert_audit_is_whole().await;
            app = house.open_on(engine).await;
            client = house.client(&app, name).await;
        }
    }
    app.assert_audit_is_whole().await;
    wrong
}

macro_rules! every_route_answers_as_the_page_says {
    ($($test:ident = $name:literal;)*) => {
        mod every_route_answers_as_the_page_says {
            $(
                #[tokio::test]
                async fn $test() {
                    let wrong = super::ask_as($name, super::Engine::Sqlite).await;
                    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
                }
            )*

            #[test]
            fn to_everybody_of_the_page() {
                assert_eq!([$($name),*], super::PEOPLE);
            }
        }
    };
}

every_route_answers_as_the_page_says! {
    to_nobody = "nobody";
    to_a_stranger = "stranger";
    to_a_viewer = "viewer";
    to_an_operator = "operator";
    to_an_editor = "editor";
    to_an_admin = "admin";
    to_an_owner = "owner";
    to_who_runs_the_server = "server";
    to_a_viewer_with_a_grant = "granted";
    to_a_key = "key";
    to_a_key_without_the_scope = "bare key";
}

/// Those whose answers ask the store for most: grants, and what is hidden.
#[tokio::test]
async fn every_route_answers_as_the_page_says_on_postgres_too() {
    for name in ["stranger", "granted"] {
        let wrong = ask_as(name, Engine::Postgres).await;
        assert!(wrong.is_empty(), "{name}: {} answers:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[tokio::test]
async fn lists_and_tags_are_the_same_on_both_databases() {
    for app in [TestApp::new().await, TestApp::on_postgres().await] {
        let (ada, home) = (app.person("ada").await, app.workspace("home").await);
        app.member(&home, &ada, Role::Owner).await;
        let mut client = app.with_session(&ada).await;
        let path = "/api/v1/workspaces/home";
        let tag = client.get(path).await.header("etag").to_owned();
        let change = json!({ "name": "Home" });
        let stale = [("if-match", &*tag)];
        client.send("PATCH", path, Some(change.clone()), &stale).await.expect(200);
        client.send("PATCH", path, Some(change), &stale).await.expect(412);
        for name in ["É", "e", "B", "a"] {
            let key = json!({ "name": name, "scopes": [Right::RunsRead.word()] });
            client.post(&format!("{path}/keys"), key).await.expect(201);
        }
        // Page by page, the newest first, each once.
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = client.get(&format!("{path}/audit?limit=2{after}")).await.expect(200);
            let items = page.body["items"].as_array().unwrap();
            seen.extend(items.iter().map(|entry| entry["object"].as_str().unwrap().to_owned()));
            match page.body["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["a", "B", "e", "É", "home"]);
        app.assert_audit_is_whole().await;
    }
}

#[tokio::test]
async fn what_is_restricted_exists_for_those_with_a_grant_only() {
    let house = House::build().await;
    let app = house.open().await;
    app.run("UPDATE connections SET restricted = 1").await;
    let path = house.ids.path("/api/v1/workspaces/{workspace}/connections/{connection}/grants");
    for (name, status) in [("editor", 404), ("granted", 200), ("admin", 200), ("owner", 200)] {
        house.client(&app, name).await.get(&path).await.expect(status);
    }
}

#[tokio::test]
async fn what_a_known_person_is_refused_is_written_down() {
    let house = House::build().await;
    let app = house.open().await;
    house.client(&app, "viewer").await.get("/api/v1/workspaces/home/audit").await.expect(403);
    house.client(&app, "nobody").await.get("/api/v1/workspaces/home/audit").await.expect(401);
    assert_eq!(app.audit().await, ["request.deny denied"]);
    assert!(!house.ids.workspace().is_empty());
}

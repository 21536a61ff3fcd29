//! Nobody gives more than they have, whatever they try.

use proptest::prelude::*;
use serde_json::json;
use towpath_model::Role;

use crate::house::House;
use crate::kit::{Client, PASSWORD, TestApp, secret};

/// Something that somebody tries with the people of a workspace.
#[derive(Debug, Clone)]
enum Try {
    Put { by: usize, on: usize, role: Role },
    Remove { by: usize, on: usize },
    Invite { by: usize, role: Role },
    Grant { by: usize, on: usize, role: Role },
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let who = || 0..6_usize;
    let one = prop_oneof![
        4 => (who(), who(), role()).prop_map(|(by, on, role)| Try::Put { by, on, role }),
        1 => (who(), who()).prop_map(|(by, on)| Try::Remove { by, on }),
        2 => (who(), role()).prop_map(|(by, role)| Try::Invite { by, role }),
        2 => (who(), who(), role()).prop_map(|(by, on, role)| Try::Grant { by, on, role }),
    ];
    prop::collection::vec(one, 1..40)
}

const NAMES: [&str; 6] = ["viewer", "operator", "editor", "admin", "owner", "stranger"];

async fn roles(house: &House, app: &TestApp) -> Vec<Option<Role>> {
    let mut roles = Vec::new();
    for name in NAMES {
        roles.push(app.role(house.ids.workspace(), house.ids.user(name)).await);
    }
    roles
}

async fn attempt(house: &House, app: &TestApp, clients: &mut [Client], attempt: Try) {
    let before = roles(house, app).await;
    let home = "/api/v1/workspaces/home";
    let id = |on: usize| house.ids.user(NAMES[on]).id.to_string();
    match attempt {
        Try::Put { by, on, role } => {
            let said = clients[by].put(&format!("{home}/members/{}", id(on)), json!({ "role": role })).await;
            if said.status == 200 {
                let own = before[by].unwrap();
                assert!(
                    own >= Role::Admin && role <= own && before[on].unwrap() <= own,
                    "{by} {on} {role:?}"
                );
            }
        }
        Try::Remove { by, on } => {
            let said = clients[by].delete(&format!("{home}/members/{}", id(on))).await;
            if said.status == 204 && by != on {
                let own = before[by].unwrap();
                assert!(own >= Role::Admin && before[on].unwrap() <= own, "{by} {on}");
            }
        }
        Try::Invite { by, role } => {
            let body = json!({ "email": "new@example.org", "role": role });
            let said = clients[by].post(&format!("{home}/invitations"), body).await;
            if said.status == 201 {
                assert!(before[by].unwrap() >= Role::Admin && role <= before[by].unwrap(), "{by} {role:?}");
            }
        }
        Try::Grant { by, on, role } => {
            let path = house.ids.path("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants");
            let said = clients[by].put(&format!("{path}/{}", id(on)), json!({ "role": role })).await;
            if said.status == 200 {
                assert!(role <= Role::Editor, "{role:?}");
            }
        }
    }
    let after = roles(house, app).await;
    assert!(after.contains(&Some(Role::Owner)), "the workspace lost its last owner");
    assert_eq!(after[5], None, "a stranger got in");
    // Whoever rose was raised by somebody who had that role.
    let most = before.iter().flatten().max();
    assert!(after.iter().flatten().max() <= most);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_raises_anybody_above_their_own_role(tries in tries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = House::build().await;
            let app = house.open().await;
            let mut clients = Vec::new();
            for name in NAMES {
                clients.push(house.client(&app, name).await);
            }
            for one in tries {
                attempt(&house, &app, &mut clients, one).await;
            }
            app.assert_audit_is_whole().await;
        });
    }
}

#[tokio::test]
async fn an_invitation_of_an_admin_makes_no_owner() {
    let house = House::build().await;
    let app = house.open().await;
    let mut admin = house.client(&app, "admin").await;
    let mut owner = house.client(&app, "owner").await;
    let path = "/api/v1/workspaces/home/invitations";
    let body = json!({ "email": "new@example.org", "role": "owner" });
    admin.post(path, body.clone()).await.refused("forbidden");
    let made = owner.post(path, body).await.expect(201);
    let id = made.text("/invitation/id");
    // Nor takes it away, or puts another one in its place.
    admin.delete(&format!("{path}/{id}")).await.refused("forbidden");
    admin.post(path, json!({ "email": "new@example.org", "role": "viewer" })).await.refused("forbidden");
    let link = format!("/api/v1/links/{}", secret(&made.text("/link")));
    let said = app.browser().post(&link, json!({ "name": "New", "password": PASSWORD })).await.expect(200);
    assert_eq!(said.text("/workspaces/0/role"), "owner");
    let viewer = house.ids.user("viewer").id.to_string();
    let members = "/api/v1/workspaces/home/members";
    admin.put(&format!("{members}/{viewer}"), json!({ "role": "owner" })).await.refused("forbidden");
    let first = house.ids.user("owner").id.to_string();
    admin.put(&format!("{members}/{first}"), json!({ "role": "viewer" })).await.refused("forbidden");
    admin.delete(&format!("{members}/{first}")).await.refused("forbidden");
    owner.put(&format!("{members}/{viewer}"), json!({ "role": "owner" })).await.expect(200);
}

#[tokio::test]
async fn only_those_who_run_the_server_let_an_account_in_without_asking_it() {
    let house = House::build().await;
    let app = house.open().await;
    let stranger = house.ids.user("stranger").id.to_string();
    let path = format!("/api/v1/workspaces/home/members/{stranger}");
    house.client(&app, "owner").await.put(&path, json!({ "role": "viewer" })).await.expect(404);
    app.member(house.ids.workspace(), house.ids.user("server"), Role::Admin).await;
    let mut server = house.client(&app, "server").await;
    server.put(&path, json!({ "role": "owner" })).await.refused("forbidden");
    server.put(&path, json!({ "role": "viewer" })).await.expect(200);
}

#[tokio::test]
async fn a_grant_goes_up_to_the_role_of_whoever_gives_it() {
    let house = House::build().await;
    let app = house.open().await;
    let path = house.ids.path("/api/v1/workspaces/{workspace}/connections/{connection}/grants");
    let viewer = house.ids.user("viewer").id.to_string();
    let one = format!("{path}/{viewer}");
    let mut granted = house.client(&app, "granted").await;
    for role in ["admin", "owner"] {
        granted.put(&one, json!({ "role": role })).await.refused("invalid");
    }
    granted.put(&format!("{path}/us_nobody"), json!({ "role": "viewer" })).await.expect(404);
    let stranger = house.ids.user("stranger").id.to_string();
    granted.put(&format!("{path}/{stranger}"), json!({ "role": "viewer" })).await.expect(404);
    granted.put(&one, json!({ "role": "editor" })).await.expect(200);
    assert_eq!(granted.get(&path).await.body["items"].as_array().unwrap().len(), 2);
    house.client(&app, "operator").await.put(&one, json!({ "role": "viewer" })).await.refused("forbidden");
    house.client(&app, "viewer").await.delete(&one).await.expect(204);
    house.client(&app, "viewer").await.delete(&one).await.refused("forbidden");
    assert!(app.audit().await.contains(&"grant.remove done".to_owned()));
}

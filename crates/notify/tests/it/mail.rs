//! Mail, through real servers: encryption, accounts, refusals.

use serde_json::{Value, json};
use towpath_model::FaultKind;
use towpath_notify::{Language, Message, Receipt, Undelivered, deliver};
use towpath_testkit::{MailSecurity, MailServer, mail_server};

use super::support::{channel, failure, here, strict};

fn settings(server: &MailServer, security: &str, to: &[&str]) -> Value {
    json!({
        "type": "email", "host": "localhost", "port": server.port(), "security": security,
        "user": MailServer::USER, "password": MailServer::PASSWORD, "certificate": server.certificate(),
        "from": "Towpath <towpath@example.com>", "to": to,
    })
}

async fn send(settings: Value) -> Result<Receipt, Undelivered> {
    deliver(&channel(settings), &failure(), Language::English, &here()).await
}

fn got(server: &MailServer) -> Vec<Value> {
    server.messages().iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn mail_arrives_encrypted_from_a_known_account_and_whom_the_server_refuses_is_named() {
    for (kind, security) in [(MailSecurity::StartTls, "starttls"), (MailSecurity::Tls, "tls")] {
        let server = mail_server(kind);
        let to = ["Ann <ann@example.com>", "nobody@example.com", "bob@example.org"];
        let receipt = send(settings(&server, security, &to)).await.unwrap();
        assert_eq!(receipt.refused, [("nobody@example.com".into(), "550 5.1.1 no such person here".into())]);
        let [mail] = got(&server).try_into().unwrap();
        assert_eq!(mail["from"], "towpath@example.com");
        assert_eq!(mail["to"], json!(["ann@example.com", "bob@example.org"]));
        assert_eq!((&mail["is_encrypted"], &mail["user"]), (&json!(true), &json!(MailServer::USER)));
        let text = mail["text"].as_str().unwrap();
        for part in ["Subject: orders: failed", "Auto-Submitted: auto-generated", "multipart/alternative"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.contains(&format!("<{}@example.com>", receipt.id)));
        // Lines that begin with points come back as they were.
        assert!(text.contains("\r\n.\r\n..a line that begins with points\r\n"), "{text}");
    }
}

#[tokio::test]
async fn nobody_is_told_when_the_server_takes_no_recipient_and_the_kind_says_whether_to_try_again() {
    let server = mail_server(MailSecurity::StartTls);
    let refused = send(settings(&server, "starttls", &["nobody@example.com"])).await.unwrap_err();
    assert_eq!(refused.fault.kind(), FaultKind::Config);
    assert!(refused.to_string().contains("550 5.1.1 no such person here"), "{refused}");
    let busy = send(settings(&server, "starttls", &["busy@example.com"])).await.unwrap_err();
    assert!(busy.fault.kind().is_temporary(), "{busy}");
    assert_eq!(got(&server).len(), 0);
}

#[tokio::test]
async fn a_wrong_password_certificate_or_security_is_told_apart_and_no_password_is_shown() {
    let server = mail_server(MailSecurity::StartTls);
    let with = |name: &str, value: Value| {
        let mut settings = settings(&server, "starttls", &["ann@example.com"]);
        settings[name] = value;
        settings
    };
    let wrong = send(with("password", json!("certainly wrong"))).await.unwrap_err();
    assert_eq!(wrong.fault.kind(), FaultKind::Auth);
    assert!(wrong.to_string().contains("refused the password of `sender@example.com`"), "{wrong}");
    assert!(!format!("{wrong:?}").contains("certainly wrong"));
    let untrusted = send(with("certificate", Value::Null)).await.unwrap_err();
    assert_eq!(untrusted.fault.kind(), FaultKind::Auth);
    assert!(untrusted.to_string().contains("cannot be trusted"), "{untrusted}");
    let other_name = send(with("host", json!("127.0.0.1"))).await.unwrap_err();
    assert_eq!(other_name.fault.kind(), FaultKind::Auth, "{other_name}");
    let tls = send(with("security", json!("tls"))).await.unwrap_err();
    assert!(tls.fault.hint_text().unwrap().contains("have different ports"), "{tls}");
    assert_eq!(got(&server).len(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_gets_mail_only_when_that_is_said() {
    let server = mail_server(MailSecurity::Plain);
    let mut plain = settings(&server, "starttls", &["ann@example.com"]);
    let fault = send(plain.clone()).await.unwrap_err().fault;
    assert!(fault.to_string().contains("does not encrypt"), "{fault}");
    for name in ["user", "password", "certificate"] {
        plain[name] = Value::Null;
    }
    plain["security"] = json!("none");
    send(plain).await.unwrap();
    assert_eq!(got(&server).len(), 1);
}

#[tokio::test]
async fn mail_goes_nowhere_that_connections_may_not_go() {
    let server = mail_server(MailSecurity::StartTls);
    let channel = channel(settings(&server, "starttls", &["ann@example.com"]));
    let fault = deliver(&channel, &failure(), Language::English, &strict()).await.unwrap_err().fault;
    assert!(fault.to_string().contains("connection refused by policy: `localhost`"), "{fault}");
    assert!(fault.hint_text().unwrap().contains("egress.allow"));
}

/// A real server can be named as JSON settings of a channel; it then gets a test message.
#[tokio::test]
async fn a_test_message_reaches_the_server_that_the_environment_names() {
    let Ok(settings) = std::env::var("TOWPATH_TEST_SMTP") else { return };
    let channel = channel(serde_json::from_str(&settings).unwrap());
    let message = Message::test("towpath", "2026-03-01T07:30:00Z".parse().unwrap(), Language::French);
    let receipt =
        deliver(&channel, &message, Language::French, &towpath_connect::Egress::open()).await.unwrap();
    assert_eq!(receipt.refused, []);
}

#[tokio::test]
async fn words_to_one_person_arrive_as_they_are() {
    let server = mail_server(MailSecurity::Tls);
    let mut account = settings(&server, "tls", &[]);
    for name in ["type", "to"] {
        account.as_object_mut().unwrap().remove(name);
    }
    let account: towpath_notify::MailAccount = serde_json::from_value(account).unwrap();
    account.check().unwrap();
    let text = "Bonjour Zoé,\nhttps://towpath.example.com/join#abc\n";
    let subject = "Une invitation\r\nBcc: evil@example.com";
    towpath_notify::write_to(&account, "zoe@example.com", subject, text, &here()).await.unwrap();
    let [mail] = got(&server).try_into().unwrap();
    assert_eq!(mail["to"], json!(["zoe@example.com"]));
    let text = mail["text"].as_str().unwrap();
    let (headers, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        headers.contains("Subject: Une invitation Bcc: evil@example.com") && !headers.contains("\r\nBcc"),
        "{headers}"
    );
    assert!(body.contains("https://towpath.example.com/join#abc"), "{body}");
    let refused =
        towpath_notify::write_to(&account, "nobody@example.com", "x", "x", &here()).await.unwrap_err();
    assert!(refused.to_string().contains("no such person here"), "{refused}");
}

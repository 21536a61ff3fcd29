//! A mail server for tests, which keeps what it gets.

use std::path::PathBuf;
use std::process::Command;

use crate::daemon::{Daemon, certificate, python_program};

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// After `STARTTLS`, and not without.
    StartTls,
    /// From the first byte.
    Tls,
    /// Never.
    Plain,
}

/// A running mail server.
#[derive(Debug)]
pub struct MailServer {
    daemon: Daemon,
}

/// Starts a mail server on the loopback address, with a certificate for `localhost`.
///
/// It takes mail from [`MailServer::USER`] with [`MailServer::PASSWORD`]; without encryption it asks for no account.
/// Addresses that begin with `nobody@` are refused for good, and with `busy@` for now.
pub fn mail_server(security: MailSecurity) -> MailServer {
    let python = python_program("python");
    let daemon = Daemon::start("mail", |dir, port| {
        std::fs::write(dir.join("mail.py"), include_str!("mail.py")).expect("a file");
        certificate(dir, "localhost");
        let (security, user, password) = match security {
            MailSecurity::StartTls => ("starttls", MailServer::USER, MailServer::PASSWORD),
            MailSecurity::Tls => ("tls", MailServer::USER, MailServer::PASSWORD),
            MailSecurity::Plain => ("plain", "", ""),
        };
        let mut command = Command::new(&python);
        command.arg(dir.join("mail.py")).arg(dir).arg(port.to_string()).args([security, user, password]);
        command
    });
    MailServer { daemon }
}

impl MailServer {
    /// The name of the account.
    pub const USER: &str = "sender@example.com";
    /// Its password.
    pub const PASSWORD: &str = "geheim, sehr geheim";

    /// Port on the loopback address.
    pub fn port(&self) -> u16 {
        self.daemon.port
    }

    /// The certificate (PEM) of the server.
    pub fn certificate(&self) -> String {
        std::fs::read_to_string(self.daemon.folder.join("server.pem")).expect("the certificate is there")
    }

    /// What it got so far, as JSON texts with `from`, `to`, `text`, `is_encrypted` and `user`.
    pub fn messages(&self) -> Vec<String> {
        let path = |number: usize| -> PathBuf { self.daemon.folder.join(format!("{number}.json")) };
        (1..).map_while(|number| std::fs::read_to_string(path(number)).ok()).collect()
    }
}

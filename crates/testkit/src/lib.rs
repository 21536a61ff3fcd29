//! Real servers for tests, and sample data.
//!
//! [`postgres`] and [`mariadb`] give a fresh, empty database. The address of a running server can be given by
//! `TOWPATH_TEST_POSTGRES` and `TOWPATH_TEST_MARIADB` (admin URLs); without them the kit starts a server of its
//! own from the Debian packages, on a free loopback port in a temporary folder, and stops it when the process
//! ends, however it ends. [`sshd`], [`rclone_sftp`] and [`nginx`] share a folder,
//! [`s3`] gives a bucket, [`mail_server`] keeps mail, and [`oidc`] signs people in. [`reverse_proxy`] is nginx with a
//! configuration of the caller, and [`deploy_program`] finds what checks files for operators. [`Proxy`] stands between a
//! program and its server and makes trouble. [`samples`] makes data that is the same every time.

#![expect(clippy::expect_used, reason = "a test kit fails a test by panicking")]

mod daemon;
mod mail;
mod mariadb;
mod nginx;
mod oidc;
mod postgres;
mod proxy;
mod s3;
pub mod samples;
mod sftp;

pub use daemon::deploy_program;
pub use mail::{MailSecurity, MailServer, mail_server};
pub use mariadb::{MARIADB_VARIABLE, MariaDb, MariaDbServer, mariadb, mariadb_server};
pub use nginx::{ReverseProxy, WebServer, nginx, reverse_proxy};
pub use oidc::{OidcServer, oidc};
pub use postgres::{Postgres, PostgresServer, postgres, postgres_server};
pub use proxy::{Proxy, Trouble};
pub use s3::{S3Server, s3};
pub use sftp::{SftpServer, rclone_sftp, sshd};

//! What whoever runs a server may type.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use towpath_model::Role;

use crate::serve::config::StoreArgs;

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account; prints a link with which the person chooses a password, unless TOWPATH_PASSWORD holds one
    Add(UserAdd),
    /// List the accounts
    List,
    /// Print a link with which a person chooses a new password
    PasswordLink {
        /// Address with which the person signs in
        email: String,
        /// Address by which browsers reach the server
        #[arg(long, value_name = "URL", env = "TOWPATH_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
        public_url: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UserAdd {
    /// Address with which the person signs in
    pub(crate) email: String,
    /// Name that others see [default: the address]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Language: `en` or `fr`
    #[arg(long, default_value = "en", value_parser = ["en", "fr"])]
    pub(crate) language: String,
    /// Let the person run the server: make accounts and workspaces
    #[arg(long)]
    pub(crate) runs_server: bool,
    /// Workspace to be a member of; it is made when there is none
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
    /// Role in that workspace
    #[arg(long, default_value = "owner", value_parser = crate::commands::server::user::role)]
    pub(crate) role: Role,
    /// Address by which browsers reach the server
    #[arg(long, value_name = "URL", env = "TOWPATH_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) public_url: String,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Workspace, by its name in addresses
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: String,
    /// Address of the person in whose name it is done [default: an owner of the workspace]
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(crate) owner: Option<String>,
    /// File with connections, as `connections.yaml` beside pipelines
    #[arg(long, value_name = "FILE")]
    pub(crate) connections_file: Option<PathBuf>,
    /// Pipeline files
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SecretsArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: SecretsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Print a new key
    NewKey,
    /// Seal every secret with a new key, also while servers run
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Forget the old keys: check that nothing is sealed with them and no server seals with them, and take them out of the
    /// key file
    #[arg(long)]
    pub(crate) retire: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no entry was changed or removed
    Verify,
    /// Print every entry as JSON, one per line, the oldest first
    Export,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// File to write, for example `towpath-2026-11-29.tar.zst`
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// File that `towpath backup` wrote
    pub(crate) file: PathBuf,
    /// Replace what the server remembers
    #[arg(long)]
    pub(crate) replace: bool,
    /// Go on although the key that sealed the secrets is not at hand
    #[arg(long)]
    pub(crate) without_key: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

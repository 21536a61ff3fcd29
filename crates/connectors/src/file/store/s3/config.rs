//! How to reach an S3 server. The comments on the fields are the manual.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Secret;

/// How to reach the S3 server of an `s3://` root.
///
/// Without `access_key` and `secret_key`, the variables of the environment that AWS's own tools read are used:
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL`, and those of
/// web identities and of containers.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct S3Settings {
    /// Address of a server that is not Amazon's, for example `https://s3.example.com`. With `http://`, what is read and
    /// written crosses the network readable for everybody on the way.
    pub(crate) endpoint: Option<String>,

    /// Region of the bucket, for example `eu-west-3`. Default `us-east-1`; most servers that are not Amazon's take any.
    pub(crate) region: Option<String>,

    /// Name of the key, for example `AKIAIOSFODNN7EXAMPLE`.
    pub(crate) access_key: Option<String>,

    /// The key's secret, for example `${env.BUCKET_SECRET}`.
    pub(crate) secret_key: Option<Secret>,

    /// Token of a key that is valid for some hours only, for example `${env.BUCKET_TOKEN}`.
    pub(crate) session_token: Option<Secret>,

    /// Whether the bucket stands in the path of addresses (`https://host/bucket/file`) or in their host
    /// (`https://bucket.host/file`). Default `true` with an `endpoint`, `false` without.
    pub(crate) path_style: Option<bool>,

    /// Whether a public bucket is read without a key, for example `true`.
    pub(crate) anonymous: bool,

    /// File with the certificates (PEM) that are trusted besides the system's, for example `certificates/company.pem`.
    pub(crate) ca_file: Option<String>,
}

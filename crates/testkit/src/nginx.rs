//! A web server for tests: nginx with an index page, accounts, compression, and answers that put off or send elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::daemon::{Daemon, certificate, program};

/// A running web server, which shares one folder of this machine.
#[derive(Debug)]
pub struct WebServer {
    daemon: Daemon,
}

/// Starts nginx.
///
/// Below `/files/` is the shared folder; `/locked/` is the same behind [`WebServer::USER`] and
/// [`WebServer::PASSWORD`], `/keyed/` behind the header `X-Key: geheim`; `/busy/` answers the second of two requests with 429,
/// `/broken/` always with 503, `/packed/` compresses, `/circle/` sends to itself, and
/// `/away/PORT/PATH` to that port of this machine.
pub fn nginx() -> WebServer {
    let nginx = program("nginx", "nginx-light");
    let daemon = Daemon::start("nginx", |dir, port| {
        fs::create_dir(dir.join("served")).expect("a folder");
        // The server reads passwords that are not hashed by this word before them.
        let account = format!("{}:{{PLAIN}}{}\n", WebServer::USER, WebServer::PASSWORD);
        fs::write(dir.join("accounts"), account).expect("a file");
        let served = format!("alias {}/served/; autoindex on;", dir.display());
        let config = format!(
            "daemon off; master_process off; pid {0}/pid; error_log {0}/errors;\n\
             events {{ worker_connections 256; }}\n\
             http {{\n  access_log {0}/access; default_type application/octet-stream;\n\
               client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;\n\
               uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n\
               limit_req_zone $uri zone=slow:1m rate=5r/s; limit_req_status 429;\n\
               log_format keys '$request_uri $http_x_key $http_authorization';\n\
               server {{\n    listen 127.0.0.1:{port};\n    access_log {0}/keys keys;\n\
                 location /files/ {{ {served} }}\n\
                 location /locked/ {{ {served} auth_basic files; auth_basic_user_file {0}/accounts; }}\n\
                 location /keyed/ {{ {served} if ($http_x_key != geheim) {{ return 403; }} }}\n\
                 location /busy/ {{ {served} limit_req zone=slow; }}\n\
                 location /broken/ {{ return 503; }}\n\
                 location /packed/ {{ {served} gzip on; gzip_types *; gzip_min_length 1; }}\n\
                 location /circle/ {{ return 302 $request_uri; }}\n\
                 location ~ ^/away/([0-9]+)/(.*)$ {{ return 302 http://127.0.0.1:$1/$2; }}\n\
               }}\n}}\n",
            dir.display()
        );
        fs::write(dir.join("config"), config).expect("a file");
        let mut command = Command::new(&nginx);
        command.arg("-p").arg(dir).arg("-c").arg(dir.join("config"));
        command
    });
    WebServer { daemon }
}

impl WebServer {
    /// The name of the account.
    pub const USER: &str = "reader";
    /// Its password.
    pub const PASSWORD: &str = "so secret";

    /// Port on the loopback address.
    pub fn port(&self) -> u16 {
        self.daemon.port
    }

    /// The shared folder, as this machine knows it.
    pub fn folder(&self) -> PathBuf {
        self.daemon.folder.join("served")
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port())
    }

    /// Every request so far: path, the header `X-Key`, and who asked.
    pub fn requests(&self) -> String {
        fs::read_to_string(self.daemon.folder.join("keys")).unwrap_or_default()
    }
}

/// A reverse proxy with TLS.
#[derive(Debug)]
pub struct ReverseProxy {
    daemon: Daemon,
}

/// Starts nginx with a configuration as it is included into `http`. It is made for the folder that holds a certificate for
/// `name` (`server.pem`, `server.key`), and for the port to listen on.
pub fn reverse_proxy(name: &str, config: impl Fn(&Path, u16) -> String) -> ReverseProxy {
    let nginx = program("nginx", "nginx-light");
    let daemon = Daemon::start("proxy", |dir, port| {
        certificate(dir, name);
        let text = format!(
            "daemon off; master_process off; pid {0}/pid; error_log {0}/errors;\nevents {{ worker_connections 256; }}\n\
             http {{\n  access_log {0}/access; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n\
               fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n{1}\n}}\n",
            dir.display(),
            config(dir, port)
        );
        fs::write(dir.join("config"), text).expect("a file");
        let mut command = Command::new(&nginx);
        command.arg("-p").arg(dir).arg("-c").arg(dir.join("config"));
        command
    });
    ReverseProxy { daemon }
}

impl ReverseProxy {
    /// Port on the loopback address.
    pub fn port(&self) -> u16 {
        self.daemon.port
    }

    /// The certificate (PEM).
    pub fn certificate(&self) -> String {
        fs::read_to_string(self.daemon.folder.join("server.pem")).expect("the certificate is there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_and_its_folder_go_with_the_value() {
        let server = nginx();
        let (address, folder) = (("127.0.0.1", server.port()), server.folder());
        assert!(std::net::TcpStream::connect(address).is_ok() && folder.is_dir());
        drop(server);
        assert!(std::net::TcpStream::connect(address).is_err() && !folder.exists());
    }
}

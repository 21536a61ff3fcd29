//! Ways to a server: encryption and sockets.

use super::*;

/// A server of its own, as encryption is a setting of the whole server.
fn encrypted() -> (towpath_testkit::PostgresServer, Database) {
    let server = towpath_testkit::postgres_server();
    let database = server.database();
    // The server makes its own certificate, in the folder of its data and as the owner of it.
    database.sql(
        "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
         -nodes -days 2 -subj /CN=towpath -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
         -keyout server.key -out server.crt 2> /dev/null && chmod 600 server.key';
         ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf()",
    );
    (server, database)
}

async fn describe_session(url: &str) -> Result<String, Fault> {
    let query = json!({ "query": "select version || ' ' || (cipher is not null) from pg_stat_ssl where pid = pg_backend_pid()" });
    let source = source_of(url, query);
    let schema = source.describe().await?.schema;
    let request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    let batches: Vec<RecordBatch> = source.read(request).await?.try_collect().await?;
    let text = arrow::util::display::array_value_to_string(batches[0].column(0), 0).unwrap();
    Ok(text)
}

#[tokio::test]
async fn encryption_does_what_its_setting_says() {
    let (_server, database) = encrypted();
    let url = database.url();
    for mode in ["prefer", "require"] {
        assert_eq!(
            describe_session(&format!("{url}?sslmode={mode}")).await.unwrap(),
            "TLSv1.3 true",
            "{mode}"
        );
    }
    assert_eq!(describe_session(&format!("{url}?sslmode=disable")).await.unwrap(), "");

    let unknown = describe_session(&format!("{url}?sslmode=verify-full")).await.unwrap_err();
    assert_eq!(unknown.kind().code(), "auth");
    assert!(unknown.hint_text().unwrap().contains("root_certificate"), "{unknown:?}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.crt");
    std::fs::write(&path, database.sql("SELECT pg_read_file('server.crt')")).unwrap();
    let path = path.to_str().unwrap();
    let verified = format!("{url}?sslmode=verify-full&sslrootcert={path}");
    assert_eq!(describe_session(&verified).await.unwrap(), "TLSv1.3 true");
    // The certificate names the address, not this name for it.
    let misnamed = verified.replace("127.0.0.1", "localhost");
    assert_eq!(describe_session(&misnamed).await.unwrap_err().kind().code(), "auth");

    // A bulk transfer in both directions goes through the encryption, too.
    let query = "select g as id, repeat('x', 100) as pad from generate_series(1, 50000) g";
    let (schema, batches, _) = read(source_of(&verified, json!({ "query": query })).as_ref()).await;
    let target =
        connector().destination(&connection(&verified), &json!({ "table": "t" }), &context()).unwrap();
    let receipt = load(target.as_ref(), request(schema, WriteMode::Append, &[]), batches).await.unwrap();
    assert_eq!(receipt.written, 50_000);
}

#[tokio::test]
async fn a_socket_folder_is_a_host() {
    let database = postgres();
    let folder = database.sql("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
    let port = database.sql("SELECT current_setting('port')");
    let name = database.sql("SELECT current_database()");
    let host = folder.replace('/', "%2F");
    let url = format!("postgresql://postgres@{host}:{port}/{name}");
    assert_eq!(describe_session(&url).await.unwrap(), "");
    let fault = describe_session(&url.replace(&host, "%2Fno%2Fsuch%2Ffolder")).await.unwrap_err();
    assert_eq!(fault.kind().code(), "unavailable");
}

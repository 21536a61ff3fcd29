//! A server to try out: a factory with its machines, its ERP and its production database, and a shop.
//!
//! The factory's systems are real servers in temporary folders; they stop with this process. Without them (they come from
//! Debian packages) the shop is there alone.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};

use crate::reference::binary;
use anyhow::{Context, bail};
use towpath_testkit::{MariaDb, Postgres, SftpServer, mariadb, postgres, samples, sshd};

/// Whom the demo is for.
const EMAIL: &str = "demo@example.org";
/// Names of its workspaces.
const FACTORY: &str = "Factory";

/// What makes up the factory.
struct Systems {
    erp: MariaDb,
    factory: Postgres,
    machines: SftpServer,
}

/// Makes everything anew in `demo/`, starts the server, and waits until it ends.
pub fn demo(root: &Path, listen: &str) -> anyhow::Result<ExitCode> {
    let towpath = binary()?;
    let _alone = alone(root)?;
    let folder = root.join("demo");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("pipelines")).context("the folder `demo` cannot be made")?;
    let data = folder.join("server");
    let password = password();
    let towpath = |args: &[&str]| {
        let mut command = Command::new(&towpath);
        command.args(args).env("TOWPATH_DATA", &data).env("TOWPATH_PASSWORD", &password).current_dir(root);
        command
    };
    let workspace =
        owner(towpath(&["--json", "user", "add", EMAIL, "--name", "Demo", "--workspace", FACTORY]))?;
    let store = data.join("files").join(&workspace);
    fs::create_dir_all(&store)?;
    samples::sales::write(&mut fs::File::create(store.join("sales.csv"))?, 5000)?;
    let systems = systems();
    let mut files = vec![shop(&folder)?];
    match &systems {
        Some(systems) => {
            let pipelines = root.join("solutions/industrial/pipelines");
            fill(systems, &pipelines)?;
            files.extend(["machine-logs.yaml", "oee.yaml", "orders.yaml"].map(|file| pipelines.join(file)));
            // Documents read their SQL beside them.
            copy(&pipelines, systems, &data, &workspace)?;
        }
        None => eprintln!(
            "PostgreSQL, MariaDB or OpenSSH is not installed: the factory stays out; there is the shop"
        ),
    }
    let connections = connections(&folder, systems.as_ref())?;
    let mut import = towpath(&["import", "--workspace", "factory", "--connections-file"]);
    import.arg(&connections).args(&files);
    run(import)?;
    // The systems of the demo are on this machine, which pipelines of a server do not reach otherwise.
    let settings = folder.join("server.yaml");
    fs::write(&settings, "egress: { allow: [127.0.0.1] }\n")?;
    let mut server = towpath(&["serve", "--listen", listen, "--log", "warn,towpath=info", "--config"]);
    server.arg(&settings);
    let mut server = server.spawn().context("the server does not start")?;
    println!(
        "\n  http://{listen}\n  sign in as   {EMAIL}\n  password     {password}\n  interface    http://{listen}/docs\n\nstop with Ctrl-C\n"
    );
    let status = wait(&mut server)?;
    drop(systems);
    Ok(status)
}

/// One demo at a time: another would make the folder anew under the first. Holds for as long as the file is open.
fn alone(root: &Path) -> anyhow::Result<fs::File> {
    // What is built may stand elsewhere.
    let folder = root.join("target");
    let made = fs::create_dir_all(&folder).and_then(|()| fs::File::create(folder.join("demo.lock")));
    let lock = made.context("`target/demo.lock` cannot be made")?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => {
            bail!("a demo runs from this folder already; use that one, or stop it with Ctrl-C")
        }
        Err(fs::TryLockError::Error(error)) => Err(error).context("`target/demo.lock` cannot be locked"),
    }
}

fn wait(server: &mut Child) -> anyhow::Result<ExitCode> {
    let status = server.wait().context("the server cannot be waited for")?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(0)).unwrap_or(1)))
}

/// Makes the account; gives the identity of its workspace.
fn owner(mut command: Command) -> anyhow::Result<String> {
    let made = command.output().context("the account cannot be made")?;
    let text = String::from_utf8_lossy(&made.stdout).into_owned();
    let value: serde_json::Value = serde_json::from_str(text.lines().next().unwrap_or_default())
        .with_context(|| String::from_utf8_lossy(&made.stderr).into_owned())?;
    let id = value.pointer("/workspace/id").and_then(serde_json::Value::as_str);
    id.map(str::to_owned).context("the account has no workspace")
}

fn run(mut command: Command) -> anyhow::Result<()> {
    let status = command.status().context("a command does not start")?;
    if !status.success() {
        bail!("`{:?}` failed", command.get_program());
    }
    Ok(())
}

/// Four words that fit together badly. A demo listens to this machine only, and is made anew each time.
fn password() -> String {
    const WORDS: [&str; 32] = [
        "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "hazel", "indigo", "juniper", "kelp",
        "lagoon", "maple", "nectar", "onyx", "pebble", "quartz", "ripple", "saffron", "thistle", "umber",
        "velvet", "willow", "xenon", "yarrow", "zephyr", "barley", "copper", "drizzle", "estuary", "fennel",
        "granite",
    ];
    let mut seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(7, |since| since.as_nanos() as u64 ^ u64::from(std::process::id()) << 32);
    let mut words = Vec::new();
    for _ in 0..4 {
        // One step of a congruential generator (Knuth's constants).
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push(WORDS[(seed >> 59) as usize]);
    }
    words.join("-")
}

fn systems() -> Option<Systems> {
    let has = |program: &str| {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
            .iter()
            .any(|folder| Path::new(folder).join(program).exists())
    };
    let all = has("mariadbd")
        && has("sshd")
        && has("runuser")
        && has("psql")
        && Path::new("/usr/lib/postgresql").exists();
    all.then(|| {
        std::thread::scope(|scope| {
            let factory = scope.spawn(postgres);
            let (erp, machines) = (mariadb(), sshd());
            factory.join().ok().map(|factory| Systems { erp, factory, machines })
        })
    })
    .flatten()
}

/// Gives the factory its tables, orders and logs.
fn fill(systems: &Systems, pipelines: &Path) -> anyhow::Result<()> {
    systems
        .factory
        .sql(&fs::read_to_string(pipelines.join("factory.sql")).context("factory.sql cannot be read")?);
    let mut script = Vec::new();
    samples::erp::write(&mut script, 120, None).context("the ERP cannot be written")?;
    systems.erp.sql(&String::from_utf8(script).context("the ERP is not text")?);
    for file in samples::machines::files(45) {
        let path = systems.machines.folder().join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // A file that was written just now is left alone for a while, as somebody may still be writing it.
        let mut file_on_disk = fs::File::create(path)?;
        file_on_disk.write_all(&file.content)?;
        file_on_disk.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(3600))?;
    }
    Ok(())
}

/// Puts into the folder of the workspace what pipelines read there: SQL, and the keys of the machines.
fn copy(pipelines: &Path, systems: &Systems, data: &Path, workspace: &str) -> anyhow::Result<()> {
    // Folders of workspaces are made when something is put there.
    let store = data.join("files").join(workspace);
    fs::create_dir_all(&store)?;
    for file in fs::read_dir(pipelines)?.flatten() {
        if file.path().extension().is_some_and(|end| end == "sql" || end == "csv") {
            fs::copy(file.path(), store.join(file.file_name()))?;
        }
    }
    fs::copy(systems.machines.key("ed25519", ""), store.join("machines.key"))?;
    fs::copy(systems.machines.known_hosts("ed25519"), store.join("known_hosts"))?;
    Ok(())
}

/// A pipeline that needs nothing but the server.
fn shop(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("pipelines/shop.yaml");
    fs::write(
        &path,
        r#"towpath: 1
name: shop-sales
description: Sales of a shop, by country.
nodes:
  sales: { source: file, path: sales.csv }
  by_country:
    transform: aggregate
    from: sales
    by: [country]
    compute: { sales: count(*) }
  load:
    destination: sqlite
    from: by_country
    connection: shop
    table: sales_by_country
    mode: overwrite
schedule: { cron: "0 * * * *", timezone: Europe/Brussels }
"#,
    )?;
    Ok(path)
}

fn connections(folder: &Path, systems: Option<&Systems>) -> anyhow::Result<PathBuf> {
    let path = folder.join("connections.yaml");
    let mut text = String::from("shop: { connector: sqlite, path: shop.db }\n");
    if let Some(systems) = systems {
        text += &format!("erp: {}\nfactory: {}\n", systems.erp.url(), systems.factory.url());
        text += &format!(
            "machines:\n  connector: file\n  root: '{}'\n  sftp: {{ private_key: machines.key, known_hosts: known_hosts }}\n",
            systems.machines.url()
        );
    }
    fs::write(&path, text)?;
    Ok(path)
}

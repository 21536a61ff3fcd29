//! SQLite URLs: `sqlite:///shop.db` (relative), `sqlite:////var/shop.db` (absolute), with a table at the end.

use percent_encoding::percent_decode_str;
use serde_json::json;
use towpath_connect::Address;
use towpath_model::Fault;

/// Reads a URL as [`towpath_connect::ConnectorDef::address`] asks.
pub(super) fn address(url: &str, with_stream: bool) -> Result<Address, Fault> {
    let hint =
        "write `sqlite:///shop.db` for a relative path and `sqlite:////var/shop.db` for an absolute one";
    let path = url.strip_prefix("sqlite:///").ok_or_else(|| {
        Fault::config(format!("`{url}` is not the address of a SQLite database")).hint(hint)
    })?;
    if path.contains(['?', '#']) {
        return Err(Fault::config(format!("`{url}` has settings, which SQLite addresses do not take"))
            .hint("write `?` as `%3F` and `#` as `%23` when they belong to the path"));
    }
    let decode = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded
            .map(|text| text.into_owned())
            .map_err(|_| Fault::config(format!("`{url}` is not valid UTF-8")))
    };
    if !with_stream {
        return match path.is_empty() {
            true => Err(Fault::config(format!("`{url}` names no file")).hint(hint)),
            false => Ok(Address { connection: json!({ "path": decode(path)? }), stream: None }),
        };
    }
    match path.rsplit_once('/') {
        Some((file, table)) if !file.is_empty() && !table.is_empty() => Ok(Address {
            connection: json!({ "path": decode(file)? }),
            stream: Some(json!({ "table": decode(table)? })),
        }),
        _ => Err(Fault::config(format!("`{url}` names no table"))
            .hint("put the table behind the file, for example `sqlite:///shop.db/orders`")),
    }
}

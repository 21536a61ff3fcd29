//! The messages of bulk transfers, on a borrowed socket.
//!
//! Four conversations: describe a query, run a query with bound values, copy out, copy in. Rows come as
//! `CopyData` or `DataRow` messages, whose bodies hold a row in the same binary form.

use towpath_model::params::ParamType;
use towpath_model::sql::Bind;

use super::fault::ServerError;
use super::session::Broken;
use super::wire::{Bulk, is_asynchronous};

/// A value to bind, as text, with the number of its type; `0` lets the server infer the type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    pub(super) oid: u32,
    pub(super) text: Option<String>,
}

impl From<&Bind> for Bound {
    fn from(bind: &Bind) -> Self {
        let text = bind.text();
        let oid = match bind.kind {
            // A word fits any type that is written as text, such as uuid or an enum, when the server chooses.
            ParamType::String => 0,
            // The narrowest type, as functions that take `integer` refuse `bigint`.
            ParamType::Integer => match text.as_deref().map(str::parse::<i32>) {
                Some(Err(_)) => 20,
                _ => 23,
            },
            ParamType::Number => 1700,
            ParamType::Boolean => 16,
            ParamType::Date => 1082,
            ParamType::Timestamp => 1184,
        };
        Bound { oid, text }
    }
}

/// A column of a result, before its type is looked up.
#[derive(Debug, Clone)]
pub(super) struct ResultColumn {
    pub(super) name: String,
    pub(super) oid: u32,
    pub(super) typmod: i32,
}

fn frame(out: &mut Vec<u8>, tag: u8, body: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    body(out);
    let length = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

fn cstr(out: &mut Vec<u8>, text: &str) {
    // A NUL would end the text early; no valid statement holds one, so the server refuses what is left.
    out.extend(text.bytes().take_while(|byte| *byte != 0));
    out.push(0);
}

fn parse(out: &mut Vec<u8>, sql: &str, binds: &[Bound]) {
    frame(out, b'P', |out| {
        cstr(out, "");
        cstr(out, sql);
        out.extend_from_slice(&(binds.len() as u16).to_be_bytes());
        for bind in binds {
            out.extend_from_slice(&bind.oid.to_be_bytes());
        }
    });
}

impl Bulk {
    /// Describes the result of a query; `None` when it returns no rows. The connection is ready afterwards.
    pub(super) async fn describe(
        &mut self,
        sql: &str,
        binds: &[Bound],
    ) -> Result<Option<Vec<ResultColumn>>, Broken> {
        let mut out = Vec::new();
        parse(&mut out, sql, binds);
        frame(&mut out, b'D', |out| out.extend_from_slice(b"S\0"));
        frame(&mut out, b'S', |_| {});
        self.send(&out).await?;
        let mut columns = None;
        self.until_ready(|tag, body| {
            if tag == b'T' {
                columns = row_description(body);
            }
        })
        .await?;
        Ok(columns)
    }

    /// Starts a query with bound values and binary results. Rows follow as `DataRow` messages.
    pub(super) async fn start_query(&mut self, sql: &str, binds: &[Bound]) -> Result<(), Broken> {
        let mut out = Vec::new();
        parse(&mut out, sql, binds);
        frame(&mut out, b'B', |out| {
            // Unnamed portal and statement, all values as text, all results binary.
            out.extend_from_slice(&[0, 0, 0, 0]);
            out.extend_from_slice(&(binds.len() as u16).to_be_bytes());
            for bind in binds {
                match &bind.text {
                    None => out.extend_from_slice(&(-1i32).to_be_bytes()),
                    Some(text) => {
                        out.extend_from_slice(&(text.len() as i32).to_be_bytes());
                        out.extend_from_slice(text.as_bytes());
                    }
                }
            }
            out.extend_from_slice(&[0, 1, 0, 1]);
        });
        frame(&mut out, b'E', |out| out.extend_from_slice(&[0; 5]));
        frame(&mut out, b'S', |_| {});
        self.send(&out).await?;
        Ok(())
    }

    /// Starts `COPY … TO STDOUT`. Rows follow as `CopyData` messages, or an error: the server keeps its answer
    /// back until the first rows are ready, which may be long, so this does not wait for it.
    pub(super) async fn start_copy_out(&mut self, sql: &str) -> Result<(), Broken> {
        let mut out = Vec::new();
        frame(&mut out, b'Q', |out| cstr(out, sql));
        self.send(&out).await?;
        Ok(())
    }

    /// Starts `COPY … FROM STDIN`. The server then waits for `CopyData` messages.
    pub(super) async fn start_copy_in(&mut self, sql: &str) -> Result<(), Broken> {
        let mut out = Vec::new();
        frame(&mut out, b'Q', |out| cstr(out, sql));
        self.send(&out).await?;
        loop {
            match self.message()? {
                Some((b'E', body)) => return Err(Broken::Server(Box::new(ServerError::parse(body)))),
                Some((b'G', _)) => return Ok(()),
                Some(_) => {}
                None => self.fill().await?,
            }
        }
    }

    /// Sends framed rows; reports at once when the server refuses an earlier one.
    pub(super) async fn send_rows(&mut self, frames: &[u8]) -> Result<(), Broken> {
        self.send(frames).await?;
        while let Some((tag, body)) = self.message()? {
            match tag {
                b'E' => return Err(Broken::Server(Box::new(ServerError::parse(body)))),
                tag if is_asynchronous(tag) => {}
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends a copy in and gives the number of rows the server took. The connection is ready afterwards.
    pub(super) async fn finish_copy_in(&mut self) -> Result<u64, Broken> {
        let mut out = Vec::new();
        frame(&mut out, b'c', |_| {});
        self.send(&out).await?;
        let mut rows = 0;
        self.until_ready(|tag, body| {
            if tag == b'C' {
                let text = String::from_utf8_lossy(body.strip_suffix(b"\0").unwrap_or(body));
                rows = text.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0);
            }
        })
        .await?;
        Ok(rows)
    }

    /// Gives a copy in up. The connection is ready afterwards, inside a failed transaction.
    pub(super) async fn fail_copy_in(&mut self) -> Result<(), Broken> {
        let mut out = Vec::new();
        frame(&mut out, b'f', |out| cstr(out, "the load was taken back"));
        self.send(&out).await?;
        match self.until_ready(|_, _| {}).await {
            Err(Broken::Server(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Hands every message over until the server is ready for the next statement.
    async fn until_ready(&mut self, mut take: impl FnMut(u8, &[u8])) -> Result<(), Broken> {
        let mut refused = None;
        loop {
            match self.message()? {
                Some((b'Z', _)) => break,
                Some((b'E', body)) => {
                    let error = ServerError::parse(body);
                    // A fatal error is the last thing a server says; nothing follows to wait for.
                    if error.code.starts_with("57P") {
                        return Err(Broken::Server(Box::new(error)));
                    }
                    refused.get_or_insert(error);
                }
                Some((tag, body)) => take(tag, body),
                None => match self.fill().await {
                    Ok(()) => {}
                    Err(error) => {
                        return Err(
                            refused.map_or(Broken::Socket(error), |error| Broken::Server(Box::new(error)))
                        );
                    }
                },
            }
        }
        refused.map_or(Ok(()), |error| Err(Broken::Server(Box::new(error))))
    }
}

fn row_description(body: &[u8]) -> Option<Vec<ResultColumn>> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut columns = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let name = String::from_utf8_lossy(&rest[..end]).into_owned();
        // Table, column number, type, size, modifier, format.
        let (numbers, after) = rest[end + 1..].split_first_chunk::<18>()?;
        let oid = u32::from_be_bytes([numbers[6], numbers[7], numbers[8], numbers[9]]);
        let typmod = i32::from_be_bytes([numbers[12], numbers[13], numbers[14], numbers[15]]);
        columns.push(ResultColumn { name, oid, typmod });
        rest = after;
    }
    Some(columns)
}

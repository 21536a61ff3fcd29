//! Connections on which a file is read.
//!
//! The pool of sqlx asks every connection that comes back whether it still lives, in a task of its own: with a file, whose
//! connections are threads of this process and do not hang up, that is half of the way of a short statement once more. Here they
//! come back at once. A statement that nobody waits for any more ends by itself before the next one begins.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::any::AnyConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, ConnectOptions, Connection};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::db::{Conn, Engine, prepare};
use crate::error::Error;

/// How long somebody waits for a connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Connections that read a file.
#[derive(Debug)]
pub(crate) struct Readers {
    options: AnyConnectOptions,
    room: Arc<Semaphore>,
    free: Mutex<Vec<Arc<AsyncMutex<Conn>>>>,
}

impl Readers {
    /// At most so many; each is opened when it is needed first.
    pub(crate) fn new(options: AnyConnectOptions, most: usize) -> Readers {
        Readers { options, room: Arc::new(Semaphore::new(most)), free: Mutex::default() }
    }

    /// A connection that nobody else uses meanwhile.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Reader, Error> {
        let room = timeout(PATIENCE, self.room.clone().acquire_owned()).await;
        let room = match room {
            Ok(Ok(room)) => room,
            Ok(Err(_)) => return Err(Error::Unavailable("it is closed".into())),
            Err(_) => return Err(Error::Unavailable(format!("no connection was free for {PATIENCE:?}"))),
        };
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match free {
            Some(conn) => conn,
            None => {
                let mut conn = self.options.connect().await?;
                prepare(&mut conn, Engine::Sqlite).await?;
                Arc::new(AsyncMutex::new(conn))
            }
        };
        Ok(Reader(Held::File { conn: conn.lock_owned().await, of: self.clone(), _room: room }))
    }

    /// Closes those that are not in use, and gives out no more.
    pub(crate) async fn close(&self) {
        self.room.close();
        let free = std::mem::take(&mut *self.free.lock().unwrap_or_else(PoisonError::into_inner));
        for conn in free.into_iter().filter_map(Arc::into_inner) {
            conn.into_inner().close().await.ok();
        }
    }
}

/// A connection for reading, which goes back when it is dropped.
#[derive(Debug)]
pub struct Reader(Held);

#[derive(Debug)]
enum Held {
    File { conn: OwnedMutexGuard<Conn>, of: Arc<Readers>, _room: OwnedSemaphorePermit },
    Server(PoolConnection<Any>),
}

impl From<PoolConnection<Any>> for Reader {
    fn from(conn: PoolConnection<Any>) -> Reader {
        Reader(Held::Server(conn))
    }
}

impl Deref for Reader {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        match &self.0 {
            Held::File { conn, .. } => conn,
            Held::Server(conn) => conn,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        match &mut self.0 {
            Held::File { conn, .. } => conn,
            Held::Server(conn) => conn,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Held::File { conn, of, .. } = &self.0
            && !of.room.is_closed()
        {
            // Whoever takes it waits for the guard, which is dropped right after this.
            of.free.lock().unwrap_or_else(PoisonError::into_inner).push(OwnedMutexGuard::mutex(conn).clone());
        }
    }
}

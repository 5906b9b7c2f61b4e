//! What the ports of this program have in common: how they listen, who gets a place, how much of a request is read and when,
//! and how an error looks.
//!
//! ```text
//!   listen ─► serve ─► a place, or none ─► speak ─► request head in time ─► body ─► Failure, or the port's own answer
//! ```

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod parameters;
pub(crate) mod places;

use std::{error::Error as StdError, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::response::Response;
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    task::{JoinSet, yield_now},
};

use self::places::{Connection, Places};

/// A socket that is bound and listens.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Unix this lets a restart have the port at once; on Windows it would let others have it too.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Where connections come in.
pub(crate) trait Door: Send + Sync {
    /// The next one.
    ///
    /// # Errors
    /// What the system says; another may come all the same.
    fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send;
}

impl Door for TcpListener {
    fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send {
        TcpListener::accept(self)
    }
}

/// Takes connections for ever and gives each a place, as far as there are any.
pub(crate) async fn serve<Admit, Admitted>(door: impl Door, mut places: Places, admit: Admit)
where
    Admit: Fn(TcpStream, SocketAddr, Arc<Connection>) -> Admitted,
    Admitted: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let (stream, peer) = match door.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others must be closed first.
                tracing::warn!(%error, "a port cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // One too many is closed at once, which is kinder than an answer that never comes.
        let Some(place) = places.make_room(peer.ip().to_canonical()) else { continue };
        stream.set_nodelay(true).ok();
        let task = connections.spawn(admit(stream, peer, Arc::clone(&place)));
        places.take(place, task);
        // It is listened to before the next comes in: a crowd waits at the door, and pushes nobody out who was not heard.
        yield_now().await;
    }
}

/// Speaks HTTP on a connection until it ends. `head_time` is for a whole request head, and for a kept connection that asks
/// nothing more.
pub(crate) async fn speak<I, S>(stream: I, head_time: Duration, service: S)
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: Service<hyper::Request<Incoming>, Response = Response>,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_header_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Compares in a time that does not tell how much of it was right.
pub(crate) fn is_same(own: &[u8], given: &[u8]) -> bool {
    let difference = own.iter().zip(given).fold(0, |difference, (a, b)| difference | (a ^ b));
    own.len() == given.len() && difference == 0
}

const MAX_HEADERS: usize = 64;
const MAX_HEAD: usize = 16 * 1024;
/// A burst of connections must not make a click wait for its second SYN, which comes after a second.
const BACKLOG: u32 = 1024;

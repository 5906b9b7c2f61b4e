//! The localhost port: snapshot, intents and changes for programs on this machine.
//!
//! ```text
//!   connection ─► at most 512 ─► request head within 5 s ─► Host? 421 ─► token? 401 ─► route? 404, 405 ─► answer
//! ```
//!
//! Any web page can reach this port, so it binds the loopback alone, checks `Host` exactly (DNS rebinding), wants a bearer
//! token that only this user can read, and never answers with a CORS header.

mod answer;
mod guard;
mod routes;
mod token;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener as StdListener},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};

pub(crate) use token::Token;

use crate::engine::DeskHandle;

/// Sockets that are bound and not yet served.
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listeners {
    /// Binds 127.0.0.1, and ::1 where there is such a thing; 0 takes a free port.
    pub(crate) fn bind(port: u16) -> io::Result<Self> {
        let v4 = listener((Ipv4Addr::LOCALHOST, port).into())?;
        let port = v4.local_addr()?.port();
        let v6 = listener((Ipv6Addr::LOCALHOST, port).into())
            .inspect_err(|error| tracing::debug!(%error, "the localhost port is not on ::1"));
        Ok(Self { sockets: [Some(v4), v6.ok()].into_iter().flatten().collect(), port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// The port being served.
#[derive(Debug)]
pub(crate) struct LocalApi {
    tasks: JoinSet<()>,
}

impl LocalApi {
    pub(crate) fn serve(listeners: Listeners, token: Token, desk: DeskHandle) -> Self {
        let router = routes::router(guard::Guard::new(listeners.port, token), desk);
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut tasks = JoinSet::new();
        for socket in listeners.sockets {
            tasks.spawn(accept(socket, router.clone(), Arc::clone(&room)));
        }
        Self { tasks }
    }

    /// Closes the port and every connection.
    pub(crate) fn stop(mut self) {
        self.tasks.abort_all();
    }
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = StdListener::bind(address)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

async fn accept(socket: TcpListener, router: Router, room: Arc<Semaphore>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let stream = match socket.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: others must be closed first.
                tracing::warn!(%error, "the localhost port cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // One too many is closed at once, which is kinder than an answer that never comes.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let router = router.clone();
        connections.spawn(async move {
            converse(stream, router).await;
            drop(place);
        });
    }
}

async fn converse(stream: TcpStream, router: Router) {
    stream.set_nodelay(true).ok();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_header_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the localhost port broke");
    }
}

const MAX_CONNECTIONS: usize = 512;
const MAX_HEADERS: usize = 64;
const MAX_HEAD: usize = 16 * 1024;
/// For a whole request head, and for a kept connection that asks nothing more.
const HEAD_TIME: Duration = Duration::from_secs(5);

//! The localhost port: Oktell's commands, and snapshot, intents and changes for programs and pages on this machine.
//!
//! ```text
//!   connection ─► request head within 5 s ─► another user's? 403 ─► Host? 421 ─► method? 405 ─► who asks? 401 ─► route
//!                                                                                 │
//!       the holder of the token: everything ──────────────────────────────────────┤
//!       a page whose site the agent allowed: dials, and sees calls ───────────────┤
//!       any other page: may ask the agent at most; is told nothing ───────────────┘
//! ```
//!
//! Any web page can reach this port, so it binds the loopback alone, checks `Host` exactly (DNS rebinding), believes of what
//! a page says only what its browser vouches for, and lets only the sites read answers that the agent allowed.

mod asker;
mod file;
mod guard;
mod holder;
mod listeners;
mod neighbour;
mod oktell;
mod pair;
#[cfg(target_os = "linux")]
mod proc_net;
mod records;
mod routes;
mod stream;
mod token;
mod view;
mod waiting;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::service::{Service, service_fn};
use hyper_util::service::TowerToHyperService;
use tokio::{
    net::TcpStream,
    task::{JoinHandle, spawn_blocking},
};

use self::{answer::Failure, neighbour::Neighbours, places::Connection};
pub(crate) use self::{file::AddressFile, holder::holder, listeners::Listeners, token::Token};
use crate::{
    engine::DeskHandle,
    http::{
        self, answer, body, parameters,
        places::{self, Places},
    },
    pbx::Pbx,
};

/// The port being served.
#[derive(Debug)]
pub(crate) struct LocalApi(JoinHandle<()>);

impl LocalApi {
    pub(crate) fn serve(listeners: Listeners, token: Token, desk: DeskHandle, pbx: Pbx) -> Self {
        let guard = guard::Guard::new(listeners.port(), token, desk.clone());
        Self(tokio::spawn(accept(listeners, routes::router(guard, desk, pbx))))
    }

    /// Closes the port and every connection.
    pub(crate) fn stop(self) {
        self.0.abort();
    }
}

async fn accept(listeners: Listeners, router: Router) {
    let neighbours = spawn_blocking(Neighbours::probe).await.unwrap_or(Neighbours::Unknown);
    // All of them come from this machine, so there is one share.
    let admit = move |stream, peer, place| admit(stream, peer, neighbours, router.clone(), place);
    http::serve(listeners, Places::new(places::MAX), admit).await;
}

async fn admit(stream: TcpStream, peer: SocketAddr, neighbours: Neighbours, router: Router, place: Arc<Connection>) {
    let Ok(own) = stream.local_addr() else { return };
    let routes = TowerToHyperService::new(router);
    // Asked for with the first request: a crowd of connections that say nothing is no work.
    let is_ours = OnceLock::new();
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        let is_ours = *is_ours.get_or_init(|| neighbours.may_enter(peer, own));
        let answer = is_ours.then(|| {
            place.touch();
            request.extensions_mut().insert(Arc::clone(&place));
            routes.call(request)
        });
        async {
            match answer {
                Some(answer) => answer.await,
                None => Ok(stranger()),
            }
        }
    });
    http::speak(stream, HEAD_TIME, service).await;
}

/// What somebody else who works on this machine gets.
fn stranger() -> Response {
    tracing::info!("a program of another user was refused");
    let detail = "this port belongs to another user of this machine";
    let mut response = Failure::new(StatusCode::FORBIDDEN, "other_user", detail).into_response();
    guard::dress(response.headers_mut(), None);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// For a whole request head, and for a kept connection that asks nothing more.
const HEAD_TIME: Duration = Duration::from_secs(5);

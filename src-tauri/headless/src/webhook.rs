//! The port at which the events of a PBX come in.
//!
//! ```text
//!   connection ─► a place ─► TLS, if there is a certificate ─► request head within 10 s
//!        ─► a browser? 403, 421 ─► on the list? 403 ─► too often? 429 ─► user and password? 401 ─► GET or POST? 405
//!        ─► which dialect? 404 ─► the body, 256 KiB within 10 s ─┬► read ─► chosen? ─► taken in ─► 200, or 503
//!                                                                │    └───────┴── all of them ─► Seen, the last events
//!                                      /callback ────────────────┴► the desk ─► in the journal ─► 200, or its refusal
//! ```
//!
//! 200 is said once the event is safe, and a PBX repeats what was not answered so. Whoever sends is bounded in connections,
//! in bytes, in time and in requests a second, each address for itself. A PBX is no browser: a page that reaches this port
//! from somebody's machine is refused.

mod access;
mod callback;
mod curl;
mod dialects;
mod meaning;
mod rate;
mod reception;
mod seen;
mod tls;

#[cfg(test)]
mod tests;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::response::Response;
use cti::CallEvent;
use desk::wire::{Intent, Refusal};
use hyper::service::service_fn;
use phone::Secret;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

pub(crate) use self::seen::{Note, Seen};
use self::{
    access::Access,
    reception::{Guest, Reception},
};
use crate::{
    http::{
        self,
        places::{Connection, Places},
    },
    settings,
};

/// Who takes events in.
pub(crate) trait TakesIn: Send + Sync + 'static {
    /// Returns once they are safe.
    ///
    /// # Errors
    /// A sentence: they are not, and the sender ought to try again.
    fn take(&self, events: Vec<CallEvent>) -> impl Future<Output = Result<(), String>> + Send;

    /// Asks the desk to have somebody called back; gives the callback's id once that is safe.
    ///
    /// # Errors
    /// The desk's refusal, or 503: it is not safe, and the sender ought to try again.
    fn call_back(&self, wanted: Intent) -> impl Future<Output = Result<String, Refusal>> + Send;
}

/// A port that is open and not served yet: whoever connects waits.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    settings: settings::Webhook,
    tls: Option<Arc<ServerConfig>>,
    seen: Seen,
    address: String,
}

/// The receiver at work.
#[derive(Debug)]
pub(crate) struct Receiver(JoinHandle<()>);

impl Bound {
    /// Opens the port, if the settings want it; `seen` is told of it, and of the trouble if it cannot be opened.
    pub(crate) fn open(settings: &settings::Webhook, seen: &Seen) -> Option<Self> {
        if !settings.enabled {
            return None;
        }
        match Self::try_open(settings.clone(), seen.clone()) {
            Ok(bound) => {
                seen.listens(Some(bound.address.clone()), None);
                Some(bound)
            }
            Err(trouble) => {
                tracing::warn!("webhook: {trouble}");
                seen.listens(None, Some(trouble));
                None
            }
        }
    }

    fn try_open(settings: settings::Webhook, seen: Seen) -> Result<Self, String> {
        let tls = settings.tls.as_ref().map(tls::config).transpose()?;
        let no_port = |error: io::Error| {
            format!(
                "{} cannot be opened ({error}): end the program that has it, or choose another in webhook.listen",
                settings.listen
            )
        };
        let listener = http::listen(settings.listen).map_err(no_port)?;
        let bound = listener.local_addr().map_err(no_port)?;
        let address = format!("{}://{bound}", if tls.is_some() { "https" } else { "http" });
        Ok(Self { listener, settings, tls, seen, address })
    }

    /// `http://127.0.0.1:4060`, with the port that was really bound.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Serves it. Where the settings name a user and there is no password, nobody comes in.
    pub(crate) fn serve(self, password: Option<Secret>, intake: impl TakesIn) -> Receiver {
        let Self { listener, settings, tls, seen, address } = self;
        if settings.username.is_some() && password.is_none() {
            let trouble = "nobody can send: there is no password for the user; write it as password under [webhook]";
            tracing::warn!("webhook.password: {trouble}");
            seen.listens(Some(address), Some(trouble.to_owned()));
        }
        let access = Access::new(settings.username, password, settings.allow);
        let reception = Arc::new(Reception::new(access, settings.events, seen, intake));
        let tls = tls.map(TlsAcceptor::from);
        let admit = move |stream, peer, place| admit(stream, peer, place, tls.clone(), Arc::clone(&reception));
        Receiver(tokio::spawn(async move { http::serve(listener, Places::new(SHARE), admit).await }))
    }
}

/// Closes the port and every connection.
impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn admit(
    stream: TcpStream,
    peer: SocketAddr,
    place: Arc<Connection>,
    tls: Option<TlsAcceptor>,
    reception: Arc<Reception<impl TakesIn>>,
) {
    let Some(tls) = tls else { return converse(stream, peer, place, reception).await };
    match timeout(HEAD_TIME, tls.accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, peer, place, reception).await,
        Ok(Err(error)) => reception.no_tls(peer.ip(), &error),
        Err(_) => {}
    }
}

async fn converse<I>(stream: I, peer: SocketAddr, place: Arc<Connection>, reception: Arc<Reception<impl TakesIn>>)
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let guest = Arc::new(Guest::new(peer.ip().to_canonical(), place));
    let service = service_fn(move |request| {
        let (reception, guest) = (Arc::clone(&reception), Arc::clone(&guest));
        async move { Ok::<Response, Infallible>(reception.answer(request, &guest).await) }
    });
    http::speak(stream, HEAD_TIME, service).await;
}

/// For a TLS handshake, for a request head, and for a kept connection that sends nothing more.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// As many connections as one address may have.
const SHARE: usize = 128;

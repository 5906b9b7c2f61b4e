//! The way to a PBX: an address, a socket, TLS.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    task,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::Settings;
use crate::{
    ami::session::{Over, PATIENCE},
    http,
};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0} is no address: write host and port, like pbx.example.net:5038")]
    Address(String),
    #[error("{place} cannot be reached ({why}): check the network, and host and port")]
    Unreachable { place: String, why: String },
    #[error("the TLS connection to {place} fails ({why}): check the port, usually 5039, and the CA in the settings")]
    Tls { place: String, why: String },
    #[error("the CA in the settings cannot be used: {0}")]
    Ca(String),
    #[error(transparent)]
    Over(#[from] Over),
}

/// A connection.
pub(super) struct Line {
    pub(super) stream: Box<dyn Stream>,
    /// The other end, if others on the way may read what is said.
    pub(super) overheard: Option<SocketAddr>,
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to where the settings say.
pub(super) async fn connect(settings: &Settings) -> Result<Line, Trouble> {
    let (host, port) = place(&settings.address, settings.tls)?;
    let place = format!("{host}:{port}");
    let unreachable = |why: String| Trouble::Unreachable { place: place.clone(), why };
    let tcp = timeout(PATIENCE, TcpStream::connect((host, port))).await;
    let tcp =
        tcp.map_err(|_| unreachable("no answer in time".into()))?.map_err(|error| unreachable(error.to_string()))?;
    let _ = tcp.set_nodelay(true);
    if !settings.tls {
        let peer = tcp.peer_addr().map_err(|error| unreachable(error.to_string()))?;
        return Ok(Line { stream: Box::new(tcp), overheard: Some(peer).filter(|peer| is_network(peer.ip())) });
    }
    let failed = |why: String| Trouble::Tls { place: place.clone(), why };
    let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
    let connector = connector(settings.ca.as_deref()).await?;
    match timeout(PATIENCE, connector.connect(name, tcp)).await {
        Ok(Ok(stream)) => Ok(Line { stream: Box::new(stream), overheard: None }),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed("no answer in time".into())),
    }
}

/// Whether what goes to this address leaves the computer.
pub(super) fn is_network(address: IpAddr) -> bool {
    !address.to_canonical().is_loopback()
}

pub(super) async fn send(stream: &mut Box<dyn Stream>, bytes: &[u8]) -> Result<(), Over> {
    let sent = timeout(PATIENCE, async {
        stream.write_all(bytes).await?;
        stream.flush().await
    });
    sent.await.map_err(|_| Over::Silent)?.map_err(|_| Over::Closed)
}

/// Reading the roots takes milliseconds.
async fn connector(ca: Option<&Path>) -> Result<TlsConnector, Trouble> {
    let ca = ca.map(Path::to_owned);
    let config = task::spawn_blocking(move || http::tls(ca.as_deref())).await;
    let config = config.map_err(|error| Trouble::Ca(error.to_string()))?.map_err(Trouble::Ca)?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Host and port of an address.
pub(super) fn place(address: &str, tls: bool) -> Result<(&str, u16), Trouble> {
    let bad = || Trouble::Address(crate::text::plain(address));
    let address = address.trim();
    let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match address.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (address, None),
        },
    };
    let port = port.map_or(Ok(if tls { 5039 } else { 5038 }), |port| port.parse().map_err(|_| bad()))?;
    if host.is_empty() { Err(bad()) } else { Ok((host, port)) }
}

//! HTTP as far as the PBX and the CRM need it: one request, one answer, bounded in size and time. Redirects are not followed:
//! they would carry passwords to places nobody configured.

use std::{error::Error as StdError, fmt, io, iter::successors, path::Path, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER},
};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::time::{Instant, timeout_at};

use crate::address::origin;

/// What is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// GET, POST, PUT.
    pub method: Method,
    /// All of it, with the query.
    pub url: String,
    /// Without `Host` and `Content-Length`, which the client writes.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

/// Query, headers and body may hold a password, so only the place is shown.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.split('?').next().unwrap_or_default();
        write!(f, "Request({} {path})", self.method)
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`, if it was sent.
    pub content_type: Option<String>,
    /// `Location`, if it was sent.
    pub location: Option<String>,
    /// `Retry-After`, if it was sent.
    pub retry_after: Option<String>,
    /// At most [`MAX_BODY`] bytes, and no more than came in time.
    pub body: Vec<u8>,
    /// The body is all there.
    pub complete: bool,
}

/// Who is spoken to, in the words of the settings: an error says which key to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// What people call it.
    pub name: &'static str,
    /// The key that holds its address.
    pub address: &'static str,
    /// The key that names its CA.
    pub ca: &'static str,
}

impl Peer {
    /// The PBX.
    pub const PBX: Self = Self { name: "PBX", address: "pbx.url", ca: "pbx.ca" };
    /// The CRM, which has several addresses.
    pub const CRM: Self = Self { name: "CRM", address: "the section [crm]", ca: "crm.ca" };
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The request itself is impossible.
    #[error("the request cannot be written: {what}: look for odd characters in the settings of the {}", .peer.name)]
    Unsendable {
        /// Who was to get it.
        peer: Peer,
        /// What is odd.
        what: String,
    },
    /// No connection.
    #[error("{place} cannot be reached ({why}): check the network, and the address in {}", .peer.address)]
    Unreachable {
        /// Who is there.
        peer: Peer,
        /// Scheme, host and port.
        place: String,
        /// What the system says.
        why: String,
    },
    /// A certificate that nobody we trust has signed, or that is for another host.
    #[error("the certificate of {place} is not trusted ({why}): name its CA in {}, or ask your administrator", .peer.ca)]
    Untrusted {
        /// Who is there.
        peer: Peer,
        /// Scheme, host and port.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// The file with the CA.
    #[error("{} cannot be used: {why}", .peer.ca)]
    Ca {
        /// Whose CA it is.
        peer: Peer,
        /// What is wrong with it.
        why: String,
    },
    /// A connection, and then nothing in time.
    #[error("{place} does not answer within {} s: look whether the {} is well; it may still carry it out", .within.as_secs(), .peer.name)]
    Silent {
        /// Who is there.
        peer: Peer,
        /// Scheme, host and port.
        place: String,
        /// How long we waited.
        within: Duration,
    },
    /// A connection that ended before an answer.
    #[error("{place} hangs up without an answer ({why}): check the port in {}, and http or https", .peer.address)]
    HungUp {
        /// Who is there.
        peer: Peer,
        /// Scheme, host and port.
        place: String,
        /// What the system says.
        why: String,
    },
    /// An answer in another language than HTTP.
    #[error("{place} does not speak HTTP ({why}): check the port in {}, and http or https", .peer.address)]
    NotHttp {
        /// Who is there.
        peer: Peer,
        /// Scheme, host and port.
        place: String,
        /// What was odd.
        why: String,
    },
}

/// Sends requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    peer: Peer,
    inner: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Client {
    /// For a PBX. Trusts the system's roots, and the CA in the file `ca` besides. Blocks for some milliseconds to read them.
    ///
    /// # Errors
    /// If the CA cannot be read.
    pub fn new(ca: Option<&Path>) -> Result<Self, SendError> {
        // Minutes lie between two clicks: a kept connection would be a dead one.
        Self::keeping(0, Peer::PBX, ca)
    }

    /// For a CRM, which hears of one call after the other: connections are kept for a while. Else as [`Self::new`].
    ///
    /// # Errors
    /// If the CA cannot be read.
    pub fn for_crm(ca: Option<&Path>) -> Result<Self, SendError> {
        Self::keeping(KEPT, Peer::CRM, ca)
    }

    fn keeping(connections: usize, peer: Peer, ca: Option<&Path>) -> Result<Self, SendError> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_TIME));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls(ca).map_err(|why| SendError::Ca { peer, why })?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_FOR)
            .pool_max_idle_per_host(connections)
            .http1_max_buf_size(MAX_HEAD)
            .build(https);
        Ok(Self { peer, inner })
    }

    /// Sends a request and reads the answer, both within `within`.
    ///
    /// # Errors
    /// If no head of an answer came. A body that broke off is [`Answer::complete`] not.
    pub async fn send(&self, request: Request, within: Duration) -> Result<Answer, SendError> {
        let deadline = Instant::now() + within;
        let place = origin(&request.url).unwrap_or_default();
        let peer = self.peer;
        let request = written(request).map_err(|what| SendError::Unsendable { peer, what })?;
        let answering = self.inner.request(request);
        let answer = match timeout_at(deadline, answering).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(explain(&error, peer, place)),
            Err(_) => return Err(SendError::Silent { peer, place, within }),
        };
        let (head, body) = answer.into_parts();
        let (body, complete) = read(body, deadline).await;
        let header = |name| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
        let (content_type, location, retry_after) = (header(CONTENT_TYPE), header(LOCATION), header(RETRY_AFTER));
        Ok(Answer { status: head.status.as_u16(), content_type, location, retry_after, body, complete })
    }
}

/// The request, or what cannot be written in it.
fn written(request: Request) -> Result<hyper::Request<Full<Bytes>>, String> {
    let mut headers = HeaderMap::new();
    for (name, text) in &request.headers {
        let unsendable = || format!("the header {name}");
        let mut value = HeaderValue::from_str(text).map_err(|_| unsendable())?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?, value);
    }
    let built = hyper::Request::builder().method(request.method).uri(request.url).body(Full::new(request.body.into()));
    // What hyper says of a bad URL does not repeat it.
    let mut built = built.map_err(|error| error.to_string())?;
    *built.headers_mut() = headers;
    Ok(built)
}

async fn read(mut body: Incoming, deadline: Instant) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    loop {
        match timeout_at(deadline, body.frame()).await {
            Ok(None) => return (bytes, true),
            Ok(Some(Ok(frame))) => {
                let Some(data) = frame.data_ref() else { continue };
                let room = MAX_BODY.saturating_sub(bytes.len());
                bytes.extend(data.iter().take(room));
                if data.len() > room {
                    return (bytes, false);
                }
            }
            Ok(Some(Err(_))) | Err(_) => return (bytes, false),
        }
    }
}

fn explain(error: &legacy::Error, peer: Peer, place: String) -> SendError {
    let causes = || successors(error.source(), |cause: &&(dyn StdError + 'static)| (*cause).source());
    if let Some(tls) = causes().find_map(tls_error) {
        let why = tls.to_string();
        return match tls {
            rustls::Error::InvalidCertificate(_) => SendError::Untrusted { peer, place, why },
            _ => SendError::NotHttp { peer, place, why },
        };
    }
    // The innermost cause says it without "error trying to connect: tcp connect error: …".
    let why = causes().last().map_or_else(|| error.to_string(), ToString::to_string);
    let is_garbage = causes().any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse));
    match (error.is_connect(), is_garbage) {
        (true, _) => SendError::Unreachable { peer, place, why },
        (false, true) => SendError::NotHttp { peer, place, why },
        (false, false) => SendError::HungUp { peer, place, why },
    }
}

/// An I/O error hides what it wraps from `source`, and may wrap another one.
fn tls_error<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    cause.downcast_ref().or_else(|| tls_error(wrapped?))
}

/// Or what is wrong with the CA.
pub(crate) fn tls(ca: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in ca.map(certificates).transpose()?.unwrap_or_default() {
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bad = |why: &dyn fmt::Display| format!("{}: {why}", path.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(|error| bad(&error))?.collect();
    match found {
        Ok(list) if list.is_empty() => Err(bad(&"no certificate in it")),
        Ok(list) => Ok(list),
        Err(error) => Err(bad(&error)),
    }
}

/// For a TCP connection.
pub const CONNECT_TIME: Duration = Duration::from_secs(3);
/// From the name look-up to the last byte of the answer.
pub const WHOLE_TIME: Duration = Duration::from_secs(10);
/// More of a body is not read.
pub const MAX_BODY: usize = 256 * 1024;
const MAX_HEAD: usize = 64 * 1024;
/// Open connections that wait for the next request, and how long.
const KEPT: usize = 4;
const KEPT_FOR: Duration = Duration::from_secs(30);

//! TLS for SIP: the system's roots, plus the CA that an account names. There is no way to trust "anything".

use std::{io, path::Path, sync::Arc};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, Error, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

/// Why a TLS connection did not come about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// Not signed by anybody we trust, expired, or for another host.
    #[error("{0}")]
    Untrusted(String),
    /// The CA file of the account.
    #[error("cannot read the CA file: {0}")]
    Ca(String),
    /// Everything else.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Shakes hands with `server_name` over an open connection.
pub(crate) async fn connect(
    tcp: TcpStream,
    server_name: &str,
    ca: Option<&Path>,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let ca = ca.map(Path::to_owned);
    let config = tokio::task::spawn_blocking(move || client_config(ca.as_deref()))
        .await
        .map_err(|e| TlsError::Io(io::Error::other(e)))??;
    let name = ServerName::try_from(server_name.trim_matches(['[', ']']).to_owned())
        .map_err(|_| TlsError::Untrusted(format!("{server_name} is not a host name")))?;
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await.map_err(classify)
}

/// Reading the roots takes milliseconds: call it off the runtime.
fn client_config(ca: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca {
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|e| TlsError::Ca(format!("{}: {e}", path.display())))?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsError::Io(io::Error::other(e)))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bad = |e: &dyn std::fmt::Display| TlsError::Ca(format!("{}: {e}", path.display()));
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(|e| bad(&e))?.collect();
    match found {
        Ok(list) if list.is_empty() => Err(bad(&"no certificate in it")),
        Ok(list) => Ok(list),
        Err(e) => Err(bad(&e)),
    }
}

fn classify(error: io::Error) -> TlsError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(e @ Error::InvalidCertificate(_)) => TlsError::Untrusted(e.to_string()),
        _ => TlsError::Io(error),
    }
}

//! The certificate with which the receiver proves itself.

use std::{fmt, path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::settings::CertificateFiles;

/// Reads both files.
///
/// # Errors
/// A sentence with the file and the mend.
pub(super) fn config(files: &CertificateFiles) -> Result<Arc<ServerConfig>, String> {
    let chain = chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable("key", &files.key, &error))?;
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unusable("certificate", &files.certificate, &error))?;
    Ok(Arc::new(config))
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match found {
        Ok(chain) if chain.is_empty() => Err(unusable("certificate", file, &"there is no certificate in it")),
        Ok(chain) => Ok(chain),
        Err(error) => Err(unusable("certificate", file, &error)),
    }
}

fn unusable(key: &str, file: &Path, why: &dyn fmt::Display) -> String {
    format!("webhook.{key}: {} cannot be used ({why}): name a PEM file that this user may read", file.display())
}

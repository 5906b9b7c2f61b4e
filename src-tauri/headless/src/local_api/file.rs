//! Where the port is, for a second start of this program that only brings a link: `local_api.json` in the data folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::write_private;

/// There from the start to a clean stop.
#[derive(Debug)]
pub(crate) struct AddressFile(PathBuf);

impl AddressFile {
    pub(crate) fn create(data: &Path, url: &str) -> io::Result<Self> {
        let file = data.join(NAME);
        let text = serde_json::json!({ "url": url, "pid": std::process::id() });
        write_private(&file, &text.to_string())?;
        Ok(Self(file))
    }

    /// Takes away what a desk that ended badly left: whoever has that port now is not to be told our token.
    pub(crate) fn remove_stale(data: &Path) -> io::Result<()> {
        match fs::remove_file(data.join(NAME)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn remove(self) {
        fs::remove_file(self.0).ok();
    }
}

const NAME: &str = "local_api.json";

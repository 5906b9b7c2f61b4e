//! The bearer token: 32 random bytes, new with each start, in a file that only the user may read.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::{http::is_same, write_private};

pub(crate) struct Token {
    text: String,
    file: PathBuf,
}

impl Token {
    pub(crate) fn create(data: &Path) -> io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let file = std::path::absolute(data)?.join("token");
        write_private(&file, &text)?;
        Ok(Self { text, file })
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Compares in a time that does not tell how much of it was right.
    pub(crate) fn is(&self, given: &str) -> bool {
        is_same(self.text.as_bytes(), given.as_bytes())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

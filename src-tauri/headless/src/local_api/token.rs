//! The bearer token: 32 random bytes, new with each start, in a file that only the user may read.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::write_private;

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
        let (own, given) = (self.text.as_bytes(), given.as_bytes());
        let difference = own.iter().zip(given).fold(0, |difference, (a, b)| difference | (a ^ b));
        own.len() == given.len() && difference == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

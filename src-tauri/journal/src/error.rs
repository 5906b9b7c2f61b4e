//! What can go wrong once the journal is open.

use std::sync::Arc;

use rusqlite::ErrorCode;

/// Why something was not written or not read. Clones, for one failure may concern many.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No space left.
    #[error("the disk that holds the journal is full: free some space, then what waits in memory is written")]
    DiskFull,
    /// Everything else that SQLite or the disk tells.
    #[error("the journal on the disk could not be used: {0}; look whether the disk is there, sound and writable")]
    Storage(Arc<rusqlite::Error>),
    /// More waits to be written than memory is given to; see the log for what keeps the disk from taking it.
    #[error("the journal has fallen too far behind to take more: try again in a moment")]
    Backlog,
    /// The thread that would do it has ended.
    #[error("the journal is closed: start Ringside again")]
    Stopped,
    /// What was to be exported did not reach the file.
    #[error("the export could not be written: {0}; choose another place or free some space")]
    Export(Arc<std::io::Error>),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::Storage(_) => "storage",
            Self::Backlog => "backlog",
            Self::Stopped => "stopped",
            Self::Export(_) => "export",
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            _ => Self::Storage(Arc::new(error)),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Export(Arc::new(error))
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        std::io::Error::from(error).into()
    }
}

//! Stands in for the composition root until it is there.
#![allow(missing_docs)]
use desk::wire::*;
use std::path::PathBuf;

#[derive(Clone)]
pub struct DeskHandle;
pub struct Running;
pub struct Options {
    pub settings: PathBuf,
    pub data: PathBuf,
    pub practice: bool,
}
#[derive(Debug, thiserror::Error)]
#[error("no")]
pub struct StartError;
pub struct Changes;
pub enum Update {
    Snapshot(Snapshot),
    Change(Change),
}

pub async fn start(_o: Options) -> Result<Running, StartError> {
    Ok(Running)
}
impl Running {
    pub fn desk(&self) -> DeskHandle {
        DeskHandle
    }
    pub async fn stop(self) {}
}
impl DeskHandle {
    pub async fn intent(&self, _i: Intent) -> Result<Done, Refusal> {
        Ok(Done { seq: 1, call: None })
    }
    pub async fn snapshot(&self) -> Snapshot {
        Snapshot {
            seq: 0,
            accounts: vec![],
            calls: vec![],
            history: vec![],
            cards: vec![],
            callbacks: vec![],
            agents: vec![],
            devices: Devices::default(),
            preferences: Preferences { language: Language::System, do_not_disturb: false, secrets_in_file: false },
            practice: true,
        }
    }
    pub async fn subscribe(&self, _after: Option<u64>) -> Changes {
        Changes
    }
}
impl Changes {
    pub async fn next(&mut self) -> Option<Update> {
        std::future::pending().await
    }
}

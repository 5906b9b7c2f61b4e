//! The practice PBX: a registrar, a handful of extensions and callers, in the same process and on the loopback only, so
//! that a newcomer places and answers real calls with real sound and no account anywhere.
//!
//! ```text
//!  agent's phone ── SIP over UDP ──► exchange ── registrar (REGISTER, digest)
//!        │                              │ └───── dial plan: what each number does
//!        └────────── RTP ────────────► line: echo, or a voice; one task a call
//!  webhook receiver ◄── HTTP ────────── webhook: tells of each call, as a Simotel PBX would
//! ```
//!
//! Deliberately absent: calls between phones, transfers, anything that a real PBX is for.

mod dial_plan;
mod exchange;
mod line;
mod registrar;
mod voice;
mod webhook;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket as StdUdpSocket},
};

use tokio::{net::UdpSocket, task::JoinHandle};

pub use crate::webhook::Webhook;

use crate::{
    exchange::{Exchange, Random},
    webhook::Teller,
};

/// The extension that is given to the agent.
pub const USER: &str = "101";

/// A running practice PBX. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Where it listens, UDP on the loopback.
    pub registrar: SocketAddr,
    /// The password of [`USER`], new with each start.
    pub password: String,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts it on a free port of the loopback, on the current tokio runtime. It tells `webhook` of each call.
///
/// # Errors
/// If no port can be bound.
pub fn start(webhook: Option<Webhook>) -> io::Result<Running> {
    let socket = StdUdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    let socket = UdpSocket::from_std(socket)?;
    let registrar = socket.local_addr()?;
    let random = Random { seed: random()?, password: hex(&random::<12>()?), nonce: hex(&random::<12>()?) };
    let password = random.password.clone();
    let exchange = Exchange::new(socket, registrar, random, Teller::start(webhook));
    Ok(Running { registrar, password, task: tokio::spawn(exchange.run()) })
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The sockets of the port, on both loopbacks or not at all: whoever had the other one would get half of the clicks.

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::{TcpListener, TcpStream};

use crate::http::{Door, listen};

/// Sockets that are bound and not yet served.
#[derive(Debug)]
pub(crate) struct Listeners {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Listeners {
    /// Binds 127.0.0.1, and ::1 where there is such a thing; 0 takes a free port.
    ///
    /// # Errors
    /// `AddrInUse` if somebody has the port on either of them.
    pub(crate) fn bind(port: u16) -> io::Result<Self> {
        let tries = if port == 0 { TRIES } else { 1 };
        let mut bound = Self::bind_once(port);
        for _ in 1..tries {
            // A port that is free on one of them need not be free on the other.
            if !matches!(&bound, Err(error) if error.kind() == ErrorKind::AddrInUse) {
                break;
            }
            bound = Self::bind_once(port);
        }
        bound
    }

    fn bind_once(port: u16) -> io::Result<Self> {
        let v4 = listen((Ipv4Addr::LOCALHOST, port).into())?;
        let port = v4.local_addr()?.port();
        let v6 = match listen((Ipv6Addr::LOCALHOST, port).into()) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
            bound => bound.inspect_err(|error| tracing::debug!(%error, "there is no ::1 here")).ok(),
        };
        Ok(Self { v4, v6, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Door for Listeners {
    /// Cancelling it loses nothing.
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.v6 {
            None => self.v4.accept().await,
            Some(v6) => tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = v6.accept() => accepted,
            },
        }
    }
}

const TRIES: u32 = 16;

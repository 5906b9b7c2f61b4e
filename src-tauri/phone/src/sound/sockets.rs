//! A pair of UDP ports for one call.

use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
};

/// How many pairs are tried: the system picks the first port, its neighbour may be taken.
const ATTEMPTS: usize = 64;

/// RTP on an even port, RTCP on the next (RFC 3550 §11), both non-blocking.
#[derive(Debug)]
pub(crate) struct RtpSockets {
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
    port: u16,
}

impl RtpSockets {
    /// Binds a pair from the system's range of ephemeral ports.
    pub(super) fn bind(ip: IpAddr) -> io::Result<RtpSockets> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..ATTEMPTS {
            match RtpSockets::attempt(ip) {
                Ok(pair) => return Ok(pair),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// The even RTP port, for the session description.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn attempt(ip: IpAddr) -> io::Result<RtpSockets> {
        let first = UdpSocket::bind(SocketAddr::new(ip, 0))?;
        let port = first.local_addr()?.port();
        // The kernel's pick may be the odd one of the pair.
        let second = UdpSocket::bind(SocketAddr::new(ip, port ^ 1))?;
        let (rtp, rtcp) = if port.is_multiple_of(2) { (first, second) } else { (second, first) };
        rtp.set_nonblocking(true)?;
        rtcp.set_nonblocking(true)?;
        Ok(RtpSockets { rtp, rtcp, port: port & !1 })
    }
}

//! What Linux knows of a socket.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
};

use netlink_packet_core::{NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::{
    SockDiagMessage,
    constants::{AF_INET, AF_INET6, IPPROTO_TCP},
    inet::{ExtensionFlags, InetRequest, SocketId, StateFlags},
};
use netlink_sys::{Socket, SocketAddr as KernelAddress, protocols::NETLINK_SOCK_DIAG};

use crate::local_api::proc_net;

/// Whose socket it is, and which. One that its program has closed has no inode, and says root's whoever had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    uid: u32,
    inode: u32,
}

/// Nobody is asked to come in who left already: whose he was is not known any more.
pub(super) fn is_ours(owner: Option<Owner>) -> bool {
    let own = rustix::process::geteuid().as_raw();
    owner.is_some_and(|owner| owner.inode != 0 && [ROOT, own].contains(&owner.uid))
}

/// Both ends of a connection on the loopback, and what keeps it open.
pub(super) fn own_connection() -> Option<(SocketAddr, SocketAddr, (TcpListener, TcpStream))> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    let far = listener.local_addr().ok()?;
    let stream = TcpStream::connect(far).ok()?;
    Some((stream.local_addr().ok()?, far, (listener, stream)))
}

/// Asks for this one socket, which costs the same however many there are.
pub(super) fn ask_kernel(peer: SocketAddr, own: SocketAddr) -> Option<Owner> {
    let asked = exchange(&request(peer, own));
    let answer = asked.inspect_err(|error| tracing::debug!(%error, "the kernel does not tell of sockets")).ok()?;
    let message = NetlinkMessage::<SockDiagMessage>::deserialize(&answer).ok()?;
    match message.payload {
        NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
            let found = response.header;
            is_between(&found.socket_id, peer, own).then_some(Owner { uid: found.uid, inode: found.inode })
        }
        _ => None,
    }
}

/// Where there is no such connection the kernel tells of whoever listens on that port.
fn is_between(found: &SocketId, peer: SocketAddr, own: SocketAddr) -> bool {
    // A program may speak IPv4 on an IPv6 socket.
    let end = |ip: IpAddr, port| SocketAddr::new(ip.to_canonical(), port);
    end(found.source_address, found.source_port) == peer
        && end(found.destination_address, found.destination_port) == own
}

fn request(peer: SocketAddr, own: SocketAddr) -> Vec<u8> {
    let request = InetRequest {
        family: if peer.is_ipv4() { AF_INET } else { AF_INET6 },
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::empty(),
        states: StateFlags::all(),
        socket_id: SocketId {
            source_port: peer.port(),
            destination_port: own.port(),
            source_address: peer.ip(),
            destination_address: own.ip(),
            interface_id: 0,
            cookie: ANY_COOKIE,
        },
    };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// The kernel has answered by the time that the question is sent.
fn exchange(request: &[u8]) -> io::Result<Vec<u8>> {
    let socket = Socket::new(NETLINK_SOCK_DIAG)?;
    socket.set_non_blocking(true)?;
    socket.send_to(request, &KernelAddress::new(0, 0), 0)?;
    let mut answer = Vec::with_capacity(1024);
    socket.recv(&mut answer, 0)?;
    Ok(answer)
}

/// Reads through all connections of this machine.
pub(super) fn read_proc(peer: SocketAddr, own: SocketAddr) -> Option<Owner> {
    let row = proc_net::find(|row| (row.own, row.peer) == (peer, own))?;
    Some(Owner { uid: row.uid, inode: row.inode })
}

const ROOT: u32 = 0;
const ANY_COOKIE: [u8; 8] = [0xff; 8];

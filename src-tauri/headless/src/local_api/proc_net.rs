//! The sockets of this machine, as `/proc/net/tcp` lists them.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
};

/// A line of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) own: SocketAddr,
    pub(super) peer: SocketAddr,
    pub(super) listens: bool,
    pub(super) uid: u32,
    pub(super) inode: u32,
}

/// The first socket that is meant. A program may speak IPv4 on an IPv6 socket, so both lists are read through.
pub(super) fn find(is_meant: impl Fn(&Row) -> bool) -> Option<Row> {
    ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().find_map(|table| {
        let table = fs::read_to_string(table).ok()?;
        table.lines().skip(1).filter_map(row).find(&is_meant)
    })
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, own, peer, state, _, _, _, uid, _, inode, ..] = fields.as_slice() else { return None };
    Some(Row {
        own: address(own)?,
        peer: address(peer)?,
        listens: *state == LISTENS,
        uid: uid.parse().ok()?,
        inode: inode.parse().ok()?,
    })
}

/// `0100007F:0FDB`: words of four bytes as this processor keeps them, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let mut bytes = Vec::with_capacity(16);
    for word in ip.as_bytes().chunks(8) {
        bytes.extend(u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?).to_canonical(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

const LISTENS: &str = "0A";

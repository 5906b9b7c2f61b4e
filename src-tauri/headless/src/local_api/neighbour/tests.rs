//! Our own connections, asked both ways.

use std::net::{Ipv6Addr, TcpListener, TcpStream};

use super::{Neighbours, linux};

#[test]
fn both_ways_tell_the_same_of_our_own() {
    let (near, far, ends) = linux::own_connection().expect("there is a loopback");
    let kernel = linux::ask_kernel(near, far);
    assert!(linux::is_ours(kernel), "{kernel:?}");
    assert_eq!(kernel, linux::read_proc(near, far));
    assert_ne!(Neighbours::probe(), Neighbours::Unknown);
    drop(ends);
    assert!(!linux::is_ours(linux::ask_kernel(near, far)), "whoever is gone is nobody's");
}

#[test]
fn ipv6_is_told_too() {
    // Not every machine has IPv6.
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else { return };
    let far = listener.local_addr().expect("an address");
    let stream = TcpStream::connect(far).expect("it listens");
    let near = stream.local_addr().expect("an address");
    assert!(linux::is_ours(linux::ask_kernel(near, far)));
    assert_eq!(linux::ask_kernel(near, far), linux::read_proc(near, far));
}

#[test]
fn strangers_and_ports_mixed_up_are_not_ours() {
    let (near, far, _ends) = linux::own_connection().expect("there is a loopback");
    let mut other = near;
    other.set_port(near.port() ^ 1);
    for look in [linux::ask_kernel, linux::read_proc] {
        assert!(!linux::is_ours(look(other, far)));
        assert!(!linux::is_ours(look(far, other)), "that somebody listens there is no connection");
    }
}

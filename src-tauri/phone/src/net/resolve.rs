//! Where a SIP server is (RFC 3263): an address as it stands, else SRV records, else the host's own addresses.
//!
//! NAPTR is not asked: the account says its transport. Addresses come from the operating system, so that hosts files,
//! split DNS of a VPN and mDNS count; only SRV, which the system's call cannot ask for, goes through hickory.

use std::net::{IpAddr, SocketAddr};

use hickory_resolver::{Resolver, proto::rr::RData};
use sip::{Target, Transport};

/// The servers behind `host`, the one to try first in front. The error is a sentence for the log.
pub(crate) async fn resolve(host: &str, port: Option<u16>, transport: Transport) -> Result<Vec<Target>, String> {
    let target = |addr| Target { transport, addr, server_name: host.to_owned() };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(vec![target(SocketAddr::new(ip, port.unwrap_or(default_port(transport))))]);
    }
    if port.is_none() {
        let servers = service_records(host, transport).await;
        let mut targets = Vec::new();
        for (name, port) in servers {
            targets.extend(addresses(&name, port).await.unwrap_or_default().into_iter().map(target));
        }
        if !targets.is_empty() {
            return Ok(targets);
        }
    }
    let found = addresses(host, port.unwrap_or(default_port(transport))).await?;
    Ok(found.into_iter().map(target).collect())
}

fn default_port(transport: Transport) -> u16 {
    if transport == Transport::Tls { 5061 } else { 5060 }
}

async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let found: Vec<_> = tokio::net::lookup_host((host, port)).await.map_err(|e| format!("{host}: {e}"))?.collect();
    if found.is_empty() { Err(format!("{host} has no address")) } else { Ok(found) }
}

/// Host and port of each SRV record, by priority, then weight (RFC 2782). The heavier goes first rather than by lot: one
/// desk is no load to balance, and the same order each time makes a log readable.
async fn service_records(host: &str, transport: Transport) -> Vec<(String, u16)> {
    let service = match transport {
        Transport::Udp => "_sip._udp",
        Transport::Tcp => "_sip._tcp",
        Transport::Tls => "_sips._tcp",
    };
    let Ok(resolver) = Resolver::builder_tokio().and_then(|builder| builder.build()) else { return Vec::new() };
    let Ok(lookup) = resolver.srv_lookup(format!("{service}.{}.", host.trim_end_matches('.'))).await else {
        return Vec::new();
    };
    let mut records: Vec<_> = lookup
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::SRV(srv) => Some((srv.priority, u16::MAX - srv.weight, srv.target.to_utf8(), srv.port)),
            _ => None,
        })
        .filter(|(_, _, name, _)| name != ".")
        .collect();
    records.sort();
    records.into_iter().map(|(_, _, name, port)| (name.trim_end_matches('.').to_owned(), port)).collect()
}

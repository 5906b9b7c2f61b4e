//! The sockets of SIP: UDP sockets and TCP or TLS connections, each a flow of [`sip::Core`].
//!
//! A flow is a task that reads and, for streams, one that writes; both end when the flow is dropped. What arrives goes to
//! the phone's task through one bounded channel, so a flood slows the socket down instead of filling memory.

mod resolve;
mod tls;

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use sip::{AccountKey, FlowError, FlowId, Target, Transport};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

/// A connection that is not up by then is tried elsewhere.
const CONNECT_LIMIT: Duration = Duration::from_secs(8);
/// Messages waiting for a slow stream; beyond that the flow is given up.
const SEND_QUEUE: usize = 64;
/// A datagram cannot be larger.
const LARGEST_DATAGRAM: usize = 65_536;

/// What the network tells.
pub(crate) enum NetEvent {
    Connected { flow: FlowId, local: SocketAddr, transport: Transport },
    Closed { flow: FlowId, cause: FlowError },
    Datagram { flow: FlowId, from: SocketAddr, bytes: Vec<u8> },
    Stream { flow: FlowId, bytes: Vec<u8> },
    Resolved { account: AccountKey, targets: Result<Vec<Target>, String> },
}

/// All flows. Dropping it closes them.
pub(crate) struct Net {
    flows: HashMap<FlowId, Flow>,
    events: mpsc::Sender<NetEvent>,
}

enum Flow {
    /// The socket, and the task that reads it.
    Udp { socket: Arc<UdpSocket>, _reader: AbortOnDrop },
    /// What its task has still to write. The task drains it before it sees that the queue is gone and hangs up, so that
    /// a last BYE still leaves.
    Stream(mpsc::Sender<Vec<u8>>),
}

/// Ends its task when it goes.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Net {
    pub(crate) fn new(events: mpsc::Sender<NetEvent>) -> Net {
        Net { flows: HashMap::new(), events }
    }

    /// Opens a flow to `target`; the outcome arrives as [`NetEvent::Connected`] or [`NetEvent::Closed`].
    pub(crate) fn connect(&mut self, flow: FlowId, target: Target, ca: Option<PathBuf>) {
        let opened = match target.transport {
            Transport::Udp => self.open_udp(flow, target.addr),
            Transport::Tcp | Transport::Tls => Ok(self.open_stream(flow, target, ca)),
        };
        match opened {
            Ok(opened) => drop(self.flows.insert(flow, opened)),
            Err(error) => self.tell(NetEvent::Closed { flow, cause: io_cause(&error) }),
        }
    }

    pub(crate) fn close(&mut self, flow: FlowId) {
        self.flows.remove(&flow);
    }

    pub(crate) fn send(&mut self, flow: FlowId, to: SocketAddr, bytes: Vec<u8>) {
        match self.flows.get(&flow) {
            None => {}
            // A datagram that does not leave is lost as a network would lose it, and its transaction sends it again. The
            // socket stays: what it could not send may be an answer to somebody who asked for that.
            Some(Flow::Udp { socket, .. }) => {
                if let Err(error) = socket.try_send_to(&bytes, to) {
                    tracing::debug!(%error, "a datagram did not leave");
                }
            }
            Some(Flow::Stream(queue)) => {
                let is_stuck = queue.try_send(bytes).is_err();
                if is_stuck {
                    self.flows.remove(&flow);
                    self.tell(NetEvent::Closed { flow, cause: FlowError::TimedOut });
                }
            }
        }
    }

    /// Looks up a registrar; the outcome arrives as [`NetEvent::Resolved`].
    pub(crate) fn resolve(&self, account: AccountKey, host: String, port: Option<u16>, transport: Transport) {
        let events = self.events.clone();
        tokio::spawn(async move {
            let targets = resolve::resolve(&host, port, transport).await;
            events.send(NetEvent::Resolved { account, targets }).await.ok();
        });
    }

    fn open_udp(&self, flow: FlowId, remote: SocketAddr) -> io::Result<Flow> {
        let socket = std::net::UdpSocket::bind(SocketAddr::new(local_address_towards(remote)?, 0))?;
        socket.set_nonblocking(true)?;
        let socket = Arc::new(UdpSocket::from_std(socket)?);
        let local = socket.local_addr()?;
        let task = tokio::spawn(read_datagrams(flow, Arc::clone(&socket), local, self.events.clone()));
        Ok(Flow::Udp { socket, _reader: AbortOnDrop(task) })
    }

    fn open_stream(&self, flow: FlowId, target: Target, ca: Option<PathBuf>) -> Flow {
        let (queue, outgoing) = mpsc::channel(SEND_QUEUE);
        let events = self.events.clone();
        tokio::spawn(async move {
            let cause = run_stream(flow, target, ca, outgoing, &events).await;
            events.send(NetEvent::Closed { flow, cause }).await.ok();
        });
        Flow::Stream(queue)
    }

    fn tell(&self, event: NetEvent) {
        let events = self.events.clone();
        tokio::spawn(async move { events.send(event).await.ok() });
    }
}

/// The address of this machine that packets to `remote` leave from. Connecting a UDP socket sends nothing.
pub(crate) fn local_address_towards(remote: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr = if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let probe = std::net::UdpSocket::bind(SocketAddr::new(any, 0))?;
    probe.connect(remote)?;
    Ok(probe.local_addr()?.ip())
}

async fn read_datagrams(flow: FlowId, socket: Arc<UdpSocket>, local: SocketAddr, events: mpsc::Sender<NetEvent>) {
    // Until the reactor has seen a new socket once, tokio takes it for full, and the first REGISTER would wait for T1.
    if socket.writable().await.is_err() {
        return;
    }
    if events.send(NetEvent::Connected { flow, local, transport: Transport::Udp }).await.is_err() {
        return;
    }
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    loop {
        // An error on an unconnected socket is the echo of an earlier packet (ICMP), not the end of the socket.
        let Ok((size, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let Some(bytes) = buffer.get(..size).map(<[u8]>::to_vec) else { continue };
        if events.send(NetEvent::Datagram { flow, from, bytes }).await.is_err() {
            return;
        }
    }
}

async fn run_stream(
    flow: FlowId,
    target: Target,
    ca: Option<PathBuf>,
    outgoing: mpsc::Receiver<Vec<u8>>,
    events: &mpsc::Sender<NetEvent>,
) -> FlowError {
    let tcp = match timeout(CONNECT_LIMIT, TcpStream::connect(target.addr)).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return io_cause(&error),
        Err(_) => return FlowError::TimedOut,
    };
    // Without this a request behind a request waits for the peer's delayed acknowledgement (40 ms).
    tcp.set_nodelay(true).ok();
    let Ok(local) = tcp.local_addr() else { return FlowError::Other("no local address".into()) };
    let connected = NetEvent::Connected { flow, local, transport: target.transport };
    if target.transport == Transport::Tcp {
        events.send(connected).await.ok();
        return pump(flow, tcp, outgoing, events).await;
    }
    match timeout(CONNECT_LIMIT, tls::connect(tcp, &target.server_name, ca.as_deref())).await {
        Ok(Ok(stream)) => {
            events.send(connected).await.ok();
            pump(flow, stream, outgoing, events).await
        }
        Ok(Err(tls::TlsError::Untrusted(why) | tls::TlsError::Ca(why))) => FlowError::Tls(why),
        Ok(Err(tls::TlsError::Io(error))) => io_cause(&error),
        Err(_) => FlowError::TimedOut,
    }
}

/// Moves bytes both ways until either side ends.
async fn pump(
    flow: FlowId,
    stream: impl AsyncRead + AsyncWrite,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
    events: &mpsc::Sender<NetEvent>,
) -> FlowError {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let read = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match reader.read(&mut buffer).await {
                Ok(0) => return FlowError::Reset,
                Ok(size) => {
                    let bytes = buffer.get(..size).unwrap_or_default().to_vec();
                    if events.send(NetEvent::Stream { flow, bytes }).await.is_err() {
                        return FlowError::Other("the phone stopped".into());
                    }
                }
                Err(error) => return io_cause(&error),
            }
        }
    };
    let write = async {
        while let Some(bytes) = outgoing.recv().await {
            let sent = async {
                writer.write_all(&bytes).await?;
                writer.flush().await
            };
            match timeout(CONNECT_LIMIT, sent).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return io_cause(&error),
                Err(_) => return FlowError::TimedOut,
            }
        }
        writer.shutdown().await.ok();
        FlowError::Other("closed by us".into())
    };
    tokio::select! { cause = read => cause, cause = write => cause }
}

fn io_cause(error: &io::Error) -> FlowError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => FlowError::Refused,
        io::ErrorKind::TimedOut => FlowError::TimedOut,
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => FlowError::Reset,
        _ => FlowError::Other(error.to_string()),
    }
}

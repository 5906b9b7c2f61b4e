//! A line to a server that can be cut, fall silent, break off in the middle, or say more than the server does.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A relay in front of a server. Clients connect to [`Line::address`].
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// Both ends of each connection: the client, the server.
    open: Mutex<Vec<(TcpStream, TcpStream)>>,
    /// How many bytes of the server are still passed on; after these it is silent.
    left: AtomicUsize,
    /// How many connections were made.
    made: AtomicUsize,
}

impl Line {
    /// A relay to that server, which need not be there yet.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let open = Mutex::default();
        let shared = Arc::new(Shared { open, left: AtomicUsize::new(usize::MAX), made: AtomicUsize::new(0) });
        let its = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is not there hangs up at once, as its machine would.
                if let Ok(server) = TcpStream::connect(server) {
                    its.join(client, server);
                }
            }
        });
        Self { address, shared }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made so far.
    pub fn made(&self) -> usize {
        self.shared.made.load(Ordering::SeqCst)
    }

    /// Closes all connections; new ones are passed on.
    pub fn cut(&self) {
        for (client, server) in self.shared.lock().drain(..) {
            let _gone = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        }
    }

    /// Passes on so many bytes more of what the server says, then none, on connections that stay open.
    pub fn fall_silent_after(&self, bytes: usize) {
        self.shared.left.store(bytes, Ordering::SeqCst);
    }

    /// Passes everything on again; what was kept back is lost.
    pub fn speak(&self) {
        self.shared.left.store(usize::MAX, Ordering::SeqCst);
    }

    /// Says this to the clients as if the server had. It must come between two of the server's own messages.
    pub fn say(&self, text: &str) {
        for (client, _) in self.shared.lock().iter_mut() {
            let _gone = client.write_all(text.as_bytes());
        }
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        let copies = || Some((client.try_clone().ok()?, server.try_clone().ok()?));
        let (Some(kept), Some(up), Some(down)) = (copies(), copies(), copies()) else { return };
        self.made.fetch_add(1, Ordering::SeqCst);
        self.lock().push(kept);
        let (its_up, its_down) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || its_up.pass_on(up.0, up.1, false));
        thread::spawn(move || its_down.pass_on(down.1, down.0, true));
    }

    fn pass_on(&self, mut from: TcpStream, mut to: TcpStream, of_server: bool) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let passed = if of_server { self.may_pass(count) } else { count };
            // One that writes into the same connection must not come in between.
            let _turn = of_server.then(|| self.lock());
            if to.write_all(&bytes[..passed]).is_err() {
                break;
            }
        }
        let _gone = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    fn may_pass(&self, count: usize) -> usize {
        let left = self.left.load(Ordering::SeqCst);
        if left == usize::MAX {
            return count;
        }
        let passed = count.min(left);
        self.left.store(left - passed, Ordering::SeqCst);
        passed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(TcpStream, TcpStream)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

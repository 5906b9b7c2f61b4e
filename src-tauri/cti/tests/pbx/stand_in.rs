//! A server of a test's own: real sockets, and any manners.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Listens on a free port of the loopback until the test ends.
pub(crate) struct StandIn {
    pub(crate) address: SocketAddr,
    seen: Receiver<String>,
}

/// Where an answer is written.
pub(crate) trait Line: Read + Write + Send {}

impl<T: Read + Write + Send> Line for T {}

impl StandIn {
    /// Reads a request from each connection and leaves the rest to `answer`, which is given what was read.
    pub(crate) fn new(answer: impl Fn(&mut dyn Line, &str) + Send + Sync + 'static) -> Self {
        Self::serve(answer, |stream| Box::new(stream))
    }

    /// The same behind TLS.
    pub(crate) fn tls(config: ServerConfig, answer: impl Fn(&mut dyn Line, &str) + Send + Sync + 'static) -> Self {
        let config = Arc::new(config);
        Self::serve(answer, move |stream| {
            let server = ServerConnection::new(Arc::clone(&config)).expect("the certificate is right");
            Box::new(StreamOwned::new(server, stream))
        })
    }

    /// Says the same to everybody, and closes.
    pub(crate) fn says(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::new(move |line, _| drop(line.write_all(&answer)))
    }

    fn serve(
        answer: impl Fn(&mut dyn Line, &str) + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> Box<dyn Line> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (tell, seen) = mpsc::channel();
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a timeout");
                let mut line = wrap(stream);
                let Some(request) = read(&mut line) else { continue };
                if tell.send(request.clone()).is_err() {
                    return;
                }
                // A connection that hangs must not keep the next one waiting.
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer(&mut *line, &request));
            }
        });
        Self { address, seen }
    }

    /// The requests so far, as they came.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.try_iter().collect()
    }
}

/// A whole request, head and body.
fn read(line: &mut dyn Line) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        let mut chunk = [0; 4096];
        let length = line.read(&mut chunk).ok().filter(|length| *length > 0)?;
        request.extend(chunk.iter().take(length));
    }
}

/// The value of a header of a request.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let head = request.split("\r\n\r\n").next()?;
    let mut lines = head.lines().skip_while(|line| !line.contains(": ")).filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// For a client that says nothing.
const PATIENCE: Duration = Duration::from_secs(20);

//! The Asterisk Manager Interface: what the PBX saw, and a hand on it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// One block of `Key: value` lines.
#[derive(Clone, Debug, Default)]
pub struct Block(Vec<(String, String)>);

impl Block {
    /// The first value of a key, or nothing.
    pub fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(k, _)| k == key).map_or("", |(_, value)| value)
    }
}

/// A connection that is logged in and hears all events.
pub struct Ami {
    stream: BufReader<TcpStream>,
    line: String,
    block: Block,
}

impl Ami {
    pub(crate) fn login(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the PBX has AMI");
        stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a read timeout");
        let mut ami = Self { stream: BufReader::new(stream), line: String::new(), block: Block::default() };
        ami.send("Action: Login\r\nUsername: ringside-all\r\nSecret: secret-ami\r\n");
        ami.until("the login", crate::SOON, |block| block.get("Response") == "Success");
        ami
    }

    /// Sends an action; `lines` each end with CR LF.
    pub fn send(&mut self, lines: &str) {
        self.stream.get_mut().write_all(format!("{lines}\r\n").as_bytes()).expect("AMI takes an action");
    }

    /// The next block that fits.
    #[track_caller]
    pub fn until(&mut self, what: &str, bound: Duration, fits: impl Fn(&Block) -> bool) -> Block {
        let end = Instant::now() + bound;
        let mut seen = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.next(left) {
                Some(block) if fits(&block) => return block,
                Some(block) => seen.push(block),
                None => panic!("{what} within {bound:?}, but AMI said {seen:?}"),
            }
        }
    }

    /// All blocks that came since the last one that was asked for, up to this moment.
    #[track_caller]
    pub fn so_far(&mut self) -> Vec<Block> {
        self.send("Action: UserEvent\r\nUserEvent: SoFar\r\n");
        let mut blocks = Vec::new();
        loop {
            match self.next(crate::SOON) {
                Some(block) if block.get("UserEvent") == "SoFar" => return blocks,
                Some(block) => blocks.push(block),
                None => panic!("AMI tells of an event that it was told of, but it said {blocks:?}"),
            }
        }
    }

    /// The next block, if one comes in time.
    pub fn next(&mut self, bound: Duration) -> Option<Block> {
        let end = Instant::now() + bound;
        while Instant::now() < end {
            match self.stream.read_line(&mut self.line) {
                Ok(0) => return None,
                // A read that timed out in the middle of a line left what it had in `line`.
                Err(_) => continue,
                Ok(_) => {}
            }
            let line = std::mem::take(&mut self.line);
            if let Some((key, value)) = line.trim_end().split_once(": ") {
                self.block.0.push((key.into(), value.into()));
            } else if line.trim_end().is_empty() {
                return Some(std::mem::take(&mut self.block));
            }
        }
        None
    }
}

mod framing;
mod shapes;
mod torture;
mod views;

use super::*;

/// A message written with plain line feeds.
fn message(text: &str) -> Message {
    parse(text.replace('\n', "\r\n").as_bytes()).expect("a message")
}

//! Who asks. What may be done depends on it.

/// Who sent an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The agent: the window, the tray, a headset, the command line, or a program that holds the token.
    Agent,
    /// A program that holds the token, by a command of Oktell's port: those are not carried out while the agent is busy.
    Oktell,
    /// A web page, through the localhost port.
    Page(Page),
    /// A program that may send events to the receiver: a PBX, a web site.
    Receiver,
}

/// A web page, as far as the browser tells who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Scheme, host and port as the browser writes them, `https://crm.example`; `None` if it does not tell.
    pub origin: Option<String>,
    /// The browser vouches that `origin` itself asks (the header `Origin`). Else it is only where a click began: a link there
    /// may have led to somebody who sent the browser on to us.
    pub proven: bool,
    /// The browser vouches that the agent clicked (`Sec-Fetch-User: ?1`).
    pub clicked: bool,
    /// It asks to be paired, with or without a number.
    pub pairs: bool,
}

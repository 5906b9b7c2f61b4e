//! What the user of the core can ask for.

use std::net::SocketAddr;

use super::{AccountConfig, AccountKey, CallKey, FlowId, RequestId};

/// A wish. One that does not fit the state of its call or account (an Accept after the caller hung up) does nothing:
/// such races are normal, and the event that tells of them is on its way.
#[derive(Clone, Debug)]
pub enum Command {
    /// Adds an account, or replaces its settings. Registering is asked for separately.
    SetAccount(AccountKey, AccountConfig),
    /// Hangs up its calls, unregisters and forgets.
    RemoveAccount(AccountKey),
    /// Registers now, and keeps it so.
    Register(AccountKey),
    /// Removes the registration and keeps it so; calls can still be made.
    Unregister(AccountKey),
    /// Another network, or a wake from sleep: every flow is suspect, so connect and register anew.
    NetworkChanged,
    /// Calls somebody. Challenges are answered, redirections followed (bounded), and the ACK sent inside.
    Invite {
        /// An odd key that was never used.
        call: CallKey,
        /// From which account.
        account: AccountKey,
        /// Shown to the called in place of the account's own name; From stays the account's.
        display_name: Option<String>,
        /// Whom: a URI.
        target: String,
        /// SDP; empty for an offerless INVITE.
        offer: Vec<u8>,
        /// Further headers, such as `X-…` or `Call-Info`.
        headers: Vec<(String, String)>,
    },
    /// Calls somebody over a flow that is there, with no account: for a server.
    InviteOver {
        /// An odd key that was never used.
        call: CallKey,
        /// Over what, and where to.
        destination: (FlowId, SocketAddr),
        /// The caller as a From value without tag: `"Anna" <sip:201@127.0.0.1>`.
        from: String,
        /// Whom: a URI; mostly a registered Contact.
        target: String,
        /// SDP; empty for an offerless INVITE.
        offer: Vec<u8>,
        /// Further headers.
        headers: Vec<(String, String)>,
    },
    /// 180 to an incoming call.
    Ring {
        /// Which.
        call: CallKey,
    },
    /// 183 with an SDP answer to an incoming call: early media.
    Progress {
        /// Which.
        call: CallKey,
        /// The answer.
        sdp: Vec<u8>,
    },
    /// 200 to an incoming call.
    Accept {
        /// Which.
        call: CallKey,
        /// The SDP answer; our offer where the INVITE brought none.
        answer: Vec<u8>,
    },
    /// Refuses an incoming call.
    Reject {
        /// Which.
        call: CallKey,
        /// 300..=699; anything else becomes 603.
        status: u16,
    },
    /// CANCEL, BYE or 486, whichever the state asks for.
    HangUp {
        /// Which.
        call: CallKey,
    },
    /// As [`Command::HangUp`], with a Reason header (RFC 3326), such as `SIP;cause=200;text="Call completed elsewhere"`.
    HangUpBecause {
        /// Which.
        call: CallKey,
        /// The value of the header.
        reason: String,
    },
    /// Offers other media: a re-INVITE (hold, resume). Waits for its turn, and repeats itself after 491.
    Offer {
        /// Which.
        call: CallKey,
        /// The offer.
        sdp: Vec<u8>,
    },
    /// The answer to [`super::Event::Offered`]; our own offer where the peer asked for one.
    Answer {
        /// Which.
        call: CallKey,
        /// SDP, or the status to refuse with, mostly 488.
        sdp: Result<Vec<u8>, u16>,
    },
    /// The SDP answer that goes into the ACK, when the 200 to our offerless INVITE brought an offer.
    AcknowledgeAnswer {
        /// Which.
        call: CallKey,
        /// The answer.
        sdp: Vec<u8>,
    },
    /// INFO inside the call, such as `application/dtmf-relay`.
    Info {
        /// Which.
        call: CallKey,
        /// Of the body.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
    /// Transfers the peer: blind without, attended with `replaces` (RFC 3515, 5589). Progress comes as
    /// [`super::Event::Transfer`]; after success the BYE is sent inside.
    Refer {
        /// Whom.
        call: CallKey,
        /// Where to: a URI. Empty with `replaces`: the other call's own Contact.
        to: String,
        /// The call that the new one is to take the place of.
        replaces: Option<CallKey>,
    },
    /// How far a transfer got that the peer asked for ([`super::Event::TransferRequested`]): 100, 180, 200, 486 …
    /// A final status ends the subscription.
    TransferProgress {
        /// The call that the REFER came in.
        call: CallKey,
        /// As SIP tells it.
        status: u16,
    },
    /// Follows the dialogs of these, and of no others (RFC 6665, RFC 4235): told of as [`super::Event::Watched`]. At most
    /// 1000 of an account are.
    Watch {
        /// By which account; they are subscribed to while it is registered.
        account: AccountKey,
        /// Whom: URIs.
        targets: Vec<String>,
    },
    /// Sends a text (RFC 3428), at most 8 KiB; told of as [`super::Event::MessageSent`].
    Message {
        /// Any number, which comes back.
        id: u64,
        /// From which account.
        account: AccountKey,
        /// Whom: a URI.
        target: String,
        /// `text/plain`.
        text: String,
    },
    /// Answers [`super::Event::Request`].
    Respond {
        /// Which.
        request: RequestId,
        /// 200..=699.
        status: u16,
        /// Empty: the usual one.
        reason: String,
        /// Further headers.
        headers: Vec<(String, String)>,
        /// Content type and body.
        body: Option<(String, Vec<u8>)>,
    },
    /// Unregisters all, ends all calls; then [`super::Event::Stopped`].
    Stop,
}

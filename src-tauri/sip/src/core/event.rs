//! What the core tells its user.

use std::{net::SocketAddr, time::Duration};

use super::{AccountKey, CallKey, FlowId, RequestId};
use crate::{
    dialog_info,
    wire::{Message, NameAddr},
};

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// An account's registration changed.
    Registration {
        /// Which.
        account: AccountKey,
        /// To what.
        state: RegistrationState,
    },
    /// Somebody calls. Answer with Ring, Progress, Accept or Reject; 100 was sent.
    Incoming {
        /// An even key.
        call: CallKey,
        /// The account whose flow or registrar it came by.
        account: Option<AccountKey>,
        /// From of the INVITE.
        from: NameAddr,
        /// All of it: P-Asserted-Identity, Diversion, `X-…`.
        request: Message,
        /// Its SDP. `None`: Accept brings our offer, Confirmed the answer.
        offer: Option<Vec<u8>>,
        /// It came from an address of the account's registrar.
        trusted: bool,
        /// The caller asks to be answered by itself after so long (`answer-after`, `alert-autoanswer`, Answer-Mode).
        auto_answer: Option<Duration>,
        /// The call that this one takes the place of (RFC 3891); it is ended inside when this one is accepted.
        replaces: Option<CallKey>,
    },
    /// 180 or 183 to our INVITE; may come often, and from several phones.
    Ringing {
        /// Which.
        call: CallKey,
        /// The answer for early media, if any.
        early_sdp: Option<Vec<u8>>,
    },
    /// 2xx to our INVITE.
    Answered {
        /// Which.
        call: CallKey,
        /// The answer; an offer if our INVITE had none, then [`super::Command::AcknowledgeAnswer`] is due.
        sdp: Option<Vec<u8>>,
        /// All of it.
        response: Message,
    },
    /// The ACK to our 2xx arrived; also after a re-INVITE that we answered with an offer.
    Confirmed {
        /// Which.
        call: CallKey,
        /// The answer, if the 2xx was our offer.
        sdp: Option<Vec<u8>>,
    },
    /// re-INVITE or UPDATE from the peer; reply with [`super::Command::Answer`].
    Offered {
        /// Which.
        call: CallKey,
        /// `None`: the peer wants our offer; say what we want, not what is held.
        offer: Option<Vec<u8>>,
    },
    /// What became of [`super::Command::Offer`].
    OfferAnswered {
        /// Which.
        call: CallKey,
        /// The answer, or the status it was refused with: then all stays as it was. 491: the peer's offer came first,
        /// or a newer offer of ours took its place.
        result: Result<Vec<u8>, u16>,
    },
    /// INFO from the peer.
    Info {
        /// Which.
        call: CallKey,
        /// Of the body.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
    /// How far our transfer got.
    Transfer {
        /// The call that is being transferred.
        call: CallKey,
        /// `None`: accepted, or under way. Otherwise the final status of the new call, or of the refusal.
        status: Option<u16>,
    },
    /// The peer wants to send us elsewhere; comes with [`super::Config::accept_transfers`] only, and 202 was sent.
    TransferRequested {
        /// In which call.
        call: CallKey,
        /// The URI of Refer-To, without its headers.
        target: String,
        /// Its Replaces header: one of our calls, if it names one.
        replaces: Option<CallKey>,
        /// Referred-By.
        referred_by: Option<String>,
    },
    /// Another identity inside a call (P-Asserted-Identity, Remote-Party-ID or From): after a transfer.
    PeerChanged {
        /// Which.
        call: CallKey,
        /// Who it is now.
        identity: NameAddr,
    },
    /// The call is over. Exactly once per call.
    Ended {
        /// Which.
        call: CallKey,
        /// Who ended it.
        by: Side,
        /// The final status of the INVITE, if it had one.
        status: Option<u16>,
        /// As the peer spelled it; empty without a status.
        reason_phrase: String,
        /// RFC 3326, of the CANCEL, BYE or response; several are joined by commas.
        reason_header: Option<String>,
        /// What happened.
        cause: EndCause,
    },
    /// What is known of somebody who is watched has changed.
    Watched {
        /// By which account.
        account: AccountKey,
        /// As it was given.
        target: String,
        /// What is known now.
        watched: Watched,
    },
    /// A text came from an address of the account's registrar, and was answered 200.
    Message {
        /// To which account.
        account: AccountKey,
        /// P-Asserted-Identity, else From.
        from: NameAddr,
        /// `text/plain`, at most 8 KiB.
        text: String,
    },
    /// What became of [`super::Command::Message`], once for each.
    MessageSent {
        /// As it was given.
        id: u64,
        /// The final status: 413 and 416 also for a text or a target that was not even sent. `None`: nobody answered, or there is
        /// no way to the registrar.
        status: Option<u16>,
    },
    /// A request outside any dialog, with [`super::Config::allow_registrar`]; answer with [`super::Command::Respond`].
    Request {
        /// Which.
        request: RequestId,
        /// All of it.
        message: Message,
        /// Over what it came.
        flow: FlowId,
        /// Where from.
        from: SocketAddr,
    },
    /// [`super::Command::Stop`] is done.
    Stopped,
}

/// What is known of somebody who is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Their dialogs that are not over: all of them.
    Dialogs(Vec<dialog_info::Dialog>),
    /// Nobody tells: the status that refused, or none if it was silence. It is asked again, at growing intervals.
    Unknown(Option<u16>),
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We.
    Local,
    /// They.
    Remote,
}

/// What ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// BYE of an answered call, by either side.
    HungUp,
    /// CANCEL before the answer, by either side.
    Cancelled,
    /// A final status refused it, by either side.
    Refused,
    /// No answer at all to the INVITE (Timer B).
    NoResponse,
    /// Our 200 was never acknowledged (Timer H).
    NoAck,
    /// The peer no longer knows the call, or no longer answers inside it (481, 408, session timer).
    Lost,
    /// The flow broke, or there was no way to the registrar.
    Unreachable,
    /// Authentication failed.
    Unauthorized,
    /// Another call took its place (RFC 3891).
    Replaced,
    /// The target is not a URI we can call, or the message could not be built.
    BadTarget,
}

/// Where an account's registration stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    /// Resolving, connecting, or asking.
    Registering,
    /// Calls reach us.
    Registered {
        /// For so long; refreshed in time.
        expires: Duration,
    },
    /// By our own wish.
    Unregistered,
    /// It did not work.
    Failed {
        /// Of the REGISTER, if there was one.
        status: Option<u16>,
        /// In one word.
        cause: RegistrationFailure,
        /// In a sentence for the log: the peer's reason phrase, the resolver's or the socket's error.
        detail: String,
        /// When it is tried again; `None`: not until Register or SetAccount.
        retry_in: Option<Duration>,
    },
}

/// Why a registration failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationFailure {
    /// The name does not resolve.
    UnknownHost,
    /// No connection.
    Unreachable,
    /// The certificate, or TLS itself.
    Tls,
    /// Connected, but no answer to the REGISTER.
    NoResponse,
    /// The password (or the user name) is wrong.
    WrongCredentials,
    /// 403, 404 …: this account may not register here.
    Refused,
    /// 5xx, or anything else that may pass.
    ServerError,
}

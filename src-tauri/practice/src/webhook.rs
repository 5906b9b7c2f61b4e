//! Tells the desk of its calls as a Simotel PBX would: each event a POST of JSON (version G4) to the webhook receiver, one after
//! the other, over real HTTP.
//!
//! ```text
//!   caller rings   NewState Ringing (in) ─► InUse ─► Idle ─► Cdr
//!   agent dials    NewState InUse (out, dialer) ────► Idle ─► Cdr
//! ```

use std::{
    net::SocketAddr,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::mpsc, time::timeout};

use crate::USER;

/// Where the events go.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The receiver, plain HTTP.
    pub address: SocketAddr,
    /// The user and password that it wants, if any.
    pub credentials: Option<(String, String)>,
}

/// One call, as far as events tell of it.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    unique_id: String,
    number: String,
    incoming: bool,
    queue: Option<&'static str>,
    began: Instant,
    answered: Option<Instant>,
}

/// Sends events, in order, without holding up a call.
#[derive(Clone, Debug)]
pub(crate) struct Teller(Option<mpsc::Sender<Value>>);

impl Teller {
    /// Ends with the last of its clones. Without a webhook it tells nobody.
    pub(crate) fn start(webhook: Option<Webhook>) -> Teller {
        let Some(webhook) = webhook else { return Teller(None) };
        let (events, mut queue) = mpsc::channel::<Value>(QUEUE);
        tokio::spawn(async move {
            while let Some(event) = queue.recv().await {
                match timeout(PATIENCE, post(&webhook, &event)).await {
                    Ok(Ok(200)) => {}
                    Ok(Ok(status)) => tracing::warn!(status, "the desk does not take the practice PBX's event"),
                    Ok(Err(error)) => tracing::warn!(%error, "the practice PBX cannot tell the desk of a call"),
                    Err(_) => tracing::warn!("the desk does not answer the practice PBX"),
                }
            }
        });
        Teller(Some(events))
    }

    /// The agent's telephone rings.
    pub(crate) fn rings(&self, number: &str, queue: Option<&'static str>) -> Trace {
        let trace = Trace::new(number, true, queue);
        self.tell(trace.state("Ringing"));
        trace
    }

    /// The agent dialled.
    pub(crate) fn dials(&self, number: &str) -> Trace {
        let trace = Trace::new(number, false, None);
        let mut event = trace.state("InUse");
        event["dialer"] = json!("yes");
        self.tell(event);
        trace
    }

    /// Somebody answered.
    pub(crate) fn answers(&self, trace: &mut Trace) {
        trace.answered = Some(Instant::now());
        self.tell(trace.state("InUse"));
    }

    /// It is over.
    pub(crate) fn ends(&self, trace: &Trace) {
        self.tell(json!({"event_name": "NewState", "exten": USER, "state": "Idle", "unique_id": trace.unique_id}));
        self.tell(trace.cdr());
    }

    fn tell(&self, event: Value) {
        // A desk that takes nothing for so long will not miss the rest.
        self.0.as_ref().map(|events| events.try_send(event).ok());
    }
}

impl Trace {
    fn new(number: &str, incoming: bool, queue: Option<&'static str>) -> Trace {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unique_id = format!("{}.{}", since_epoch.as_secs(), since_epoch.subsec_micros());
        Trace { unique_id, number: number.to_owned(), incoming, queue, began: Instant::now(), answered: None }
    }

    fn state(&self, state: &str) -> Value {
        let direction = if self.incoming { "in" } else { "out" };
        let mut event = json!({
            "event_name": "NewState", "exten": USER, "state": state, "participant": self.number, "direction": direction,
            "unique_id": self.unique_id,
        });
        if let Some(queue) = self.queue {
            event["queue"] = json!(queue);
        }
        event
    }

    fn cdr(&self) -> Value {
        let seconds = |time: Duration| time.as_secs().to_string();
        let wait = self.answered.unwrap_or_else(Instant::now) - self.began;
        let (src, dst) = if self.incoming { (self.number.as_str(), USER) } else { (USER, self.number.as_str()) };
        let mut event = json!({
            "event_name": "Cdr", "src": src, "dst": dst, "unique_id": self.unique_id,
            "type": if self.incoming { "incoming" } else { "outgoing" },
            "disposition": if self.answered.is_some() { "ANSWERED" } else { "NO ANSWER" },
            "wait": seconds(wait), "duration": seconds(self.began.elapsed()),
        });
        if let Some(answered) = self.answered {
            event["billsec"] = json!(seconds(answered.elapsed()));
        }
        event
    }
}

async fn post(webhook: &Webhook, event: &Value) -> Result<u16, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(webhook.address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let carried = tokio::spawn(connection);
    let mut request = Request::post("/simotel")
        .header(header::HOST, webhook.address.to_string())
        .header(header::CONTENT_TYPE, "application/json");
    if let Some((user, password)) = &webhook.credentials {
        let basic = BASE64_STANDARD.encode(format!("{user}:{password}"));
        request = request.header(header::AUTHORIZATION, format!("Basic {basic}"));
    }
    let answer = sender.send_request(request.body(Full::<Bytes>::from(event.to_string()))?).await?;
    let status = answer.status().as_u16();
    answer.into_body().collect().await?;
    carried.abort();
    Ok(status)
}

const QUEUE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(2);

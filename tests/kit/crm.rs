//! A CRM: a real HTTP server that knows some people and is told of calls, as unreliable as wanted.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, runtime};

/// What goes wrong with the next request that tells of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It takes its time.
    Slow(Duration),
    /// It answers this instead, and takes nothing.
    Status(u16),
    /// It hangs up before it has taken anything.
    DropBefore,
    /// It takes the call, and hangs up without saying so.
    DropAfter,
}

/// A call that it was told of.
#[derive(Clone, Debug)]
pub struct Told {
    /// By this it knows the call again.
    pub key: String,
    /// All of it.
    pub body: Value,
}

/// A running CRM; it ends with this value.
pub struct Crm {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: runtime::Runtime,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    people: BTreeMap<String, Value>,
    looked_up: Vec<String>,
    told: Vec<Told>,
    faults: VecDeque<Fault>,
}

impl Crm {
    /// A CRM that knows nobody.
    pub fn start() -> Self {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::<Shared>::default();
        runtime.spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, _runtime: runtime }
    }

    /// The settings of a desk that uses it.
    pub fn settings(&self) -> String {
        let at = self.address;
        format!(
            "[crm]\nlookup_url = \"http://{at}/lookup?phone={{number}}\"\nregister_url = \"http://{at}/calls\"\n\
             open_url = \"http://{at}/contact/{{contact.id}}\"\n"
        )
    }

    /// From now on it knows who calls from this number.
    pub fn knows(&self, number: &str, person: Value) {
        self.state().people.insert(number.to_owned(), person);
    }

    /// What goes wrong with the next requests, one after the other; after these nothing does.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        self.state().faults.clear();
    }

    /// The calls that it was told of, each time that it was.
    pub fn told(&self) -> Vec<Told> {
        self.state().told.clone()
    }

    /// The numbers that it was asked for.
    pub fn looked_up(&self) -> Vec<String> {
        self.state().looked_up.clone()
    }

    /// Waits until what it was told fits.
    #[track_caller]
    pub fn until_told<T>(&self, what: &str, bound: Duration, look: impl Fn(&[Told]) -> Option<T>) -> T {
        let end = Instant::now() + bound;
        let mut state = self.state();
        loop {
            if let Some(found) = look(&state.told) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} within {bound:?}, but the CRM was told {:#?}", state.told);
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned CRM belongs to a story that has failed already.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, told: Told) {
        self.state().told.push(told);
        self.changed.notify_all();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            // A fault ends the connection by an error.
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}

/// It hangs up.
#[derive(Debug, thiserror::Error)]
#[error("hung up on purpose")]
struct HungUp;

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, HungUp> {
    if request.uri().path() == "/lookup" {
        let query = request.uri().query().unwrap_or_default();
        let number = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "phone");
        let number = number.map(|(_, number)| number.into_owned()).unwrap_or_default();
        let mut state = shared.state();
        state.looked_up.push(number.clone());
        return Ok(match state.people.get(&number) {
            Some(person) => response(200, person.to_string()),
            None => response(404, "null".to_owned()),
        });
    }
    let fault = shared.state().faults.pop_front().unwrap_or(Fault::None);
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let body = request.into_body().collect().await.map_err(|_| HungUp)?.to_bytes();
    let told = Told { key, body: serde_json::from_slice(&body).unwrap_or_default() };
    match fault {
        Fault::None => shared.tell(told),
        Fault::Slow(time) => {
            tokio::time::sleep(time).await;
            shared.tell(told);
        }
        Fault::Status(status) => return Ok(response(status, String::new())),
        Fault::DropBefore => return Err(HungUp),
        Fault::DropAfter => {
            shared.tell(told);
            return Err(HungUp);
        }
    }
    Ok(response(201, "{}".to_owned()))
}

fn response(status: u16, body: String) -> Response<Full<Bytes>> {
    let built = Response::builder().status(status).header("content-type", "application/json");
    built.body(Full::new(body.into())).unwrap_or_default()
}

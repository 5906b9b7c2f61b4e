//! Turns what an Asterisk tells by AMI into the requests of a Simotel PBX, which is an Asterisk inside: so that stories told with
//! webhooks are stories of real calls.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{Pbx, ami::Block};

/// A running relay; it ends with this value.
pub struct Relay {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The telephone of an agent in a call.
struct Phone {
    agent: String,
    call: String,
    participant: String,
    began: Instant,
    answered: Option<Instant>,
}

struct Calls {
    receivers: Vec<String>,
    phones: HashMap<String, Phone>,
    /// The queue that a call waits in.
    queues: HashMap<String, String>,
}

impl Relay {
    /// Tells these receivers (`http://127.0.0.1:PORT`) of every call at the PBX, from now on.
    pub fn start<const N: usize>(pbx: &Pbx, receivers: [&str; N]) -> Self {
        let mut ami = pbx.ami();
        let ends = Arc::<AtomicBool>::default();
        let end = Arc::clone(&ends);
        let mut calls =
            Calls { receivers: receivers.map(str::to_owned).into(), phones: HashMap::new(), queues: HashMap::new() };
        let thread = std::thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                if let Some(block) = ami.next(Duration::from_millis(200)) {
                    calls.hear(&block);
                }
            }
        });
        Self { ends, thread: Some(thread) }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Calls {
    fn hear(&mut self, block: &Block) {
        let call = block.get("Linkedid").to_owned();
        match block.get("Event") {
            "QueueCallerJoin" => drop(self.queues.insert(call, block.get("Queue").to_owned())),
            "Newstate" => match (agent(block.get("Channel")), block.get("ChannelStateDesc")) {
                (Some(agent), "Ringing") => self.rings(block, agent, call),
                (Some(_), "Up") => self.answers(block.get("Uniqueid")),
                _ => {}
            },
            "Hangup" => self.ends(block.get("Uniqueid")),
            _ => {}
        }
    }

    fn rings(&mut self, block: &Block, agent: &str, call: String) {
        let phone = Phone {
            agent: agent.to_owned(),
            call,
            participant: block.get("ConnectedLineNum").to_owned(),
            began: Instant::now(),
            answered: None,
        };
        self.tell(&self.state(&phone, "Ringing"));
        self.phones.insert(block.get("Uniqueid").to_owned(), phone);
    }

    fn answers(&mut self, channel: &str) {
        let Some(mut phone) = self.phones.remove(channel) else { return };
        phone.answered = Some(Instant::now());
        self.tell(&self.state(&phone, "InUse"));
        self.phones.insert(channel.to_owned(), phone);
    }

    fn ends(&mut self, channel: &str) {
        let Some(phone) = self.phones.remove(channel) else { return };
        let Phone { agent, call, participant, .. } = &phone;
        self.tell(&json!({"event_name": "NewState", "exten": agent, "state": "Idle", "unique_id": call}));
        let Some(answered) = phone.answered else { return };
        let (billsec, wait) = (answered.elapsed().as_secs(), (answered - phone.began).as_secs());
        self.tell(&json!({
            "event_name": "Cdr", "src": participant, "dst": agent, "type": "incoming", "disposition": "ANSWERED",
            "billsec": billsec, "wait": wait, "duration": billsec + wait, "record": format!("{call}.mp3"), "unique_id": call,
        }));
    }

    fn state(&self, phone: &Phone, state: &str) -> Value {
        let mut event = json!({
            "event_name": "NewState", "exten": phone.agent, "state": state, "participant": phone.participant,
            "direction": "in", "unique_id": phone.call,
        });
        if let Some(queue) = self.queues.get(&phone.call) {
            event["queue"] = json!(queue);
        }
        event
    }

    fn tell(&self, event: &Value) {
        for receiver in &self.receivers {
            // A desk that is down does not hear it; that is the story's affair.
            let request = ureq::post(format!("{receiver}/simotel")).config().timeout_global(Some(crate::SOON)).build();
            let _ = request.content_type("application/json").send(event.to_string());
        }
    }
}

/// `PJSIP/101-0000003c` is a telephone of 101; a trunk has no number for a name.
fn agent(channel: &str) -> Option<&str> {
    let agent = channel.strip_prefix("PJSIP/")?.rsplit_once('-')?.0;
    agent.chars().all(|c| c.is_ascii_digit()).then_some(agent)
}

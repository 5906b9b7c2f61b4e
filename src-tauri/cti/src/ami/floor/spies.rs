//! Who listens to whom.
//!
//! ```text
//!   PJSIP/201-5 ──ChanSpyStart──► PJSIP/104-2   Supervised{104, by 201}
//!        │ ChanSpyStop, or either is hung up     Unsupervised{104, by 201}
//! ```

use std::collections::{BTreeSet, HashMap};

use super::{MAX_EACH, exact};
use crate::{
    FloorEvent,
    ami::{codec::Message, naming::Naming},
};

/// All listeners, by the names of their channels: old systems tell no more.
#[derive(Debug, Default)]
pub(super) struct Spies {
    spies: HashMap<String, Spy>,
    /// Who listens to a channel.
    heard: HashMap<String, BTreeSet<String>>,
    /// How many listen, by extension and listener.
    pairs: HashMap<(String, String), usize>,
    /// Seen in the list of channels: who listens, and to which extension.
    listed: Vec<(String, Spy)>,
    /// Extensions in the list that talk.
    talking: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Spy {
    /// The channel that is listened to, if it was told.
    channel: Option<String>,
    extension: String,
    by: String,
}

impl Spies {
    pub(super) fn len(&self) -> usize {
        self.spies.len()
    }

    pub(super) fn starts(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let (Some(spyer), Some(spyee)) = (exact(message, "SpyerChannel"), exact(message, "SpyeeChannel")) else {
            return;
        };
        // Going from one channel to the next, the listener may tell of the beginning alone.
        self.ends(spyer, told);
        let Some(extension) = naming.agent(spyee) else { return };
        let spy = Spy { channel: Some(spyee.to_owned()), extension: extension.to_owned(), by: by(spyer, naming) };
        self.begins(spyer.to_owned(), spy, told);
    }

    /// Without the listener's name, it is the only one, or its channel will tell.
    pub(super) fn stops(&mut self, message: &Message, told: &mut Vec<FloorEvent>) {
        if let Some(spyer) = exact(message, "SpyerChannel") {
            return self.ends(spyer, told);
        }
        let heard = exact(message, "SpyeeChannel").and_then(|spyee| self.heard.get(spyee));
        let only = heard.filter(|spies| spies.len() == 1).and_then(BTreeSet::first).cloned();
        if let Some(only) = only {
            self.ends(&only, told);
        }
    }

    pub(super) fn hangs_up(&mut self, message: &Message, told: &mut Vec<FloorEvent>) {
        let Some(channel) = exact(message, "Channel") else { return };
        self.ends(channel, told);
        for spy in self.heard.get(channel).cloned().into_iter().flatten() {
            self.ends(&spy, told);
        }
    }

    /// A channel that was there before us. It names the beginning of those that it listens to: `PJSIP/104-,qS`.
    pub(super) fn is_listed(&mut self, message: &Message, naming: &Naming) {
        let Some(channel) = exact(message, "Channel") else { return };
        let application = message.text("Application").unwrap_or_default();
        let is_spy = ["ChanSpy", "ExtenSpy"].iter().any(|known| known.eq_ignore_ascii_case(application));
        if !is_spy {
            let talks = message.get("ChannelState") == Some("6") && self.talking.len() < MAX_EACH;
            self.talking.extend(naming.agent(channel).filter(|_| talks).map(str::to_owned));
            return;
        }
        let data = exact(message, "ApplicationData").unwrap_or_default();
        let device = data.split(',').next().unwrap_or_default().trim_end_matches('-');
        let extension = naming.device(device).or_else(|| naming.agent(device));
        if let Some(extension) = extension.filter(|_| self.listed.len() < MAX_EACH) {
            let spy = Spy { channel: None, extension: extension.to_owned(), by: by(channel, naming) };
            self.listed.push((channel.to_owned(), spy));
        }
    }

    /// All channels are listed: there is nothing to hear at one who does not talk.
    pub(super) fn listed(&mut self, told: &mut Vec<FloorEvent>) {
        let talking = std::mem::take(&mut self.talking);
        for (channel, spy) in std::mem::take(&mut self.listed) {
            if talking.contains(&spy.extension) && !self.spies.contains_key(&channel) {
                self.begins(channel, spy, told);
            }
        }
    }

    fn begins(&mut self, spyer: String, spy: Spy, told: &mut Vec<FloorEvent>) {
        if self.spies.len() >= MAX_EACH {
            return;
        }
        if let Some(channel) = &spy.channel {
            self.heard.entry(channel.clone()).or_default().insert(spyer.clone());
        }
        let count = self.pairs.entry((spy.extension.clone(), spy.by.clone())).or_default();
        *count += 1;
        if *count == 1 {
            told.push(FloorEvent::Supervised { extension: spy.extension.clone(), by: spy.by.clone() });
        }
        self.spies.insert(spyer, spy);
    }

    fn ends(&mut self, spyer: &str, told: &mut Vec<FloorEvent>) {
        let Some(spy) = self.spies.remove(spyer) else { return };
        if let Some(channel) = &spy.channel
            && let Some(others) = self.heard.get_mut(channel)
        {
            others.remove(spyer);
            if others.is_empty() {
                self.heard.remove(channel);
            }
        }
        let pair = (spy.extension, spy.by);
        let left = self.pairs.get(&pair).map_or(0, |count| count.saturating_sub(1));
        if left > 0 {
            self.pairs.insert(pair, left);
        } else {
            self.pairs.remove(&pair);
            told.push(FloorEvent::Unsupervised { extension: pair.0, by: pair.1 });
        }
    }
}

/// An extension, or else the channel.
fn by(channel: &str, naming: &Naming) -> String {
    naming.agent(channel).unwrap_or(channel).to_owned()
}

mod clock;
mod latch;
mod probe;
mod pulse;
mod stories;

use std::{net::SocketAddr, time::Duration};

use tokio::sync::mpsc::Receiver;

use super::{Media, Part, RtpSockets, Sound, SoundEvent};
use crate::api::CallId;

/// Longer than any of these stories takes on a machine in trouble.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for an event that fits, and returns it.
async fn wait_for(events: &mut Receiver<SoundEvent>, fits: impl Fn(&SoundEvent) -> bool) -> SoundEvent {
    let search = async {
        loop {
            let event = events.recv().await.expect("the pump lives");
            if fits(&event) {
                return event;
            }
        }
    };
    tokio::time::timeout(PATIENCE, search).await.expect("the event in time")
}

fn media(remote: &RtpSockets, ssrc: u32) -> Media {
    Media {
        stream: media::StreamConfig {
            codec: media::CodecKind::Pcmu,
            send_payload_type: 0,
            receive_payload_type: 0,
            ptime_ms: 20,
            dtmf: None,
            ssrc,
            first_sequence: 65_530,
            first_timestamp: 7,
            cname: format!("test-{ssrc}"),
            opus: media::OpusConfig::default(),
        },
        remote: SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), remote.port()),
        remote_rtcp: None,
        send: media::Sending::Sound,
        receive: true,
        part: Part::Talks,
    }
}

/// Two calls that are each other's far end: what the microphone says is heard in the speaker.
fn open_loop(sound: &Sound) {
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    let (one, two) = (sound.bind(here).expect("ports"), sound.bind(here).expect("ports"));
    let (to_two, to_one) = (media(&two, 111), media(&one, 222));
    sound.open(CallId(1), one, to_two);
    // Only one of them is listened to, or the probe would be heard twice.
    sound.open(CallId(2), two, Media { send: media::Sending::Nothing, ..to_one });
}

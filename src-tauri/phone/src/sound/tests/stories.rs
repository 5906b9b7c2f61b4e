//! The pump at work, with files for devices.

use std::path::{Path, PathBuf};

use super::{super::*, PATIENCE, media, open_loop, probe, wait_for};
use crate::api::{CallId, Role};

const EVENTS: usize = 256;

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ringside-sound-{}-{name}.wav", std::process::id()))
}

fn write_probe(path: &Path) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    let silence = std::iter::repeat_n(0.0, 48_000);
    for sample in silence.chain(probe::chirp()) {
        writer.write_sample((sample * 32_767.0) as i16).expect("written");
    }
    writer.finalize().expect("a header");
}

fn read(path: &Path) -> Vec<f32> {
    let Ok(mut reader) = hound::WavReader::open(path) else { return Vec::new() };
    reader.samples::<i16>().map_while(Result::ok).map(|sample| f32::from(sample) / 32_768.0).collect()
}

/// The recording, once `done` likes it. It grows by a second at a time.
async fn recording(path: &Path, done: impl Fn(&[f32]) -> bool) -> Vec<f32> {
    let grown = async {
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(200));
        loop {
            looks.tick().await;
            let sound = read(path);
            if done(&sound) {
                return sound;
            }
        }
    };
    tokio::time::timeout(PATIENCE, grown).await.expect("the recording in time")
}

fn sound(microphone: &str, speaker: &str) -> (Sound, mpsc::Receiver<SoundEvent>) {
    let (outbox, events) = mpsc::channel(EVENTS);
    let sound = Sound::start(outbox);
    sound.set_devices(Role::Microphone, vec![microphone.into()]);
    sound.set_devices(Role::Speaker, vec![speaker.into()]);
    sound.set_devices(Role::Ring, vec![speaker.into()]);
    (sound, events)
}

#[tokio::test]
async fn what_the_microphone_says_is_heard_through_two_calls() {
    let (said, heard) = (path("said"), path("heard"));
    write_probe(&said);
    let (sound, mut events) = sound(&format!("wav:{}", said.display()), &format!("wav:{}", heard.display()));
    open_loop(&sound);
    wait_for(&mut events, |event| *event == SoundEvent::FirstPacket(CallId(2))).await;
    wait_for(&mut events, |event| matches!(event, SoundEvent::Quality(CallId(2), _))).await;
    recording(&heard, |sound| probe::find(sound).is_some()).await;
    drop(sound);
    std::fs::remove_file(said).and(std::fs::remove_file(heard)).expect("removed");
}

#[tokio::test]
async fn ringback_is_heard_and_ends_with_the_call() {
    let heard = path("ringback");
    let (sound, _events) = sound("null", &format!("wav:{}", heard.display()));
    sound.ringback(CallId(1), true);
    let loud = |sound: &[f32]| sound.iter().any(|sample| sample.abs() > 0.05);
    recording(&heard, loud).await;
    sound.close(CallId(1));
    sound.meter(true);
    let from = read(&heard).len();
    // What was under way may still be written; then nothing.
    let quiet = |sound: &[f32]| sound.get(from + 48_000..).is_some_and(|tail| tail.len() > 24_000 && !loud(tail));
    recording(&heard, quiet).await;
    std::fs::remove_file(heard).expect("removed");
}

#[tokio::test]
async fn ringing_rings_at_the_ring_device() {
    let heard = path("ring");
    let (sound, _events) = sound("null", &format!("wav:{}", heard.display()));
    sound.ring(true);
    recording(&heard, |sound| sound.iter().any(|sample| sample.abs() > 0.1)).await;
    sound.ring(false);
    std::fs::remove_file(heard).expect("removed");
}

#[tokio::test]
async fn a_held_call_says_nothing() {
    let (outbox, mut events) = mpsc::channel(EVENTS);
    let sound = Sound::start(outbox);
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    let peer = sound.bind(here).expect("ports");
    let ours = sound.bind(here).expect("ports");
    peer.rtp.set_nonblocking(false).expect("blocking");
    peer.rtp.set_read_timeout(Some(PATIENCE)).expect("patience");
    let talk = media(&peer, 5);
    sound.set_devices(Role::Microphone, vec!["null".into()]);
    sound.open(CallId(1), ours, talk.clone());
    let mut packet = [0; 500];
    let (length, _) = peer.rtp.recv_from(&mut packet).expect("a packet");
    assert_eq!(length, 12 + 160, "20 ms");
    sound.update(CallId(1), Media { send: media::Sending::Nothing, ..talk });
    // Once the order is carried out nothing comes any more.
    peer.rtp.set_read_timeout(Some(std::time::Duration::from_millis(500))).expect("patience");
    let rest = std::iter::from_fn(|| peer.rtp.recv_from(&mut packet).ok()).take(50).count();
    assert!(rest < 50, "it goes on sending");
    sound.close(CallId(1));
    wait_for(&mut events, |event| matches!(event, SoundEvent::Devices { .. })).await;
}

#[test]
fn ports_come_in_pairs() {
    let sound = Sound::start(mpsc::channel(EVENTS).0);
    let pairs: Vec<RtpSockets> =
        (0..50).map(|_| sound.bind(std::net::Ipv4Addr::LOCALHOST.into()).expect("ports")).collect();
    for pair in &pairs {
        assert_eq!(pair.port() % 2, 0);
        assert_eq!(pair.rtp.local_addr().expect("bound").port(), pair.port());
        assert_eq!(pair.rtcp.local_addr().expect("bound").port(), pair.port() + 1);
    }
}

//! The pump with a sound server of its own: PulseAudio with a virtual microphone and a virtual speaker.
//!
//! The server is found through the environment, which a test must not change for its neighbours: so the story is told in a
//! child process, this test binary once more.

#![cfg(target_os = "linux")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use media::{BLOCK, device};

use super::{super::*, PATIENCE, open_loop, probe, wait_for};
use crate::api::Role;

/// How often the probe is said, and how many blocks apart: more than the longest delay.
const PROBES: usize = 6;
const APART: usize = 60;
/// Set for the child: where the server's socket is.
const RIG: &str = "RINGSIDE_TEST_RIG";

/// A sound server that ends with this.
struct Server(Child);

impl Server {
    fn start(directory: &Path) -> Server {
        let socket = directory.join("pulse/native");
        let modules = [
            format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()),
            // Without norewinds a null sink begins with two seconds of delay.
            "module-null-sink sink_name=speaker rate=48000 channels=1 format=s16le norewinds=1".into(),
            "module-null-sink sink_name=mouth rate=48000 channels=1 format=s16le norewinds=1".into(),
            "module-remap-source source_name=microphone master=mouth.monitor".into(),
        ];
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit"]);
        command.args(modules.iter().flat_map(|module| ["-L", module]));
        command.env("XDG_RUNTIME_DIR", directory).env("HOME", directory);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("pulseaudio is installed");
        let server = Server(child);
        let deadline = Instant::now() + PATIENCE;
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < deadline, "pulseaudio does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("ended");
    }
}

fn directory(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("ringside-pulse-{}-{name}", std::process::id()));
    fs::create_dir_all(directory.join("pulse")).expect("a directory");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("ours alone");
    directory
}

/// Runs a test of this binary as a process of its own that finds the server in `directory`.
fn tell(story: &str, directory: &Path) {
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args([&format!("{}::{story}", module_path!().split_once("::").expect("a path").1), "--exact", "--nocapture"])
        .env(RIG, directory)
        .env("XDG_RUNTIME_DIR", directory)
        .env("PULSE_SERVER", format!("unix:{}", directory.join("pulse/native").display()))
        .output()
        .expect("a child");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_dir_all(directory).expect("removed");
}

fn rig() -> Option<PathBuf> {
    std::env::var_os(RIG).map(PathBuf::from)
}

#[test]
fn the_speaker_says_what_the_microphone_hears() {
    tell("child_speaks", &directory("speaks"));
}

#[test]
fn a_sound_server_that_dies_is_missed_and_found_again() {
    tell("child_outlives_the_server", &directory("dies"));
}

fn start() -> (Sound, mpsc::Receiver<SoundEvent>) {
    let (outbox, events) = mpsc::channel(256);
    let sound = Sound::start(outbox);
    sound.set_devices(Role::Microphone, vec!["pulseaudio:microphone".into()]);
    sound.set_devices(Role::Speaker, vec!["pulseaudio:speaker".into()]);
    open_loop(&sound);
    (sound, events)
}

fn uses(event: &SoundEvent, role: Role, id: Option<&str>) -> bool {
    let SoundEvent::Devices { in_use, .. } = event else { return false };
    in_use.iter().any(|(used, by)| *used == role && by.as_deref() == id)
}

#[tokio::test]
async fn child_speaks() {
    let Some(directory) = rig() else { return };
    let _server = Server::start(&directory);
    let names: Vec<String> = device::list().into_iter().map(|device| device.id).collect();
    assert!(names.contains(&"pulseaudio:microphone".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.ends_with(".monitor")), "{names:?}");
    let (_sound, mut events) = start();
    wait_for(&mut events, |event| matches!(event, SoundEvent::Quality(CallId(2), _))).await;
    let (said, recording) = tokio::task::spawn_blocking(speak_and_listen).await.expect("no panic");
    let delays: Vec<f32> = said
        .iter()
        .filter_map(|at| {
            let heard = probe::find(recording.get(*at..at + APART * BLOCK)?)?;
            Some(heard as f32 / 48.0)
        })
        .collect();
    // A busy machine may break some of them.
    assert!(!delays.is_empty(), "the probe does not come out of the speaker");
}

/// Speaks into the virtual microphone and records the virtual speaker; where in the recording it spoke.
fn speak_and_listen() -> (Vec<usize>, Vec<f32>) {
    let mut mouth = device::open_playback(&["pulseaudio:mouth".into()]).device;
    let mut ear = device::open_capture(&["pulseaudio:speaker.monitor".into()]).device;
    assert_eq!((mouth.id(), ear.id()), ("pulseaudio:mouth", "pulseaudio:speaker.monitor"));
    let mut speech = Vec::new();
    let mut said = Vec::new();
    for _ in 0..PROBES {
        speech.resize(speech.len() + APART / 4 * BLOCK, 0.0);
        said.push(speech.len());
        speech.extend(probe::chirp());
        speech.resize((said.len() * APART) * BLOCK, 0.0);
    }
    speech.resize(speech.len() + APART * BLOCK, 0.0);
    let mut recording = Vec::new();
    let mut block = [0.0; BLOCK];
    let deadline = Instant::now() + PATIENCE;
    let (speech, _) = speech.as_chunks::<BLOCK>();
    for spoken in speech {
        while !ear.read(&mut block) {
            assert!(Instant::now() < deadline, "the speaker's monitor says nothing: {:?}", ear.trouble());
            std::thread::sleep(Duration::from_millis(1));
        }
        recording.extend_from_slice(&block);
        mouth.write(spoken);
    }
    (said, recording)
}

#[tokio::test]
async fn child_outlives_the_server() {
    let Some(directory) = rig() else { return };
    let server = Server::start(&directory);
    let (_sound, mut events) = start();
    wait_for(&mut events, |event| uses(event, Role::Microphone, Some("pulseaudio:microphone"))).await;
    wait_for(&mut events, |event| matches!(event, SoundEvent::Quality(..))).await;
    drop(server);
    wait_for(&mut events, |event| matches!(event, SoundEvent::DeviceTrouble(..))).await;
    wait_for(&mut events, |event| uses(event, Role::Microphone, None)).await;
    // The call goes on in silence, by the system's clock.
    wait_for(&mut events, |event| matches!(event, SoundEvent::Quality(..))).await;
    let _server = Server::start(&directory);
    wait_for(&mut events, |event| uses(event, Role::Microphone, Some("pulseaudio:microphone"))).await;
    wait_for(&mut events, |event| uses(event, Role::Speaker, Some("pulseaudio:speaker"))).await;
}

//! How a session manager or a terminal asks the program to stop.

/// Returns when SIGTERM, SIGINT or SIGHUP comes.
#[cfg(unix)]
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};

    let listen = |kind| signal(kind).inspect_err(|error| tracing::warn!(%error, "a signal cannot be caught"));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) =
        (listen(SignalKind::terminate()), listen(SignalKind::interrupt()), listen(SignalKind::hangup()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
}

/// Returns when Ctrl-C is pressed.
#[cfg(not(unix))]
pub async fn asked_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

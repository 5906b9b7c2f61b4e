//! What must be in the environment before GTK and WebKit look at it.

/// Whether there is a display to open a window on.
#[cfg(target_os = "linux")]
pub fn has_display() -> bool {
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Whether there is a display to open a window on.
#[cfg(not(target_os = "linux"))]
pub fn has_display() -> bool {
    true
}

/// Whether a program can take keys that are pressed in other programs.
pub fn has_hotkeys() -> bool {
    // Under Wayland, X11's keys come only while an X11 program is in front; registering them succeeds all the same.
    !cfg!(target_os = "linux") || std::env::var_os("WAYLAND_DISPLAY").is_none_or(|display| display.is_empty())
}

/// Whether a window can say where it stands and stay on top. Under Wayland it cannot.
pub fn places_windows() -> bool {
    let is_x11 = || std::env::var_os("GDK_BACKEND").is_some_and(|backend| backend == "x11");
    !cfg!(target_os = "linux")
        || std::env::var_os("WAYLAND_DISPLAY").is_none_or(|display| display.is_empty())
        || is_x11()
}

/// Chooses the rendering path and the windowing system, unless the user did. Call it before any thread is started.
#[cfg(target_os = "linux")]
pub fn prepare() {
    // Blank windows and "Error 71" on NVIDIA with Wayland (tauri#10702, #9394); without a GPU the plain path is also
    // leaner, 207 MB against 290. A phone's window gains nothing from the other one.
    default_to("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    // Under Wayland a window cannot say where it stands or stay on top. With XWayland at hand it can.
    if is_set("WAYLAND_DISPLAY") && is_set("DISPLAY") {
        default_to("GDK_BACKEND", "x11");
    }
}

/// Nothing to choose on other systems.
#[cfg(not(target_os = "linux"))]
pub fn prepare() {}

#[cfg(target_os = "linux")]
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

#[cfg(target_os = "linux")]
fn default_to(name: &str, value: &str) {
    if std::env::var_os(name).is_none() {
        // SAFETY: `prepare` is the first thing `run` does; no other thread exists that could read the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var(name, value)
        }
    }
}

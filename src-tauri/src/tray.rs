//! The tray icon: how the phone stands, and a menu that works while the window is hidden.
//!
//! Linux shows no tooltip, so the menu's first line says the same. Where there is no tray, starting Ringside again
//! brings the window.

use desk::wire::Language;
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry, include_image};

use crate::glance::{Glance, Presence};
use crate::texts::Texts;

const READY: Image<'_> = include_image!("../icons/tray-ready.png");
const IN_CALL: Image<'_> = include_image!("../icons/tray-in-call.png");
const ASKING: Image<'_> = include_image!("../icons/tray-asking.png");
const OFFLINE: Image<'_> = include_image!("../icons/tray-offline.png");

/// What the agent chose in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Bring the window.
    Show,
    /// Turn "do not disturb" on or off.
    DoNotDisturb(bool),
    /// Leave.
    Quit,
}

const SHOW: &str = "show";
const DO_NOT_DISTURB: &str = "do_not_disturb";
const QUIT: &str = "quit";

/// The icon and the parts of its menu that change.
pub struct Tray {
    icon: TrayIcon,
    status: MenuItem<Wry>,
    bring: MenuItem<Wry>,
    do_not_disturb: CheckMenuItem<Wry>,
    quit: MenuItem<Wry>,
    shown: Option<Face>,
}

/// Everything that the tray tells; a new one is drawn only if it differs.
#[derive(Debug, PartialEq)]
struct Face {
    presence: Presence,
    /// Something waits for a yes.
    asking: bool,
    status: String,
    texts: &'static Texts,
    do_not_disturb: bool,
}

impl Tray {
    /// Puts the icon up. `chosen` hears what the agent picks.
    pub fn new(app: &AppHandle, chosen: impl Fn(&AppHandle, Choice) + Send + Sync + 'static) -> tauri::Result<Tray> {
        let status = MenuItem::new(app, "", false, None::<&str>)?;
        let bring = MenuItem::with_id(app, SHOW, "", true, None::<&str>)?;
        let do_not_disturb = CheckMenuItem::with_id(app, DO_NOT_DISTURB, "", true, false, None::<&str>)?;
        let quit = MenuItem::with_id(app, QUIT, "", true, None::<&str>)?;
        let (above, below) = (PredefinedMenuItem::separator(app)?, PredefinedMenuItem::separator(app)?);
        let menu = Menu::with_items(app, &[&status, &above, &bring, &do_not_disturb, &below, &quit])?;
        let check = do_not_disturb.clone();
        let icon = TrayIconBuilder::with_id("ringside")
            .icon(OFFLINE)
            .menu(&menu)
            .on_menu_event(move |app, event| match event.id().as_ref() {
                SHOW => chosen(app, Choice::Show),
                // The check mark has already turned.
                DO_NOT_DISTURB => chosen(app, Choice::DoNotDisturb(check.is_checked().unwrap_or(false))),
                QUIT => chosen(app, Choice::Quit),
                _ => {}
            })
            .build(app)?;
        let mut tray = Tray { icon, status, bring, do_not_disturb, quit, shown: None };
        tray.show(Face::starting());
        Ok(tray)
    }

    /// Shows the desk as it is now.
    pub fn update(&mut self, glance: &Glance) {
        self.show(Face::of(glance));
    }

    fn show(&mut self, face: Face) {
        if self.shown.as_ref() == Some(&face) {
            return;
        }
        if let Err(error) = self.draw(&face) {
            tracing::warn!(%error, "the tray did not follow");
        }
        self.shown = Some(face);
    }

    fn draw(&self, face: &Face) -> tauri::Result<()> {
        let marks = |face: &Face| (face.presence, face.asking);
        if self.shown.as_ref().is_none_or(|shown| marks(shown) != marks(face)) {
            self.icon.set_icon(Some(face.icon()))?;
        }
        self.icon.set_tooltip(Some(format!("Ringside: {}", face.status)))?;
        self.status.set_text(&face.status)?;
        self.bring.set_text(face.texts.show)?;
        self.do_not_disturb.set_text(face.texts.do_not_disturb)?;
        self.do_not_disturb.set_checked(face.do_not_disturb)?;
        self.quit.set_text(face.texts.quit)
    }
}

impl Face {
    /// Before the desk is up, and if it never comes up: one can still quit.
    fn starting() -> Face {
        let texts = Texts::of(Language::System);
        let status = texts.offline.to_owned();
        Face { presence: Presence::Offline, asking: false, status, texts, do_not_disturb: false }
    }

    fn of(glance: &Glance) -> Face {
        let texts = Texts::of(glance.language());
        let presence = glance.presence();
        let mut status = match presence {
            Presence::Offline => texts.offline,
            Presence::Ready if glance.do_not_disturb() => texts.do_not_disturb,
            Presence::Ready => texts.ready,
            Presence::Ringing => texts.ringing,
            Presence::InCall => texts.in_call,
        }
        .to_owned();
        if glance.missed() > 0 {
            status += &format!(" · {}: {}", texts.missed, glance.missed());
        }
        let asking = glance.prompts().len();
        if asking > 0 {
            status += &format!(" · {}: {asking}", texts.asking);
        }
        Face { presence, asking: asking > 0, status, texts, do_not_disturb: glance.do_not_disturb() }
    }

    fn icon(&self) -> Image<'static> {
        match self.presence {
            Presence::Offline | Presence::Ready if self.asking => ASKING,
            Presence::Offline => OFFLINE,
            Presence::Ready => READY,
            Presence::Ringing | Presence::InCall => IN_CALL,
        }
    }
}

#[cfg(test)]
mod tests;

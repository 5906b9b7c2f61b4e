//! The dozen sentences that the shell itself shows: in the tray and in notifications.

use desk::wire::Language;

/// The sentences of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Texts {
    /// Tray: bring the window.
    pub show: &'static str,
    /// Tray: refuse calls.
    pub do_not_disturb: &'static str,
    /// Tray: leave.
    pub quit: &'static str,
    /// Tray: at least one account is registered.
    pub ready: &'static str,
    /// Tray: no account is registered.
    pub offline: &'static str,
    /// Tray: a call is up.
    pub in_call: &'static str,
    /// Tray: a call rings.
    pub ringing: &'static str,
    /// Tray: before the number of calls that nobody took.
    pub missed: &'static str,
    /// Notification: somebody calls.
    pub incoming: &'static str,
    /// Notification: take the call.
    pub answer: &'static str,
    /// Notification: refuse it.
    pub decline: &'static str,
}

const EN: Texts = Texts {
    show: "Show Ringside",
    do_not_disturb: "Do not disturb",
    quit: "Quit",
    ready: "Ready",
    offline: "Not connected",
    in_call: "In a call",
    ringing: "Ringing",
    missed: "Missed calls",
    incoming: "Incoming call",
    answer: "Answer",
    decline: "Decline",
};

const RU: Texts = Texts {
    show: "Показать Ringside",
    do_not_disturb: "Не беспокоить",
    quit: "Выход",
    ready: "На связи",
    offline: "Нет связи",
    in_call: "Идёт разговор",
    ringing: "Звонит",
    missed: "Пропущенные звонки",
    incoming: "Входящий звонок",
    answer: "Ответить",
    decline: "Отклонить",
};

const FA: Texts = Texts {
    show: "نمایش Ringside",
    do_not_disturb: "مزاحم نشوید",
    quit: "خروج",
    ready: "آماده",
    offline: "متصل نیست",
    in_call: "در حال مکالمه",
    ringing: "در حال زنگ خوردن",
    missed: "تماس‌های بی‌پاسخ",
    incoming: "تماس ورودی",
    answer: "پاسخ",
    decline: "رد تماس",
};

impl Texts {
    /// The sentences of `language`; `System` asks the environment.
    pub fn of(language: Language) -> &'static Texts {
        match language {
            Language::En => &EN,
            Language::Ru => &RU,
            Language::Fa => &FA,
            Language::System => Texts::of_locale(&locale()),
        }
    }

    /// The sentences for a POSIX locale name such as `fa_IR.UTF-8`; English if there are none.
    fn of_locale(locale: &str) -> &'static Texts {
        match locale.split(['_', '.', '@', '-']).next() {
            Some("ru") => &RU,
            Some("fa") => &FA,
            _ => &EN,
        }
    }
}

/// The first of the variables that POSIX ranks for messages.
fn locale() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! The dozen sentences that the shell itself shows: in the tray and in notifications.

use desk::wire::Language;

use crate::place::End;

/// The sentences of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Texts {
    /// Where its lines end.
    pub end: End,
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
    /// Notification: a link or another program started a call.
    pub outgoing: &'static str,
    /// Notification: a page started it.
    pub page_called: &'static str,
    /// Notification: end the call.
    pub hang_up: &'static str,
    /// Tray: before the number of pages and links that wait for a yes.
    pub asking: &'static str,
    /// Notification: instead of a site that the browser does not tell.
    pub some_page: &'static str,
    /// Notification: a page wants to dial.
    pub page_calls: &'static str,
    /// Notification: a page wants to dial from now on.
    pub page_pairs: &'static str,
    /// Notification: dial.
    pub call: &'static str,
    /// Notification: listen to a colleague's call.
    pub listen: &'static str,
    /// Notification: a colleague asks for help.
    pub asks_for_help: &'static str,
    /// Notification: a promise to call back is due.
    pub call_back_now: &'static str,
    /// Notification: do nothing.
    pub ignore: &'static str,
    /// Notification: what was asked for was not dialled.
    pub not_dialled: &'static str,
    /// Notification: the selected text has no number in it.
    pub nothing_to_dial: &'static str,
    /// Notification, under the key: another program has it.
    pub hotkey_taken: &'static str,
    /// Notification, under the key: this desktop lets no program have one.
    pub hotkey_wayland: &'static str,
}

const EN: Texts = Texts {
    end: End::Right,
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
    outgoing: "Outgoing call",
    page_called: "Outgoing call. This web page started it.",
    hang_up: "Hang up",
    asking: "Waiting for your yes",
    some_page: "A web page",
    page_calls: "This web page wants to call. Nothing has been dialled.",
    page_pairs: "This web page wants to place calls with Ringside from now on.",
    call: "Call",
    listen: "Listen",
    asks_for_help: "Asks for help in a call",
    call_back_now: "It is time to call back",
    ignore: "Ignore",
    not_dialled: "Not dialled",
    nothing_to_dial: "There is no number to dial in what you selected",
    hotkey_taken: "This key cannot dial what you select: it is not a key, or another program has it. Choose another in the settings.",
    hotkey_wayland: "A program cannot take keys for itself on this desktop (Wayland). Let the system's own settings bind a key to: ringside --dial-selection",
};

const RU: Texts = Texts {
    end: End::Right,
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
    outgoing: "Исходящий звонок",
    page_called: "Исходящий звонок. Его начала эта веб-страница.",
    hang_up: "Завершить",
    asking: "Ждут вашего согласия",
    some_page: "Веб-страница",
    page_calls: "Эта веб-страница хочет позвонить. Ничего ещё не набрано.",
    page_pairs: "Эта веб-страница хочет впредь звонить через Ringside.",
    call: "Позвонить",
    listen: "Слушать",
    asks_for_help: "Просит помочь в разговоре",
    call_back_now: "Пора перезвонить",
    ignore: "Не надо",
    not_dialled: "Не набрано",
    nothing_to_dial: "В выделенном нет номера",
    hotkey_taken: "Эта клавиша не может набрать выделенное: такой клавиши нет или она занята другой программой. Выберите другую в настройках.",
    hotkey_wayland: "На этом рабочем столе (Wayland) программа не может занять клавишу сама. Назначьте её в настройках системы: ringside --dial-selection",
};

const FA: Texts = Texts {
    end: End::Left,
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
    outgoing: "تماس خروجی",
    page_called: "تماس خروجی. این صفحهٔ وب آن را آغاز کرده است.",
    hang_up: "قطع",
    asking: "منتظر تأیید شما",
    some_page: "یک صفحهٔ وب",
    page_calls: "این صفحهٔ وب می‌خواهد تماس بگیرد. هنوز شماره‌ای گرفته نشده است.",
    page_pairs: "این صفحهٔ وب می‌خواهد از این پس با Ringside تماس بگیرد.",
    call: "تماس",
    listen: "شنیدن",
    asks_for_help: "در مکالمه کمک می‌خواهد",
    call_back_now: "وقت تماس دوباره است",
    ignore: "نادیده گرفتن",
    not_dialled: "شماره گرفته نشد",
    nothing_to_dial: "در متن انتخاب‌شده شماره‌ای نیست",
    hotkey_taken: "این کلید نمی‌تواند متن انتخاب‌شده را شماره‌گیری کند: چنین کلیدی نیست یا برنامهٔ دیگری آن را گرفته است. در تنظیمات کلید دیگری انتخاب کنید.",
    hotkey_wayland: "در این میزکار (Wayland) برنامه نمی‌تواند کلیدی را برای خود بگیرد. در تنظیمات سیستم کلیدی به این فرمان بدهید: ringside --dial-selection",
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

//! A newcomer's first calls, on the practice PBX.

use kit::{Desk, Settings, Sound};

#[test]
fn a_newcomer_hears_oneself_in_the_echo() {
    let desk = Desk::start(Settings::practice().says(Sound::tone(600.0, 60.0)).hears());
    assert_eq!(desk.api().snapshot()["practice"], true);
    let call = desk.dial("700");
    desk.until_active(&call);
    desk.until_hears(600.0);
    desk.hang_up(&call);
    assert_eq!(desk.until_ended(&call).reason, "hung_up");
}

#[test]
fn a_number_that_is_not_there_is_told() {
    let desk = Desk::start(Settings::practice());
    assert_eq!(desk.until_ended(&desk.dial("8888")).reason, "not_found");
}

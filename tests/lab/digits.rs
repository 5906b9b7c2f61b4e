//! Digits, both ways.

use kit::{Account, Desk, Pbx, SOON, Settings};

fn digits_arrive(account: Account) {
    let mut ami = Pbx::shared().ami();
    let desk = Desk::start(Settings::of(account));
    let call = desk.dial("704");
    desk.until_active(&call);
    desk.send_dtmf(&call, "1234567890*#");
    let own = desk.number().to_owned();
    let told = ami.until("the PBX has read the digits", SOON, |event| {
        event.get("UserEvent") == "Digits" && event.get("From") == own && !event.get("Digits").is_empty()
    });
    assert_eq!(told.get("Digits"), "1234567890*");
}

#[test]
fn digits_arrive_as_telephone_events() {
    digits_arrive(Pbx::shared().agent());
}

#[test]
fn digits_arrive_as_info() {
    digits_arrive(Pbx::shared().account("113", "udp").dtmf("info"));
}

#[test]
fn digits_come_in() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()));
    let call = desk.dial("706");
    desk.until_call(&call, "has got all digits", |call| call["digits_received"] == "0123456789*#ABCD");
}

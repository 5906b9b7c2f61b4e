use super::*;

fn listening() -> Stance {
    let mut stance = Stance::default();
    stance.wanted.listen = true;
    assert_eq!(stance.next(), Some(Direction::RecvOnly));
    stance.agree();
    stance
}

#[test]
fn hold_and_listening_are_said_together() {
    let said = [(false, false), (true, false), (false, true), (true, true)]
        .map(|(hold, listen)| Way { hold, listen }.direction().name());
    assert_eq!(said, ["sendrecv", "sendonly", "recvonly", "inactive"]);
}

#[test]
fn the_microphone_shuts_with_the_wish_and_opens_with_the_agreement() {
    let mut stance = Stance::default();
    stance.wanted.listen = true;
    assert!(stance.listens(), "nobody was asked yet");
    stance.next();
    stance.agree();
    stance.wanted.listen = false;
    assert!(stance.listens());
    assert_eq!(stance.next(), Some(Direction::SendRecv));
    assert!(stance.listens(), "asked, not agreed");
    stance.agree();
    assert!(!stance.listens());
}

#[test]
fn a_change_of_mind_under_way_keeps_it_shut_until_the_last_word_is_agreed() {
    let mut stance = Stance::default();
    stance.wanted.listen = true;
    stance.next();
    stance.wanted.listen = false;
    assert!(stance.listens() && stance.next().is_none(), "one offer at a time");
    stance.agree();
    assert!(stance.listens());
    assert_eq!(stance.next(), Some(Direction::SendRecv));
    stance.agree();
    assert!(!stance.listens() && stance.next().is_none());
}

#[test]
fn a_refusal_never_opens_the_microphone() {
    let mut stance = Stance::default();
    stance.wanted.listen = true;
    stance.next();
    stance.refuse();
    assert!(stance.listens() && stance.next().is_none(), "shut all the same, and not asked again");
    let mut stance = listening();
    stance.wanted.listen = false;
    stance.next();
    stance.refuse();
    assert!(stance.listens() && stance.wanted.listen && stance.next().is_none(), "it goes on listening");
}

#[test]
fn a_refused_hold_does_not_touch_listening() {
    let mut stance = listening();
    stance.wanted.hold = true;
    assert_eq!(stance.next(), Some(Direction::Inactive));
    stance.refuse();
    assert_eq!((stance.wanted, stance.next()), (Way { hold: false, listen: true }, None));
}

#[test]
fn crossed_offers_are_asked_again() {
    let mut stance = listening();
    stance.wanted.listen = false;
    stance.next();
    stance.put_back();
    assert!(stance.listens());
    assert_eq!(stance.next(), Some(Direction::SendRecv));
}

/// Whatever happens in whatever order: the microphone is shut while any of the three listens, and settles where it was wanted
/// if the peer agrees in the end.
#[test]
fn any_order_of_wishes_and_answers_settles() {
    for seed in 0_u64..3_000 {
        let mut stance = Stance::default();
        let mut dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        for _ in 0..20 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            match dice % 8 {
                0 => stance.wanted.listen = true,
                1 => stance.wanted.listen = false,
                2 => stance.wanted.hold = !stance.wanted.hold,
                3 => stance.agree(),
                4 => stance.answer(),
                5 => stance.put_back(),
                6 => stance.refuse(),
                _ => _ = stance.next(),
            }
            assert!(!stance.wanted.listen || stance.listens(), "seed {seed}");
        }
        for _ in 0..3 {
            stance.agree();
            stance.next();
        }
        assert_eq!((stance.wanted, stance.asked), (stance.agreed, None), "seed {seed}");
        assert_eq!(stance.listens(), stance.wanted.listen, "seed {seed}");
    }
}

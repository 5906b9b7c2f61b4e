use super::*;

fn remote(status: Option<u16>) -> End<'static> {
    End { by_us: false, cause: EndCause::Refused, status, reason_header: None }
}

#[test]
fn each_refusal_has_its_word() {
    let table = [
        (486, Reason::Busy),
        (600, Reason::Busy),
        (603, Reason::Declined),
        (480, Reason::NoAnswer),
        (408, Reason::NoAnswer),
        (404, Reason::NotFound),
        (484, Reason::NotFound),
        (403, Reason::Rejected),
        (488, Reason::Rejected),
        (503, Reason::Unreachable),
        (487, Reason::Cancelled),
        (500, Reason::Failed),
    ];
    for (status, expected) in table {
        assert_eq!(reason(Stage::Calling, remote(Some(status))), expected, "status {status}");
    }
}

#[test]
fn a_call_taken_by_a_colleague_is_not_missed() {
    for header in
        ["SIP;cause=200;text=\"Call completed elsewhere\"", "Q.850 ; cause=26", "Q.850;cause=16, SIP ;Cause=200"]
    {
        let end = End { reason_header: Some(header), ..remote(None) };
        assert_eq!(reason(Stage::Offered, end), Reason::AnsweredElsewhere, "{header}");
    }
    let end = End { reason_header: Some("Q.850;cause=200"), ..remote(None) };
    assert_eq!(reason(Stage::Offered, end), Reason::Cancelled, "200 is SIP's number, not Q.850's");
}

#[test]
fn silence_is_not_a_refusal() {
    let end = End { cause: EndCause::NoResponse, status: Some(408), ..remote(None) };
    assert_eq!(reason(Stage::Calling, end), Reason::Unreachable, "our own timer made that 408");
    assert_eq!(reason(Stage::Answered, end), Reason::Unreachable);
}

#[test]
fn who_hung_up_is_told() {
    assert_eq!(reason(Stage::Answered, remote(None)), Reason::RemoteHungUp);
    assert_eq!(reason(Stage::Answered, End { by_us: true, ..remote(None) }), Reason::HungUp);
    assert_eq!(reason(Stage::Offered, End { by_us: true, ..remote(Some(486)) }), Reason::Declined);
    assert_eq!(
        reason(Stage::Calling, End { by_us: true, cause: EndCause::Cancelled, ..remote(Some(487)) }),
        Reason::Cancelled
    );
}

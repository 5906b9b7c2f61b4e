//! The lab itself.

use kit::Pbx;

#[test]
fn a_pbx_comes_up_and_again_after_a_crash() {
    let pbx = Pbx::start(&[]);
    assert!(pbx.cli("core show version").contains("Asterisk"));
    pbx.crash();
    assert!(!pbx.cli("core show version").contains("Asterisk"));
    pbx.restart();
    assert!(pbx.cli("core show version").contains("Asterisk"));
    drop(pbx.ami());
}

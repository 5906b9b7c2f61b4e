use super::*;

fn document(attributes: &str, dialogs: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" {attributes} \
         entity=\"sip:102@127.0.0.1:15060\">\n{dialogs}</dialog-info>\n"
    )
    .into_bytes()
}

fn dialog(id: &str, state: &str) -> String {
    format!("<dialog id=\"{id}\"><state>{state}</state></dialog>")
}

fn states(picture: &Picture) -> Vec<(&str, State)> {
    picture.dialogs().iter().map(|dialog| (dialog.id.as_str(), dialog.state)).collect()
}

/// As Asterisk 22 sends them, one after another: free, ringing, talking, free.
#[test]
fn asterisk_tells_the_whole_state_each_time() {
    let ringing = r#" <dialog id="102" direction="recipient">
  <remote>
   <identity display="Agent 101">sip:101@127.0.0.1</identity>
   <target uri="sip:101@127.0.0.1" />
  </remote>
  <local>
   <identity display="Agent 102">sip:102@127.0.0.1</identity>
   <target uri="sip:102@127.0.0.1:15060" />
  </local>
  <state>early</state>
 </dialog>
"#;
    let mut picture = Picture::default();
    let mut told = vec![];
    for (version, dialogs) in [
        (0, dialog("102", "terminated")),
        (1, ringing.to_owned()),
        (2, dialog("102", "confirmed")),
        (3, dialog("102", "terminated")),
    ] {
        let info = parse(&document(&format!("version=\"{version}\" state=\"full\""), &dialogs)).expect("a document");
        assert_eq!((info.version, info.full, info.entity.as_str()), (version, true, "sip:102@127.0.0.1:15060"));
        if version == 1 {
            let remote = info.dialogs[0].remote.as_ref().expect("a caller");
            assert_eq!((remote.display.as_deref(), remote.uri.user()), (Some("Agent 101"), Some("101")));
            assert_eq!(info.dialogs[0].initiator, Some(false));
        }
        assert!(picture.take(info));
        told.push(states(&picture).into_iter().map(|(_, state)| state).collect::<Vec<_>>());
    }
    assert_eq!(told, [vec![], vec![State::Early], vec![State::Confirmed], vec![]]);
}

#[test]
fn partial_documents_change_what_they_name() {
    let mut picture = Picture::default();
    let mut take = |version: u64, state: &str, dialogs: &str| {
        picture
            .take(parse(&document(&format!("version=\"{version}\" state=\"{state}\""), dialogs)).expect("a document"))
    };
    assert!(take(7, "full", &(dialog("a", "early") + &dialog("b", "confirmed"))));
    assert!(take(8, "partial", &dialog("a", "confirmed")));
    assert!(take(9, "partial", &(dialog("b", "terminated") + &dialog("c", "trying"))));
    assert!(!take(11, "partial", &dialog("c", "proceeding")), "the tenth was missed");
    assert!(take(11, "partial", &dialog("c", "early")), "one that does not count");
    assert!(take(0, "full", &dialog("d", "early")), "a full one heals, whatever its version");
    assert_eq!(states(&picture), [("d", State::Early)]);
    assert!(!Picture::default().take(parse(&document("version=\"4\" state=\"partial\"", "")).expect("a document")));
}

#[test]
fn other_spellings_of_the_same_are_read() {
    let prefixed = br#"<d:dialog-info xmlns:d="urn:ietf:params:xml:ns:dialog-info" version="3" entity="sip:1@x" x:state="partial">
        <!-- free text --><d:dialog id='1&amp;2' call-id="x" local-tag="y" direction="initiator">
          <d:state event="x" code="200">Confirmed</d:state><d:duration>274</d:duration>
          <d:remote><d:target uri="sip:+7%20495@pbx.example;x=y"><d:param pname="+sip.rendering" pval="no"/></d:target></d:remote>
          <d:local><d:identity>sip:1@x</d:identity></d:local>
        </d:dialog><ext:thing xmlns:ext="urn:x"><state>early</state></ext:thing></d:dialog-info>"#;
    let info = parse(prefixed).expect("a document");
    assert_eq!((info.version, info.full), (3, true), "what is not said is full");
    let [dialog] = &info.dialogs[..] else { panic!("{info:?}") };
    assert_eq!((dialog.id.as_str(), dialog.state, dialog.initiator), ("1&2", State::Confirmed, Some(true)));
    assert_eq!(dialog.remote.as_ref().and_then(|remote| remote.uri.user()), Some("+7%20495"));
    // Names of people with what XML must escape, and in Latin-1.
    let named = document(
        "version=\"0\"",
        "<dialog id=\"1\"><remote><identity display=\"A &quot;B&quot; &#38; C\"> &lt;sip:7@x&gt; </identity></remote>\
         <state><![CDATA[early]]></state></dialog>",
    );
    let remote = parse(&named).expect("a document").dialogs[0].remote.clone().expect("a remote");
    assert_eq!((remote.display.as_deref(), remote.uri.as_str()), (Some("A \"B\" & C"), "sip:7@x"));
    let latin: Vec<u8> = String::from_utf8(named)
        .expect("text")
        .replace("A &quot;", "M\u{fc}ller &quot;")
        .chars()
        .map(|c| c as u8)
        .collect();
    assert!(
        parse(&latin).expect("a document").dialogs[0].remote.as_ref().is_some_and(|remote| {
            remote.display.as_deref().is_some_and(|display| display.starts_with("M\u{fc}ller"))
        })
    );
}

#[test]
fn dialogs_that_say_nothing_are_passed_over() {
    let info = parse(&document(
        "version=\"x\" state=\"full\"",
        "<dialog id=\"1\"/><dialog id=\"2\"><state/></dialog><dialog><state>early</state></dialog>\
         <dialog id=\"4\"><remote><identity>not a URI</identity></remote><state>humming</state></dialog>",
    ))
    .expect("a document");
    let seen: Vec<_> =
        info.dialogs.iter().map(|dialog| (dialog.id.as_str(), dialog.state, dialog.remote.is_some())).collect();
    assert_eq!(seen, [("", State::Early, false), ("4", State::Trying, false)]);
    assert_eq!(info.version, 0);
}

#[test]
fn a_dialog_that_is_named_twice_is_one() {
    let mut picture = Picture::default();
    let twice = dialog("a", "early") + &dialog("b", "early") + &dialog("a", "confirmed") + &dialog("b", "terminated");
    for state in ["full", "partial", "full"] {
        picture.take(parse(&document(&format!("version=\"1\" state=\"{state}\""), &twice)).expect("a document"));
        assert_eq!(states(&picture), [("a", State::Confirmed)], "{state}");
    }
}

#[test]
fn a_name_is_on_one_line() {
    for remote in [
        "<identity display=\" A&#10;&#x9;B \">sip:7@x</identity>",
        "<identity>\"A&#13;&#9;B\" &lt;sip:7@x&gt;</identity>",
    ] {
        let named = format!("<dialog id=\"1\"><remote>{remote}</remote><state>early</state></dialog>");
        let info = parse(&document("version=\"0\"", &named)).expect("a document");
        let remote = info.dialogs[0].remote.as_ref().expect("a remote");
        assert_eq!((remote.display.as_deref(), remote.uri.as_str()), (Some("A  B"), "sip:7@x"));
    }
}

#[test]
fn hostile_documents_are_refused() {
    let laughs = b"<!DOCTYPE dialog-info [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
        <dialog-info version=\"0\" state=\"full\" entity=\"x\"><dialog id=\"1\"><state>&b;</state></dialog></dialog-info>";
    assert_eq!(parse(laughs), Err(DialogInfoError::Entities));
    let outside = document("version=\"0\"", "<dialog id=\"1\"><state>&xxe;</state></dialog>");
    assert_eq!(parse(&outside), Err(DialogInfoError::Entities));
    assert_eq!(parse(&document("version=\"&xxe;\"", "")), Err(DialogInfoError::Entities));
    assert_eq!(parse(&document("version=\"0\"", &"<a>".repeat(50_00))), Err(DialogInfoError::TooDeep));
    assert_eq!(parse(&vec![b' '; MAX_DOCUMENT + 1]), Err(DialogInfoError::TooLong));
    assert_eq!(parse(b""), Err(DialogInfoError::NotDialogInfo));
    assert_eq!(parse(b"<presence/>"), Err(DialogInfoError::NotDialogInfo));
    for broken in ["<dialog-info>", "<dialog-info></dialog>", "<dialog-info a=b/>", "<dialog-info/><dialog-info/>"] {
        assert_eq!(parse(broken.as_bytes()), Err(DialogInfoError::NotXml), "{broken}");
    }
}

#[test]
fn a_document_of_many_dialogs_is_cut() {
    let many: String = (0..1_000).map(|n| dialog(&n.to_string(), "confirmed")).collect();
    let info = parse(&document("version=\"0\" state=\"full\"", &many)).expect("a document");
    assert_eq!(info.dialogs.len(), MAX_DIALOGS);
    let mut picture = Picture::default();
    for n in 0..100 {
        let more = (0..60).map(|m| dialog(&format!("{n}-{m}"), "early")).collect::<String>();
        picture.take(parse(&document(&format!("version=\"{n}\" state=\"partial\""), &more)).expect("a document"));
    }
    assert_eq!(picture.dialogs().len(), MAX_DIALOGS);
    let long = document("version=\"0\"", &dialog(&"x".repeat(10_000), "early"));
    assert_eq!(parse(&long).expect("a document").dialogs[0].id, "", "nobody has to keep such a name");
}

//! What PBXs, proxies and phones really send, in their own shapes.

use super::message;
use crate::check::check;

/// A message, and what must be read out of it.
struct Shape {
    name: &'static str,
    text: &'static str,
    /// Method, From display, From user, From tag, host of the topmost Via.
    expect: (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>, &'static str),
    /// A header and its value on one line.
    header: (&'static str, &'static str),
}

#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    Shape { name: "Asterisk qualifies the endpoint", expect: ("OPTIONS", None, Some("100"), Some("9d3a-41"), "198.51.100.1"), header: ("User-Agent", "Asterisk PBX 22.5.0"), text:
"OPTIONS sip:100@192.0.2.10:5060;ob SIP/2.0
Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKPj7f0c-aa
From: <sip:100@198.51.100.1>;tag=9d3a-41
To: <sip:100@192.0.2.10;ob>
Contact: <sip:100@198.51.100.1:5060>
Call-ID: 41c0-88
CSeq: 4331 OPTIONS
Max-Forwards: 70
User-Agent: Asterisk PBX 22.5.0
Content-Length:  0

" },
    Shape { name: "Asterisk with compact headers", expect: ("INVITE", Some("Queue Sales"), Some("500"), Some("as1"), "198.51.100.1"), header: ("Supported", "100rel, timer, replaces, norefersub"), text:
"INVITE sip:100@192.0.2.10:5060 SIP/2.0
v: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKPj1
f: \"Queue Sales\" <sip:500@198.51.100.1>;tag=as1
t: <sip:100@192.0.2.10>
m: <sip:asterisk@198.51.100.1:5060>
i: c0ffee
CSeq: 1 INVITE
k: 100rel, timer, replaces, norefersub
x: 1800;refresher=uac
Min-SE: 90
c: application/sdp
l: 5

v=0
" },
    Shape { name: "Asterisk, first.last extension and connected line", expect: ("INVITE", Some("Doe, John"), Some("john.doe"), Some("as2"), "198.51.100.1"), header: ("P-Asserted-Identity", "\"Doe, John\" <sip:john.doe@198.51.100.1>"), text:
"INVITE sip:jane.roe@192.0.2.10:5060;transport=TCP SIP/2.0
Via: SIP/2.0/TCP 198.51.100.1:5060;branch=z9hG4bKPj2;alias
From: \"Doe, John\" <sip:john.doe@198.51.100.1>;tag=as2
To: \"jane.roe\" <sip:jane.roe@192.0.2.10>
Call-ID: 2
CSeq: 24014 INVITE
P-Asserted-Identity: \"Doe, John\" <sip:john.doe@198.51.100.1>
Contact: <sip:198.51.100.1:5060;transport=TCP>
Content-Length: 0

" },
    Shape { name: "Asterisk challenges with two algorithms", expect: ("REGISTER", None, Some("100"), Some("c1"), "192.0.2.10"), header: ("WWW-Authenticate", "Digest realm=\"asterisk\",nonce=\"1/a\",opaque=\"5\",algorithm=SHA-256,qop=\"auth\""), text:
"SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP 192.0.2.10:40000;rport=40000;received=203.0.113.7;branch=z9hG4bK1
Call-ID: 3
From: <sip:100@pbx.example>;tag=c1
To: <sip:100@pbx.example>;tag=z9hG4bK1
CSeq: 1 REGISTER
WWW-Authenticate: Digest realm=\"asterisk\",nonce=\"1/a\",opaque=\"5\",algorithm=SHA-256,qop=\"auth\"
WWW-Authenticate: Digest realm=\"asterisk\",nonce=\"1/a\",opaque=\"5\",algorithm=MD5,qop=\"auth\"
Content-Length:  0

" },
    Shape { name: "Asterisk lists every binding", expect: ("REGISTER", None, Some("100"), Some("c1"), "192.0.2.10"), header: ("Contact", "<sip:100@192.0.2.10:40000;ob>;expires=299, <sip:100@192.0.2.99:5060>;expires=12"), text:
"SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.10:40000;rport=40000;received=192.0.2.10;branch=z9hG4bK2
Call-ID: 3
From: <sip:100@pbx.example>;tag=c1
To: <sip:100@pbx.example>;tag=z9hG4bK2
CSeq: 2 REGISTER
Date: Fri, 20 Nov 2026 10:00:00 GMT
Contact: <sip:100@192.0.2.10:40000;ob>;expires=299, <sip:100@192.0.2.99:5060>;expires=12
Expires: 300
Content-Length:  0

" },
    Shape { name: "FreeSWITCH, unsolicited message-summary", expect: ("NOTIFY", None, Some("1000"), Some("Xr9"), "198.51.100.2"), header: ("Subscription-State", "terminated;reason=noresource"), text:
"NOTIFY sip:1000@192.0.2.10:5060;fs_nat=yes;fs_path=sip%3A1000%40192.0.2.10%3A5060 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.2;rport;branch=z9hG4bKFS1
Max-Forwards: 70
From: <sip:1000@fs.example>;tag=Xr9
To: <sip:1000@fs.example>
Call-ID: 5a-b1-123
CSeq: 134214 NOTIFY
Contact: <sip:mod_sofia@198.51.100.2:5060>
User-Agent: FreeSWITCH-mod_sofia/1.10.12-release~64bit
Event: message-summary
Allow-Events: talk, hold, conference, presence, as-feature-event, dialog, line-seize, call-info, sla
Subscription-State: terminated;reason=noresource
Content-Type: application/simple-message-summary
Content-Length: 24

Messages-Waiting: yes
\t
" },
    Shape { name: "FreeSWITCH with Remote-Party-ID and X- headers", expect: ("INVITE", Some("ALICE"), Some("+49301234"), Some("r4"), "198.51.100.2"), header: ("X-FS-Support", "update_display,send_info"), text:
"INVITE sip:1000@192.0.2.10:5060 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.2;rport;branch=z9hG4bKFS2
Route: <sip:1000@192.0.2.10:5060>
Max-Forwards: 69
From: \"ALICE\" <sip:+49301234@198.51.100.2>;tag=r4
To: <sip:1000@192.0.2.10:5060>
Call-ID: fs-2
CSeq: 134215 INVITE
Contact: <sip:mod_sofia@198.51.100.2:5060>
Privacy: none
X-FS-Support: update_display,send_info
Remote-Party-ID: \"ALICE\" <sip:+49301234@198.51.100.2>;party=calling;screen=yes;privacy=off
Content-Length: 0

" },
    Shape { name: "Kamailio in front: double record routes", expect: ("INVITE", None, Some("200"), Some("k1"), "203.0.113.1"), header: ("Record-Route", "<sip:203.0.113.1;transport=tcp;r2=on;lr=on;ftag=k1;did=5ab.f1>"), text:
"INVITE sip:100@192.0.2.10:5060;transport=tcp SIP/2.0
Record-Route: <sip:203.0.113.1;transport=tcp;r2=on;lr=on;ftag=k1;did=5ab.f1>
Record-Route: <sip:10.0.0.1;r2=on;lr=on;ftag=k1;did=5ab.f1>
Via: SIP/2.0/TCP 203.0.113.1:5060;branch=z9hG4bKcydzigwkX;i=1
Via: SIP/2.0/UDP 10.0.0.7:5060;received=10.0.0.7;branch=z9hG4bKk;rport=5060
From: <sip:200@pbx.example>;tag=k1
To: <sip:100@pbx.example>
Call-ID: kam-1
CSeq: 10 INVITE
Contact: <sip:200@10.0.0.7:5060>
Content-Length: 0

" },
    Shape { name: "Kamailio's challenge, empty opaque, two qops", expect: ("INVITE", None, Some("100"), Some("a"), "192.0.2.10"), header: ("Proxy-Authenticate", "Digest realm=\"pbx.example\", nonce=\"ZR+\", qop=\"auth,auth-int\", algorithm=MD5, opaque=\"\""), text:
"SIP/2.0 407 Proxy Authentication Required
Via: SIP/2.0/TCP 192.0.2.10:40000;branch=z9hG4bK3;rport=40000;received=203.0.113.7
From: <sip:100@pbx.example>;tag=a
To: <sip:200@pbx.example>;tag=b27e1a1d33761e85846fc98f5f3a7e58.0a4f
Call-ID: 7
CSeq: 1 INVITE
Proxy-Authenticate: Digest realm=\"pbx.example\", nonce=\"ZR+\", qop=\"auth,auth-int\", algorithm=MD5, opaque=\"\"
Server: kamailio (5.8.3 (x86_64/linux))
Content-Length: 0

" },
    Shape { name: "OpenSIPS over IPv6", expect: ("INVITE", None, Some("200"), Some("o1"), "[2001:db8::5]"), header: ("Record-Route", "<sip:[2001:db8::5]:5060;lr>"), text:
"INVITE sip:100@[2001:db8::10]:5060 SIP/2.0
Record-Route: <sip:[2001:db8::5]:5060;lr>
Via: SIP/2.0/UDP [2001:db8::5]:5060;branch=z9hG4bKo1
Via: SIP/2.0/UDP [2001:db8::7]:5060;received=2001:db8::7;rport=5060;branch=z9hG4bKo2
From: <sip:200@[2001:db8::7]>;tag=o1
To: <sip:100@[2001:db8::5]>
Call-ID: o1@[2001:db8::7]
CSeq: 1 INVITE
Contact: <sip:200@[2001:db8::7]:5060>
Content-Length: 0

" },
    Shape { name: "CUCM with quoted parameters and a tilde in the tag", expect: ("INVITE", Some("Reception"), Some("2001"), Some("5143~d1-22"), "10.1.1.5"), header: ("Session-ID", "6f91;remote=00000000"), text:
"INVITE sip:2002@192.0.2.10:5060;transport=tcp SIP/2.0
Via: SIP/2.0/TCP 10.1.1.5:5060;branch=z9hG4bK5f
From: \"Reception\" <sip:2001@10.1.1.5>;tag=5143~d1-22
To: <sip:2002@192.0.2.10>
Date: Fri, 20 Nov 2026 10:00:00 GMT
Call-ID: 8c00-10.1.1.5
Supported: timer,resource-priority,replaces
Min-SE:  1800
User-Agent: Cisco-CUCM14.0
Allow: INVITE, OPTIONS, INFO, BYE, CANCEL, ACK, PRACK, UPDATE, REFER, SUBSCRIBE, NOTIFY
CSeq: 101 INVITE
Expires: 180
Allow-Events: presence
Supported: X-cisco-srtp-fallback
Call-Info: <urn:x-cisco-remotecc:callinfo>; security= Unknown; orientation= from; gci= 1-5; isVoip; call-instance= 1
Session-ID: 6f91;remote=00000000
Remote-Party-ID: \"Reception\" <sip:2001@10.1.1.5;x-cisco-callback-number=2001>;party=calling;screen=yes;privacy=off
Contact: <sip:2001@10.1.1.5:5060;transport=tcp>;video;audio;+u.sip!devicename.ccm.cisco.com=\"SEP00,11;22\"
Max-Forwards: 69
Content-Length: 0

" },
    Shape { name: "CUCM says where the call went", expect: ("INVITE", None, Some("2002"), Some("a1"), "192.0.2.10"), header: ("Diversion", "\"Hunt; Pilot\" <sip:2000@10.1.1.5>;reason=no-answer;privacy=off;screen=yes"), text:
"SIP/2.0 181 Call Is Being Forwarded
Via: SIP/2.0/TCP 192.0.2.10:40001;branch=z9hG4bKc2
From: <sip:2002@10.1.1.5>;tag=a1
To: <sip:2000@10.1.1.5>;tag=5144~d1
Call-ID: c2
CSeq: 101 INVITE
Diversion: \"Hunt; Pilot\" <sip:2000@10.1.1.5>;reason=no-answer;privacy=off;screen=yes
Content-Length: 0

" },
    Shape { name: "3CX, blanks before colons", expect: ("INVITE", Some("Web Call"), Some("10000"), Some("3c1"), "198.51.100.3"), header: ("User-Agent", "3CXPhoneSystem 20.0"), text:
"INVITE sip:100@192.0.2.10:5060;rinstance=abc SIP/2.0
Via: SIP/2.0/UDP 198.51.100.3:5060;branch=z9hG4bK-524287-1---x;rport
Max-Forwards : 70
Contact: <sip:10000@198.51.100.3:5060>
To : <sip:100@198.51.100.3>
From : \"Web Call\"<sip:10000@198.51.100.3:5060;nf=e>;tag=3c1
Call-ID : 3cx..
CSeq : 1 INVITE
User-Agent :3CXPhoneSystem 20.0
Content-Length : 0

" },
    Shape { name: "3CX challenges for a realm of its own", expect: ("REGISTER", None, Some("100"), Some("t"), "192.0.2.10"), header: ("Proxy-Authenticate", "Digest nonce=\"414d535c:7\",algorithm=MD5,realm=\"3CXPhoneSystem\""), text:
"SIP/2.0 407 Proxy Authentication Required
Via: SIP/2.0/UDP 192.0.2.10:40000;branch=z9hG4bK9;rport=40000;received=203.0.113.7
Proxy-Authenticate: Digest nonce=\"414d535c:7\",algorithm=MD5,realm=\"3CXPhoneSystem\"
To: \"100\"<sip:100@pbx.3cx.eu:5060>;tag=9d
From: \"100\"<sip:100@pbx.3cx.eu:5060>;tag=t
Call-ID: 3cx2
CSeq: 1 REGISTER
Content-Length: 0

" },
    Shape { name: "no blank after the status, no reason", expect: ("BYE", None, Some("100"), Some("t"), "192.0.2.10"), header: ("Call-ID", "n1"), text:
"SIP/2.0 200
Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK10
From: <sip:100@pbx>;tag=t
To: <sip:200@pbx>;tag=u
Call-ID: n1
CSeq: 3\tBYE

" },
    Shape { name: "folded the old way", expect: ("INVITE", Some("Anna"), Some("a"), Some("f1"), "192.0.2.77"), header: ("Subject", "I know you're there, pick up the phone and answer"), text:
"INVITE sip:100@192.0.2.10 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.77
 ;branch=z9hG4bKf1
 ; rport=5062
From: \"Anna\"
\t<sip:a@b>
 ;tag=f1
To: <sip:100@192.0.2.10>
Call-ID: f1
CSeq: 1
 INVITE
Subject: I know you're there,
 pick up the phone
\t and answer

" },
    Shape { name: "tokens of several words for a name", expect: ("INVITE", Some("Front Desk 2"), Some("9"), Some("x"), "b"), header: ("Call-Info", "<sip:pbx>;answer-after=0"), text:
"INVITE sip:100@192.0.2.10 SIP/2.0
Via: SIP/2.0/UDP b;branch=z9hG4bKx
From: Front Desk 2 <sip:9@b>;tag=x
To: sip:100@192.0.2.10
Call-ID: x
CSeq: 1 INVITE
Call-Info: <sip:pbx>;answer-after=0
Alert-Info: <http://pbx>;info=alert-autoanswer;delay=0

" },
    Shape { name: "a tel caller", expect: ("INVITE", None, Some("+4930123"), Some("g"), "b"), header: ("User-to-User", "56a3;encoding=hex"), text:
"INVITE sip:100@192.0.2.10 SIP/2.0
Via: SIP/2.0/UDP b;branch=z9hG4bKg
From: <tel:+4930123;cpc=ordinary>;tag=g
To: <tel:100;phone-context=pbx.example>
Call-ID: g
CSeq: 1 INVITE
User-to-User: 56a3;encoding=hex

" },
    Shape { name: "an anonymous caller", expect: ("INVITE", Some("Anonymous"), Some("anonymous"), Some("an"), "b"), header: ("Privacy", "id"), text:
"INVITE sip:100@192.0.2.10 SIP/2.0
Via: SIP/2.0/TLS b:5061;branch=z9hG4bKan
From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=an
To: <sip:100@192.0.2.10>
Call-ID: an
CSeq: 1 INVITE
Privacy: id
P-Asserted-Identity: <sip:+4930123@b>, <tel:+4930123>

" },
    Shape { name: "answered elsewhere", expect: ("CANCEL", None, Some("200"), Some("c"), "198.51.100.1"), header: ("Reason", "SIP;cause=200;text=\"Call completed elsewhere\""), text:
"CANCEL sip:100@192.0.2.10:5060 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKPjc
From: <sip:200@198.51.100.1>;tag=c
To: <sip:100@192.0.2.10>
Call-ID: c
CSeq: 1 CANCEL
Reason: SIP;cause=200;text=\"Call completed elsewhere\"
Reason: Q.850;cause=26
Content-Length: 0

" },
    Shape { name: "an attended transfer", expect: ("REFER", None, Some("200"), Some("r"), "198.51.100.1"), header: ("Refer-To", "<sip:300@198.51.100.1?Replaces=ab%40c%3Bto-tag%3D1%3Bfrom-tag%3D2>"), text:
"REFER sip:100@192.0.2.10:5060 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKPjr
f: <sip:200@198.51.100.1>;tag=r
t: <sip:100@192.0.2.10>;tag=ours
i: r
CSeq: 8 REFER
r: <sip:300@198.51.100.1?Replaces=ab%40c%3Bto-tag%3D1%3Bfrom-tag%3D2>
b: <sip:200@198.51.100.1>
l: 0

" },
    Shape { name: "sipfrag of a transfer", expect: ("NOTIFY", None, Some("200"), Some("s"), "198.51.100.1"), header: ("Event", "refer;id=8"), text:
"NOTIFY sip:100@192.0.2.10:5060 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKPjs
From: <sip:200@198.51.100.1>;tag=s
To: <sip:100@192.0.2.10>;tag=ours
Call-ID: s
CSeq: 9 NOTIFY
o: refer;id=8
Subscription-State: terminated;reason=noresource
Content-Type: message/sipfrag;version=2.0
Content-Length: 16

SIP/2.0 200 OK
" },
    Shape { name: "Avaya, parameters nobody knows", expect: ("INVITE", Some("ACD"), Some("7001"), Some("80b~x"), "10.2.0.1"), header: ("P-Location", "SM;origloc=\"HQ, 1\";termloc=\"HQ\""), text:
"INVITE sips:100@192.0.2.10;avaya-cm-fnu=off-hook SIP/2.0
Via: SIP/2.0/TLS 10.2.0.1;branch=z9hG4bK-av;psrrposn=1;ap;av=1
From: \"ACD\" <sips:7001@corp.example>;tag=80b~x
To: \"Agent\" <sips:100@corp.example>
Call-ID: av
CSeq: 1 INVITE
P-Location: SM;origloc=\"HQ, 1\";termloc=\"HQ\"
Av-Global-Session-ID: 0-1
Content-Length: 0

" },
    Shape { name: "a gateway that forgets Max-Forwards, with a port in To", expect: ("BYE", None, Some("0301234"), Some("gw"), "gw.example"), header: ("X-Asterisk-HangupCause", "Normal Clearing"), text:
"BYE sip:100@192.0.2.10:5060 SIP/2.0
Via: SIP/2.0/UDP gw.example;branch=z9hG4bKgw
From: <sip:0301234@gw.example:5060;user=phone>;tag=gw
To: <sip:100@192.0.2.10:5060>;tag=1
Call-ID: gw
CSeq: 2 BYE
X-Asterisk-HangupCause: Normal Clearing

" },
];

#[test]
fn the_shapes_of_pbxs_are_read_as_meant() {
    for Shape { name, text, expect, header } in SHAPES {
        let message = message(text);
        assert_eq!(check(&message), Ok(()), "{name}");
        let from = message.from().expect(name);
        let via = message.via().expect(name);
        let display = from.display.as_deref().filter(|display| *display != "100");
        let seen = (message.method(), display, from.uri.user(), from.tag(), via.host.as_str());
        assert_eq!(seen, *expect, "{name}");
        assert_eq!(message.header(header.0).as_deref(), Some(header.1), "{name}");
    }
}

#[test]
fn what_hangs_on_details_of_a_shape() {
    let by_name = |name: &str| message(SHAPES.iter().find(|shape| shape.name.starts_with(name)).expect("a shape").text);
    let folded = by_name("folded").via().expect("Via");
    assert_eq!((folded.branch(), folded.rport()), (Some("z9hG4bKf1"), Some(5062)));
    let contacts = by_name("Asterisk lists").contacts().expect("Contacts");
    assert_eq!(contacts.iter().map(|contact| contact.expires()).collect::<Vec<_>>(), [Some(299), Some(12)]);
    let refer = by_name("an attended").address("Refer-To").expect("Refer-To");
    assert_eq!(refer.uri.header("Replaces").as_deref(), Some("ab@c;to-tag=1;from-tag=2"));
    assert_eq!(by_name("an anonymous").addresses("P-Asserted-Identity").expect("both").len(), 2);
    assert_eq!(by_name("Asterisk with compact").seconds("Session-Expires"), Some(1800));
    assert_eq!(by_name("CUCM with").contacts().expect("Contact")[0].params.iter().count(), 3);
    let routes = by_name("Kamailio in front").record_routes().expect("two routes");
    assert_eq!(routes[1].uri.as_str(), "sip:10.0.0.1;r2=on;lr=on;ftag=k1;did=5ab.f1");
    assert_eq!(by_name("Kamailio's").headers("proxy-authenticate").count(), 1);
}

//! Whose telephone a channel is. Only its name says so reliably: the caller id of a channel may be anybody's.

/// How channels are called: `PJSIP/104-0000003c` is a telephone of 104, `PJSIP/trunk-0000003b` is none of anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Technologies by which telephones are connected.
    pub technologies: Vec<String>,
    /// Endpoints that look like extensions and are lines to the outside: these win.
    pub trunks: Vec<String>,
    /// Extensions whose names are not numbers, or long ones.
    pub agents: Vec<String>,
}

impl Default for Naming {
    fn default() -> Self {
        let technologies = ["PJSIP", "SIP", "IAX2", "Local"].map(str::to_owned).into();
        Self { technologies, trunks: Vec::new(), agents: Vec::new() }
    }
}

impl Naming {
    /// The extension that a channel belongs to. The far end of a pipe (`Local/…;2`), what is left of a channel that was replaced
    /// (`<ZOMBIE>`) and what carries messages (`Message/ast_msg_queue`) are nobody's.
    pub fn agent<'a>(&self, channel: &'a str) -> Option<&'a str> {
        let (technology, rest) = channel.split_once('/')?;
        let is_known = self.technologies.iter().any(|known| known.eq_ignore_ascii_case(technology));
        if !is_known || rest.ends_with(";2") || rest.contains("<ZOMBIE>") {
            return None;
        }
        self.extension(if is_local(channel) { rest.split('@').next()? } else { rest.rsplit_once('-')?.0 })
    }

    /// The extension behind a device, as queues and hints write it: `PJSIP/104`, `Local/104@from-queue/n`, `hint:104@ext-local`.
    pub fn device<'a>(&self, device: &'a str) -> Option<&'a str> {
        if let Some(hint) = device.strip_prefix("hint:") {
            return self.extension(hint.split('@').next()?);
        }
        let (technology, rest) = device.split_once('/')?;
        let is_known = self.technologies.iter().any(|known| known.eq_ignore_ascii_case(technology));
        let endpoint = if is_local(device) { rest.split('@').next()? } else { rest };
        self.extension(endpoint).filter(|_| is_known)
    }

    fn extension<'a>(&self, endpoint: &'a str) -> Option<&'a str> {
        // A PBX of many clients writes whose extension it is before it: 3515*104.
        let extension = endpoint.rsplit('*').next()?;
        let is = |name: &String| [endpoint, extension].iter().any(|own| name.eq_ignore_ascii_case(own));
        let is_named = |names: &[String]| names.iter().any(is);
        let looks_like_one =
            (1..=MAX_EXTENSION).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_digit());
        let is_agent = !is_named(&self.trunks) && (looks_like_one || is_named(&self.agents));
        is_agent.then_some(extension)
    }
}

/// A pipe within the PBX, whose other end dials.
pub(super) fn is_local(channel: &str) -> bool {
    channel.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("Local/"))
}

/// Longer ones are numbers of the network: a trunk is often named by its own.
pub(super) const MAX_EXTENSION: usize = 8;

#[cfg(test)]
mod tests {
    use super::Naming;

    #[test]
    fn a_channel_tells_whose_telephone_it_is() {
        let naming = Naming {
            trunks: vec!["2000".into()],
            agents: vec!["reception".into(), "2000".into()],
            ..Naming::default()
        };
        let table = [
            ("PJSIP/104-0000003c", Some("104")),
            ("SIP/104-0000003c", Some("104")),
            ("pjsip/104-0000003c", Some("104")),
            ("IAX2/104-2218", Some("104")),
            ("Local/104@from-queue-0000000a;1", Some("104")),
            ("Local/104@from-queue-0000000a;2", None),
            ("PJSIP/3515*104-0000003c", Some("104")),
            ("PJSIP/reception-0000003c", Some("reception")),
            ("PJSIP/3515*reception-0000003c", Some("reception")),
            ("PJSIP/trunk-0000003b", None),
            ("PJSIP/my-trunk-0000003b", None),
            ("PJSIP/2000-0000003b", None),
            ("PJSIP/78126000101-0000003b", None),
            ("SIP/104-0000003c<ZOMBIE>", None),
            ("Message/ast_msg_queue", None),
            ("DAHDI/1-1", None),
            ("AsyncGoto/PJSIP/104-0000003c", None),
            ("PJSIP/104", None),
            ("PJSIP/-0000003c", None),
            ("Local/", None),
            ("", None),
        ];
        for (channel, agent) in table {
            assert_eq!(naming.agent(channel), agent, "{channel}");
        }
    }

    #[test]
    fn a_device_tells_whose_it_is() {
        let naming = Naming { trunks: vec!["2000".into()], agents: vec!["reception".into()], ..Naming::default() };
        let table = [
            ("PJSIP/104", Some("104")),
            ("SIP/104", Some("104")),
            ("Local/104@from-queue/n", Some("104")),
            ("hint:104@ext-local", Some("104")),
            ("PJSIP/reception", Some("reception")),
            ("PJSIP/3515*104", Some("104")),
            ("PJSIP/2000", None),
            ("PJSIP/79165550107@trunk", None),
            ("Local/79165550107@outbound/n", None),
            ("Queue:sales_pause_PJSIP/104", None),
            ("MWI:104@default", None),
            ("park:801@parkedcalls", None),
            ("hint:", None),
            ("104", None),
            ("", None),
        ];
        for (device, agent) in table {
            assert_eq!(naming.device(device), agent, "{device}");
        }
    }
}

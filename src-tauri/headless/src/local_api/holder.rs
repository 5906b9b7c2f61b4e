//! Who has a port that we want.

/// `oktell (pid 812)`, as far as the system tells. Reads through all processes: not for the way of a call.
#[cfg(target_os = "linux")]
pub(crate) fn holder(port: u16) -> Option<String> {
    linux::holder(port)
}

/// `oktell (pid 812)`, as far as the system tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn holder(_: u16) -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{ffi::OsStr, fs, path::Path};

    use crate::local_api::proc_net;

    pub(super) fn holder(port: u16) -> Option<String> {
        let listener = proc_net::find(|row| row.listens && row.own.port() == port)?;
        program(listener.inode).or_else(|| Some(user(&listener.uid.to_string())))
    }

    /// Only root and its user may see which process has a socket.
    fn program(inode: u32) -> Option<String> {
        let socket = format!("socket:[{inode}]");
        let entries = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
        // There are `self` and `sys` as well.
        let processes = entries.map(|entry| entry.path()).filter(|path| path.file_name().is_some_and(is_number));
        let mut holders = processes.filter(|process| has(process, &socket));
        let process = holders.next()?;
        let name = fs::read_to_string(process.join("comm")).ok()?;
        Some(format!("{} (pid {})", name.trim(), process.file_name()?.to_str()?))
    }

    fn is_number(name: &OsStr) -> bool {
        name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
    }

    fn has(process: &Path, socket: &str) -> bool {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().filter_map(Result::ok);
        files.filter_map(|file| fs::read_link(file.path()).ok()).any(|file| file.as_os_str() == socket)
    }

    fn user(uid: &str) -> String {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name = users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == uid).then(|| name.to_owned())
        });
        name.map_or_else(|| format!("user {uid}"), |name| format!("user {name}"))
    }

    #[cfg(test)]
    mod tests {
        use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

        #[test]
        fn a_port_of_our_own_is_ours() {
            let own = format!("(pid {})", std::process::id());
            for socket in [TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), TcpListener::bind((Ipv6Addr::LOCALHOST, 0))] {
                let Ok(socket) = socket else { continue };
                let port = socket.local_addr().expect("it is bound").port();
                let holder = super::holder(port).expect("the system tells");
                assert!(holder.ends_with(&own), "{holder}");
                drop(socket);
                assert_ne!(super::holder(port), Some(holder));
            }
        }
    }
}

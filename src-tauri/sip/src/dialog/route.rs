//! The route set (RFC 3261 §12.1, §12.2.1.1), kept byte for byte: `lr=on`, `r2=on`, `did=…` mean something to somebody.

use crate::wire::{NameAddr, Uri};

/// Where the requests of a dialog pass through, nearest first. It does not change while the dialog lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct RouteSet(Vec<String>);

impl RouteSet {
    pub(crate) fn new(routes: Vec<String>) -> RouteSet {
        RouteSet(routes)
    }

    /// Request-URI and Route values of a request to `target`. A strict router (no `lr`) takes the Request-URI for itself,
    /// and the target goes to the end of the list.
    pub(crate) fn towards(&self, target: &str) -> (String, Vec<String>) {
        match self.0.split_first() {
            Some((first, rest)) if !is_loose(first) => {
                let uri =
                    NameAddr::parse(first).map_or_else(|_| target.to_owned(), |route| route.uri.as_str().to_owned());
                let routes = rest.iter().cloned().chain([format!("<{target}>")]).collect();
                (uri, routes)
            }
            _ => (target.to_owned(), self.0.clone()),
        }
    }
}

/// What cannot be read is left to those who can.
fn is_loose(route: &str) -> bool {
    let loose = |uri: &Uri| uri.param("lr").is_some();
    NameAddr::parse(route).map_or(true, |route| loose(&route.uri))
}

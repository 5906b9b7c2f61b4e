//! Requests of an account outside of any dialog that are no calls.

use crate::{
    core::{AccountKey, Core},
    transaction::Request,
};

impl Core {
    /// Such a request with what each of them carries: a Call-ID and a From tag of its own, CSeq 1, and the registrar's route
    /// (RFC 3608).
    pub(crate) fn request_outside(&mut self, account: AccountKey, method: &str, uri: &str) -> Option<Request> {
        let account = self.accounts.get(&account)?;
        let mut request = Request {
            method: method.to_owned(),
            uri: uri.to_owned(),
            routes: account.registration.service_route.clone(),
            from: format!("{};tag={}", account.identity(), self.stack.random.token()).into_bytes(),
            to: format!("<{uri}>").into_bytes(),
            call_id: format!("{}{}", self.stack.random.token(), self.stack.random.token()),
            cseq: 1,
            headers: vec![],
            body: None,
            challenges: 0,
        };
        request.header("User-Agent", self.stack.config.user_agent.clone());
        Some(request)
    }

    /// Answers what the account's registrar asked before.
    pub(crate) fn authorize_ahead(&mut self, account: AccountKey, request: &mut Request) {
        if let Some(account) = self.accounts.get_mut(&account) {
            account.keyring.authorize_ahead(request, &mut self.stack.random);
        }
    }
}

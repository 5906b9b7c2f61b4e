//! One voice at a time: who is put on hold when the agent turns to somebody, and the conference as the exception.

use phone::{CallId, Command};

use crate::{call::Owner, update::Desk, wire::Refusal};

impl Desk {
    /// The agent turns to `id`: everybody else waits, except those in conference with it.
    pub(crate) fn turn_to(&mut self, id: CallId) {
        self.focus = Some(id);
        let in_conference = self.call(id).is_some_and(|call| call.in_conference);
        let others: Vec<CallId> = self
            .calls
            .iter()
            .filter(|call| call.id != id && call.is_up() && !call.hold.wanted && call.owner == Owner::Agent)
            .filter(|call| !(in_conference && call.in_conference))
            .map(|call| call.id)
            .collect();
        for other in others {
            self.put_on_hold(other);
        }
    }

    pub(crate) fn put_on_hold(&mut self, id: CallId) {
        self.want_hold(id, true, Command::Hold(id));
    }

    /// Takes `id` back, and with it the conference it is part of.
    pub(crate) fn take_back(&mut self, id: CallId) {
        self.turn_to(id);
        self.want_hold(id, false, Command::Resume(id));
        if self.call(id).is_some_and(|call| call.in_conference) {
            for member in self.members() {
                self.resume_if_held(member);
            }
        }
    }

    /// Mixes `ids`; fewer than two end the conference, and the agent stays with the one named or else the first.
    pub(crate) fn confer(&mut self, ids: &[CallId]) -> Result<(), Refusal> {
        if ids.iter().any(|id| !self.call(*id).is_some_and(|call| call.is_up())) {
            return Err(Refusal::conflict("call_not_up", "Only calls that are up can be joined into a conference"));
        }
        if ids.len() < 2 {
            return self.end_conference(ids.first().copied());
        }
        for call in &mut self.calls {
            call.in_conference = ids.contains(&call.id);
        }
        if let Some(first) = ids.first() {
            self.turn_to(*first);
        }
        for id in ids {
            self.resume_if_held(*id);
        }
        self.command(Command::Conference(ids.to_vec()));
        Ok(())
    }

    /// A call has ended that was in the conference: the others go on, a last one alone is no conference.
    pub(crate) fn left_conference(&mut self) {
        let members = self.members();
        if members.len() > 1 {
            return self.command(Command::Conference(members));
        }
        self.dissolve();
    }

    fn end_conference(&mut self, stay: Option<CallId>) -> Result<(), Refusal> {
        let members = self.members();
        let Some(stay) = stay.or(members.first().copied()).filter(|_| !members.is_empty()) else {
            return Err(Refusal::conflict("no_conference", "There is no conference to end; a new one takes two calls"));
        };
        self.dissolve();
        self.turn_to(stay);
        self.resume_if_held(stay);
        Ok(())
    }

    fn dissolve(&mut self) {
        for call in &mut self.calls {
            call.in_conference = false;
        }
        self.command(Command::Conference(Vec::new()));
    }

    fn members(&self) -> Vec<CallId> {
        self.calls.iter().filter(|call| call.in_conference).map(|call| call.id).collect()
    }

    fn resume_if_held(&mut self, id: CallId) {
        if self.call(id).is_some_and(|call| call.hold.wanted) {
            self.want_hold(id, false, Command::Resume(id));
        }
    }

    fn want_hold(&mut self, id: CallId, wanted: bool, command: Command) {
        if let Some(call) = self.call_mut(id) {
            call.hold.wanted = wanted;
            self.command(command);
        }
    }
}

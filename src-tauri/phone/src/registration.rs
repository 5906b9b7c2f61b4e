//! The SIP core's registration states in the phone's words.

use sip::{RegistrationFailure, RegistrationState};

use crate::{Cause, Failure, Registration};

/// What the desk is told.
pub(crate) fn registration(state: RegistrationState) -> Registration {
    match state {
        RegistrationState::Unregistered => Registration::Unregistered,
        RegistrationState::Registering => Registration::Registering,
        RegistrationState::Registered { .. } => Registration::Registered,
        RegistrationState::Failed { status, cause, detail, .. } => {
            Registration::Failed(Failure { status, cause: kind(cause), detail })
        }
    }
}

fn kind(cause: RegistrationFailure) -> Cause {
    match cause {
        RegistrationFailure::WrongCredentials => Cause::WrongCredentials,
        RegistrationFailure::Refused | RegistrationFailure::ServerError => Cause::Refused,
        RegistrationFailure::Unreachable | RegistrationFailure::NoResponse => Cause::Unreachable,
        RegistrationFailure::UnknownHost => Cause::UnknownHost,
        RegistrationFailure::Tls => Cause::UntrustedCertificate,
    }
}

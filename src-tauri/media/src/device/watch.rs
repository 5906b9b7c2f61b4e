//! Tells when devices come or go.

use super::{DeviceInfo, list};

/// Asked every now and then from a thread that may wait a little.
#[derive(Debug, Default)]
pub struct Watch {
    #[cfg(target_os = "linux")]
    subscription: Option<super::pulse::Subscription>,
    present: Vec<DeviceInfo>,
}

impl Watch {
    /// Knows of nothing yet: the first question finds everything new.
    pub fn new() -> Watch {
        Watch::default()
    }

    /// The devices now present, if that changed since the last question or a default may have. Costs a system call where
    /// the sound server tells of changes, an enumeration of all devices elsewhere.
    pub fn changed(&mut self) -> Option<&[DeviceInfo]> {
        let told = self.told();
        if told == Some(false) {
            return None;
        }
        let present = list();
        if told.is_none() && present == self.present {
            return None;
        }
        self.present = present;
        Some(&self.present)
    }

    /// All devices that were present when last asked.
    pub fn present(&self) -> &[DeviceInfo] {
        &self.present
    }

    /// Whether the server told of a change; `None`: there is no server to tell.
    #[cfg(target_os = "linux")]
    fn told(&mut self) -> Option<bool> {
        if let Some(subscription) = &mut self.subscription {
            if let Ok(changed) = subscription.changed() {
                return Some(changed);
            }
            self.subscription = None;
            return Some(true);
        }
        self.subscription = super::pulse::Subscription::new().ok();
        self.subscription.is_some().then_some(true)
    }

    #[cfg(not(target_os = "linux"))]
    fn told(&mut self) -> Option<bool> {
        None
    }
}

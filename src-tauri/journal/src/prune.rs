//! What is no longer needed goes.

use jiff::{SignedDuration, Timestamp};

use crate::{Error, Journal, call::first_place};

impl Journal {
    /// Clears away: events of settled calls; all others after 24 hours; what the CRM was told after 60 days; callbacks 90 days
    /// after they were closed; calls with their notes and legs, and supervisions, after `keep_days`, never if that is `None`.
    ///
    /// # Errors
    /// What the disk says. Nothing is gone then.
    pub fn prune(&mut self, now: Timestamp, keep_days: Option<u32>) -> Result<(), Error> {
        let ago = |duration| now.saturating_sub(duration).unwrap_or(Timestamp::MIN);
        let transaction = self.transaction()?;
        let unsettled = ago(UNSETTLED).as_millisecond();
        transaction
            .execute("DELETE FROM events AS e WHERE at < ?1 OR EXISTS (SELECT 1 FROM settled s WHERE s.call_id = e.call_id AND s.at >= e.at)", [unsettled])?;
        transaction.execute("DELETE FROM settled WHERE at < ?1", [unsettled])?;
        transaction
            .execute("DELETE FROM outbox WHERE state = 'sent' AND sent_at < ?1", [ago(SENT).as_millisecond()])?;
        transaction.execute("DELETE FROM callbacks WHERE closed_at < ?1", [ago(CLOSED).as_millisecond()])?;
        if let Some(days) = keep_days {
            let begin = ago(SignedDuration::from_hours(24 * i64::from(days)));
            transaction.execute("DELETE FROM supervisions WHERE started_at < ?1", [begin.as_millisecond()])?;
            let oldest = first_place(begin);
            for sql in OLD_CALLS {
                transaction.execute(sql, [oldest])?;
            }
        }
        Ok(transaction.commit()?)
    }
}

/// What hangs on a call before the call.
const OLD_CALLS: [&str; 4] = [
    "DELETE FROM search WHERE rowid IN (SELECT id FROM calls WHERE id < ?1)",
    "DELETE FROM notes WHERE call IN (SELECT key FROM calls WHERE id < ?1)",
    "DELETE FROM legs WHERE call IN (SELECT key FROM calls WHERE id < ?1)",
    "DELETE FROM calls WHERE id < ?1",
];

/// No call lasts longer.
const UNSETTLED: SignedDuration = SignedDuration::from_hours(24);
const SENT: SignedDuration = SignedDuration::from_hours(24 * 60);
/// For as long a wish is known again by its key.
const CLOSED: SignedDuration = SignedDuration::from_hours(24 * 90);

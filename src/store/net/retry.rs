//! When to try again, when to give up, and with which words.

use super::super::error::Error;
use super::super::options::Patience;
use std::time::Duration;

/// A try that gained this much was worth it: the count of failures begins anew. Less would let a server
/// that gives a byte at a time hold us for ever.
const WORTHWHILE_BYTES: u64 = 64 << 10;

/// Why a try failed.
#[derive(Debug)]
pub enum Fault {
    /// Another try would not help.
    Final(Error),
    /// Another try may help.
    Again {
        /// In words.
        why: String,
        /// The status, where one came.
        status: Option<u16>,
        /// What `Retry-After` asks for.
        wait: Option<Duration>,
    },
}

impl Fault {
    /// The connection, not the server, is to blame.
    pub fn broken(why: impl Into<String>) -> Self {
        Self::Again { why: why.into(), status: None, wait: None }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// The tries of one download so far.
#[derive(Debug, Default)]
pub struct Retry {
    failures: u32,
    best_bytes: u64,
}

impl Retry {
    /// How long to wait before the next try, or the error with which to give up. `got_bytes` of
    /// `want_bytes` are here now.
    ///
    /// # Errors
    /// The fault is final, the patience is used up, or the server asks for more of it than there is.
    pub fn after(
        &mut self,
        fault: Fault,
        patience: &Patience,
        (host, what): (&str, &str),
        (got_bytes, want_bytes): (u64, Option<u64>),
    ) -> Result<Duration, Error> {
        let (why, status, wait) = match fault {
            Fault::Final(error) => return Err(error),
            Fault::Again { why, status, wait } => (why, status, wait),
        };
        if got_bytes >= self.best_bytes + WORTHWHILE_BYTES {
            self.failures = 0;
            self.best_bytes = got_bytes;
        }
        self.failures += 1;
        let backoff = patience.backoff.saturating_mul(1 << (self.failures - 1).min(6));
        let wait = wait.unwrap_or(backoff);
        let too_long = wait > patience.longest_wait;
        if self.failures < patience.attempts && !too_long {
            return Ok(wait);
        }
        let (host, what) = (host.to_string(), what.to_string());
        Err(match status {
            Some(status @ (429 | 503)) => Error::Busy { host, status, wait_s: wait.as_secs().max(1) },
            Some(status) => Error::Status { host, what, status },
            None => Error::Cut { what, attempts: self.failures, got_bytes, want_bytes, why },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(retry: &mut Retry, fault: Fault, got_bytes: u64) -> Result<Duration, Error> {
        let patience = Patience { attempts: 3, backoff: Duration::from_secs(1), ..Patience::default() };
        retry.after(fault, &patience, ("hub", "file"), (got_bytes, Some(1 << 30)))
    }

    #[test]
    fn waits_grow_and_then_it_gives_up() {
        let mut retry = Retry::default();
        assert_eq!(after(&mut retry, Fault::broken("x"), 0).unwrap().as_secs(), 1);
        assert_eq!(after(&mut retry, Fault::broken("x"), 5).unwrap().as_secs(), 2);
        assert!(matches!(after(&mut retry, Fault::broken("x"), 9), Err(Error::Cut { attempts: 3, got_bytes: 9, .. })));
    }

    #[test]
    fn a_try_that_gets_on_renews_the_patience_and_a_drip_does_not() {
        let mut retry = Retry::default();
        for n in 1..100 {
            after(&mut retry, Fault::broken("x"), n * WORTHWHILE_BYTES).unwrap();
        }
        let mut retry = Retry::default();
        let drip = (1..100).find(|n| after(&mut retry, Fault::broken("x"), *n).is_err());
        assert_eq!(drip, Some(3));
    }

    #[test]
    fn the_server_says_how_long_and_too_long_is_said() {
        let busy = |secs| Fault::Again { why: "busy".into(), status: Some(429), wait: Some(Duration::from_secs(secs)) };
        assert_eq!(after(&mut Retry::default(), busy(7), 0).unwrap().as_secs(), 7);
        assert!(matches!(after(&mut Retry::default(), busy(3600), 0), Err(Error::Busy { wait_s: 3600, .. })));
    }
}

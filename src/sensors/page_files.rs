//! Files that a person picks in the page, over the [bridge](super::bridge)'s channel `files`: on phones only the web view
//! can open the system's dialog.
//!
//! # From the page, as text
//! | `state` | with | meaning |
//! |---|---|---|
//! | `begun` | `number`, `pick`, `name`, `bytes` | a file for what is called `pick` follows; an earlier one is given up |
//! | `done` | `number` | that was all of it |
//! | `failed` | `number`, `why` | it cannot be read |
//!
//! # From the page, binary: one piece
//! | bytes | |
//! |---|---|
//! | 0 | 4, the channel |
//! | 4–7 | the file's `number`, little-endian |
//! | 8– | the next bytes of the file |

use super::bridge::{Bridge, Channel, Event, Subscription};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};

/// Before the bytes of a piece.
const HEADER_BYTES: usize = 8;

/// A file that was picked, whole or in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// What it was picked for.
    pub pick: String,
    /// As the system shows it.
    pub name: String,
    /// All of it, or why not.
    pub bytes: Result<Vec<u8>, String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
enum Said {
    Begun { number: u32, pick: String, name: String, bytes: u64 },
    Done { number: u32 },
    Failed { number: u32, why: String },
}

/// The file that is on its way.
struct Coming {
    number: u32,
    pick: String,
    name: String,
    /// As the page has announced.
    size: u64,
    bytes: Vec<u8>,
}

/// Hands each file that is picked to `take`, on the bridge's own thread, until the subscription is dropped. Files of more
/// than `max_bytes` are refused before they are read.
pub fn listen(bridge: &Bridge, max_bytes: u64, take: impl Fn(PageFile) + Send + Sync + 'static) -> Subscription {
    let coming = Mutex::new(None);
    bridge.subscribe(Channel::Files, move |event, _| {
        let mut coming = coming.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = hear(&mut coming, max_bytes, &event) {
            take(file);
        }
    })
}

/// The next state of what is coming; the file that has come, or will not.
fn hear(coming: &mut Option<Coming>, max_bytes: u64, event: &Event<'_>) -> Option<PageFile> {
    match event {
        Event::Opened => None,
        Event::Closed => coming.take().map(|file| file.over(|_| Err("the page was closed while it was read".into()))),
        Event::Binary(message) => {
            let (header, bytes) = message.split_at_checked(HEADER_BYTES)?;
            let number = u32::from_le_bytes(header[4..].try_into().ok()?);
            let file = coming.as_mut().filter(|file| file.number == number)?;
            file.bytes.extend(bytes);
            // More than was announced: not what was asked for.
            (file.bytes.len() as u64 > file.size).then(|| coming.take())??.torn()
        }
        Event::Text(text) => match Said::deserialize(*text) {
            Ok(Said::Begun { number, pick, name, bytes: size }) => {
                let file = Coming { number, pick, name, size, bytes: Vec::new() };
                if size > max_bytes {
                    *coming = None;
                    let mb = max_bytes >> 20;
                    return Some(file.over(|_| Err(format!("it is larger than {mb} MB"))));
                }
                *coming = Some(file);
                None
            }
            Ok(Said::Done { number }) => {
                let file = coming.take_if(|file| file.number == number)?;
                if file.bytes.len() as u64 == file.size { Some(file.over(Ok)) } else { file.torn() }
            }
            Ok(Said::Failed { number, why }) => Some(coming.take_if(|file| file.number == number)?.over(|_| Err(why))),
            Err(why) => {
                tracing::debug!("the page says something unknown of a file: {why}");
                None
            }
        },
    }
}

impl Coming {
    fn over(self, bytes: impl FnOnce(Vec<u8>) -> Result<Vec<u8>, String>) -> PageFile {
        PageFile { pick: self.pick, name: self.name, bytes: bytes(self.bytes) }
    }

    fn torn(self) -> Option<PageFile> {
        let (got, size) = (self.bytes.len(), self.size);
        Some(self.over(|_| Err(format!("{got} bytes of {size} came: it changed while it was read"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensors::bridge::APP_ORIGINS;
    use crate::sensors::bridge::testing::{PATIENCE, TestPage};
    use proptest::prelude::*;
    use serde_json::json;
    use std::sync::mpsc::{Receiver, channel};

    fn setup(max_bytes: u64) -> (Bridge, Subscription, TestPage, Receiver<PageFile>) {
        let bridge = Bridge::start(&APP_ORIGINS).unwrap();
        let (sender, files) = channel();
        let subscription = listen(&bridge, max_bytes, move |file| sender.send(file).unwrap());
        let page = TestPage::connect(&bridge.url());
        (bridge, subscription, page, files)
    }

    fn begun(number: u32, bytes: u64) -> serde_json::Value {
        json!({ "channel": "files", "state": "begun", "number": number, "pick": "camera-file", "name": "a.jpg", "bytes": bytes })
    }

    fn done(number: u32) -> serde_json::Value {
        json!({ "channel": "files", "state": "done", "number": number })
    }

    fn piece(number: u32, bytes: &[u8]) -> Vec<u8> {
        [&[4, 0, 0, 0], &number.to_le_bytes()[..], bytes].concat()
    }

    #[test]
    fn a_file_crosses_in_pieces() {
        let (_bridge, _subscription, mut page, files) = setup(100);
        page.say(begun(1, 5));
        page.send(piece(1, b"abc"));
        page.send(piece(1, b"de"));
        page.say(done(1));
        let want = PageFile { pick: "camera-file".into(), name: "a.jpg".into(), bytes: Ok(b"abcde".to_vec()) };
        assert_eq!(files.recv_timeout(PATIENCE).unwrap(), want);
    }

    #[test]
    fn what_is_torn_too_large_or_given_up_is_never_taken_for_a_file() {
        let (_bridge, _subscription, mut page, files) = setup(10);
        let why = |files: &Receiver<PageFile>| files.recv_timeout(PATIENCE).unwrap().bytes.unwrap_err();
        page.say(begun(1, 11));
        assert!(why(&files).contains("larger"));
        page.say(begun(2, 5));
        page.send(piece(2, b"abc"));
        page.say(done(2));
        assert!(why(&files).contains("3 bytes of 5"));
        page.say(begun(3, 2));
        page.send(piece(3, b"abc"));
        assert!(why(&files).contains("3 bytes of 2"));
        page.say(begun(4, 5));
        page.say(json!({ "channel": "files", "state": "failed", "number": 4, "why": "gone" }));
        assert_eq!(why(&files), "gone");
        // Another one was picked before the first had come.
        page.say(begun(5, 3));
        page.say(begun(6, 3));
        page.send(piece(5, b"abc"));
        page.send(piece(6, b"xyz"));
        page.say(done(5));
        page.say(done(6));
        assert_eq!(files.recv_timeout(PATIENCE).unwrap().bytes, Ok(b"xyz".to_vec()));
        page.say(begun(7, 3));
        drop(page);
        assert!(why(&files).contains("closed"));
        assert!(files.try_recv().is_err());
    }

    proptest! {
        /// Whatever a page sends, nothing larger than was announced is kept, and nothing panics.
        #[test]
        fn noise_makes_no_file(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let mut coming = Some(Coming { number: 1, pick: String::new(), name: String::new(), size: 16, bytes: Vec::new() });
            for piece in &pieces {
                let file = hear(&mut coming, 100, &Event::Binary(piece));
                prop_assert!(file.is_none_or(|file| file.bytes.is_err()));
                prop_assert!(coming.as_ref().is_none_or(|file| file.bytes.len() <= 16));
            }
        }
    }
}

//! The socket between the app's page and the sensors.
//!
//! On phones only the web view can open the camera, and custom protocols carry no request bodies on Android; so the
//! page connects to a WebSocket on 127.0.0.1 (1 to 3 ms for a picture). In: what the page sees and hears. Out: what it
//! shall do, and pictures for it to show.
//!
//! # Who may connect
//! The port is chosen by the system, the path is a key of 256 random bits ([`Bridge::url`]), a browser's `Origin` must
//! be the app's own page. One page is connected: the newest that knows the key, since a page that comes back from the
//! background connects again before its old socket is known to be dead.
//!
//! # Messages
//! Every message belongs to a [`Channel`]. A text is a JSON object whose `channel` names it; a binary message has the
//! channel's number as its first byte. What a channel's messages mean is written where it is handled:
//! `camera/protocol.rs`, `camera/preview.rs`, `microphone/protocol.rs` and `page_files.rs`. Texts keep their order. Of binary messages to the page only the
//! newest waits, so a slow page never gets a stale one and takes no memory. Whatever a connected peer sends, it costs
//! at most [`MAX_MESSAGE_BYTES`] of memory; what makes no sense is left out, what breaks the WebSocket protocol ends
//! the connection. A peer that stops reading is cut off, and one that never finishes asking to connect too.

mod connection;
mod handshake;
mod refusal;
mod server;

pub use connection::Link;
pub use refusal::{PageRefusal, Refusal};

use serde_json::Value;
use server::Shared;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The largest message that a page may send: a picture of 1920 × 1440 in RGBA is 11 MB.
pub const MAX_MESSAGE_BYTES: usize = 12 << 20;
/// The largest text that a page may send; its states have some 200 bytes.
pub const MAX_TEXT_BYTES: usize = 64 << 10;
/// A page on the same device connects in milliseconds.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// Where Dioxus serves the app's page: macOS, iOS and Linux; Windows; Android.
pub const APP_ORIGINS: [&str; 3] = ["dioxus://index.html", "http://dioxus.index.html", "https://dioxus.index.html"];

/// Whom a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Pictures of the page's camera, and its states.
    Camera = 1,
    /// Sound of the page's microphone, and its states.
    Microphone = 2,
    /// Pictures for the page to show.
    Preview = 3,
    /// Files that a person picked in the page.
    Files = 4,
}

impl Channel {
    /// All, in the order of their numbers.
    const ALL: [Self; 4] = [Self::Camera, Self::Microphone, Self::Preview, Self::Files];

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|c| *c as u8 == number)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// As it stands in a text's `channel`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Preview => "preview",
            Self::Files => "files",
        }
    }
}

/// What happens on a channel.
#[derive(Debug)]
pub enum Event<'a> {
    /// A page is connected; it knows nothing yet.
    Opened,
    /// It is gone.
    Closed,
    /// A text of the page, a JSON object.
    Text(&'a Value),
    /// A binary message of the page, with the channel's number first.
    Binary(&'a [u8]),
}

/// What is done about an [`Event`]: on the socket's own thread, so it must neither block nor panic.
pub type Listener = dyn Fn(Event<'_>, &Link) + Send + Sync;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// The system gives no port.
    #[error("the app can't listen for its own page on 127.0.0.1 ({0}); close programs and start it again")]
    Listen(#[source] std::io::Error),
    /// The system gives no random bytes.
    #[error("the system gives no random numbers ({0}), so the page can't be told from strangers; restart the device")]
    Random(getrandom::Error),
}

/// The socket. Copies are the same socket; it closes with the last of them.
#[derive(Clone)]
pub struct Bridge(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Bridge {
    /// Listens, for pages of these origins: [`APP_ORIGINS`] in the app.
    ///
    /// # Errors
    /// [`BridgeError`] when the system gives no port, thread or random number.
    pub fn start(origins: &'static [&'static str]) -> Result<Self, BridgeError> {
        Self::start_patient(origins, HANDSHAKE_TIMEOUT)
    }

    /// Who asks to connect must be done within `handshake_timeout`.
    fn start_patient(origins: &'static [&'static str], handshake_timeout: Duration) -> Result<Self, BridgeError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(BridgeError::Listen)?;
        let address = listener.local_addr().map_err(BridgeError::Listen)?;
        let key = handshake::random_key().map_err(BridgeError::Random)?;
        let shared = Arc::new(Shared::new(key, origins, handshake_timeout));
        server::start(listener, address, Arc::clone(&shared)).map_err(BridgeError::Listen)?;
        Ok(Self(Arc::new(Inner { address, shared })))
    }

    /// Where the page connects to. Whoever knows it may send pictures: it is for the page only, not for a log.
    pub fn url(&self) -> String {
        format!("ws://{}/{}", self.0.address, self.0.shared.key)
    }

    /// Whether a page is connected.
    pub fn is_connected(&self) -> bool {
        self.0.shared.link().is_some()
    }

    /// Calls `listener` for what happens on `channel`, instead of an earlier one, until the subscription is dropped.
    /// Where a page is connected already, it gets [`Event::Opened`] at once.
    ///
    /// The listener must not own a [`Bridge`], which would keep it open for ever: it answers through the [`Link`].
    pub fn subscribe(
        &self,
        channel: Channel,
        listener: impl Fn(Event<'_>, &Link) + Send + Sync + 'static,
    ) -> Subscription {
        let id = self.0.shared.subscribe(channel, Arc::new(listener));
        Subscription { bridge: self.clone(), channel, id }
    }

    /// Sends the page a JSON object; `false` when none is connected.
    pub fn send(&self, channel: Channel, message: Value) -> bool {
        self.0.shared.link().is_some_and(|link| link.send(channel, message))
    }

    /// Sends the page a binary message, instead of one that still waits; `false` when none is connected.
    /// The first byte must be the channel's number.
    pub fn send_binary(&self, channel: Channel, message: Vec<u8>) -> bool {
        debug_assert_eq!(message.first(), Some(&(channel as u8)));
        self.0.shared.link().is_some_and(|link| link.send_binary(channel, message))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.disconnect();
        // The thread that accepts wakes up for a connection only.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(100));
    }
}

/// Holds a listener in its place.
pub struct Subscription {
    bridge: Bridge,
    channel: Channel,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.bridge.0.shared.unsubscribe(self.channel, self.id);
    }
}

#[cfg(test)]
pub(in crate::sensors) mod testing;
#[cfg(test)]
mod tests;

//! Accepts the page, and hands on what it says.

use super::connection::{Link, Wire};
use super::{Channel, Event, Listener, MAX_MESSAGE_BYTES, MAX_TEXT_BYTES, handshake};
use serde_json::Value;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tungstenite::handshake::server::{Request, Response};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

/// Strangers on the device may hold so many threads, each until the time for asking is over.
const MAX_HANDSHAKES: usize = 8;
/// How long to wait before listening again when the system has taken the socket away, as iOS does in the background.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

/// A listener and its number.
type Subscriber = (u64, Arc<Listener>);

/// What the threads of a bridge share.
pub struct Shared {
    pub key: String,
    pub stopping: AtomicBool,
    origins: &'static [&'static str],
    handshake_timeout: Duration,
    current: Mutex<Option<Link>>,
    listeners: Mutex<[Option<Subscriber>; Channel::ALL.len()]>,
    /// Held while a page comes or goes, so that every listener hears of it in the right order.
    turn: Mutex<()>,
    handshakes: AtomicUsize,
    ids: AtomicU64,
}

/// Starts the thread that accepts.
pub fn start(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) -> io::Result<()> {
    std::thread::Builder::new().name("bridge".into()).spawn(move || accept(listener, address, &shared))?;
    Ok(())
}

fn accept(mut listener: TcpListener, address: SocketAddr, shared: &Arc<Shared>) {
    while !shared.stopping.load(Ordering::Acquire) {
        match listener.accept() {
            Ok((stream, _)) => shared.greet(stream),
            Err(error) => {
                tracing::warn!("listening for the page again: {error}");
                std::thread::sleep(LISTEN_AGAIN);
                // At the same port: the page knows no other.
                if let Ok(again) = TcpListener::bind(address) {
                    listener = again;
                }
            }
        }
    }
}

impl Shared {
    pub fn new(key: String, origins: &'static [&'static str], handshake_timeout: Duration) -> Self {
        Self {
            key,
            origins,
            handshake_timeout,
            stopping: AtomicBool::default(),
            current: Mutex::default(),
            listeners: Mutex::default(),
            turn: Mutex::default(),
            handshakes: AtomicUsize::default(),
            ids: AtomicU64::default(),
        }
    }

    /// The way to the connected page.
    pub fn link(&self) -> Option<Link> {
        lock(&self.current).clone()
    }

    pub fn subscribe(&self, channel: Channel, listener: Arc<Listener>) -> u64 {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let _turn = lock(&self.turn);
        lock(&self.listeners)[channel as usize - 1] = Some((id, Arc::clone(&listener)));
        if let Some(link) = self.link() {
            listener(Event::Opened, &link);
        }
        id
    }

    pub fn unsubscribe(&self, channel: Channel, id: u64) {
        let slot = &mut lock(&self.listeners)[channel as usize - 1];
        if slot.as_ref().is_some_and(|(held, _)| *held == id) {
            *slot = None;
        }
    }

    /// Ends the connection.
    pub fn disconnect(&self) {
        if let Some(link) = self.link() {
            link.close();
        }
    }

    fn greet(self: &Arc<Self>, stream: TcpStream) {
        if self.stopping.load(Ordering::Acquire) || self.handshakes.load(Ordering::Acquire) >= MAX_HANDSHAKES {
            return;
        }
        self.handshakes.fetch_add(1, Ordering::AcqRel);
        let shared = Arc::clone(self);
        let spawned = std::thread::Builder::new().name("bridge-read".into()).spawn(move || {
            let socket = shared.shake_hands(stream);
            shared.handshakes.fetch_sub(1, Ordering::AcqRel);
            match socket {
                Ok(socket) => shared.serve(socket),
                Err(why) => tracing::debug!("somebody was not let in: {why}"),
            }
        });
        if spawned.is_err() {
            self.handshakes.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn shake_hands(&self, stream: TcpStream) -> Result<WebSocket<Wire>, String> {
        let wire = Wire::until(stream, Instant::now() + self.handshake_timeout).map_err(|e| e.to_string())?;
        #[allow(clippy::result_large_err, reason = "tungstenite's callback returns this type")]
        let admit = |request: &Request, response: Response| {
            handshake::admit(request, &self.key, self.origins).map(|()| response)
        };
        let mut socket = tungstenite::accept_hdr_with_config(wire, admit, Some(config())).map_err(|e| e.to_string())?;
        socket.get_mut().lift_deadline().map_err(|e| e.to_string())?;
        Ok(socket)
    }

    /// Reads until the connection ends.
    fn serve(&self, mut socket: WebSocket<Wire>) {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let Ok(link) = Link::start(id, socket.get_ref(), config()) else { return };
        self.open(&link);
        let ended = loop {
            match socket.read() {
                Ok(message) if self.is_current(&link) => self.hand_on(&message, &link),
                Ok(_) => break None,
                Err(error) => break Some(error),
            }
        };
        tracing::debug!("the page is gone: {ended:?}");
        link.close();
        self.close(&link);
    }

    fn open(&self, link: &Link) {
        let _turn = lock(&self.turn);
        if let Some(former) = lock(&self.current).replace(link.clone()) {
            former.close();
            self.tell_all(|| Event::Closed, &former);
        }
        // Whoever stops the bridge disconnects the link that it finds; this one may have come later.
        if self.stopping.load(Ordering::Acquire) {
            link.close();
        }
        self.tell_all(|| Event::Opened, link);
    }

    fn close(&self, link: &Link) {
        let _turn = lock(&self.turn);
        if self.is_current(link) {
            *lock(&self.current) = None;
            self.tell_all(|| Event::Closed, link);
        }
    }

    fn is_current(&self, link: &Link) -> bool {
        lock(&self.current).as_ref().is_some_and(|current| current.id == link.id)
    }

    fn hand_on(&self, message: &Message, link: &Link) {
        match message {
            Message::Binary(bytes) => {
                if let Some(channel) = bytes.first().copied().and_then(Channel::from_number) {
                    self.tell(channel, Event::Binary(bytes), link);
                }
            }
            Message::Text(text) if text.len() <= MAX_TEXT_BYTES => {
                let Ok(value) = serde_json::from_str::<Value>(text) else { return };
                let channel = value.get("channel").and_then(Value::as_str).and_then(Channel::from_name);
                if let Some(channel) = channel {
                    self.tell(channel, Event::Text(&value), link);
                }
            }
            _ => {}
        }
    }

    fn tell_all(&self, event: impl Fn() -> Event<'static>, link: &Link) {
        for channel in Channel::ALL {
            self.tell(channel, event(), link);
        }
    }

    fn tell(&self, channel: Channel, event: Event<'_>, link: &Link) {
        let listener = lock(&self.listeners)[channel as usize - 1].clone();
        if let Some((_, listener)) = listener {
            listener(event, link);
        }
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE_BYTES)).max_frame_size(Some(MAX_MESSAGE_BYTES))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

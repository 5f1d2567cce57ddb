//! One connected page: a thread that reads, a thread that writes.
//!
//! Both sleep until there is something to do. tungstenite's socket can't be split, so each thread has its own over
//! the same stream; [`Wire`] writes whole buffers under a lock, and tungstenite hands it whole frames, so what the
//! two write (the reader answers pings and closing) never mixes.

use super::Channel;
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

/// A page on the same device that takes nothing for so long hangs.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// More commands than ever wait for a page that reads.
const MAX_WAITING_TEXTS: usize = 64;

/// The way to the connected page. Copies are the same way.
#[derive(Clone)]
pub struct Link {
    pub(super) id: u64,
    outbox: Arc<Outbox>,
    stream: Arc<TcpStream>,
}

#[derive(Default)]
struct Outbox {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    texts: VecDeque<String>,
    /// The newest of each channel.
    binaries: [Option<Vec<u8>>; Channel::ALL.len()],
    closed: bool,
}

impl Link {
    /// The way to the page behind `wire`, and the thread that writes to it.
    pub(super) fn start(id: u64, wire: &Wire, config: WebSocketConfig) -> io::Result<Self> {
        wire.stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        let link = Self { id, outbox: Arc::default(), stream: Arc::clone(&wire.stream) };
        let (writer, wire) = (link.clone(), wire.share());
        std::thread::Builder::new()
            .name("bridge-write".into())
            .spawn(move || writer.write_all(WebSocket::from_raw_socket(wire, Role::Server, Some(config))))?;
        Ok(link)
    }

    /// Sends a JSON object; `false` when the connection is closed.
    pub fn send(&self, channel: Channel, mut message: Value) -> bool {
        message["channel"] = channel.name().into();
        let mut waiting = self.waiting();
        if waiting.texts.len() == MAX_WAITING_TEXTS {
            // It has not read for long. Connecting again starts afresh.
            drop(waiting);
            self.close();
            return false;
        }
        waiting.texts.push_back(message.to_string());
        self.outbox.changed.notify_one();
        !waiting.closed
    }

    /// Sends a binary message, instead of one that still waits; `false` when the connection is closed.
    pub fn send_binary(&self, channel: Channel, message: Vec<u8>) -> bool {
        let mut waiting = self.waiting();
        waiting.binaries[channel as usize - 1] = Some(message);
        self.outbox.changed.notify_one();
        !waiting.closed
    }

    /// Ends the connection; both threads end with it.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.outbox.changed.notify_one();
        // It may be closed already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn write_all(&self, mut socket: WebSocket<Wire>) {
        while let Some(message) = self.next_message() {
            if let Err(error) = socket.send(message) {
                tracing::debug!("the page takes nothing: {error}");
                self.close();
            }
        }
    }

    /// The next message to write; `None` when the connection is closed.
    fn next_message(&self) -> Option<Message> {
        let mut waiting = self.waiting();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(text) = waiting.texts.pop_front() {
                return Some(Message::text(text));
            }
            if let Some(binary) = waiting.binaries.iter_mut().find_map(Option::take) {
                return Some(Message::binary(binary));
            }
            waiting = self.outbox.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.outbox.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that reads until a deadline, and writes whole buffers.
pub struct Wire {
    stream: Arc<TcpStream>,
    writing: Arc<Mutex<()>>,
    /// For all reads together; none waits for ever.
    deadline: Option<Instant>,
}

impl Wire {
    /// Reads and writes until `deadline`.
    pub fn until(stream: TcpStream, deadline: Instant) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        Ok(Self { stream: Arc::new(stream), writing: Arc::default(), deadline: Some(deadline) })
    }

    /// From now on reading waits as long as it takes.
    pub fn lift_deadline(&mut self) -> io::Result<()> {
        self.deadline = None;
        self.stream.set_read_timeout(None)
    }

    fn share(&self) -> Self {
        Self { stream: Arc::clone(&self.stream), writing: Arc::clone(&self.writing), deadline: None }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(deadline) = self.deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(Some(left))?;
        }
        (&*self.stream).read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let _whole = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        (&*self.stream).write_all(buffer)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.stream).flush()
    }
}

//! A page for tests: a real WebSocket client.

use serde_json::Value;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// Long enough for a loaded machine; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct TestPage(pub WebSocket<TcpStream>);

impl TestPage {
    pub fn connect(url: &str) -> Self {
        Self::connect_from(url, Some("dioxus://index.html")).unwrap()
    }

    /// `Err` holds what the client says of the refusal.
    pub fn connect_from(url: &str, origin: Option<&str>) -> Result<Self, String> {
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let stream = TcpStream::connect(address(url)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        tungstenite::client(request, stream).map(|(socket, _)| Self(socket)).map_err(|e| e.to_string())
    }

    pub fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    pub fn send(&mut self, message: Vec<u8>) {
        self.0.send(Message::binary(message)).unwrap();
    }

    /// The next text.
    pub fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next text with this command.
    pub fn hear_command(&mut self, command: &str) -> Value {
        loop {
            let text = self.hear();
            if text["command"] == command {
                return text;
            }
        }
    }

    /// The next binary message.
    pub fn hear_binary(&mut self) -> Vec<u8> {
        loop {
            if let Message::Binary(bytes) = self.0.read().unwrap() {
                return bytes.to_vec();
            }
        }
    }

    /// Whether the other side ends the connection.
    pub fn is_cut_off(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.0.read() {
                Ok(_) => {}
                Err(tungstenite::Error::Io(e)) if e.kind() == std::io::ErrorKind::WouldBlock => return false,
                Err(_) => return true,
            }
        }
        false
    }
}

pub fn address(url: &str) -> SocketAddr {
    url.strip_prefix("ws://").unwrap().split('/').next().unwrap().parse().unwrap()
}

/// Waits until `is_so`.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

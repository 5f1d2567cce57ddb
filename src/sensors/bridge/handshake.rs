//! Who may connect: the key in the path, and the origin of the page.

use std::fmt::Write as _;
use subtle::ConstantTimeEq;
use tungstenite::handshake::server::{ErrorResponse, Request};
use tungstenite::http::{Response, StatusCode};

/// 256 random bits in hexadecimal digits.
pub fn random_key() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    }))
}

/// Lets a page in, or refuses it without saying which of the two was wrong.
#[allow(clippy::result_large_err, reason = "tungstenite's callback returns this type")]
pub fn admit(request: &Request, key: &str, origins: &[&str]) -> Result<(), ErrorResponse> {
    let path = request.uri().path().strip_prefix('/').unwrap_or_default();
    // In constant time: how long it takes tells nothing about how much of a guess was right.
    let key_is_right: bool = path.as_bytes().ct_eq(key.as_bytes()).into();
    // Browsers always send it, and a page cannot change it. Who sends none is no browser and has the key.
    let origin_is_right = request.headers().get_all("origin").iter().all(|o| origins.iter().any(|known| o == known));
    if key_is_right && origin_is_right {
        return Ok(());
    }
    let mut refusal = Response::new(None);
    *refusal.status_mut() = StatusCode::FORBIDDEN;
    Err(refusal)
}

//! What the server says, in each mood.

use super::{COMMIT, Mood, Request, World};
use onhand::store::Sha256Sum;
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Answers one request.
pub fn answer(request: &Request, mut out: &TcpStream, world: &World) -> io::Result<()> {
    let repo = &world.repo;
    if request.path == format!("/api/models/{repo}/revision/main") {
        let body = format!(r#"{{"siblings": [], "sha": "{COMMIT}"}}"#);
        return write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    }
    let name = request.path.rsplit('/').next().unwrap_or_default();
    let known = request.path == format!("/{repo}/resolve/{COMMIT}/{name}") || request.path.starts_with("/elsewhere/");
    let Some(file) = world.files.get(name).filter(|_| known) else { return status(out, 404, None) };
    let mood = if name == "model.safetensors" { next_mood(world) } else { Mood::Well };
    match mood {
        Mood::Status(code, wait) => status(out, code, wait),
        Mood::RedirectCircle if request.path.starts_with("/elsewhere/") => {
            redirect(out, &format!("/{repo}/resolve/{COMMIT}/{name}"), file)
        }
        Mood::RedirectCircle => redirect(out, &format!("/elsewhere/{name}"), file),
        Mood::RedirectForEver => redirect(out, &format!("/elsewhere/{}/{name}", "x".repeat(request.path.len())), file),
        Mood::RedirectTo(there) => redirect(out, &format!("http://{there}/elsewhere/{name}"), file),
        mood => serve_file(request, out, file, mood),
    }
}

/// The mood for this request; one that counts requests counts this one.
fn next_mood(world: &World) -> Mood {
    let mut mood = world.mood.lock().unwrap();
    match mood.clone() {
        Mood::StatusFor(code, wait, times) => {
            *mood = if times > 1 { Mood::StatusFor(code, wait, times - 1) } else { Mood::Well };
            Mood::Status(code, wait)
        }
        other => other,
    }
}

fn status(mut out: &TcpStream, code: u16, retry_after: Option<u64>) -> io::Result<()> {
    let wait = retry_after.map(|s| format!("Retry-After: {s}\r\n")).unwrap_or_default();
    write!(out, "HTTP/1.1 {code} No\r\n{wait}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn redirect(mut out: &TcpStream, to: &str, file: &[u8]) -> io::Result<()> {
    let announced = announced(file, COMMIT);
    write!(out, "HTTP/1.1 302 Found\r\nLocation: {to}\r\n{announced}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn announced(file: &[u8], commit: &str) -> String {
    let sum = Sha256Sum::of(file);
    format!("X-Repo-Commit: {commit}\r\nX-Linked-Etag: \"{sum}\"\r\nX-Linked-Size: {}\r\n", file.len())
}

fn serve_file(request: &Request, mut out: &TcpStream, file: &[u8], mood: Mood) -> io::Result<()> {
    let mut bytes = file.to_vec();
    match &mood {
        Mood::FlippedBit(at) => bytes[at / 8] ^= 1 << (at % 8),
        Mood::Replaced(new) => bytes.clone_from(new),
        _ => {}
    }
    let whole = bytes.len();
    // A flipped bit is damage that the server does not know of: it announces the right hash.
    let true_bytes = if matches!(mood, Mood::FlippedBit(_)) { file } else { &bytes };
    let etag = format!("\"{}\"", Sha256Sum::of(true_bytes));
    let asked = request.headers.get("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let asked = asked.filter(|_| request.headers.get("if-range").is_none_or(|tag| *tag == etag));
    let from = match (&mood, asked) {
        (Mood::WholeForPart(_), _) => None,
        (Mood::WrongPart(_), Some(from)) => Some(from - 1),
        (_, from) => from,
    };
    let start: usize = from.unwrap_or(0);
    if start >= whole {
        return status(out, 416, None);
    }
    let body = &bytes[start..];
    let length = match mood {
        Mood::LengthOff(by) => Some(body.len() as i64 + by),
        Mood::EndlessBy(_) => None,
        _ => Some(body.len() as i64),
    };
    let commit = if mood == Mood::OtherCommit { &COMMIT.replace('0', "f") } else { COMMIT };
    let line = if from.is_some() { "206 Partial Content" } else { "200 OK" };
    write!(out, "HTTP/1.1 {line}\r\nETag: {etag}\r\nAccept-Ranges: bytes\r\nConnection: close\r\n")?;
    if !matches!(mood, Mood::LengthOff(_) | Mood::EndlessBy(_)) {
        write!(out, "{}", announced(true_bytes, commit))?;
    }
    if from.is_some() {
        write!(out, "Content-Range: bytes {start}-{}/{whole}\r\n", whole - 1)?;
    }
    if let Some(length) = length {
        write!(out, "Content-Length: {length}\r\n")?;
    }
    write!(out, "\r\n")?;
    match mood {
        Mood::CutAfter(at) => out.write_all(&body[..at.saturating_sub(start).min(body.len())]),
        Mood::CutEach(n) => out.write_all(&body[..n.min(body.len())]),
        Mood::WholeForPart(n) | Mood::WrongPart(n) if asked.is_none() && !is_second(request) => {
            out.write_all(&body[..n.min(body.len())])
        }
        Mood::EndlessBy(more) => {
            out.write_all(body)?;
            out.write_all(&vec![0; more])
        }
        Mood::Stall(at) => {
            out.write_all(&body[..at.saturating_sub(start).min(body.len())])?;
            out.flush()?;
            std::thread::sleep(Duration::from_secs(2));
            Ok(())
        }
        Mood::Slow(per_ms) => body.chunks(per_ms).try_for_each(|chunk| {
            out.write_all(chunk)?;
            std::thread::sleep(Duration::from_millis(1));
            Ok(())
        }),
        _ => out.write_all(body),
    }
}

/// Whether the client asked for a part, even if the answer ignores it.
fn is_second(request: &Request) -> bool {
    request.headers.contains_key("range")
}

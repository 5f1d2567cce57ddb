//! What the page's own browser does for the app, or the system where it does that better: the clipboard, the share sheet.

use crate::system::{self, SaveError};
use dioxus::prelude::*;
use serde::Serialize;
use serde_json::Value;
use tokio::task::spawn_blocking;

/// Puts `text` on the clipboard; whether that worked.
///
/// WebKitGTK refuses a page most times: a tap goes through the program and back, and by then it is no tap any more.
#[cfg(target_os = "linux")]
pub async fn copy(text: &str) -> bool {
    super::web_view::copy(text)
}

/// Puts `text` on the clipboard; whether that worked.
#[cfg(not(target_os = "linux"))]
pub async fn copy(text: &str) -> bool {
    ask(
        "const text = await dioxus.recv();
         try { await navigator.clipboard.writeText(text); return true; } catch {}
         const area = document.createElement('textarea');
         area.value = text;
         area.style.position = 'fixed';
         area.style.opacity = 0;
         const before = document.activeElement;
         document.body.append(area);
         area.select();
         const done = document.execCommand('copy');
         area.remove();
         before?.focus?.({ preventScroll: true });
         return done;",
        text,
    )
    .await
        == Some(Value::Bool(true))
}

/// How a text was shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// Through the system's own sheet.
    Sheet,
    /// There is none here, so it is on the clipboard.
    Copied,
    /// The person thought better of it.
    No,
    /// Neither worked.
    Failed,
}

/// Offers `text` to other apps, or puts it on the clipboard where the system has no sheet.
pub async fn share(text: &str) -> Shared {
    // Web views of phones have no sheet of their own.
    if system::PHONE {
        match system::share_text(text) {
            Ok(()) => return Shared::Sheet,
            Err(why) => tracing::warn!("nothing could be shared: {why}"),
        }
    }
    let answer = ask(
        "const text = await dioxus.recv();
         if (!navigator.share) return 'none';
         try { await navigator.share({ text }); return 'shared'; }
         catch (error) { return error.name === 'AbortError' ? 'no' : 'none'; }",
        text,
    )
    .await;
    match answer.as_ref().and_then(Value::as_str) {
        Some("shared") => Shared::Sheet,
        Some("no") => Shared::No,
        _ if copy(text).await => Shared::Copied,
        _ => Shared::Failed,
    }
}

/// How a file was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// Through the system's own sheet.
    Sheet,
    /// There is none here, so it lies in the downloads folder: here.
    Saved(String),
    /// The person thought better of it.
    No,
    /// There is no sheet, and no folder for downloads.
    NoFolder,
    /// There is no sheet, and the folder takes nothing: what the system said.
    Failed(String),
}

/// Offers a file to other apps, or saves it where downloads lie where the system has no sheet that takes files. `name` has
/// an extension, `mime` says what is in it.
pub async fn share_file(name: &str, mime: &str, contents: String) -> Handed {
    if system::PHONE {
        return share_file_natively(name.into(), contents).await;
    }
    // What is tapped is gone when the page is asked, so browsers may refuse; then it is saved.
    let answer = ask(
        "const [name, type, contents] = await dioxus.recv();
         const files = [new File([contents], name, { type })];
         if (!navigator.canShare?.({ files })) return 'none';
         try { await navigator.share({ files }); return 'shared'; }
         catch (error) { return error.name === 'AbortError' ? 'no' : 'none'; }",
        [name, mime, &contents],
    )
    .await;
    match answer.as_ref().and_then(Value::as_str) {
        Some("shared") => Handed::Sheet,
        Some("no") => Handed::No,
        _ => save(name.into(), contents).await,
    }
}

async fn share_file_natively(name: String, contents: String) -> Handed {
    let (sent, bytes) = (name.clone(), contents.clone());
    let shared = spawn_blocking(move || {
        let (stem, extension) = parts(&sent);
        system::share_file(stem, extension, bytes.as_bytes())
    });
    match shared.await {
        Ok(Ok(())) => Handed::Sheet,
        _ => save(name, contents).await,
    }
}

async fn save(name: String, contents: String) -> Handed {
    let saved = spawn_blocking(move || {
        let (stem, extension) = parts(&name);
        match system::save(stem, extension, contents.as_bytes()) {
            Ok(Some(place)) => Handed::Saved(place),
            Ok(None) => Handed::Sheet,
            Err(SaveError::NoFolder) => Handed::NoFolder,
            Err(SaveError::Failed(why)) => Handed::Failed(why),
        }
    });
    saved.await.unwrap_or_else(|why| Handed::Failed(why.to_string()))
}

/// A file's name before its extension, and that.
fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or((name, "txt"))
}

async fn ask(script: &str, what: impl Serialize) -> Option<Value> {
    let eval = document::eval(script);
    eval.send(what).ok()?;
    eval.await.ok()
}

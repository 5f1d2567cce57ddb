//! What the page's own browser does for the app, or the system where it does that better: the clipboard, the share sheet.

use crate::system;
use dioxus::prelude::*;
use serde_json::Value;

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

async fn ask(script: &str, text: &str) -> Option<Value> {
    let eval = document::eval(script);
    eval.send(text).ok()?;
    eval.await.ok()
}

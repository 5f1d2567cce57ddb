//! What the app's own page needs of GTK and its WebKit: camera and microphone, which are refused unless the program says
//! otherwise, the clipboard, and somebody who looks after it when its process crashes.
//!
//! The other platforms' web views ask the person, through the system. On Linux no system asks for programs that are
//! not sandboxed; those that are get what their portal allows.

use dioxus::desktop::DesktopContext;
use dioxus::desktop::wry::WebViewExtUnix as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::{Duration, Instant};
use webkit2gtk::glib::prelude::Cast as _;
use webkit2gtk::{PermissionRequestExt as _, SettingsExt as _, UserMediaPermissionRequest, WebViewExt as _};

/// A page that ends sooner would do so again and again.
const SHORTEST_LIFE: Duration = Duration::from_secs(3);

/// Lets the page of this window ask for camera and microphone. Called once, when the window opens.
pub fn allow_camera_and_microphone(window: &DesktopContext) {
    let view = window.webview.webview();
    if let Some(settings) = view.settings() {
        settings.set_enable_media_stream(true);
    }
    view.connect_permission_request(|_, request| {
        let asks_for_media = request.downcast_ref::<UserMediaPermissionRequest>().is_some();
        if asks_for_media {
            request.allow();
        }
        // What else a page may ask for is refused, as it is without this.
        asks_for_media
    });
}

/// Starts the app again when its page's process has ended, in place of a white window: WebKitGTK's crashes when a camera
/// vanishes that PipeWire gives. What was set and heard is on the disk. An app whose page ends at once ends with it.
pub fn start_again_when_the_page_ends(window: &DesktopContext) {
    let began = Instant::now();
    window.webview.webview().connect_web_process_terminated(move |_, why| {
        if began.elapsed() < SHORTEST_LIFE {
            eprintln!(
                "onhand: the window's page ends as soon as it is opened ({why:?}); look after WebKitGTK's installation"
            );
            std::process::exit(1);
        }
        tracing::warn!("the page's process has ended ({why:?}); the app starts again");
        let itself = std::env::current_exe().unwrap_or_else(|_| "onhand".into());
        let failure = Command::new(itself).args(std::env::args_os().skip(1)).exec();
        eprintln!("onhand: the window's page has ended, and the app cannot start again: {failure}");
        std::process::exit(1);
    });
}

/// Puts `text` on the clipboard; whether there is one.
pub fn copy(text: &str) -> bool {
    let Some(display) = gtk::gdk::Display::default() else { return false };
    let Some(clipboard) = gtk::Clipboard::default(&display) else { return false };
    clipboard.set_text(text);
    // It stays when the app is closed, where somebody keeps it.
    clipboard.store();
    true
}

/// Whether there is a display to open a window on.
///
/// # Errors
/// A sentence, where there is none.
pub fn check_display() -> Result<(), String> {
    gtk::init().map_err(|_| {
        "there is no display to open a window on; start it in a graphical session, or set DISPLAY or WAYLAND_DISPLAY. \
         onhand-lab does without one"
            .into()
    })
}

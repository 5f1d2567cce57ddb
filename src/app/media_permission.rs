//! Camera, microphone and clipboard for the app's own page on WebKitGTK, which refuses them unless the program says
//! otherwise.
//!
//! The other platforms' web views ask the person, through the system. On Linux no system asks for programs that are
//! not sandboxed; those that are get what their portal allows.

use dioxus::desktop::DesktopContext;
use dioxus::desktop::wry::WebViewExtUnix as _;
use webkit2gtk::glib::prelude::Cast as _;
use webkit2gtk::{PermissionRequestExt as _, SettingsExt as _, UserMediaPermissionRequest, WebViewExt as _};

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

/// Loads the page again when its process has ended: WebKitGTK's crashes when a camera vanishes that PipeWire gives.
pub fn revive_page(window: &DesktopContext) {
    window.webview.webview().connect_web_process_terminated(|view, why| {
        tracing::error!("the page's process has ended ({why:?}): it is started again");
        view.reload();
    });
}

/// Lets the page put text on the clipboard. Called once, when the window opens.
///
/// A tap goes through the program and back before the page copies; by then WebKitGTK no longer takes it for a tap.
pub fn allow_clipboard(window: &DesktopContext) {
    if let Some(settings) = window.webview.webview().settings() {
        settings.set_javascript_can_access_clipboard(true);
    }
}

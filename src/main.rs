//! The app: a window that judges a text as it is written. Camera and microphone come next.

fn main() {
    onhand::app::run();
}

//! Whether the app is in view, and whether it is in front.
//!
//! The page knows whether it can be seen: out of view, screens let go of camera and microphone. Phones tell the program
//! whether it is in front, which it is not under a question of the system's either. There nothing computes, whatever was
//! begun: [`Foreground`] holds it where it is until the person is back. It decides nothing about sensors: a camera that was
//! closed under the question whether it may be used would be opened after it, and ask again, and again.

use dioxus::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a thread that waits looks whether the app is back: nobody feels it, and it costs nothing.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Whether the system lets the app be in front, for threads that compute. Copies are the same.
#[derive(Debug, Clone, Default)]
pub struct Foreground {
    left: Arc<AtomicBool>,
}

impl Foreground {
    /// `true` until the system says otherwise.
    pub fn is(&self) -> bool {
        !self.left.load(Ordering::Relaxed)
    }

    fn set(&self, is: bool) {
        self.left.store(!is, Ordering::Relaxed);
    }

    /// Blocks while the app is not in front, unless `given_up`.
    pub fn wait(&self, given_up: impl Fn() -> bool) {
        while !self.is() && !given_up() {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// What the system told last, for the screens.
#[derive(Clone, Copy, PartialEq)]
struct Told(Signal<bool>);

/// What the page told last.
#[derive(Clone, Copy, PartialEq)]
struct InView(Signal<bool>);

/// Whether the app can be seen, as its page knows; `true` until it says otherwise.
pub fn use_in_view() -> Signal<bool> {
    use_context::<InView>().0
}

/// Whether the system lets the app be in front; always on desktops.
pub fn use_foreground() -> Signal<bool> {
    use_context::<Told>().0
}

/// Takes in what the system tells.
pub fn use_system_teller(foreground: Foreground) -> Callback<bool> {
    let Told(mut told) = use_context();
    use_callback(move |is: bool| {
        foreground.set(is);
        if *told.peek() != is {
            told.set(is);
        }
    })
}

/// Listens to the page. Called once, above all screens.
pub fn provide() {
    let mut page = use_signal(|| true);
    let told = use_signal(|| true);
    use_context_provider(|| Told(told));
    use_context_provider(|| InView(page));
    use_future(move || async move {
        let mut eval = document::eval(
            "const tell = () => dioxus.send(document.visibilityState === 'visible');
             document.addEventListener('visibilitychange', tell);
             tell();
             await new Promise(() => {});",
        );
        while let Ok(visible) = eval.recv::<bool>().await {
            if *page.peek() != visible {
                page.set(visible);
            }
        }
    });
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::time::Instant;

    /// What a test does in the system's place.
    pub fn leave(foreground: &Foreground, left: bool) {
        foreground.set(!left);
    }

    #[test]
    fn who_computes_waits_until_the_person_is_back() {
        let foreground = Foreground::default();
        foreground.wait(|| panic!("in front from the start"));
        leave(&foreground, true);
        let (elsewhere, began) = (foreground.clone(), Instant::now());
        let waiting = std::thread::spawn(move || elsewhere.wait(|| false));
        std::thread::sleep(LOOK_EVERY * 2);
        assert!(!waiting.is_finished());
        leave(&foreground, false);
        waiting.join().unwrap();
        assert!(began.elapsed() >= LOOK_EVERY * 2);
    }

    #[test]
    fn what_is_given_up_waits_for_nobody() {
        let foreground = Foreground::default();
        leave(&foreground, true);
        foreground.wait(|| true);
    }
}

//! The version, and the way that it hides: to the diagnostics, which engineers know of.
//!
//! Held for a moment it opens them. So does what a screen reader's own long press, a context-menu key or a right click
//! comes to; and pressing it seven times, which works with every keyboard, switch and voice.

use crate::app::language::use_language;
use dioxus::html::geometry::ClientPoint;
use dioxus::prelude::*;
use std::time::Duration;

/// For so long it is held; iOS and Android take 500 ms for a long press, and this is none that happens by chance.
const HOLD: Duration = Duration::from_millis(600);
/// A finger that moves further wants to scroll.
const MAX_MOVE_PX: f64 = 8.0;
/// As Android counts on its build number.
const PRESSES: u32 = 7;

#[component]
pub fn Version(onopen: EventHandler<()>) -> Element {
    let language = use_language();
    // Nothing of this is drawn.
    let mut held = use_hook(|| CopyValue::new(None::<ClientPoint>));
    let mut holds = use_hook(|| CopyValue::new(0u32));
    let mut presses = use_hook(|| CopyValue::new(0u32));
    let hold = move |event: Event<PointerData>| {
        let number = holds() + 1;
        holds.set(number);
        held.set(Some(event.client_coordinates()));
        spawn(async move {
            tokio::time::sleep(HOLD).await;
            // Not let go, nor held anew.
            if holds() == number && held.replace(None).is_some() {
                onopen.call(());
            }
        });
    };
    let moved = move |event: Event<PointerData>| {
        let now = event.client_coordinates();
        if held().is_some_and(|at| (now - at).length() > MAX_MOVE_PX) {
            held.set(None);
        }
    };
    let press = move |_| {
        presses += 1;
        if presses() == PRESSES {
            presses.set(0);
            onopen.call(());
        }
    };
    rsx! {
        button {
            class: "version",
            r#type: "button",
            onpointerdown: hold,
            onpointermove: moved,
            onpointerup: move |_| held.set(None),
            onpointercancel: move |_| held.set(None),
            onpointerleave: move |_| held.set(None),
            oncontextmenu: move |event| {
                event.prevent_default();
                onopen.call(());
            },
            onclick: press,
            {language.say_with("about-version", &[("version", env!("CARGO_PKG_VERSION").into())])}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{Node, Page};
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Instant;

    fn version() -> (Page, Rc<Cell<u32>>) {
        let opened = Rc::new(Cell::new(0));
        let heard = opened.clone();
        let page = Page::of("en", move || {
            let heard = heard.clone();
            rsx! { Version { onopen: move |()| heard.set(heard.get() + 1) } }
        });
        (page, opened)
    }

    fn button(page: &Page) -> Node {
        page.look().button("Onhand").clone()
    }

    /// Whether it is open a good while after.
    fn opens(mut page: Page, opened: &Cell<u32>) -> u32 {
        let began = Instant::now();
        page.wait("the time is over", |_| began.elapsed() > HOLD + Duration::from_millis(300));
        opened.get()
    }

    #[test]
    fn it_opens_when_it_is_held_and_only_once() {
        let (mut page, opened) = version();
        let node = button(&page);
        page.point(&node, "pointerdown", (50.0, 20.0));
        page.point(&node, "pointermove", (53.0, 22.0));
        assert_eq!(opened.get(), 0, "not at once");
        assert_eq!(opens(page, &opened), 1);
    }

    #[test]
    fn it_stays_shut_when_the_finger_lifts_moves_or_leaves() {
        for (event, to) in [
            ("pointerup", (50.0, 20.0)),
            ("pointermove", (50.0, 32.0)),
            ("pointercancel", (50.0, 20.0)),
            ("pointerleave", (50.0, 20.0)),
        ] {
            let (mut page, opened) = version();
            let node = button(&page);
            page.point(&node, "pointerdown", (50.0, 20.0));
            page.point(&node, event, to);
            assert_eq!(opens(page, &opened), 0, "{event}");
        }
    }

    #[test]
    fn two_short_holds_are_no_long_one() {
        let (mut page, opened) = version();
        let node = button(&page);
        page.point(&node, "pointerdown", (50.0, 20.0));
        page.point(&node, "pointerup", (50.0, 20.0));
        let began = Instant::now();
        page.wait("half the time", |_| began.elapsed() > HOLD / 2);
        page.point(&node, "pointerdown", (50.0, 20.0));
        page.wait("the first would be over", |_| began.elapsed() > HOLD + Duration::from_millis(100));
        page.point(&node, "pointerup", (50.0, 20.0));
        assert_eq!(opens(page, &opened), 0);
    }

    #[test]
    fn the_menu_key_opens_it_and_so_do_seven_presses() {
        let (mut page, opened) = version();
        let node = button(&page);
        for press in 1..=14 {
            page.click(&node);
            assert_eq!(opened.get(), press / 7);
        }
        page.mouse(&node, "contextmenu");
        assert_eq!(opened.get(), 3);
    }

    #[test]
    fn it_says_no_more_than_the_version() {
        let (page, _) = version();
        assert_eq!(button(&page).name(), format!("Onhand {}", env!("CARGO_PKG_VERSION")));
    }
}

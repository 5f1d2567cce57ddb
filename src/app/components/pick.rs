//! A button that picks a file through the system's own dialog.

use crate::app::arrivals::Arrivals;
use crate::app::devices::Devices;
use crate::app::file_dialog;
use crate::app::icons::{Glyph, Icon};
use dioxus::prelude::*;
use std::sync::Arc;

/// What came of picking a file. Nothing comes of a dialog that was closed.
#[derive(Debug, Clone, PartialEq)]
pub enum Picked {
    File {
        name: String,
        bytes: Arc<Vec<u8>>,
    },
    Unreadable {
        name: String,
        why: String,
    },
    /// The system has no dialog to pick with.
    NoDialog,
}

/// The button. `id` is unique in the page; `accept` names media types and endings, as HTML does.
#[component]
pub fn FilePick(
    id: &'static str,
    glyph: Glyph,
    label: String,
    accept: &'static str,
    onpick: EventHandler<Picked>,
) -> Element {
    let arrivals = use_hook(try_consume_context::<Arrivals>);
    use_effect(move || {
        if let Some(picked) = arrivals.and_then(|arrivals| arrivals.take(id)) {
            onpick.call(picked);
        }
    });
    if use_hook(|| try_consume_context::<Devices>().is_some_and(|devices| devices.picks_in_page())) {
        // The page's own script opens the dialog (assets/files.js), and what was picked arrives.
        return rsx! {
            button { class: "button", r#type: "button", "data-pick": id, "data-accept": accept,
                Icon { glyph }
                span { "{label}" }
            }
        };
    }
    rsx! {
        label { class: "button file-pick",
            Icon { glyph }
            span { "{label}" }
            input { id, class: "unseen", r#type: "file", accept, onchange: move |event| read(event, onpick) }
        }
    }
}

/// Reads the file that was picked.
fn read(event: Event<FormData>, onpick: EventHandler<Picked>) {
    let Some(file) = event.files().into_iter().next() else {
        // A dialog that is not there answers as one that was closed.
        if !file_dialog::exists() {
            onpick.call(Picked::NoDialog);
        }
        return;
    };
    spawn(async move {
        let name = file.name();
        onpick.call(match file.read_bytes().await {
            Ok(bytes) => Picked::File { name, bytes: Arc::new(bytes.to_vec()) },
            Err(why) => Picked::Unreadable { name, why: why.to_string() },
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Args;
    use crate::app::arrivals;
    use crate::app::testing::Page;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// A button that picks, and one that makes something arrive for `to`.
    fn page(in_page: bool, to: &'static str) -> (Page, Rc<RefCell<Vec<Picked>>>) {
        let picked = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&picked);
        let page = Page::of("en", move || {
            arrivals::provide();
            use_context_provider(|| Devices::open(&Args { page_files: in_page, ..Args::default() }));
            let arrivals = use_context::<Arrivals>();
            let heard = Rc::clone(&heard);
            rsx! {
                FilePick {
                    id: "camera-file",
                    glyph: Glyph::Picture,
                    label: "Photos",
                    accept: "image/png",
                    onpick: move |picked| heard.borrow_mut().push(picked),
                }
                button { onclick: move |_| arrivals.put(to, Picked::Unreadable { name: "a.png".into(), why: "torn".into() }), "Send" }
            }
        });
        (page, picked)
    }

    #[test]
    fn on_phones_the_page_opens_the_dialog() {
        let phone = page(true, "").0.look();
        let button = phone.button("Photos");
        assert_eq!(button.attribute("data-pick"), Some("camera-file"));
        assert_eq!(button.attribute("data-accept"), Some("image/png"));
        assert!(phone.tags("input").is_empty());
        assert_eq!(page(false, "").0.look().tags("input").len(), 1, "desktops have a dialog of their own");
    }

    #[test]
    fn what_arrives_is_picked_once_by_whom_it_is_for() {
        let (mut here, picked) = page(true, "camera-file");
        here.press("Send");
        here.settle();
        assert_eq!(*picked.borrow(), [Picked::Unreadable { name: "a.png".into(), why: "torn".into() }]);
        let (mut elsewhere, picked) = page(true, "mic-file");
        elsewhere.press("Send");
        elsewhere.settle();
        assert!(picked.borrow().is_empty());
    }
}

//! A button that picks a file through the system's own dialog.

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

//! The tour: the app in a window of its own, driven through its screens with real clicks and keys, on real inputs.
//!
//! ```text
//! cargo test --test tour                     all parts; pictures and their index in target/tour
//! cargo test --test tour -- text camera      these parts
//! cargo test --release --test tour -- measure    what is measured and not asserted
//! ```
//! Each part starts the app in a temporary folder with settings of its own, does what a person would, and holds what
//! must be on the screen. A virtual display stands in for the window; nothing is left behind. `ONHAND_APP` names another
//! build of the app.

mod album;
mod app;
mod camera;
mod devices;
mod diagnostics;
mod gallery;
#[path = "../hub_server/mod.rs"]
mod hub_server;
mod kill;
mod measure;
mod microphone;
mod models;
mod page;
mod samples;
mod settings;
mod side_by_side;
mod stage;
mod text;
mod tour;
mod virtual_devices;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use tour::Tour;

/// A part of the tour.
struct Part {
    name: &'static str,
    play: fn(&mut Tour),
    /// Only when it is asked for by name.
    on_demand: bool,
}

const fn part(name: &'static str, play: fn(&mut Tour)) -> Part {
    Part { name, play, on_demand: false }
}

const PARTS: &[Part] = &[
    part("text", text::play),
    part("camera", camera::play),
    part("microphone", microphone::play),
    part("camera-device", devices::camera),
    part("microphone-device", devices::microphone),
    part("page-microphone", devices::pages_microphone),
    part("models", models::play),
    part("side-by-side", side_by_side::play),
    part("settings", settings::play),
    part("diagnostics", diagnostics::play),
    part("gallery", gallery::play),
    part("kill", kill::play),
    Part { name: "measure", play: measure::play, on_demand: true },
];

/// How often a part is played before it has failed: WebKitGTK crashes on a virtual camera now and then.
const TRIES: u32 = 3;

fn main() -> ExitCode {
    // What cargo hands to other test programs (`--nocapture` and the like) means nothing here.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_wanted = |part: &&Part| match wanted.is_empty() {
        true => !part.on_demand,
        false => wanted.iter().any(|name| name == part.name),
    };
    let parts: Vec<&Part> = PARTS.iter().filter(is_wanted).collect();
    if parts.is_empty() {
        return ExitCode::SUCCESS;
    }
    let mut tour = match Tour::begin() {
        Ok(tour) => tour,
        Err(why) => {
            eprintln!("tour: {why}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = Vec::new();
    for part in parts {
        tour.enter(part.name);
        // A window on a busy machine may miss its cue: what fails is played again, and said.
        let holds = (1..=TRIES).any(|number| {
            let held = catch_unwind(AssertUnwindSafe(|| (part.play)(&mut tour))).is_ok();
            if !held {
                eprintln!("tour: {} failed, try {number} of {TRIES}", part.name);
                // What the failed try left is no start for another.
                tour.stage.left_behind().into_iter().for_each(stage::end);
                tour.clear();
            }
            held
        });
        if !holds {
            failed.push(part.name);
        }
        let left = tour.stage.left_behind();
        if !left.is_empty() {
            eprintln!("tour: {} left processes behind: {left:?}", part.name);
            failed.push("processes left behind");
            left.into_iter().for_each(stage::end);
        }
    }
    tour.end(&failed)
}

//! What changes while one looks: heat, battery, memory, the log. Read on a thread of its own, once a second.

use crate::app::in_view::use_in_view;
use crate::app::logbook::{LogBook, Tail};
use crate::app::shell::{Navigation, Screen};
use crate::profile::Device;
use crate::profile::diagnostics::Memory;
use crate::sensors::power::{Power, PowerSensor};
use dioxus::prelude::*;
use std::time::Duration;
use tokio::task::spawn_blocking;

/// As often as phones want to be asked, and people can read.
const EVERY: Duration = Duration::from_secs(1);

/// What was found at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Now {
    pub device: Device,
    pub power: Power,
    /// What tells heat and battery.
    pub told_by: String,
    pub memory: Memory,
    /// Since the start of the app.
    pub up_s: f64,
    pub log: Tail,
}

/// Who looks.
struct Probe {
    power: Box<dyn PowerSensor>,
    log: LogBook,
    /// It does not change: looked at once.
    device: Option<Device>,
}

impl Probe {
    fn look(&mut self) -> Now {
        Now {
            device: self.device.get_or_insert_with(Device::this).clone(),
            power: self.power.read(),
            told_by: self.power.describe(),
            memory: Memory::now(),
            up_s: self.log.up_s(),
            log: self.log.tail(),
        }
    }
}

/// What is so now; `None` until it was looked at. Out of view nobody looks.
pub fn use_now(power: impl FnOnce() -> Box<dyn PowerSensor>) -> Signal<Option<Now>> {
    let mut now = use_signal(|| None);
    let navigation = use_context::<Navigation>();
    let log = use_context::<LogBook>();
    let page_in_view = use_in_view();
    let in_view = use_memo(move || navigation.current() == Screen::Diagnostics && page_in_view());
    use_hook(|| {
        let mut probe = Probe { power: power(), log, device: None };
        spawn(async move {
            loop {
                if *in_view.peek() {
                    let looked = spawn_blocking(move || {
                        let seen = probe.look();
                        (probe, seen)
                    });
                    let Ok((back, seen)) = looked.await else { return };
                    probe = back;
                    now.set(Some(seen));
                }
                tokio::time::sleep(EVERY).await;
            }
        });
    });
    now
}

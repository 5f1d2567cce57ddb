//! What was measured since the app was started, for whoever wants it beside the benchmark screen.

use super::benchmark::Record;
use dioxus::prelude::*;
use std::rc::Rc;

/// More is measured by nobody at one go; the oldest go.
const MOST: usize = 100;

/// The measurements, the newest last; without each single run.
#[derive(Clone, Copy, PartialEq)]
pub struct Measurements(pub Signal<Vec<Rc<Record>>>);

impl Measurements {
    /// One more.
    pub fn push(mut self, record: &Record) {
        let brief = Record { heat: record.heat.clone(), ..record.without_runs() };
        let mut all = self.0.write();
        if all.len() == MOST {
            all.remove(0);
        }
        all.push(Rc::new(brief));
    }
}

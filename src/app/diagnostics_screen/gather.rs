//! One [`Diagnostics`] from all that the app knows: what the screen shows is what the file holds.

use super::probe::Now;
use crate::app::benchmark::Record;
use crate::app::models::{InstalledModel, Origin};
use crate::app::settings::Settings;
use crate::app::threads::Threads;
use crate::profile::diagnostics::{Battery, Diagnostics, Heat, InForce, Model};
use crate::profile::measurement::Build;
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// Puts it together. `measured` are those since the start, `baselines` those that were kept before.
pub fn gather(
    now: &Now,
    settings: &Settings,
    threads: Threads,
    installed: &[InstalledModel],
    measured: impl Iterator<Item = Record>,
    baselines: &[Record],
) -> Diagnostics {
    let at = SystemTime::now().duration_since(UNIX_EPOCH);
    Diagnostics {
        format: Diagnostics::FORMAT,
        at_unix_s: at.map_or(0, |at| at.as_secs()),
        up_s: (now.up_s * 1e3).round() / 1e3,
        build: Build::this(),
        device: now.device.clone(),
        heat: Heat::of(&now.power, &now.told_by),
        battery: Battery::of(&now.power),
        memory: now.memory,
        settings: in_force(settings, threads),
        models: installed.iter().map(model).collect(),
        measurements: all(measured, baselines),
        log: now.log.lines.clone(),
    }
}

fn in_force(settings: &Settings, threads: Threads) -> InForce {
    InForce {
        interval_ms: settings.pace.interval_ms,
        protection: word(&settings.pace.protection),
        threads: settings.compute.threads,
        threads_in_force: threads.in_force,
        unit: word(&settings.compute.unit),
    }
}

/// The word for it in `settings.toml`.
fn word(setting: &impl Serialize) -> String {
    serde_json::to_value(setting).ok().and_then(|value| Some(value.as_str()?.to_string())).unwrap_or_default()
}

fn model(model: &InstalledModel) -> Model {
    let origin = match &model.origin {
        Origin::App => Some("app".into()),
        Origin::Hub(what) => Some(format!("hub: {what}")),
        Origin::Packages(what) => Some(format!("packages: {what}")),
        // Its path is a person's own.
        Origin::Directory(_) => Some("directory".into()),
        Origin::Unknown => None,
    };
    let variant = model.variant.map(|variant| variant.to_string());
    Model { id: model.id.clone(), variant, bytes: model.bytes, origin, usable: model.is_usable() }
}

/// Both, by time; what was kept as a baseline just now is there once, with its readings.
fn all(measured: impl Iterator<Item = Record>, baselines: &[Record]) -> Vec<Record> {
    let mut all: Vec<Record> = measured.collect();
    let same = |a: &Record, b: &Record| a.model == b.model && a.variant == b.variant && a.at_unix_s == b.at_unix_s;
    for baseline in baselines {
        if !all.iter().any(|record| same(record, baseline)) {
            all.push(baseline.clone());
        }
    }
    all.sort_by_key(|record| record.at_unix_s);
    all
}

#[cfg(test)]
mod tests {
    use super::super::tests::now;
    use super::*;
    use crate::app::benchmark::fixture::record;
    use crate::app::models::Purpose;
    use crate::app::models::fixture;
    use crate::app::settings::Protection;
    use crate::profile::diagnostics::{FieldFile, parse};

    fn gathered(measured: Vec<Record>, baselines: &[Record]) -> Diagnostics {
        let mut settings = Settings::default();
        settings.pace.protection = Protection::Strong;
        let own = InstalledModel {
            origin: Origin::Directory("/home/ada/secret".into()),
            path: "/home/ada/onhand/own".into(),
            ..fixture::model("own", Purpose::Text)
        };
        let installed = [fixture::model("tiny", Purpose::Microphone), own];
        let threads = Threads::new(&settings, None, 4);
        gather(&now(), &settings, threads, &installed, measured.into_iter(), baselines)
    }

    #[test]
    fn the_file_is_read_back_and_names_nobody() {
        let gathered = gathered(vec![record("a", 4.0).without_runs()], &[]);
        let json = gathered.to_json();
        assert_eq!(parse(json.as_bytes()).unwrap(), FieldFile::Diagnostics(Box::new(gathered.clone())));
        assert!(!json.contains("ada") && !json.contains("secret"), "{json}");
        assert_eq!((gathered.settings.protection.as_str(), gathered.settings.unit.as_str()), ("strong", "cpu"));
        assert_eq!((gathered.settings.threads, gathered.settings.threads_in_force), (None, 4));
        let origins: Vec<_> = gathered.models.iter().map(|m| m.origin.as_deref().unwrap()).collect();
        assert_eq!(origins, ["hub: owner/tiny@0123456", "directory"]);
    }

    #[test]
    fn measurements_and_baselines_come_by_time_and_each_once() {
        let at = |at_unix_s, model: &str| Record { at_unix_s, ..record(model, 4.0).without_runs() };
        let gathered = gathered(vec![at(20, "a"), at(30, "b")], &[at(20, "a"), at(10, "c")]);
        let all: Vec<_> = gathered.measurements.iter().map(|r| (r.at_unix_s, r.model.as_str())).collect();
        assert_eq!(all, [(10, "c"), (20, "a"), (30, "b")]);
    }
}

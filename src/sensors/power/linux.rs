//! Linux: thermal zones and power supplies under `/sys` (Documentation/driver-api/thermal/sysfs-api.rst and
//! Documentation/ABI/testing/sysfs-class-power of the kernel).

use super::{Power, PowerSensor, Supply, ThermalStatus};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a zone names no temperature at which the system slows itself, that is so far below the one at which it
/// shuts down.
const BELOW_CRITICAL_C: f32 = 10.0;
/// Android's scale of headroom.
const C_PER_HEADROOM: f32 = 30.0;
/// Firmware gives 0 or absurd temperatures for trips that it does not use.
const PLAUSIBLE_TRIP_C: std::ops::RangeInclusive<f32> = 30.0..=150.0;

pub(super) struct Linux {
    sys: PathBuf,
}

/// A thermal zone's present temperature and thresholds, °C.
struct Zone {
    now_c: f32,
    severe_c: f32,
    critical_c: Option<f32>,
}

impl Linux {
    pub(super) fn new(sys: &Path) -> Self {
        Self { sys: sys.into() }
    }

    /// The zones that say how hot is too hot.
    fn zones(&self) -> Vec<(String, Zone)> {
        entries(&self.sys.join("class/thermal"), "thermal_zone")
            .into_iter()
            .filter_map(|path| Some((text(&path.join("type")).unwrap_or_default(), zone(&path)?)))
            .collect()
    }

    fn supply(&self) -> Supply {
        let folder = self.sys.join("class/power_supply");
        if !folder.is_dir() {
            return Supply::Unknown;
        }
        let supplies = entries(&folder, "");
        let is = |path: &Path, kind: &str| text(&path.join("type")).is_some_and(|t| t == kind);
        // A mouse has a battery of its own.
        let ours = |path: &&PathBuf| is(path, "Battery") && text(&path.join("scope")).is_none_or(|s| s != "Device");
        let batteries: Vec<_> = supplies.iter().filter(ours).collect();
        if batteries.is_empty() {
            return Supply::Charging { level_frac: None };
        }
        let levels: Vec<f32> = batteries
            .iter()
            .filter_map(|path| text(&path.join("capacity"))?.parse::<f32>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| percent / 100.0)
            .collect();
        let level_frac = (!levels.is_empty()).then(|| levels.iter().sum::<f32>() / levels.len() as f32);
        let plugged = supplies.iter().any(|p| !is(p, "Battery") && text(&p.join("online")).is_some_and(|o| o == "1"));
        let states: Vec<String> = batteries.iter().filter_map(|path| text(&path.join("status"))).collect();
        let emptied = states.iter().any(|s| s == "Discharging") || !plugged && !states.iter().any(|s| s == "Charging");
        match (emptied, level_frac) {
            (false, level_frac) => Supply::Charging { level_frac },
            (true, Some(level_frac)) => Supply::Battery { level_frac },
            (true, None) => Supply::Unknown,
        }
    }
}

impl PowerSensor for Linux {
    fn read(&mut self) -> Power {
        let zones = self.zones();
        let headroom = |zone: &Zone| 1.0 + (zone.now_c - zone.severe_c) / C_PER_HEADROOM;
        let status = |zone: &Zone| {
            if zone.critical_c.is_some_and(|critical_c| zone.now_c >= critical_c) {
                ThermalStatus::Critical
            } else if zone.now_c >= zone.severe_c {
                ThermalStatus::Severe
            } else {
                ThermalStatus::None
            }
        };
        Power {
            thermal_status: zones.iter().map(|(_, zone)| status(zone)).max(),
            headroom_frac: zones.iter().map(|(_, zone)| headroom(zone)).reduce(f32::max),
            supply: self.supply(),
            low_power_mode: text(&self.sys.join("firmware/acpi/platform_profile"))
                .map(|profile| profile == "low-power"),
        }
    }

    fn describe(&self) -> String {
        let mut names: Vec<String> = self.zones().into_iter().map(|(name, _)| name).collect();
        names.dedup();
        match names.as_slice() {
            [] => "no thermal zone of this machine says how hot is too hot".into(),
            names => format!("thermal zones: {}", names.join(", ")),
        }
    }
}

/// A zone, if it tells its temperature and at least one threshold.
fn zone(path: &Path) -> Option<Zone> {
    let now_c = celsius(&path.join("temp"))?;
    let mut trips = Vec::new();
    for number in 0.. {
        let Some(kind) = text(&path.join(format!("trip_point_{number}_type"))) else { break };
        let at_c = celsius(&path.join(format!("trip_point_{number}_temp")));
        trips.extend(at_c.filter(|at_c| PLAUSIBLE_TRIP_C.contains(at_c)).map(|at_c| (kind, at_c)));
    }
    let lowest = |wanted: &str| trips.iter().filter(|(kind, _)| kind == wanted).map(|(_, at_c)| *at_c).reduce(f32::min);
    let critical_c = lowest("critical");
    let severe_c = lowest("hot").or(lowest("passive")).or(critical_c.map(|critical_c| critical_c - BELOW_CRITICAL_C))?;
    Some(Zone { now_c, severe_c, critical_c })
}

/// A file in millidegrees.
fn celsius(path: &Path) -> Option<f32> {
    text(path)?.parse::<f32>().ok().map(|milli| milli / 1000.0).filter(|c| c.is_finite())
}

fn text(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_string())
}

/// What a folder holds that begins so, in order of name.
fn entries(folder: &Path, begins: &str) -> Vec<PathBuf> {
    let Ok(read) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = read
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins)))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine whose `/sys` holds these files.
    fn read(files: &[(&str, &str)]) -> Power {
        let sys = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = sys.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{content}\n")).unwrap();
        }
        Linux::new(sys.path()).read()
    }

    const ZONE: [(&str, &str); 5] = [
        ("class/thermal/thermal_zone0/type", "x86_pkg_temp"),
        ("class/thermal/thermal_zone0/trip_point_0_type", "critical"),
        ("class/thermal/thermal_zone0/trip_point_0_temp", "105000"),
        ("class/thermal/thermal_zone0/trip_point_1_type", "passive"),
        ("class/thermal/thermal_zone0/trip_point_1_temp", "95000"),
    ];

    fn zone_at(milli: &str) -> Power {
        read(&[&ZONE[..], &[("class/thermal/thermal_zone0/temp", milli)]].concat())
    }

    #[test]
    fn a_machine_that_tells_nothing_is_unknown() {
        assert_eq!(read(&[]), Power::UNKNOWN);
        // A zone without a threshold says nothing about too hot.
        let power = read(&[("class/thermal/thermal_zone0/temp", "50000")]);
        assert_eq!((power.thermal_status, power.headroom_frac), (None, None));
        assert_eq!(zone_at("hot").headroom_frac, None);
    }

    #[test]
    fn heat_is_told_against_the_zone_s_own_thresholds() {
        let told = |milli| {
            let power = zone_at(milli);
            (power.thermal_status.unwrap(), power.headroom_frac.unwrap())
        };
        assert_eq!(told("65000"), (ThermalStatus::None, 0.0));
        assert_eq!(told("95000"), (ThermalStatus::Severe, 1.0));
        assert_eq!(told("105000").0, ThermalStatus::Critical);
    }

    #[test]
    fn the_hottest_zone_counts() {
        let second = [
            ("class/thermal/thermal_zone1/temp", "85000"),
            ("class/thermal/thermal_zone1/trip_point_0_type", "critical"),
            ("class/thermal/thermal_zone1/trip_point_0_temp", "90000"),
            ("class/thermal/thermal_zone1/trip_point_1_type", "hot"),
            ("class/thermal/thermal_zone1/trip_point_1_temp", "0"),
        ];
        let power = read(&[&ZONE[..], &[("class/thermal/thermal_zone0/temp", "40000")], &second[..]].concat());
        // The unused trip at 0 °C is left out; 80 °C is ten below critical.
        assert_eq!(power.thermal_status, Some(ThermalStatus::Severe));
        assert!((power.headroom_frac.unwrap() - 1.1667).abs() < 1e-3);
    }

    #[test]
    fn batteries_and_plugs() {
        let battery = |status: &str, capacity: &str, online: &str| {
            read(&[
                ("class/power_supply/BAT0/type", "Battery"),
                ("class/power_supply/BAT0/status", status),
                ("class/power_supply/BAT0/capacity", capacity),
                ("class/power_supply/AC/type", "Mains"),
                ("class/power_supply/AC/online", online),
                ("class/power_supply/mouse/type", "Battery"),
                ("class/power_supply/mouse/scope", "Device"),
                ("class/power_supply/mouse/capacity", "3"),
            ])
            .supply
        };
        assert_eq!(battery("Discharging", "40", "0"), Supply::Battery { level_frac: 0.4 });
        assert_eq!(battery("Charging", "40", "1"), Supply::Charging { level_frac: Some(0.4) });
        assert_eq!(battery("Full", "100", "1"), Supply::Charging { level_frac: Some(1.0) });
        assert_eq!(battery("Unknown", "40", "0"), Supply::Battery { level_frac: 0.4 });
        assert_eq!(battery("Discharging", "much", "0"), Supply::Unknown);
        // A desk: supplies are known, and none is a battery.
        assert_eq!(read(&[("class/power_supply/AC/type", "Mains")]).supply, Supply::Charging { level_frac: None });
    }

    #[test]
    fn saving_energy_is_a_profile() {
        let mode = |profile| read(&[("firmware/acpi/platform_profile", profile)]).low_power_mode;
        assert_eq!([mode("low-power"), mode("balanced")], [Some(true), Some(false)]);
    }

    #[test]
    fn this_machine_is_read_without_a_stumble() {
        let mut sensor = Linux::new(Path::new("/sys"));
        assert_eq!(sensor.read().headroom_frac.is_some(), sensor.describe().starts_with("thermal zones"));
    }
}

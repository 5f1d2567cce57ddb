//! The notifications themselves, heard on the main thread.

use super::Told;
use block2::RcBlock;
use objc2::MainThreadMarker;
use objc2_foundation::{
    NSNotification, NSNotificationCenter, NSNotificationName, NSOperationQueue, NSProcessInfo,
    NSProcessInfoPowerStateDidChangeNotification, NSProcessInfoThermalStateDidChangeNotification,
};
use objc2_ui_kit::{UIDevice, UIDeviceBatteryLevelDidChangeNotification, UIDeviceBatteryStateDidChangeNotification};
use std::ptr::NonNull;
use std::sync::{Mutex, Once, PoisonError};

/// What iOS told last.
static LAST: Mutex<Option<Told>> = Mutex::new(None);

pub(in super::super) fn told() -> Option<Told> {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens from now on. Called once, on the main thread; elsewhere nothing is heard, and that is logged.
pub(in super::super) fn watch() {
    static LISTENING: Once = Once::new();
    let Some(main) = MainThreadMarker::new() else {
        tracing::warn!("heat and battery stay unknown: they are told on the main thread only");
        return;
    };
    LISTENING.call_once(|| {
        UIDevice::currentDevice(main).setBatteryMonitoringEnabled(true);
        // iOS notifies of the thermal state only those who have asked for it before.
        look(main);
        // SAFETY: constants of the system.
        let names: [&NSNotificationName; 4] = unsafe {
            [
                NSProcessInfoThermalStateDidChangeNotification,
                NSProcessInfoPowerStateDidChangeNotification,
                UIDeviceBatteryLevelDidChangeNotification,
                UIDeviceBatteryStateDidChangeNotification,
            ]
        };
        names.into_iter().for_each(listen);
    });
}

/// Looks again whenever this is notified of, as long as the app lives.
fn listen(name: &NSNotificationName) {
    let heard = RcBlock::new(|_: NonNull<NSNotification>| {
        if let Some(main) = MainThreadMarker::new() {
            look(main);
        }
    });
    let main_queue = NSOperationQueue::mainQueue();
    // SAFETY: the block holds nothing and runs on the main queue.
    let observer = unsafe {
        NSNotificationCenter::defaultCenter().addObserverForName_object_queue_usingBlock(
            Some(name),
            None,
            Some(&main_queue),
            &heard,
        )
    };
    // The centre holds it; it is never removed.
    drop(observer);
}

fn look(main: MainThreadMarker) {
    let process = NSProcessInfo::processInfo();
    let device = UIDevice::currentDevice(main);
    let told = Told {
        thermal_state: process.thermalState().0,
        low_power_mode: process.isLowPowerModeEnabled(),
        battery_level: device.batteryLevel(),
        battery_state: device.batteryState().0,
    };
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
}

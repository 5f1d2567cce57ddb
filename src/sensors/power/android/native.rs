//! The calls themselves: `libandroid.so` looked up at run time, so that an Android without them still starts, and the
//! framework through JNI.

use super::{Battery, Calls};
use crate::system::android::with_activity;
use jni::JNIEnv;
use jni::objects::{JObject, JValue};
use std::ffi::{CStr, c_int, c_void};
use std::ptr::NonNull;

type Acquire = unsafe extern "C" fn() -> *mut c_void;
type Release = unsafe extern "C" fn(*mut c_void);
type Status = unsafe extern "C" fn(*mut c_void) -> c_int;
type Headroom = unsafe extern "C" fn(*mut c_void, c_int) -> f32;

/// `<android/thermal.h>`.
struct Thermal {
    manager: NonNull<c_void>,
    release: Release,
    status: Status,
    /// From API 31 on.
    headroom: Option<Headroom>,
}

// SAFETY: the manager is the NDK's own and locks itself; it belongs to no thread.
unsafe impl Send for Thermal {}

impl Thermal {
    /// `None` before API 30.
    fn open() -> Option<Self> {
        // Never closed: the library stays as long as the app, whose activity needs it.
        // SAFETY: the name ends with a zero, and the library is the system's own.
        let library = NonNull::new(unsafe { libc::dlopen(c"libandroid.so".as_ptr(), libc::RTLD_NOW) })?;
        let symbol = |name: &CStr| {
            // SAFETY: the library is open; nothing is called.
            NonNull::new(unsafe { libc::dlsym(library.as_ptr(), name.as_ptr()) })
        };
        // SAFETY: each function has the signature that <android/thermal.h> gives it.
        unsafe {
            let acquire: Acquire = std::mem::transmute::<NonNull<c_void>, Acquire>(symbol(c"AThermal_acquireManager")?);
            let release: Release = std::mem::transmute::<NonNull<c_void>, Release>(symbol(c"AThermal_releaseManager")?);
            let status: Status =
                std::mem::transmute::<NonNull<c_void>, Status>(symbol(c"AThermal_getCurrentThermalStatus")?);
            let headroom = symbol(c"AThermal_getThermalHeadroom")
                .map(|address| std::mem::transmute::<NonNull<c_void>, Headroom>(address));
            let manager = NonNull::new(acquire())?;
            Some(Self { manager, release, status, headroom })
        }
    }
}

impl Drop for Thermal {
    fn drop(&mut self) {
        // SAFETY: the manager was acquired, and is not used after this.
        unsafe { (self.release)(self.manager.as_ptr()) };
    }
}

/// This phone.
pub(in super::super) struct Native {
    thermal: Option<Thermal>,
}

impl Native {
    pub(in super::super) fn new() -> Self {
        Self { thermal: Thermal::open() }
    }
}

impl Calls for Native {
    fn thermal_status(&mut self) -> Option<i32> {
        let thermal = self.thermal.as_ref()?;
        // SAFETY: the manager is acquired.
        Some(unsafe { (thermal.status)(thermal.manager.as_ptr()) })
    }

    fn headroom(&mut self, forecast_s: i32) -> Option<f32> {
        let thermal = self.thermal.as_ref()?;
        // SAFETY: the manager is acquired.
        Some(unsafe { thermal.headroom?(thermal.manager.as_ptr(), forecast_s) })
    }

    fn battery(&mut self) -> Option<Battery> {
        with_activity(|env, activity| {
            // Without a receiver this hands out the last broadcast and registers nothing.
            let action = env.new_string("android.intent.action.BATTERY_CHANGED")?;
            let filter =
                env.new_object("android/content/IntentFilter", "(Ljava/lang/String;)V", &[(&action).into()])?;
            let signature =
                "(Landroid/content/BroadcastReceiver;Landroid/content/IntentFilter;)Landroid/content/Intent;";
            let nobody = JObject::null();
            let arguments = [(&nobody).into(), (&filter).into()];
            let intent = env.call_method(activity, "registerReceiver", signature, &arguments)?.l()?;
            if intent.is_null() {
                return Ok(None);
            }
            Ok(Some(Battery {
                level: number(env, &intent, "level")?,
                scale: number(env, &intent, "scale")?,
                status: number(env, &intent, "status")?,
                plugged: number(env, &intent, "plugged")?,
            }))
        })
        .ok()?
    }

    fn power_save_mode(&mut self) -> Option<bool> {
        with_activity(|env, activity| {
            let name = env.new_string("power")?;
            let signature = "(Ljava/lang/String;)Ljava/lang/Object;";
            let manager = env.call_method(activity, "getSystemService", signature, &[(&name).into()])?.l()?;
            env.call_method(&manager, "isPowerSaveMode", "()Z", &[])?.z()
        })
        .ok()
    }
}

/// A number that the intent carries, −1 where it does not.
fn number(env: &mut JNIEnv, intent: &JObject, name: &str) -> jni::errors::Result<i32> {
    let name = env.new_string(name)?;
    let arguments = [(&name).into(), JValue::Int(-1)];
    env.call_method(intent, "getIntExtra", "(Ljava/lang/String;I)I", &arguments)?.i()
}

//! Android: framework classes, called through JNI on the app's own activity.
//!
//! Classes of our own are not used: a thread that Rust starts finds only the framework's. What is called here exists from
//! API 28 on, or is asked for by its version first.

mod bundle;
mod intents;
mod save;
mod streams;

pub(super) use bundle::unpack_bundled_models;
pub(super) use intents::{open_settings, received, share_file, share_text};
pub(super) use save::save;

use super::Refused;
use jni::objects::{JObject, JString, JValue};
use jni::{JNIEnv, JavaVM};
use std::fs;
use std::path::{Path, PathBuf};

/// More local references than any call here makes.
const LOCAL_REFERENCES: i32 = 64;
/// Where the kernel tells how fast each core is: its capacity, of 1024, or else its highest frequency.
const CORES: &str = "/sys/devices/system/cpu";

/// Runs `work` with the activity, on whatever thread this is.
///
/// # Errors
/// What Java threw, as its own words.
pub fn with_activity<T>(work: impl FnOnce(&mut JNIEnv, &JObject) -> jni::errors::Result<T>) -> Result<T, Refused> {
    let context = ndk_context::android_context();
    // SAFETY: the pointer is the machine that runs this process; it lives as long.
    let machine = unsafe { JavaVM::from_raw(context.vm().cast()) }.map_err(|e| Refused(e.to_string()))?;
    let mut env = machine.attach_current_thread().map_err(|e| Refused(e.to_string()))?;
    // SAFETY: the activity is held by a global reference as long as its process runs: it ends with it.
    let activity = unsafe { JObject::from_raw(context.context().cast()) };
    let done = env.with_local_frame(LOCAL_REFERENCES, |env| work(env, &activity));
    done.map_err(|why| {
        let thrown = if env.exception_check().unwrap_or(false) { thrown(&mut env) } else { None };
        Refused(thrown.unwrap_or_else(|| why.to_string()))
    })
}

/// The words of the exception that is pending, which is put away.
fn thrown(env: &mut JNIEnv) -> Option<String> {
    let exception = env.exception_occurred().ok()?;
    env.exception_clear().ok()?;
    let words = string_of(env, &exception, "toString").ok();
    // `toString` may throw itself.
    let _ = env.exception_clear();
    words.flatten()
}

/// Calls a method that takes nothing and gives a string or null.
pub fn string_of(env: &mut JNIEnv, object: &JObject, method: &str) -> jni::errors::Result<Option<String>> {
    let string = env.call_method(object, method, "()Ljava/lang/String;", &[])?.l()?;
    text(env, string)
}

/// A Java string, which may be null.
fn text(env: &mut JNIEnv, string: JObject) -> jni::errors::Result<Option<String>> {
    if string.is_null() {
        return Ok(None);
    }
    Ok(Some(env.get_string(&JString::from(string))?.into()))
}

/// The version of Android, as `Build.VERSION.SDK_INT`; 0 where it does not say.
pub fn api_level() -> i32 {
    with_activity(|env, _| env.get_static_field("android/os/Build$VERSION", "SDK_INT", "I")?.i()).unwrap_or(0)
}

/// A folder of the app, asked of the activity by a method that gives a file.
fn folder(method: &str) -> Option<PathBuf> {
    let path = with_activity(|env, activity| {
        let file = env.call_method(activity, method, "()Ljava/io/File;", &[])?.l()?;
        if file.is_null() {
            return Ok(None);
        }
        string_of(env, &file, "getAbsolutePath")
    });
    path.ok()?.map(PathBuf::from)
}

/// The folder that no backup takes and no move to another phone.
pub(super) fn data_dir() -> Option<PathBuf> {
    folder("getNoBackupFilesDir")
}

pub(super) fn config_dir() -> Option<PathBuf> {
    folder("getFilesDir")
}

pub(super) fn bundled_models_dir() -> Option<PathBuf> {
    Some(data_dir()?.join("bundle"))
}

/// The file system knows best.
pub(super) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

pub(super) fn fast_cores() -> Option<usize> {
    let cores: Vec<PathBuf> = fs::read_dir(CORES)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.strip_prefix("cpu").is_some_and(|number| number.parse::<u32>().is_ok())
        })
        .collect();
    let speeds = |file: &str| -> Option<Vec<u64>> {
        cores.iter().map(|core| fs::read_to_string(core.join(file)).ok()?.trim().parse().ok()).collect()
    };
    super::cores::fast(&speeds("cpu_capacity").or_else(|| speeds("cpufreq/cpuinfo_max_freq"))?)
}

/// A text as an argument.
fn argument<'a>(env: &mut JNIEnv<'a>, text: &str) -> jni::errors::Result<JObject<'a>> {
    Ok(env.new_string(text)?.into())
}

/// Calls a method for its effect or its object, which may be null.
fn call<'a>(
    env: &mut JNIEnv<'a>,
    object: &JObject,
    method: &str,
    signature: &str,
    arguments: &[JValue],
) -> jni::errors::Result<JObject<'a>> {
    env.call_method(object, method, signature, arguments)?.l()
}

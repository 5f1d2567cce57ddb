//! Other apps: the share sheet, the system's settings, and what is opened in Onhand.

use super::{argument, call, save, streams, string_of, with_activity};
use crate::system::{MAX_RECEIVED_BYTES, Received, Refused, media_type};
use jni::JNIEnv;
use jni::objects::{JObject, JValue};
use std::io;

const INTENT: &str = "android/content/Intent";
const TO_INTENT: &str = "Landroid/content/Intent;";
/// `Intent.FLAG_ACTIVITY_NEW_TASK`.
const NEW_TASK: i32 = 0x1000_0000;
/// `Intent.FLAG_GRANT_READ_URI_PERMISSION`.
const MAY_READ: i32 = 1;

pub(in crate::system) fn share_text(text: &str) -> Result<(), Refused> {
    with_activity(|env, activity| {
        let intent = send_intent(env, "text/plain")?;
        let (key, text) = (argument(env, "android.intent.extra.TEXT")?, argument(env, text)?);
        let signature = "(Ljava/lang/String;Ljava/lang/String;)Landroid/content/Intent;";
        call(env, &intent, "putExtra", signature, &[(&key).into(), (&text).into()])?;
        choose(env, activity, &intent)
    })
}

/// The file lies in Downloads from then on: other apps read it there.
pub(in crate::system) fn share_file(stem: &str, extension: &str, bytes: &[u8]) -> Result<(), Refused> {
    if !save::has_downloads() {
        let text = std::str::from_utf8(bytes).map_err(|_| Refused("this file is no text".into()))?;
        return share_text(text);
    }
    with_activity(|env, activity| {
        let address = save::into_downloads(env, activity, stem, extension, bytes)?;
        let intent = send_intent(env, media_type(extension))?;
        let key = argument(env, "android.intent.extra.STREAM")?;
        let signature = "(Ljava/lang/String;Landroid/os/Parcelable;)Landroid/content/Intent;";
        call(env, &intent, "putExtra", signature, &[(&key).into(), (&address).into()])?;
        call(env, &intent, "addFlags", "(I)Landroid/content/Intent;", &[JValue::Int(MAY_READ)])?;
        choose(env, activity, &intent)
    })
}

fn send_intent<'a>(env: &mut JNIEnv<'a>, media_type: &str) -> jni::errors::Result<JObject<'a>> {
    let action = argument(env, "android.intent.action.SEND")?;
    let intent = env.new_object(INTENT, "(Ljava/lang/String;)V", &[(&action).into()])?;
    let media_type = argument(env, media_type)?;
    call(env, &intent, "setType", "(Ljava/lang/String;)Landroid/content/Intent;", &[(&media_type).into()])?;
    Ok(intent)
}

/// Opens the sheet of all apps that take `intent`.
fn choose(env: &mut JNIEnv, activity: &JObject, intent: &JObject) -> jni::errors::Result<()> {
    let signature = "(Landroid/content/Intent;Ljava/lang/CharSequence;)Landroid/content/Intent;";
    let no_title = JObject::null();
    let arguments = [intent.into(), (&no_title).into()];
    let sheet = env.call_static_method(INTENT, "createChooser", signature, &arguments)?.l()?;
    start(env, activity, &sheet)
}

fn start(env: &mut JNIEnv, activity: &JObject, intent: &JObject) -> jni::errors::Result<()> {
    env.call_method(activity, "startActivity", format!("({TO_INTENT})V"), &[intent.into()])?.v()
}

/// The page of the system's settings with this app's permissions.
pub(in crate::system) fn open_settings() -> Result<(), Refused> {
    with_activity(|env, activity| {
        let package = call(env, activity, "getPackageName", "()Ljava/lang/String;", &[])?;
        let (scheme, nothing) = (argument(env, "package")?, JObject::null());
        let signature = "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Landroid/net/Uri;";
        let parts = [(&scheme).into(), (&package).into(), (&nothing).into()];
        let address = env.call_static_method("android/net/Uri", "fromParts", signature, &parts)?.l()?;
        let action = argument(env, "android.settings.APPLICATION_DETAILS_SETTINGS")?;
        let arguments = [(&action).into(), (&address).into()];
        let intent = env.new_object(INTENT, "(Ljava/lang/String;Landroid/net/Uri;)V", &arguments)?;
        call(env, &intent, "addFlags", "(I)Landroid/content/Intent;", &[JValue::Int(NEW_TASK)])?;
        start(env, activity, &intent)
    })
}

pub(in crate::system) fn received() -> Option<Result<Received, Refused>> {
    let received = with_activity(|env, activity| {
        let intent = call(env, activity, "getIntent", "()Landroid/content/Intent;", &[])?;
        if intent.is_null() {
            return Ok(None);
        }
        let Some(address) = address_of(env, &intent)? else { return Ok(None) };
        // Taken: whoever comes back to the app later is not shown it again.
        let none = env.new_object(INTENT, "()V", &[])?;
        env.call_method(activity, "setIntent", format!("({TO_INTENT})V"), &[(&none).into()])?;
        read(env, activity, &address).map(Some)
    });
    match received.transpose()? {
        Ok(read) => Some(read.map_err(|why| Refused(why.to_string()))),
        Err(thrown) => Some(Err(thrown)),
    }
}

/// Where that lies which an intent shows or sends.
fn address_of<'a>(env: &mut JNIEnv<'a>, intent: &JObject) -> jni::errors::Result<Option<JObject<'a>>> {
    let address = match string_of(env, intent, "getAction")?.as_deref() {
        Some("android.intent.action.VIEW") => call(env, intent, "getData", "()Landroid/net/Uri;", &[])?,
        Some("android.intent.action.SEND") => {
            let key = argument(env, "android.intent.extra.STREAM")?;
            let signature = "(Ljava/lang/String;)Landroid/os/Parcelable;";
            call(env, intent, "getParcelableExtra", signature, &[(&key).into()])?
        }
        _ => return Ok(None),
    };
    // A sender may put anything there.
    let is_address = !address.is_null() && env.is_instance_of(&address, "android/net/Uri")?;
    Ok(is_address.then_some(address))
}

/// Reads all of it through whoever holds it.
fn read(env: &mut JNIEnv, activity: &JObject, address: &JObject) -> jni::errors::Result<io::Result<Received>> {
    let resolver = call(env, activity, "getContentResolver", "()Landroid/content/ContentResolver;", &[])?;
    let media_type = call(env, &resolver, "getType", "(Landroid/net/Uri;)Ljava/lang/String;", &[address.into()])?;
    let media_type = super::text(env, media_type)?.unwrap_or_default();
    let name = name_of(env, &resolver, address)?;
    let stream =
        call(env, &resolver, "openInputStream", "(Landroid/net/Uri;)Ljava/io/InputStream;", &[address.into()])?;
    let mut bytes = Vec::new();
    let read = streams::pour(env, &stream, |piece| {
        bytes.extend(piece);
        let whole = bytes.len() as u64 <= MAX_RECEIVED_BYTES;
        if whole { Ok(()) } else { Err(io::Error::other("it is larger than any picture or recording")) }
    })?;
    Ok(read.map(|()| Received::new(name, &media_type, bytes)))
}

/// `OpenableColumns.DISPLAY_NAME`, else the end of the address.
fn name_of(env: &mut JNIEnv, resolver: &JObject, address: &JObject) -> jni::errors::Result<String> {
    let column = argument(env, "_display_name")?;
    let columns = env.new_object_array(1, "java/lang/String", &column)?;
    let nothing = JObject::null();
    let signature = "(Landroid/net/Uri;[Ljava/lang/String;Ljava/lang/String;[Ljava/lang/String;Ljava/lang/String;)\
                     Landroid/database/Cursor;";
    let arguments = [address.into(), (&columns).into(), (&nothing).into(), (&nothing).into(), (&nothing).into()];
    let rows = match call(env, resolver, "query", signature, &arguments) {
        Ok(rows) => rows,
        Err(_) => {
            // Not everybody answers questions about what they hold.
            env.exception_clear()?;
            JObject::null()
        }
    };
    let mut name = None;
    if !rows.is_null() {
        if env.call_method(&rows, "moveToFirst", "()Z", &[])?.z()? {
            let value = call(env, &rows, "getString", "(I)Ljava/lang/String;", &[JValue::Int(0)])?;
            name = super::text(env, value)?;
        }
        env.call_method(&rows, "close", "()V", &[])?;
    }
    let last = call(env, address, "getLastPathSegment", "()Ljava/lang/String;", &[])?;
    let last = super::text(env, last)?;
    Ok(name.or(last).unwrap_or_default())
}

//! Saving into Downloads, where every file manager looks. From API 29 on an app may put files there without being allowed
//! to see others'; before that the person shares the text instead.

use super::{api_level, argument, call, streams, with_activity};
use crate::system::{SaveError, media_type};
use jni::JNIEnv;
use jni::objects::JObject;

/// The first Android whose media store has Downloads.
const HAS_DOWNLOADS: i32 = 29;

pub(super) fn has_downloads() -> bool {
    api_level() >= HAS_DOWNLOADS
}

pub(in crate::system) fn save(stem: &str, extension: &str, bytes: &[u8]) -> Result<Option<String>, SaveError> {
    if !has_downloads() {
        return Err(SaveError::NoFolder);
    }
    let saved = with_activity(|env, activity| into_downloads(env, activity, stem, extension, bytes).map(drop));
    saved.map_err(|why| SaveError::Failed(why.to_string()))?;
    Ok(Some(format!("Download/{stem}.{extension}")))
}

/// Writes the file and returns its address. The media store gives it a number where the name is taken.
pub(super) fn into_downloads<'a>(
    env: &mut JNIEnv<'a>,
    activity: &JObject,
    stem: &str,
    extension: &str,
    bytes: &[u8],
) -> jni::errors::Result<JObject<'a>> {
    let values = env.new_object("android/content/ContentValues", "()V", &[])?;
    for (key, value) in [
        ("_display_name", format!("{stem}.{extension}")),
        ("mime_type", media_type(extension).to_string()),
        ("relative_path", "Download".to_string()),
    ] {
        let (key, value) = (argument(env, key)?, argument(env, &value)?);
        let signature = "(Ljava/lang/String;Ljava/lang/String;)V";
        env.call_method(&values, "put", signature, &[(&key).into(), (&value).into()])?;
    }
    let resolver = call(env, activity, "getContentResolver", "()Landroid/content/ContentResolver;", &[])?;
    let class = "android/provider/MediaStore$Downloads";
    let downloads = env.get_static_field(class, "EXTERNAL_CONTENT_URI", "Landroid/net/Uri;")?.l()?;
    let signature = "(Landroid/net/Uri;Landroid/content/ContentValues;)Landroid/net/Uri;";
    let address = call(env, &resolver, "insert", signature, &[(&downloads).into(), (&values).into()])?;
    let written = write(env, &resolver, &address, bytes);
    if written.is_err() {
        // What Java threw is kept over the call that sweeps up.
        let thrown = env.exception_occurred()?;
        env.exception_clear()?;
        let nothing = JObject::null();
        let signature = "(Landroid/net/Uri;Ljava/lang/String;[Ljava/lang/String;)I";
        let _ =
            env.call_method(&resolver, "delete", signature, &[(&address).into(), (&nothing).into(), (&nothing).into()]);
        env.exception_clear()?;
        if !thrown.is_null() {
            env.throw(thrown)?;
        }
    }
    written.map(|()| address)
}

fn write(env: &mut JNIEnv, resolver: &JObject, address: &JObject, bytes: &[u8]) -> jni::errors::Result<()> {
    let signature = "(Landroid/net/Uri;)Ljava/io/OutputStream;";
    let stream = call(env, resolver, "openOutputStream", signature, &[address.into()])?;
    streams::write(env, &stream, bytes)
}

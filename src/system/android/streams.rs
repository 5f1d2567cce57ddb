//! Java's streams of bytes.

use jni::JNIEnv;
use jni::objects::{JByteArray, JObject};
use std::io;

const AT_ONCE: usize = 1 << 16;

/// Hands what an `InputStream` gives to `take`, piece by piece, until it ends or `take` fails; then closes it.
pub(super) fn pour(
    env: &mut JNIEnv,
    stream: &JObject,
    take: impl FnMut(&[u8]) -> io::Result<()>,
) -> jni::errors::Result<io::Result<()>> {
    let poured = pour_open(env, stream, take);
    // What reading threw is kept; a stream that cannot be closed after it was read is of no concern.
    if poured.is_ok() && env.call_method(stream, "close", "()V", &[]).is_err() {
        env.exception_clear()?;
    }
    poured
}

fn pour_open(
    env: &mut JNIEnv,
    stream: &JObject,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> jni::errors::Result<io::Result<()>> {
    let piece: JByteArray = env.new_byte_array(AT_ONCE as i32)?;
    let mut signed = vec![0_i8; AT_ONCE];
    let mut bytes = Vec::with_capacity(AT_ONCE);
    loop {
        let count = env.call_method(stream, "read", "([B)I", &[(&piece).into()])?.i()?;
        // It ends with -1.
        let Ok(count) = usize::try_from(count) else { return Ok(Ok(())) };
        let signed = &mut signed[..count.min(AT_ONCE)];
        env.get_byte_array_region(&piece, 0, signed)?;
        bytes.clear();
        bytes.extend(signed.iter().map(|byte| byte.cast_unsigned()));
        if let Err(why) = take(&bytes) {
            return Ok(Err(why));
        }
    }
}

/// Writes all of `bytes` to an `OutputStream` and closes it.
pub(super) fn write(env: &mut JNIEnv, stream: &JObject, bytes: &[u8]) -> jni::errors::Result<()> {
    for piece in bytes.chunks(AT_ONCE) {
        let array = env.byte_array_from_slice(piece)?;
        env.call_method(stream, "write", "([B)V", &[(&array).into()])?;
        // A large file makes more arrays than a thread may hold references.
        env.delete_local_ref(array)?;
    }
    env.call_method(stream, "close", "()V", &[])?.v()
}

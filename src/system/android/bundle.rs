//! Models that lie in the app's package, copied to where they can be mapped into memory: in the package they have no path.
//!
//! `models/<id>/<file>` of the package's assets goes to `bundle/<id>/<file>`. A folder is written under another name and
//! renamed, so one that is there is whole. What an earlier version of the app brought is thrown away.

use super::streams::pour;
use super::{argument, bundled_models_dir, call, text, with_activity};
use crate::system::Refused;
use jni::JNIEnv;
use jni::objects::{JObject, JObjectArray};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Where the build lays them (platforms/README.md).
const ASSETS: &str = "models";
/// Says which package was unpacked: the time of its installation, ms.
const STAMP: &str = ".package";
/// A folder that is being written.
const HALF: &str = ".half";

/// `Ok` of Java's side holds what the disk said.
type Both<T> = jni::errors::Result<io::Result<T>>;

pub(in crate::system) fn unpack_bundled_models() -> Result<(), Refused> {
    let folder = bundled_models_dir().ok_or_else(|| Refused("the system names no folder for this app".into()))?;
    let unpacked = with_activity(|env, activity| {
        let stamp = package_stamp(env, activity)?;
        if fs::read_to_string(folder.join(STAMP)).is_ok_and(|unpacked| unpacked == stamp) {
            return Ok(Ok(()));
        }
        let assets = call(env, activity, "getAssets", "()Landroid/content/res/AssetManager;", &[])?;
        unpack(env, &assets, &folder, &stamp)
    })?;
    unpacked.map_err(|why| Refused(format!("{}: {why}", folder.display())))
}

/// The time when this package was installed, which is another after each update.
fn package_stamp(env: &mut JNIEnv, activity: &JObject) -> jni::errors::Result<String> {
    let manager = call(env, activity, "getPackageManager", "()Landroid/content/pm/PackageManager;", &[])?;
    let name = call(env, activity, "getPackageName", "()Ljava/lang/String;", &[])?;
    let signature = "(Ljava/lang/String;I)Landroid/content/pm/PackageInfo;";
    let info = call(env, &manager, "getPackageInfo", signature, &[(&name).into(), 0.into()])?;
    Ok(env.get_field(&info, "lastUpdateTime", "J")?.j()?.to_string())
}

fn unpack(env: &mut JNIEnv, assets: &JObject, folder: &Path, stamp: &str) -> Both<()> {
    if let Err(why) = emptied(folder) {
        return Ok(Err(why));
    }
    for id in list(env, assets, ASSETS)? {
        if let Err(why) = unpack_model(env, assets, folder, &id)? {
            return Ok(Err(why));
        }
    }
    Ok(fs::write(folder.join(STAMP), stamp))
}

fn emptied(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

fn unpack_model(env: &mut JNIEnv, assets: &JObject, folder: &Path, id: &str) -> Both<()> {
    let half = folder.join(HALF);
    if let Err(why) = fs::create_dir_all(&half) {
        return Ok(Err(why));
    }
    for name in list(env, assets, &format!("{ASSETS}/{id}"))? {
        let mut file = match File::create(half.join(&name)) {
            Ok(file) => file,
            Err(why) => return Ok(Err(why)),
        };
        let path = argument(env, &format!("{ASSETS}/{id}/{name}"))?;
        let stream = call(env, assets, "open", "(Ljava/lang/String;)Ljava/io/InputStream;", &[(&path).into()])?;
        let copied = pour(env, &stream, |piece| file.write_all(piece))?;
        if let Err(why) = copied.and_then(|()| file.sync_all()) {
            return Ok(Err(why));
        }
    }
    Ok(fs::rename(&half, folder.join(id)))
}

/// What lies in a folder of the package. Only plain names count.
fn list(env: &mut JNIEnv, assets: &JObject, path: &str) -> jni::errors::Result<Vec<String>> {
    let path = argument(env, path)?;
    let names =
        JObjectArray::from(call(env, assets, "list", "(Ljava/lang/String;)[Ljava/lang/String;", &[(&path).into()])?);
    let mut plain = Vec::new();
    for index in 0..env.get_array_length(&names)? {
        let name = env.get_object_array_element(&names, index)?;
        let name = text(env, name)?.unwrap_or_default();
        if !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']) {
            plain.push(name);
        }
    }
    Ok(plain)
}

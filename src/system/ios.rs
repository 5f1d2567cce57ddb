//! iOS: Foundation and UIKit through objc2.
//!
//! The app's folders are its own: the system's conventions for them hold (Apple, "File System Programming Guide"). What
//! concerns the screen goes to the main thread, from whichever it is asked.

use super::{Received, Refused, SaveError};
use block2::RcBlock;
use objc2::rc::Retained;
use objc2::runtime::AnyObject;
use objc2::{MainThreadMarker, MainThreadOnly as _};
use objc2_foundation::{
    NSArray, NSDictionary, NSNumber, NSOperationQueue, NSString, NSURL, NSURLIsExcludedFromBackupKey,
    NSURLVolumeAvailableCapacityForImportantUsageKey,
};
use objc2_ui_kit::{UIActivityViewController, UIApplication, UIApplicationOpenSettingsURLString, UIViewController};
use std::cell::Cell;
use std::ffi::CStr;
use std::fs;
use std::path::{Path, PathBuf};

/// `Library/Application Support/onhand`, which no backup takes.
pub(super) fn data_dir() -> Option<PathBuf> {
    let folder = dirs::data_dir()?.join("onhand");
    // The mark stays on the folder; the folder must be there for it.
    if fs::create_dir_all(&folder).is_ok() {
        exclude_from_backup(&folder);
    }
    Some(folder)
}

fn exclude_from_backup(folder: &Path) {
    let address = NSURL::fileURLWithPath_isDirectory(&NSString::from_str(&folder.to_string_lossy()), true);
    let yes = NSNumber::new_bool(true);
    // SAFETY: the key wants a number that holds a boolean.
    let marked = unsafe { address.setResourceValue_forKey_error(Some(&yes), NSURLIsExcludedFromBackupKey) };
    if let Err(why) = marked {
        tracing::warn!("backups will take {}: {}", folder.display(), why.localizedDescription());
    }
}

pub(super) fn config_dir() -> Option<PathBuf> {
    dirs::preference_dir().map(|dir| dir.join("onhand"))
}

/// `models` beside the program, in the app's bundle: mapped from there.
pub(super) fn bundled_models_dir() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.join("models");
    folder.is_dir().then_some(folder)
}

pub(super) fn unpack_bundled_models() -> Result<(), Refused> {
    Ok(())
}

/// With what the system would throw away for something that the person wants.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let address = NSURL::fileURLWithPath(&NSString::from_str(&path.to_string_lossy()));
    // SAFETY: a constant of the system.
    let key = unsafe { NSURLVolumeAvailableCapacityForImportantUsageKey };
    let values = address.resourceValuesForKeys_error(&NSArray::from_slice(&[key])).ok()?;
    let bytes = values.objectForKey(key)?.downcast::<NSNumber>().ok()?.as_i64();
    u64::try_from(bytes).ok().filter(|bytes| *bytes > 0)
}

/// “Save to Files” is in the sheet: the person chooses the place.
pub(super) fn save(stem: &str, extension: &str, bytes: &[u8]) -> Result<Option<String>, SaveError> {
    share_file(stem, extension, bytes).map(|()| None).map_err(|why| SaveError::Failed(why.to_string()))
}

pub(super) fn share_text(text: &str) -> Result<(), Refused> {
    let text = text.to_string();
    on_main(move |main| share(main, &NSString::from_str(&text)));
    Ok(())
}

/// The sheet reads the file when the person has chosen, so it lies in the folder for what may go.
pub(super) fn share_file(stem: &str, extension: &str, bytes: &[u8]) -> Result<(), Refused> {
    let path = std::env::temp_dir().join(format!("{stem}.{extension}"));
    fs::write(&path, bytes).map_err(|e| Refused(e.to_string()))?;
    let path = path.to_string_lossy().into_owned();
    on_main(move |main| share(main, &NSURL::fileURLWithPath(&NSString::from_str(&path))));
    Ok(())
}

/// Runs `work` on the main thread, when that has time; what it is refused is logged, since nobody waits.
fn on_main(work: impl FnOnce(MainThreadMarker) -> Result<(), Refused> + Send + 'static) {
    let work = Cell::new(Some(work));
    let block = RcBlock::new(move || {
        if let (Some(work), Some(main)) = (work.take(), MainThreadMarker::new())
            && let Err(why) = work(main)
        {
            tracing::warn!("the system's sheet is not opened: {why}");
        }
    });
    // SAFETY: what the block holds may go to another thread, and is run there once.
    unsafe { NSOperationQueue::mainQueue().addOperationWithBlock(&block) };
}

fn share(main: MainThreadMarker, item: &AnyObject) -> Result<(), Refused> {
    let controller = front(main)?;
    let items = NSArray::from_slice(&[item]);
    let sheet = UIActivityViewController::alloc(main);
    // SAFETY: the items are strings and addresses, which the sheet takes.
    let sheet = unsafe { UIActivityViewController::initWithActivityItems_applicationActivities(sheet, &items, None) };
    // On a large screen the sheet is a bubble that must point somewhere.
    if let Some(bubble) = sheet.popoverPresentationController() {
        bubble.setSourceView(controller.view().as_deref());
    }
    controller.presentViewController_animated_completion(&sheet, true, None);
    Ok(())
}

/// The controller in front of all others.
fn front(main: MainThreadMarker) -> Result<Retained<UIViewController>, Refused> {
    #[allow(deprecated, reason = "this app has one scene, and no other way to its windows works on iOS 15")]
    let windows = UIApplication::sharedApplication(main).windows();
    let root = windows.iter().find_map(|window| window.rootViewController());
    let mut front = root.ok_or_else(|| Refused("the app has no window yet".into()))?;
    while let Some(above) = front.presentedViewController() {
        front = above;
    }
    Ok(front)
}

pub(super) fn open_settings() -> Result<(), Refused> {
    on_main(|main| {
        // SAFETY: a constant of the system.
        let address = NSURL::URLWithString(unsafe { UIApplicationOpenSettingsURLString });
        let address = address.ok_or_else(|| Refused("iOS names no settings for this app".into()))?;
        let application = UIApplication::sharedApplication(main);
        // SAFETY: no options, so none of a wrong type.
        unsafe { application.openURL_options_completionHandler(&address, &NSDictionary::new(), None) };
        Ok(())
    });
    Ok(())
}

/// The newest file that another app has put into the inbox. It is taken: what lies there is a copy of the app's own.
pub(super) fn received() -> Option<Result<Received, Refused>> {
    super::inbox::take_newest(&dirs::home_dir()?.join("Documents/Inbox"))
}

pub(super) fn fast_cores() -> Option<usize> {
    number(c"hw.perflevel0.physicalcpu").filter(|cores| *cores > 0)
}

/// A whole number that the kernel tells.
fn number(name: &CStr) -> Option<usize> {
    let mut value = 0_i32;
    let mut size = size_of::<i32>();
    // SAFETY: writes no more than `size` bytes to the number.
    let done =
        unsafe { libc::sysctlbyname(name.as_ptr(), (&raw mut value).cast(), &raw mut size, std::ptr::null_mut(), 0) };
    if done == 0 { usize::try_from(value).ok() } else { None }
}

//! What each system says of itself and of the device: name and version. What it does not say is unknown.

/// Name and version of the system: `Debian GNU/Linux 13 (trixie)`, `Android 14`, `iOS 17.2`; the bare name where it says
/// no more.
pub fn os() -> String {
    #[cfg(target_os = "android")]
    return with_version("Android", android_property("ro.build.version.release"));
    #[cfg(target_os = "ios")]
    return with_version("iOS", apple_version());
    #[cfg(target_os = "macos")]
    return with_version("macOS", apple_version());
    #[cfg(not(any(target_os = "android", target_os = "ios", target_os = "macos")))]
    std::fs::read_to_string("/etc/os-release")
        .ok()
        .and_then(|text| pretty_name(&text))
        .unwrap_or_else(|| std::env::consts::OS.into())
}

/// What the device's maker calls it; `None` where nothing says so. It is the model's name, never the one that its owner
/// gave it.
pub fn device_name() -> Option<String> {
    #[cfg(target_os = "android")]
    {
        let [maker, model] = ["ro.product.manufacturer", "ro.product.model"].map(android_property);
        let (maker, model) = (maker.unwrap_or_default(), model?);
        Some(if model.starts_with(&maker) { model } else { format!("{maker} {model}") })
    }
    // Apple's own code for it, such as `iPhone15,2`; on macOS this would be the architecture.
    #[cfg(target_os = "ios")]
    return rustix::system::uname().machine().to_str().ok().and_then(told);
    #[cfg(target_os = "linux")]
    {
        // Boards say it in the device tree, PCs in DMI.
        let files = ["/proc/device-tree/model", "/sys/class/dmi/id/product_name"];
        files.iter().find_map(|file| told(&std::fs::read_to_string(file).ok()?))
    }
    #[cfg(not(any(target_os = "android", target_os = "ios", target_os = "linux")))]
    None
}

#[cfg(any(target_os = "android", target_os = "ios", target_os = "macos"))]
fn with_version(name: &str, version: Option<String>) -> String {
    version.map_or(name.into(), |version| format!("{name} {version}"))
}

/// A property of the system. Java code has them as `android.os.Build`; the command gives them to anybody.
#[cfg(target_os = "android")]
fn android_property(name: &str) -> Option<String> {
    let output = std::process::Command::new("/system/bin/getprop").arg(name).output().ok()?;
    told(std::str::from_utf8(&output.stdout).ok()?)
}

/// The system's version, from the file that every Apple system has.
#[cfg(any(target_os = "ios", target_os = "macos"))]
fn apple_version() -> Option<String> {
    product_version(&std::fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist").ok()?)
}

/// The text after the key `ProductVersion` of a property list in XML.
#[cfg(any(target_os = "ios", target_os = "macos", test))]
fn product_version(plist: &str) -> Option<String> {
    let after = plist.split_once("<key>ProductVersion</key>")?.1;
    told(after.split_once("<string>")?.1.split_once("</string>")?.0)
}

/// `PRETTY_NAME` of os-release(5).
#[cfg(any(not(any(target_os = "android", target_os = "ios", target_os = "macos")), test))]
fn pretty_name(release: &str) -> Option<String> {
    told(release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?.trim_matches('"'))
}

/// What was told, if it was anything.
fn told(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_read_and_nothing_is_unknown() {
        assert_eq!(pretty_name("ID=x\nPRETTY_NAME=\"An OS 13\"\n").as_deref(), Some("An OS 13"));
        assert_eq!(pretty_name("PRETTY_NAME=\"\"\n"), None);
        let plist = "<dict>\n<key>ProductName</key>\n<string>iPhone OS</string>\n\
                     <key>ProductVersion</key>\n\t<string>17.2</string>\n</dict>";
        assert_eq!(product_version(plist).as_deref(), Some("17.2"));
        assert_eq!(product_version("bplist00\u{1}ProductVersion"), None);
        assert_eq!(told("A board\0").as_deref(), Some("A board"));
        assert_eq!(told(" \n"), None);
    }
}

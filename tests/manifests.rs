//! What the app tells the phones about itself: every permission has its reason, and what stands in two places is the same.

#[path = "manifests/xml.rs"]
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use xml::Element;

/// What the app asks of a person or a phone, and why: Android's name, the key of iOS' text.
const PERMISSIONS: &[(&str, Option<&str>, &str)] = &[
    (
        "android.permission.CAMERA",
        Some("NSCameraUsageDescription"),
        "names what the camera sees; asked when its screen opens",
    ),
    (
        "android.permission.RECORD_AUDIO",
        Some("NSMicrophoneUsageDescription"),
        "writes down what is said; asked when somebody starts it",
    ),
    (
        "android.permission.MODIFY_AUDIO_SETTINGS",
        None,
        "wry asks for it together with RECORD_AUDIO, and a web view records nothing without; nobody is asked",
    ),
    (
        "android.permission.INTERNET",
        None,
        "fetches models when somebody says so; without it not even the page could talk to the app on 127.0.0.1; nobody is asked",
    ),
];

/// What would make Android start the activity again in the same process if it were not declared. What API 35 knows, but for
/// assetsPaths: after a change of wallpaper the app starts anew, in a new process.
const CONFIG_CHANGES: &[&str] = &[
    "colorMode",
    "density",
    "fontScale",
    "fontWeightAdjustment",
    "grammaticalGender",
    "keyboard",
    "keyboardHidden",
    "layoutDirection",
    "locale",
    "mcc",
    "mnc",
    "navigation",
    "orientation",
    "screenLayout",
    "screenSize",
    "smallestScreenSize",
    "touchscreen",
    "uiMode",
];

#[test]
fn every_permission_is_there_for_a_reason() {
    let asked: BTreeSet<_> = manifest().all("uses-permission").iter().map(|e| android(e, "name").to_owned()).collect();
    let known: BTreeSet<_> = PERMISSIONS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(asked, known, "the manifest asks for one thing, PERMISSIONS knows the reason of another");
    for kind in ["uses-permission-sdk-23", "permission", "service", "receiver", "provider", "queries"] {
        assert!(manifest().all(kind).is_empty(), "<{kind}> needs a reason of its own");
    }

    let plist = plist();
    let asked: BTreeSet<_> = plist.keys().into_iter().filter(|key| key.ends_with("UsageDescription")).collect();
    let known: BTreeSet<_> = PERMISSIONS.iter().filter_map(|(_, key, _)| *key).collect();
    assert_eq!(asked, known, "Info.plist has texts for one thing, PERMISSIONS for another");
    assert!(plist.key("UIBackgroundModes").is_none(), "nothing runs in the background");

    // dx would add these to manifests of its own.
    for section in ["permissions", "background", "deep_links"] {
        assert!(dioxus().get(section).is_none(), "[{section}] in Dioxus.toml is not read: the manifests are ours");
    }
    for (name, _, why) in PERMISSIONS {
        println!("{name}: {why}");
    }
}

#[test]
fn nothing_is_required_that_a_device_may_lack() {
    for feature in manifest().all("uses-feature") {
        assert_eq!(android(feature, "required"), "false", "{feature:?}");
    }
}

#[test]
fn usage_texts_are_in_both_languages() {
    let plist = plist();
    let languages: Vec<_> =
        plist.key("CFBundleLocalizations").unwrap().children.iter().map(|c| c.text.clone()).collect();
    assert_eq!(languages, ["en", "ko"]);
    let texts: BTreeMap<_, _> = languages.iter().map(|language| (language.as_str(), strings(language))).collect();
    for key in PERMISSIONS.iter().filter_map(|(_, key, _)| *key).chain(["CFBundleDisplayName"]) {
        let fallback = &plist.key(key).unwrap_or_else(|| panic!("{key} is missing in Info.plist")).text;
        assert_eq!(texts["en"].get(key), Some(fallback), "{key}: English and Info.plist differ");
        let korean = texts["ko"].get(key).unwrap_or_else(|| panic!("{key} is missing in Korean"));
        let hangul = korean.chars().any(|c| ('가'..='힣').contains(&c));
        assert!(hangul || key == "CFBundleDisplayName", "{key}: not Korean: {korean}");
    }
    assert_eq!(texts["en"].keys().collect::<Vec<_>>(), texts["ko"].keys().collect::<Vec<_>>());
}

#[test]
fn names_and_versions_agree() {
    let (dioxus, cargo, plist) = (dioxus(), toml("Cargo.toml"), plist());
    let id = dioxus["bundle"]["identifier"].as_str().unwrap();
    assert_eq!(plist.key("CFBundleIdentifier").unwrap().text, id);
    let activity = read("platforms/android/MainActivity.kt");
    assert!(
        activity.contains(&format!("typealias BuildConfig = {id}.BuildConfig")),
        "MainActivity.kt: BuildConfig of {id}"
    );
    assert!(activity.contains(&format!("import {id}.R\n")), "MainActivity.kt: resources of {id}");
    // dx hands this package to wry, whatever we write.
    assert!(activity.contains("package dev.dioxus.main\n"));
    assert_eq!(android(main_activity(&manifest()), "name"), "dev.dioxus.main.MainActivity");
    let library: Vec<_> = manifest().all("meta-data").iter().map(|e| android(e, "value").to_owned()).collect();
    assert_eq!(
        library,
        ["main", "ANativeActivity_onCreate"],
        "dx calls the library so unless [android].lib_name says otherwise"
    );

    let name = dioxus["application"]["name"].as_str().unwrap();
    assert_eq!(plist.key("CFBundleName").unwrap().text, name);
    assert_eq!(plist.key("CFBundleDisplayName").unwrap().text, name);
    assert_eq!(plist.key("CFBundleExecutable").unwrap().text, cargo["package"]["default-run"].as_str().unwrap());
    assert_eq!(plist.key("CFBundleShortVersionString").unwrap().text, cargo["package"]["version"].as_str().unwrap());
    // The scripts count it up, by VERSION_CODE.
    assert_eq!(plist.key("CFBundleVersion").unwrap().text, "1");

    for key in ["android_manifest", "android_main_activity", "ios_info_plist"] {
        let file = dioxus["application"][key].as_str().unwrap();
        assert!(root().join(file).is_file(), "{key}: there is no {file}");
    }
}

#[test]
fn the_oldest_systems_agree() {
    let dioxus = dioxus();
    let number = |section: &str, key: &str| dioxus[section][key].as_integer().unwrap();
    assert_eq!(
        number("android", "min_sdk"),
        number("application", "android_min_sdk_version"),
        "Gradle's and the linker's"
    );
    assert_eq!(number("android", "min_sdk"), 28);
    assert_eq!(number("android", "target_sdk"), number("android", "compile_sdk"));

    let oldest: Vec<u32> =
        plist().key("MinimumOSVersion").unwrap().text.split('.').map(|n| n.parse().unwrap()).collect();
    // requestMediaCapturePermission, which wry answers for the camera.
    assert!(oldest >= vec![15]);
    if read("assets/style/tokens.css").contains("light-dark(") {
        assert!(oldest >= vec![17, 5], "WebKit knows light-dark() since 17.5");
    }
}

#[test]
fn the_activity_is_made_once_in_a_process() {
    let manifest = manifest();
    let activity = main_activity(&manifest);
    let declared: BTreeSet<_> = android(activity, "configChanges").split('|').collect();
    assert_eq!(declared, CONFIG_CHANGES.iter().copied().collect());
    assert_eq!(android(activity, "launchMode"), "singleTask");
    let code = read("platforms/android/MainActivity.kt");
    for (what, why) in [
        ("moveTaskToBack(true)", "Back must not end the activity"),
        ("Process.killProcess(Process.myPid())", "the process must end with the activity"),
        ("setIntent(intent)", "the Rust side asks getIntent for what was opened"),
        ("WindowInsetsCompat.Type.systemBars()", "the page must stay clear of the system's bars"),
        ("WindowInsetsCompat.Type.displayCutout()", "the page must stay clear of the camera's notch"),
        ("WindowInsetsCompat.Type.ime()", "the page must stay clear of the keyboard"),
    ] {
        assert!(code.contains(what), "MainActivity.kt: {what}: {why}");
    }
    assert!(activity.get("android:screenOrientation").is_none(), "upright and across");
    let orientations = plist().key("UISupportedInterfaceOrientations").unwrap().children.len();
    assert_eq!(orientations, 3, "upright and across");
}

#[test]
fn nothing_goes_out_unencrypted() {
    let manifest = manifest();
    let application = manifest.all("application")[0];
    assert!(
        application.get("android:usesCleartextTraffic").is_none(),
        "would be more than the network configuration allows"
    );
    let network = resource(android(application, "networkSecurityConfig"));
    assert_eq!(network.all("base-config")[0].get("cleartextTrafficPermitted"), Some("false"));
    let allowed: Vec<_> = network.all("domain").iter().map(|d| d.text.clone()).collect();
    assert_eq!(allowed, ["127.0.0.1"]);
    assert_eq!(network.all("domain")[0].get("includeSubdomains"), Some("false"));

    let plist = plist();
    let transport = plist.key("NSAppTransportSecurity").unwrap();
    assert_eq!(transport.keys(), ["NSExceptionDomains"], "no NSAllowsArbitraryLoads and the like");
    let domains = transport.key("NSExceptionDomains").unwrap();
    assert_eq!(domains.keys(), ["127.0.0.1"]);
}

#[test]
fn nothing_is_backed_up() {
    let manifest = manifest();
    let application = manifest.all("application")[0];
    assert_eq!(android(application, "allowBackup"), "false");
    assert_eq!(android(application, "fullBackupContent"), "false");
    let rules = resource(android(application, "dataExtractionRules"));
    let all: BTreeSet<_> = ["root", "file", "database", "sharedpref", "external"].map(str::to_owned).into();
    let all: BTreeSet<_> =
        all.iter().cloned().chain(all.iter().filter(|d| *d != "external").map(|d| format!("device_{d}"))).collect();
    for way in ["cloud-backup", "device-transfer"] {
        let left_out: BTreeSet<_> =
            rules.all(way)[0].all("exclude").iter().map(|e| e.get("domain").unwrap().to_owned()).collect();
        assert_eq!(left_out, all, "{way}");
    }
}

#[test]
fn pictures_and_sounds_open_in_the_app() {
    let manifest = manifest();
    let filters: BTreeMap<String, BTreeSet<String>> = manifest
        .all("intent-filter")
        .iter()
        .map(|filter| {
            let types =
                filter.all("data").iter().filter_map(|d| d.get("android:mimeType")).map(str::to_owned).collect();
            (android(filter.all("action")[0], "name").rsplit('.').next().unwrap().to_owned(), types)
        })
        .collect();
    let types = BTreeSet::from(["audio/*".to_owned(), "image/*".to_owned()]);
    assert_eq!(
        filters,
        BTreeMap::from([("MAIN".into(), BTreeSet::new()), ("SEND".into(), types.clone()), ("VIEW".into(), types)])
    );

    let plist = plist();
    let types: Vec<_> = plist
        .key("CFBundleDocumentTypes")
        .unwrap()
        .children
        .iter()
        .map(|d| d.key("LSItemContentTypes").unwrap().children[0].text.clone())
        .collect();
    assert_eq!(types, ["public.image", "public.audio"]);
    assert_eq!(plist.key("LSSupportsOpeningDocumentsInPlace").unwrap().name, "false", "the app reads copies");
}

#[test]
fn resources_have_names_of_our_own() {
    let folder = root().join("platforms/android/res");
    let files = files(&folder);
    assert!(!files.is_empty());
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        assert!(
            name.starts_with("onhand"),
            "{name}: scripts/build-android.sh clears what is called onhand*, and dx writes other names"
        );
    }
    // Whatever a file of ours names is there, but for what dx and AppCompat bring.
    let given: String = files
        .iter()
        .filter(|f| f.extension().is_some_and(|e| e == "xml"))
        .map(|f| fs::read_to_string(f).unwrap())
        .collect();
    let named = given.clone() + &read("platforms/android/AndroidManifest.xml");
    for kind in ["mipmap", "drawable", "color", "bool", "style", "xml"] {
        for name in named.split(&format!("\"@{kind}/")).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let is_file = files
                .iter()
                .any(|f| f.file_stem().unwrap() == name && f.to_string_lossy().contains(&format!("/{kind}")));
            let is_value = given.contains(&format!("<{kind} name=\"{name}\""));
            assert!(is_file || is_value || name.starts_with("Theme.AppCompat"), "@{kind}/{name} is nowhere");
        }
    }
}

#[test]
fn the_launch_screen_has_the_pages_colours() {
    let tokens = read("assets/style/tokens.css");
    let pair = |name: &str| {
        let (_, rest) = tokens.split_once(&format!("--{name}: light-dark(")).unwrap();
        let (pair, _) = rest.split_once(')').unwrap();
        let (light, dark) = pair.split_once(", ").unwrap();
        (light.to_owned(), dark.to_owned())
    };
    let (light, dark) = pair("ground");
    let colour = |file: &str, name: &str| {
        xml::parse(&read(&format!("platforms/android/res/{file}/onhand.xml")))
            .all("color")
            .iter()
            .find(|c| c.get("name") == Some(name))
            .unwrap_or_else(|| panic!("{name} in {file}"))
            .text
            .clone()
    };
    assert_eq!(colour("values", "onhand_ground"), light);
    assert_eq!(colour("values-night", "onhand_ground"), dark);
    assert_eq!(colour("values", "onhand_icon_ground"), pair("accent").0);
    assert!(read("platforms/icon.svg").contains(&pair("accent").0));

    let set = read("platforms/ios/Assets.xcassets/LaunchGround.colorset/Contents.json");
    for colour in [light, dark] {
        for (at, part) in ["red", "green", "blue"].into_iter().enumerate() {
            let value = colour[1 + 2 * at..3 + 2 * at].to_uppercase();
            assert!(set.contains(&format!("\"{part}\": \"0x{value}\"")), "{part} of {colour}");
        }
    }
}

#[test]
fn pictures_are_small() {
    let pictures: Vec<_> =
        files(&root().join("platforms")).into_iter().filter(|f| f.extension().is_some_and(|e| e == "png")).collect();
    assert!(pictures.len() >= 12, "scripts/make-icons.sh draws them");
    let bytes: u64 = pictures.iter().map(|f| fs::metadata(f).unwrap().len()).sum();
    assert!(bytes < 300_000, "{bytes} bytes");
}

// --- reading -------------------------------------------------------------------------------------------------------

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn toml(path: &str) -> toml::Table {
    read(path).parse().unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn dioxus() -> toml::Table {
    toml("Dioxus.toml")
}

fn manifest() -> Element {
    xml::parse(&read("platforms/android/AndroidManifest.xml"))
}

/// The dict of Info.plist.
fn plist() -> Element {
    xml::parse(&read("platforms/ios/Info.plist")).children.remove(0)
}

fn android<'a>(element: &'a Element, name: &str) -> &'a str {
    element.get(&format!("android:{name}")).unwrap_or_else(|| panic!("android:{name} is missing in {element:?}"))
}

fn main_activity(manifest: &Element) -> &Element {
    let activities = manifest.all("activity");
    assert_eq!(activities.len(), 1);
    activities[0]
}

/// The file behind `@xml/name`.
fn resource(reference: &str) -> Element {
    let name = reference.strip_prefix("@xml/").expect("a reference to a file");
    xml::parse(&read(&format!("platforms/android/res/xml/{name}.xml")))
}

/// `"key" = "text";` a line.
fn strings(language: &str) -> BTreeMap<String, String> {
    read(&format!("platforms/ios/{language}.lproj/InfoPlist.strings"))
        .lines()
        .filter(|line| line.starts_with('"'))
        .map(|line| {
            let (key, text) = line.split_once("\" = \"").unwrap_or_else(|| panic!("{language}: {line}"));
            (key.trim_start_matches('"').to_owned(), text.strip_suffix("\";").unwrap().to_owned())
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

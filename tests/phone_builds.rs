//! The scripts that build for phones, on a machine of stand-ins: what is missing is named, alone or with all the rest,
//! before anything is built; and what the builds lay where, in which order. No phone's tools, no network.
#![cfg(unix)]

#[path = "phone_builds/world.rs"]
mod world;

use std::fs;
use world::{OLD_PROFILES, PROFILES, World};

/// What is taken away, and the line that must name it.
type Case = (&'static str, fn(&mut World), &'static str);

const ANDROID: &[Case] = &[
    ("dx", |w| w.without("bin/dx"), "dx 0.7.10, the command line of Dioxus (found: none)"),
    (
        "another dx",
        |w| w.tool("dx", "echo 'dioxus 0.6.3 (abc)'"),
        "dx 0.7.10, the command line of Dioxus (found: 0.6.3)",
    ),
    ("rustup", |w| w.without("bin/rustup"), "Rust, installed by rustup"),
    ("the target", |w| w.tool("rustup", "echo aarch64-apple-ios"), "rustup target add aarch64-linux-android"),
    ("the platform", |w| w.without("sdk/platforms/android-35"), "\"platforms;android-35\""),
    ("the build tools", |w| w.without("sdk/build-tools/34.0.0"), "\"build-tools;34.0.0\""),
    ("the NDK", |w| w.without("sdk/ndk"), "\"ndk;27.3.13750724\""),
    (
        "a new enough NDK",
        |w| w.file("sdk/ndk/27.3.13750724/source.properties", "Pkg.Revision = 25.1.8937393"),
        "the NDK, version 27 or later",
    ),
    ("a whole NDK", |w| w.without("sdk/ndk/27.3.13750724/toolchains"), "a whole NDK"),
    ("the JDK", |w| w.without("jdk"), "a JDK, version 17 to 21"),
    ("a compiler in the JDK", |w| w.without("jdk/bin/javac"), "a JDK, version 17 to 21"),
    ("an old JDK", |w| w.program("jdk/bin/java", "echo 'openjdk version \"11.0.2\"' >&2"), "a JDK, version 17 to 21"),
    ("a JDK too new", |w| w.program("jdk/bin/java", "echo 'openjdk version \"25\"' >&2"), "a JDK, version 17 to 21"),
    ("unzip", |w| w.without("bin/unzip"), "unzip (to measure the package)"),
    (
        "half a key",
        |w| w.set("ANDROID_KEY_ALIAS", "upload"),
        "the rest of the upload key: ANDROID_KEYSTORE ANDROID_KEYSTORE_PASSWORD ANDROID_KEY_PASSWORD",
    ),
    ("a code", |w| w.set("VERSION_CODE", "1.2"), "a VERSION_CODE that is a whole number"),
];

const IOS: &[Case] = &[
    ("dx", |w| w.without("bin/dx"), "dx 0.7.10, the command line of Dioxus (found: none)"),
    ("the phone's target", |w| w.tool("rustup", "echo aarch64-apple-ios-sim"), "rustup target add aarch64-apple-ios\n"),
    (
        "the simulator's target",
        |w| w.tool("rustup", "echo aarch64-apple-ios"),
        "rustup target add aarch64-apple-ios-sim\n",
    ),
    ("a Mac", |w| w.tool("uname", "case $1 in -s) echo Linux ;; *) echo Linux arm64 ;; esac"), "a Mac: Apple's tools"),
    ("Xcode", |w| w.without("bin/xcodebuild"), "Xcode (the command line tools alone have no iOS)"),
    ("all of Xcode", |w| w.tool("xcodebuild", "exit 1"), "Xcode (the command line tools alone have no iOS)"),
    ("consent", |w| w.tool("xcodebuild", "[ \"$1\" != -license ]"), "your consent to Xcode's licence"),
    (
        "a new enough SDK",
        |w| {
            w.tool(
                "xcrun",
                "case \"$*\" in *iphoneos*) echo 17.4 ;; *runtimes*) echo 'iOS 18.2' ;; *) echo 18.2 ;; esac",
            )
        },
        "the iOS SDK iphoneos, 17.5 or later (found: 17.4)",
    ),
    (
        "the simulator's SDK",
        |w| {
            w.tool(
                "xcrun",
                "case \"$*\" in *iphonesimulator*) exit 1 ;; *runtimes*) echo 'iOS 18.2' ;; *) echo 18.2 ;; esac",
            )
        },
        "the iOS SDK iphonesimulator, 17.5 or later (found: none)",
    ),
    (
        "a simulator runtime",
        |w| w.tool("xcrun", "case \"$*\" in *runtimes*) echo 'tvOS 18.2' ;; *) echo 18.2 ;; esac"),
        "an iOS simulator runtime",
    ),
    (
        "actool",
        |w| w.tool("xcrun", "case \"$*\" in *actool*) exit 1 ;; *runtimes*) echo 'iOS 18.2' ;; *) echo 18.2 ;; esac"),
        "Xcode's actool",
    ),
    (
        "codesign",
        |w| w.tool("xcrun", "case \"$*\" in *codesign*) exit 1 ;; *runtimes*) echo 'iOS 18.2' ;; *) echo 18.2 ;; esac"),
        "Xcode's codesign",
    ),
    ("an identity", |w| w.tool("security", "[ \"$1\" = cms ] && cat \"$4\""), "a signing identity"),
    ("a profile", |w| w.without("home/Library"), "a provisioning profile for app.onhand"),
    (
        "a profile of this app",
        |w| w.set("BUNDLE_ID", "com.example.other"),
        "a provisioning profile for com.example.other",
    ),
    (
        "a profile that has not expired",
        |w| w.file(&format!("{PROFILES}/a.mobileprovision"), "app.onhand 2024-08-01T12:00:00Z\n"),
        "a provisioning profile for app.onhand that has not expired (found: ",
    ),
    ("a code", |w| w.set("VERSION_CODE", "0"), "a VERSION_CODE that is a whole number"),
];

#[test]
fn with_everything_there_nothing_is_named() {
    for (world, script) in [(World::android(), "build-android.sh"), (World::ios(), "build-ios.sh")] {
        let ran = world.run(script, &["--check"]);
        assert!(ran.succeeded() && ran.said().contains("nothing is missing"), "{}", ran.said());
    }
}

#[test]
fn what_is_missing_alone_is_named_alone() {
    let all = ANDROID.iter().map(|case| (World::android(), "build-android.sh", case));
    for (mut world, script, (name, take_away, line)) in
        all.chain(IOS.iter().map(|case| (World::ios(), "build-ios.sh", case)))
    {
        take_away(&mut world);
        let ran = world.run(script, &[]);
        let said = ran.said();
        assert!(!ran.succeeded(), "{script} without {name}: {said}");
        assert!(said.contains(line), "{script} without {name} does not say “{line}”: {said}");
        assert!(said.contains("1 thing is missing; nothing was built"), "{script} without {name}: {said}");
        assert!(!world.path("app/target").exists(), "{script} without {name} built something");
    }
}

#[test]
fn without_an_sdk_all_of_it_is_named_at_once() {
    let world = World::android();
    for name in ["bin/dx", "bin/rustup", "bin/unzip", "sdk", "jdk"] {
        world.without(name);
    }
    let ran = world.run("build-android.sh", &[]);
    let said = ran.said();
    assert!(!ran.succeeded() && said.contains("8 things are missing; nothing was built"), "{said}");
    for line in [
        "dx 0.7.10",
        "https://rustup.rs",
        "a JDK",
        "the Android SDK",
        "platforms;android-35",
        "build-tools;34.0.0",
        "ndk;27",
        "unzip",
    ] {
        assert!(said.contains(line), "“{line}” is not in: {said}");
    }

    let world = World::ios();
    for name in ["bin/dx", "bin/rustup", "bin/xcodebuild", "bin/security", "home/Library"] {
        world.without(name);
    }
    world.tool("uname", "case $1 in -s) echo Linux ;; *) echo Linux x86_64 ;; esac");
    let ran = world.run("build-ios.sh", &[]);
    let said = ran.said();
    assert!(!ran.succeeded() && said.contains("6 things are missing; nothing was built"), "{said}");
}

#[test]
fn an_android_build_lays_everything_in_place() {
    let mut world = World::android();
    world.file("package", "a package");
    world.file("app/target/dx/onhand/release/android/app/app/src/main/res/values/onhand_old.xml", "left over");
    let ran = world.run("build-android.sh", &[]);
    let said = ran.said();
    assert!(ran.succeeded(), "{said}");
    assert!(said.contains("NOT SIGNED") && said.contains("code 1") && said.contains("adb install -r"), "{said}");
    assert!(world.path("app/target/android/onhand-debug.apk").is_file());
    assert!(world.path("app/target/android/onhand.aab").is_file());
    let log = world.log();
    assert!(log.contains("build --android --target aarch64-linux-android --profile phone --locked"), "{log}");
    assert!(log.contains("gradle --console=plain assembleDebug bundleRelease code=1 key=\n"), "{log}");
    let main = "app/target/dx/onhand/release/android/app/app/src/main";
    assert!(world.path(&format!("{main}/res/mipmap-anydpi-v26/onhand_icon.xml")).is_file());
    assert!(!world.path(&format!("{main}/res/values/onhand_old.xml")).exists());

    // With a key and a number of its own; the path of the key is meant from the checkout, where make runs.
    world.file("app/upload.jks", "key");
    for (name, value) in [
        ("ANDROID_KEYSTORE", "upload.jks"),
        ("ANDROID_KEYSTORE_PASSWORD", "p"),
        ("ANDROID_KEY_ALIAS", "up"),
        ("ANDROID_KEY_PASSWORD", "p"),
        ("VERSION_CODE", "7"),
    ] {
        world.set(name, value);
    }
    let said = world.run("build-android.sh", &[]).said();
    assert!(said.contains("signed with up") && said.contains("code 7"), "{said}");
    let log = world.log();
    assert!(log.contains("code=7 key=/") && log.contains("/app/upload.jks\n"), "{log}");
}

#[test]
fn models_go_into_the_package_and_out_again() {
    let world = World::android();
    world.file("package", "a package with a model");
    world.file("app/models/bundle/tiny/config.json", "{}");
    // As unzip -v prints it: length, method, size, ratio, date, time, sum, name.
    world.file("unzip.txt", "Archive:  x\n Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  ------  ------- ---- ---------- ----- --------  ----\n  22  Stored  20   0% 1981-01-01 01:01 00000000  assets/models/tiny/config.json\n--------          -------  ---                            -------\n  22              20   0%                            1 file\n");
    let assets = "app/target/dx/onhand/release/android/app/app/src/main/assets/models/tiny/config.json";
    let said = world.run("build-android.sh", &[]).said();
    assert!(world.path(assets).is_file(), "{said}");
    assert!(said.contains("of these models 0.0 MB: tiny"), "{said}");
    world.without("app/models/bundle");
    assert!(world.run("build-android.sh", &[]).succeeded());
    assert!(!world.path(assets).exists(), "models of an earlier build stay in the package");
}

#[test]
fn a_package_over_the_budget_fails_unless_models_make_it_so() {
    let world = World::android();
    fs::File::create(world.path("package")).unwrap().set_len(25_000_001).unwrap();
    let ran = world.run("build-android.sh", &[]);
    assert!(!ran.succeeded() && ran.said().contains("Too large: without models 25.0 MB"), "{}", ran.said());
    world.file("app/models/bundle/tiny/config.json", "{}");
    world.file(
        "unzip.txt",
        "  9000000  Stored  9000000   0% 1981-01-01 01:01 00000000  assets/models/tiny/model.safetensors\n",
    );
    let ran = world.run("build-android.sh", &[]);
    assert!(ran.succeeded(), "{}", ran.said());
}

#[test]
fn a_permission_that_a_library_brings_fails_the_build() {
    let world = World::android();
    world.file("package", "a package");
    world.file("permissions.txt", "uses-permission: name='android.permission.CAMERA'\nuses-permission: name='android.permission.READ_PHONE_STATE'\n");
    let ran = world.run("build-android.sh", &[]);
    let sentence = "asks for more than the manifest does: android.permission.READ_PHONE_STATE";
    assert!(!ran.succeeded() && ran.said().contains(sentence), "{}", ran.said());
}

#[test]
fn a_build_that_breaks_ends_the_script() {
    let world = World::android();
    world.tool("dx", "case $1 in --version) echo 'dioxus 0.7.10 (57d6794)' ;; build) exit 3 ;; esac");
    assert!(!world.run("build-android.sh", &[]).succeeded());
    assert!(!world.path("app/target/android").exists());
}

#[test]
fn an_ios_build_lays_everything_in_place() {
    let mut world = World::ios();
    world.file("app/models/bundle/tiny/config.json", "{}");
    world.set("VERSION_CODE", "7");
    let ran = world.run("build-ios.sh", &[]);
    let said = ran.said();
    assert!(ran.succeeded(), "{said}");
    assert!(said.contains("signed by Apple Development: a person") && said.contains("code 7"), "{said}");
    assert!(said.contains("  xcrun simctl launch booted app.onhand\n"), "{said}");
    assert!(said.ends_with("--device YOUR-PHONE target/ios/device/Onhand.app\n"), "{said}");
    for app in ["app/target/ios/simulator/Onhand.app", "app/target/ios/device/Onhand.app"] {
        for file in [
            "onhand",
            "Info.plist",
            "en.lproj/InfoPlist.strings",
            "ko.lproj/InfoPlist.strings",
            "models/tiny/config.json",
        ] {
            assert!(world.path(app).join(file).is_file(), "{app}/{file}");
        }
    }
    assert!(world.path("app/target/ios/device/Onhand.app/embedded.mobileprovision").is_file());
    assert!(!world.path("app/target/ios/simulator/Onhand.app/embedded.mobileprovision").exists());
    assert!(world.path("app/target/ios/onhand.ipa").is_file());
    let log = world.log();
    for line in [
        "dx build --ios --target aarch64-apple-ios-sim --profile phone --locked --features metal,accelerate ios=17.5",
        "dx build --ios --target aarch64-apple-ios --profile phone --locked --features metal,accelerate ios=17.5",
        "--platform iphonesimulator --minimum-deployment-target 17.5 --app-icon AppIcon",
        "plutil -replace CFBundleVersion -string 7",
        "codesign --force --sign - target/ios/simulator/Onhand.app",
        "codesign --force --sign Apple Development: a person (ABCDE12345) --entitlements",
    ] {
        assert!(log.contains(line), "“{line}” is not in: {log}");
    }
}

#[test]
fn an_unsigned_ios_build_needs_no_identity() {
    let mut world = World::ios();
    world.without("bin/security");
    world.without("home/Library");
    world.set("IOS_SIGNING", "none");
    world.set("BUNDLE_ID", "com.example.other");
    let ran = world.run("build-ios.sh", &[]);
    assert!(ran.succeeded() && ran.said().contains("NOT SIGNED"), "{}", ran.said());
    assert!(ran.said().ends_with("  xcrun simctl launch booted com.example.other\n"), "{}", ran.said());
    assert!(!world.path("app/target/ios/device/Onhand.app/embedded.mobileprovision").exists());
}

#[test]
fn a_profile_is_found_in_either_folder_and_not_once_it_has_expired() {
    let mut world = World::ios();
    let signed_with = |world: &World| {
        let ran = world.run("build-ios.sh", &[]);
        assert!(ran.succeeded(), "{}", ran.said());
        fs::read_to_string(world.path("app/target/ios/device/Onhand.app/embedded.mobileprovision")).unwrap()
    };
    world.file(&format!("{PROFILES}/a.mobileprovision"), "app.onhand 2024-08-01T12:00:00Z\n");
    world.file(&format!("{PROFILES}/all.mobileprovision"), "* 2999-01-02T00:00:00Z\n");
    assert_eq!(signed_with(&world), "* 2999-01-02T00:00:00Z\n");
    world.file(&format!("{OLD_PROFILES}/b.mobileprovision"), "app.onhand 2999-01-03T00:00:00Z\n");
    assert_eq!(signed_with(&world), "app.onhand 2999-01-03T00:00:00Z\n");

    let named = world.path(&format!("{PROFILES}/a.mobileprovision")).display().to_string();
    world.set("IOS_PROFILE", &named);
    let ran = world.run("build-ios.sh", &["--check"]);
    assert!(!ran.succeeded() && ran.said().contains("that has not expired (found: "), "{}", ran.said());
}

#[test]
fn models_are_bundled_whole_or_not_at_all() {
    let mut world = World::android();
    world.tool("lab", "echo \"lab $* in $ONHAND_MODELS\" >>\"$WORLD/log\"");
    world.set("ONHAND_LAB", "lab");
    world.file("app/models/installed/a/config.json", "{}");
    world.file("app/models/installed/a/model.safetensors", "weights");
    world.file("app/models/installed/b.en/config.json", "{}");

    let ran = world.run("bundle-models.sh", &["a", "b.en"]);
    assert!(ran.succeeded() && ran.said().contains("what the app grows by"), "{}", ran.said());
    assert!(world.path("app/models/bundle/a/model.safetensors").is_file());
    assert!(world.log().contains("lab models verify a b.en in models/installed"), "{}", world.log());

    // What is not installed, named badly or damaged changes nothing.
    for (ids, sentence) in
        [(["a", "c"], "models fetch --models \"models/installed\" c\n"), (["a", "../a"], "../a is no model's name")]
    {
        let ran = world.run("bundle-models.sh", &ids);
        assert!(!ran.succeeded() && ran.said().contains(sentence), "{}", ran.said());
    }
    world.tool("lab", "exit 1");
    assert!(!world.run("bundle-models.sh", &["a"]).succeeded());
    assert!(world.path("app/models/bundle/b.en/config.json").is_file());

    world.tool("lab", "");
    assert!(world.run("bundle-models.sh", &["a"]).succeeded());
    assert!(!world.path("app/models/bundle/b.en").exists(), "these and no others");
    assert!(world.run("bundle-models.sh", &[]).succeeded());
    assert!(!world.path("app/models/bundle").exists());
}

#[test]
fn the_workflow_installs_what_the_scripts_ask_for() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let value = |text: &str, key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)).unwrap_or_else(|| panic!("no {key}"));
        line.trim_end_matches(',').trim_matches(['"', ' ']).to_owned()
    };
    let (workflow, script) = (read(".github/workflows/phones.yml"), read("scripts/build-android.sh"));
    let dioxus = read("Cargo.toml");
    let (_, dioxus) = dioxus.split_once("dioxus = { version = \"").unwrap();
    assert_eq!(value(&workflow, "DX_VERSION:"), dioxus.split('"').next().unwrap());
    for package in [
        format!("platforms;android-{}", value(&read("Dioxus.toml"), "compile_sdk =")),
        format!("build-tools;{}", value(&script, "build_tools=")),
        format!("ndk;{}", value(&script, "ndk_named=")),
    ] {
        assert!(workflow.contains(&format!("\"{package}\"")), "the workflow does not install {package}");
    }
    assert!(workflow.contains(&format!("java-version: \"{}\"", value(&script, "jdk_oldest="))));
}

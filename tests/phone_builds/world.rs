//! A machine that has everything: stand-ins for the phones' tools, each a small shell script, in a folder that is all the
//! PATH there is, and a copy of what the build scripts read. A test takes away what it wants to see named.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the scripts use of every Unix.
const PLAIN_TOOLS: &[&str] = &[
    "awk", "basename", "bash", "cat", "cp", "date", "dirname", "find", "grep", "ls", "mkdir", "mktemp", "mv", "rm",
    "sed", "sort", "tr", "wc",
];

/// Where Xcode keeps profiles, from its version 16 on and before.
pub const PROFILES: &str = "home/Library/Developer/Xcode/UserData/Provisioning Profiles";
pub const OLD_PROFILES: &str = "home/Library/MobileDevice/Provisioning Profiles";

pub struct World {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl World {
    /// A machine for Android, of the kind that `uname` says.
    pub fn android() -> Self {
        let world = Self::new("Linux x86_64");
        world.tool(
            "dx",
            &format!("case $1 in --version) echo 'dioxus 0.7.10 (57d6794)' ;; build) {DX_ANDROID} ;; esac"),
        );
        world.tool("rustup", "echo aarch64-linux-android");
        world.tool("unzip", "cat \"$WORLD/unzip.txt\"");
        world.file("sdk/platforms/android-35/android.jar", "");
        world.program("sdk/build-tools/34.0.0/aapt2", "cat \"$WORLD/permissions.txt\"");
        world.file("permissions.txt", PERMISSIONS);
        world.file("sdk/ndk/27.3.13750724/source.properties", "Pkg.Desc = Android NDK\nPkg.Revision = 27.3.13750724\n");
        world.file("sdk/ndk/27.3.13750724/toolchains/llvm/prebuilt/linux-x86_64/bin/aarch64-linux-android28-clang", "");
        world.program("jdk/bin/java", "echo 'openjdk version \"17.0.12\" 2024-07-16' >&2");
        world.program("jdk/bin/javac", "");
        let place = |name: &str| world.path(name).display().to_string();
        let variables = vec![("ANDROID_HOME".into(), place("sdk")), ("JAVA_HOME".into(), place("jdk"))];
        Self { variables, ..world }
    }

    /// A Mac with Xcode, somebody's identity and a profile for the app.
    pub fn ios() -> Self {
        let world = Self::new("Darwin arm64");
        world.tool("dx", &format!("case $1 in --version) echo 'dioxus 0.7.10 (57d6794)' ;; build) {DX_IOS} ;; esac"));
        world.tool("rustup", "echo aarch64-apple-ios; echo aarch64-apple-ios-sim");
        world.tool("xcodebuild", "");
        world.tool(
            "xcrun",
            "case \"$*\" in *--show-sdk-version*) echo 18.2 ;; *runtimes*) echo 'iOS 18.2' ;; *) echo \"xcrun $*\" >>\"$WORLD/log\" ;; esac",
        );
        world.tool("codesign", "echo \"codesign $*\" >>\"$WORLD/log\"");
        world.tool("zip", "echo package >\"$2\"");
        // A profile here is two words: the app that it is for, and when it ends.
        world.tool("plutil", "case \"$*\" in *application-identifier\\ raw*) read -r app ends; echo \"ABCDE12345.$app\" ;; *ExpirationDate*) read -r app ends; echo \"$ends\" ;; *\\ raw*) echo ABCDE12345 ;; *) echo \"plutil $*\" >>\"$WORLD/log\" ;; esac");
        world.tool(
            "security",
            "case $1 in find-identity) echo '  1) 0123 \"Apple Development: a person (ABCDE12345)\"' ;; cms) cat \"$4\" ;; esac",
        );
        world.file(&format!("{PROFILES}/a.mobileprovision"), "app.onhand 2999-01-01T00:00:00Z\n");
        world
    }

    fn new(system: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        fs::create_dir_all(world.path("bin")).unwrap();
        for tool in PLAIN_TOOLS {
            let places = std::env::var_os("PATH").unwrap();
            let real = std::env::split_paths(&places).map(|p| p.join(tool)).find(|p| p.is_file()).expect(tool);
            std::os::unix::fs::symlink(real, world.path("bin").join(tool)).unwrap();
        }
        let (name, machine) = system.split_once(' ').unwrap();
        world.tool("uname", &format!("case $1 in -s) echo {name} ;; -m) echo {machine} ;; *) echo {system} ;; esac"));
        world.tool("cargo", "");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in ["Cargo.toml", "Dioxus.toml"] {
            world.file(&format!("app/{file}"), &fs::read_to_string(root.join(file)).unwrap());
        }
        for folder in ["scripts", "platforms"] {
            copy(&root.join(folder), &world.path("app").join(folder));
        }
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn program(&self, name: &str, body: &str) {
        self.file(name, &format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A command on the PATH.
    pub fn tool(&self, name: &str, body: &str) {
        self.program(&format!("bin/{name}"), body);
    }

    pub fn without(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
    }

    /// What was logged by the tools.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub fn run(&self, script: &str, arguments: &[&str]) -> Ran {
        let output = Command::new(self.path("bin/bash"))
            .arg(self.path("app/scripts").join(script))
            .args(arguments)
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .env("WORLD", self.folder.path())
            .env("ANDROID_STUDIO", self.path("no-studio"))
            .envs(self.variables.iter().cloned())
            .output()
            .unwrap();
        Ran(output)
    }
}

/// How a script ended, and what it said.
#[derive(Debug)]
pub struct Ran(Output);

impl Ran {
    pub fn succeeded(&self) -> bool {
        self.0.status.success()
    }

    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned() + &String::from_utf8_lossy(&self.0.stderr)
    }
}

/// As `aapt2 dump permissions` prints what is in a package: ours, and one that androidx.core brings.
const PERMISSIONS: &str = "package: app.onhand
uses-permission: name='android.permission.CAMERA'
uses-permission: name='android.permission.RECORD_AUDIO'
uses-permission: name='android.permission.MODIFY_AUDIO_SETTINGS'
uses-permission: name='android.permission.INTERNET'
permission: app.onhand.DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION
uses-permission: name='app.onhand.DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION'
";

/// Like dx: writes the Gradle project anew over what lies there, and lets Gradle run, which wants our resources.
const DX_ANDROID: &str = r#"
    echo "$*" >>"$WORLD/log"
    app=target/dx/onhand/release/android/app
    [ -f $app/app/src/main/res/values/onhand.xml ] || { echo 'Gradle: no resource style/Onhand' >&2; exit 1; }
    echo 'versionCode = 1' >$app/app/build.gradle.kts
    cat >$app/gradlew <<'GRADLE'
#!/bin/sh
echo "gradle $* code=$VERSION_CODE key=$ANDROID_KEYSTORE" >>"$WORLD/log"
[ "$(grep -c 'From platforms/android/app.gradle.kts' app/build.gradle.kts)" = 1 ] || exit 1
mkdir -p app/build/outputs/apk/debug app/build/outputs/bundle/release
cp "$WORLD/package" app/build/outputs/apk/debug/app-debug.apk
echo bundle >app/build/outputs/bundle/release/app-release.aab
GRADLE
    /bin/chmod +x $app/gradlew
"#;

/// Like dx: empties its app first.
const DX_IOS: &str = r#"
    echo "dx $* ios=$IPHONEOS_DEPLOYMENT_TARGET" >>"$WORLD/log"
    app=target/dx/onhand/release/ios/Onhand.app
    rm -rf $app; mkdir -p $app; echo program >$app/onhand; cp platforms/ios/Info.plist $app/
"#;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

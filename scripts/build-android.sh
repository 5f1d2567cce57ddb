#!/usr/bin/env bash
# Builds the app for Android phones: a package to install by hand, and a bundle for the store. `make android` runs it.
#
#   scripts/build-android.sh              build, into target/android
#   scripts/build-android.sh --check      only say what is missing
#   scripts/build-android.sh --resources  only lay our resources where `dx serve --android` finds them
#
# VERSION_CODE=2                          counted up with each delivery; 1 if it is not said
# ANDROID_KEYSTORE=/path/to/upload.jks ANDROID_KEYSTORE_PASSWORD=… ANDROID_KEY_ALIAS=… ANDROID_KEY_PASSWORD=…
#                                         the key that the bundle is signed with; unsigned without
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/phone-tools.sh
. scripts/phone-tools.sh

# The only one that phones of the last years need.
rust_target=aarch64-linux-android
# What the Gradle project of dx 0.7.10 takes: its Android plugin 8.7.0 builds with these tools, its Gradle 9.1 wants Java
# 17 at least, and 21 is the last one of long support that its Kotlin 2.0.20 knows.
build_tools=34.0.0
jdk_oldest=17
jdk_newest=21
# 27 is the first whose linker can lay a library out for pages of 16 KB, as phones have from 2025 on.
ndk_oldest=27
ndk_named=27.3.13750724
# Of the package without models.
budget_bytes=25000000

sdk_api=$(sed -n 's/^compile_sdk = \([0-9]*\).*/\1/p' Dioxus.toml)
min_api=$(sed -n 's/^android_min_sdk_version = \([0-9]*\).*/\1/p' Dioxus.toml)
out=target/android
project=${CARGO_TARGET_DIR:-target}/dx/onhand

case "$(uname -s)" in
  Darwin) host=darwin-x86_64 default_sdk=$HOME/Library/Android/sdk ;;
  *) host=linux-x86_64 default_sdk=$HOME/Android/Sdk ;;
esac
android_studio=${ANDROID_STUDIO:-/Applications/Android Studio.app}

# dx, Gradle and this script must mean the same folders, and each looks at other variables: all are set, to one value.
find_sdk() {
  local place
  for place in "${ANDROID_HOME:-}" "${ANDROID_SDK_ROOT:-}" "${ANDROID_SDK:-}" "$default_sdk"; do
    if [ -n "$place" ] && [ -d "$place" ]; then
      export ANDROID_HOME=$place ANDROID_SDK_ROOT=$place ANDROID_SDK=$place
      return 0
    fi
  done
  return 1
}

ndk_version() { sed -n 's/^Pkg.Revision *= *//p' "$1/source.properties" 2>/dev/null | tr -d '\r'; }

find_ndk() {
  local place
  for place in "${NDK_HOME:-}" "${ANDROID_NDK_HOME:-}" "${ANDROID_HOME:-/nowhere}/ndk/$ndk_named" "${ANDROID_HOME:-/nowhere}"/ndk/*; do
    if [ -n "$place" ] && at_least $ndk_oldest "$(ndk_version "$place")"; then
      export NDK_HOME=$place ANDROID_NDK_HOME=$place
      return 0
    fi
  done
  return 1
}

java_version() { "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | first_line; }

# Where JAVA_HOME is not said, dx takes Java 11 where it finds it, which Gradle refuses: so it is always said.
find_jdk() {
  local place version
  for place in "${JAVA_HOME:-}" "$android_studio/Contents/jbr/Contents/Home" "$(java_home_on_path)"; do
    if [ -n "$place" ] && [ -x "$place/bin/javac" ]; then
      version=$(java_version "$place/bin/java")
      case $version in '' | *[!0-9]*) continue ;; esac
      if [ "$version" -ge $jdk_oldest ] && [ "$version" -le $jdk_newest ]; then
        export JAVA_HOME=$place
        return 0
      fi
    fi
  done
  return 1
}

java_home_on_path() {
  if have java; then java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.home = //p' | first_line; fi
}

check_signing() {
  local given=0 name absent=
  for name in ANDROID_KEYSTORE ANDROID_KEYSTORE_PASSWORD ANDROID_KEY_ALIAS ANDROID_KEY_PASSWORD; do
    if [ -n "${!name:-}" ]; then given=$((given + 1)); else absent="$absent $name"; fi
  done
  if [ "$given" -gt 0 ] && [ "$given" -lt 4 ]; then
    missing "the rest of the upload key:$absent" "set these too, or none of the four for an unsigned bundle"
  elif [ "$given" -eq 4 ] && [ ! -f "$ANDROID_KEYSTORE" ]; then
    missing "the upload key, ANDROID_KEYSTORE: no file at $ANDROID_KEYSTORE" \
      "keytool -genkeypair -v -keystore upload.jks -alias upload -keyalg RSA -keysize 4096 -validity 10000"
  fi
}

check() {
  check_dx
  check_rust "$rust_target"
  if ! find_jdk; then
    missing "a JDK, version $jdk_oldest to $jdk_newest: JAVA_HOME names none, and java is not one" \
      "apt-get install openjdk-$jdk_oldest-jdk-headless (openjdk-$jdk_newest-jdk-headless on Debian 13)," \
      "or brew install --cask temurin@$jdk_oldest, or https://adoptium.net"
  fi
  if ! find_sdk; then
    missing "the Android SDK: ANDROID_HOME names no folder, and there is none at $default_sdk" \
      "https://developer.android.com/studio#command-line-tools-only, then export ANDROID_HOME=$default_sdk"
  fi
  # shellcheck disable=SC2016 # to be expanded by the shell that it is pasted into
  local manager='"$ANDROID_HOME/cmdline-tools/latest/bin/sdkmanager"'
  if [ ! -e "${ANDROID_HOME:-/nowhere}/platforms/android-$sdk_api/android.jar" ]; then
    missing "the SDK's platform $sdk_api" "$manager \"platforms;android-$sdk_api\""
  fi
  if [ ! -e "${ANDROID_HOME:-/nowhere}/build-tools/$build_tools/aapt2" ]; then
    missing "the SDK's build tools $build_tools" "$manager \"build-tools;$build_tools\""
  fi
  if ! find_ndk; then
    missing "the NDK, version $ndk_oldest or later" "$manager \"ndk;$ndk_named\""
  elif [ ! -e "$NDK_HOME/toolchains/llvm/prebuilt/$host/bin/$rust_target$min_api-clang" ]; then
    missing "a whole NDK: $NDK_HOME has no $host/bin/$rust_target$min_api-clang" "$manager \"ndk;$ndk_named\""
  fi
  have unzip || missing "unzip (to measure the package)" "apt-get install unzip, or brew install unzip"
  check_signing
  check_version_code "make android"
  stop_if_missing "Android" "make android"
}

# Under names of our own, which dx does not write, and before Gradle runs, since the manifest names them.
lay_resources() { # release or debug, as dx calls it
  local res=$project/$1/android/app/app/src/main/res
  mkdir -p "$res"
  find "$res" -name 'onhand*' -type f -exec rm -f {} +
  cp -R platforms/android/res/. "$res/"
}

build() {
  local app=$project/release/android/app
  lay_resources release
  lay_models "$app/app/src/main/assets/models"

  # dx compiles, writes the Gradle project and lets Gradle build it once.
  dx build --android --target "$rust_target" --profile phone --locked "--rustc-args=-Clink-arg=-Wl,-z,max-page-size=16384"

  # And once more with what dx does not know: the number of this delivery, the key, how models are kept.
  cat platforms/android/app.gradle.kts >>"$app/app/build.gradle.kts"
  if [ -n "${ANDROID_KEYSTORE:-}" ]; then
    ANDROID_KEYSTORE=$(cd "$(dirname "$ANDROID_KEYSTORE")" && pwd)/$(basename "$ANDROID_KEYSTORE")
    export ANDROID_KEYSTORE
  fi
  export VERSION_CODE=${VERSION_CODE:-1}
  (cd "$app" && ./gradlew --console=plain assembleDebug bundleRelease)

  rm -rf "$out"
  mkdir -p "$out"
  cp "$app/app/build/outputs/apk/debug/app-debug.apk" "$out/onhand-debug.apk"
  cp "$app/app/build/outputs/bundle/release/app-release.aab" "$out/onhand.aab"
}

# Libraries bring permissions of their own into the package, unasked. androidx.core's is the app's own and asks nobody.
check_permissions() {
  local own asked more
  own=$(sed -n 's/.*<uses-permission android:name="\(.*\)".*/\1/p' platforms/android/AndroidManifest.xml)
  asked=$("$ANDROID_HOME/build-tools/$build_tools/aapt2" dump permissions "$out/onhand-debug.apk")
  more=$(printf '%s\n' "$asked" | sed -n "s/^uses-permission: name='\([^']*\)'.*/\1/p" |
    grep -v '\.DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION$' | grep -vxF -- "$own" || true)
  if [ -n "$more" ]; then
    printf '\nThe package asks for more than the manifest does: %s\n' "$more" >&2
    exit 1
  fi
}

report() {
  local apk=$out/onhand-debug.apk whole models=0 bare
  whole=$(bytes_of "$apk")
  if [ -n "$(bundled_models)" ]; then
    models=$(unzip -v "$apk" 'assets/models/*' | awk '$2 != "----" && $NF ~ /^assets\/models\// { sum += $3 } END { print sum + 0 }')
  fi
  bare=$((whole - models))
  printf '\n%s  %s' "$apk" "$(megabytes "$whole")"
  if [ "$models" -gt 0 ]; then printf ', of these models %s: %s' "$(megabytes "$models")" "$(bundled_models | tr '\n' ' ')"; fi
  printf '\n%s  %s' "$out/onhand.aab" "$(megabytes "$(bytes_of "$out/onhand.aab")")"
  if [ -n "${ANDROID_KEYSTORE:-}" ]; then
    printf ', signed with %s' "$ANDROID_KEY_ALIAS"
  else
    printf ', NOT SIGNED: the store takes it only with ANDROID_KEYSTORE and its three companions set'
  fi
  printf '\nversion %s, code %s\n' "$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | first_line)" "$VERSION_CODE"
  if [ "$bare" -gt "$budget_bytes" ]; then
    printf '\nToo large: without models %s, and %s is what was promised.\n' "$(megabytes "$bare")" "$(megabytes $budget_bytes)" >&2
    exit 1
  fi
  printf '\nOnto a phone:  adb install -r %s\n' "$apk"
}

case ${1:-} in
  '')
    check
    build
    check_permissions
    report
    ;;
  --check)
    check
    echo "Android: nothing is missing."
    ;;
  --resources) lay_resources debug ;;
  *) sed -n '2,11p' "$0" >&2; exit 2 ;;
esac

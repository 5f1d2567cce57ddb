#!/usr/bin/env bash
# Builds the app for iPhones and iPads: signed for devices, and for the simulator. `make ios` runs it, on a Mac.
#
#   scripts/build-ios.sh          build, into target/ios
#   scripts/build-ios.sh --check  only say what is missing
#
# As variables of the environment or of make, as in `make ios IOS_SIGNING=none`:
# VERSION_CODE=2              counted up with each delivery; 1 if it is not said
# BUNDLE_ID=com.example.you   the app's identifier; app.onhand if it is not said. With a free Apple ID choose your own.
# IOS_IDENTITY="Apple Development: …"   IOS_PROFILE=/path/to/file.mobileprovision
#                             what it is signed with; found by itself if it is not said
# IOS_SIGNING=none            an unsigned package, which no phone takes before somebody signs it
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/phone-tools.sh
. scripts/phone-tools.sh

plist_string() { sed -n "/<key>$1<\/key>/{n;s/.*<string>\(.*\)<\/string>.*/\1/p;}" platforms/ios/Info.plist; }

min_ios=$(plist_string MinimumOSVersion)
bundle_id=${BUNDLE_ID:-$(plist_string CFBundleIdentifier)}
version=$(plist_string CFBundleShortVersionString)
out=target/ios
built=${CARGO_TARGET_DIR:-target}/dx/onhand/release/ios/Onhand.app

device_target=aarch64-apple-ios
case "$(uname -sm)" in
  'Darwin x86_64') simulator_target=x86_64-apple-ios ;;
  *) simulator_target=aarch64-apple-ios-sim ;;
esac

# --- signing -------------------------------------------------------------------------------------------------------

find_identity() {
  if [ -n "${IOS_IDENTITY:-}" ]; then return 0; fi
  IOS_IDENTITY=$(security find-identity -v -p codesigning 2>/dev/null | sed -n 's/.*"\(Apple Development: .*\)"$/\1/p' | first_line)
  [ -n "$IOS_IDENTITY" ]
}

# The app's identifier in a profile, without the team before it; a profile for all apps says *.
profile_app() { security cms -D -i "$1" 2>/dev/null | plutil -extract Entitlements.application-identifier raw - 2>/dev/null | sed 's/^[^.]*\.//'; }

# Whether a profile has ended; a free Apple ID's does after 7 days. Both times are in UTC and written alike. One that
# says no time is left to codesign.
has_ended() { # PROFILE
  local ends
  ends=$(security cms -D -i "$1" 2>/dev/null | plutil -extract ExpirationDate raw - 2>/dev/null) || return 1
  [ -n "$ends" ] && [[ $ends < $(date -u +%Y-%m-%dT%H:%M:%SZ) ]]
}

# One that names the app goes before one for all apps; of several, the newest. One of the app that has ended is
# remembered, to be named.
ended_profile=
find_profile() {
  if [ -n "${IOS_PROFILE:-}" ]; then
    [ -f "$IOS_PROFILE" ] || return 1
    if has_ended "$IOS_PROFILE"; then ended_profile=$IOS_PROFILE; return 1; fi
    return 0
  fi
  local folder file app for_all=
  for folder in "$HOME/Library/Developer/Xcode/UserData/Provisioning Profiles" "$HOME/Library/MobileDevice/Provisioning Profiles"; do
    [ -d "$folder" ] || continue
    while IFS= read -r file; do
      case $file in *.mobileprovision) ;; *) continue ;; esac
      app=$(profile_app "$folder/$file") || continue
      case $app in
        "$bundle_id")
          if ! has_ended "$folder/$file"; then IOS_PROFILE=$folder/$file; return 0; fi
          ended_profile=${ended_profile:-$folder/$file}
          ;;
        '*') if [ -z "$for_all" ] && ! has_ended "$folder/$file"; then for_all=$folder/$file; fi ;;
      esac
    done < <(ls -t "$folder")
  done
  IOS_PROFILE=$for_all
  [ -n "$IOS_PROFILE" ]
}

# --- what is missing -----------------------------------------------------------------------------------------------

check_xcode() {
  if [ "$(uname -s)" != Darwin ]; then missing "a Mac: Apple's tools run on macOS only" "any with macOS 14.5 or later"; fi
  # The command line tools alone answer to xcrun, but bring no iOS.
  if ! have xcodebuild || ! xcodebuild -version >/dev/null 2>&1; then
    missing "Xcode (the command line tools alone have no iOS)" \
      "the newest that this macOS takes: App Store, or https://developer.apple.com/download/all," \
      "then sudo xcode-select -s /Applications/Xcode.app" \
      "and sudo xcodebuild -license accept && sudo xcodebuild -runFirstLaunch"
    return 0
  fi
  if ! xcodebuild -license check >/dev/null 2>&1; then
    missing "your consent to Xcode's licence" "sudo xcodebuild -license accept"
  fi
  local sdk found
  for sdk in iphoneos iphonesimulator; do
    found=$(xcrun --sdk $sdk --show-sdk-version 2>/dev/null || true)
    if ! at_least "$min_ios" "$found"; then
      missing "the iOS SDK $sdk, $min_ios or later (found: ${found:-none})" "xcodebuild -downloadPlatform iOS, or a newer Xcode"
    fi
  done
  # actool wants one even for devices.
  if ! xcrun simctl list runtimes 2>/dev/null | has_line 'iOS .*'; then
    missing "an iOS simulator runtime (Xcode draws icons with it)" "xcodebuild -downloadPlatform iOS"
  fi
  local tool
  for tool in actool codesign; do
    xcrun --find $tool >/dev/null 2>&1 || missing "Xcode's $tool" "sudo xcode-select -s /Applications/Xcode.app"
  done
}

check_signing() {
  if [ "${IOS_SIGNING:-}" = none ]; then return 0; fi
  if ! find_identity; then
    missing "a signing identity, Apple Development" \
      "Xcode > Settings > Accounts: add your Apple ID, Manage Certificates, + Apple Development" \
      "(or make ios IOS_SIGNING=none, for the simulator and a package that no phone takes unsigned)"
  fi
  if find_profile; then
    :
  elif [ -n "$ended_profile" ]; then
    missing "a provisioning profile for $bundle_id that has not expired (found: $ended_profile)" \
      "run the empty app of platforms/README.md, Signing for an iPhone, in Xcode again: that renews it"
  else
    missing "a provisioning profile for $bundle_id" \
      "platforms/README.md, Signing for an iPhone: Xcode makes one while it runs an empty app with this identifier" \
      "(or make ios BUNDLE_ID=your.own.identifier, or IOS_PROFILE=/path/to/file.mobileprovision)"
  fi
}

check() {
  check_dx
  check_rust "$device_target" "$simulator_target"
  check_xcode
  check_signing
  check_version_code "make ios"
  stop_if_missing "iOS" "make ios"
}

# --- building ------------------------------------------------------------------------------------------------------

# dx empties its Onhand.app before each build, and lays into it the program and Info.plist: the rest comes afterwards.
build_one() { # TARGET PLATFORM INTO
  local app=$3/Onhand.app platform=$2 sdk_version
  # Else Rust builds for iOS 10.
  export IPHONEOS_DEPLOYMENT_TARGET=$min_ios
  # What Settings offer to compute on: README.md, "Compute units".
  dx build --ios --target "$1" --profile phone --locked --features metal,accelerate

  rm -rf "$3"
  mkdir -p "$3"
  cp -R "$built" "$app"
  cp -R platforms/ios/en.lproj platforms/ios/ko.lproj "$app/"
  lay_models "$app/models"
  local sdk=iphoneos
  if [ "$platform" = iPhoneSimulator ]; then sdk=iphonesimulator; fi
  xcrun actool "$PWD/platforms/ios/Assets.xcassets" --compile "$PWD/$app" --platform $sdk --minimum-deployment-target "$min_ios" \
    --app-icon AppIcon --target-device iphone --target-device ipad --output-partial-info-plist "$PWD/$3/actool.plist" \
    --output-format human-readable-text

  # What Xcode would stamp.
  local plist=$app/Info.plist
  sdk_version=$(xcrun --sdk $sdk --show-sdk-version)
  plutil -replace CFBundleIdentifier -string "$bundle_id" "$plist"
  plutil -replace CFBundleVersion -string "${VERSION_CODE:-1}" "$plist"
  plutil -replace CFBundleSupportedPlatforms -json "[\"$platform\"]" "$plist"
  plutil -replace DTPlatformName -string "$sdk" "$plist"
  plutil -replace DTPlatformVersion -string "$sdk_version" "$plist"
  plutil -replace DTSDKName -string "$sdk$sdk_version" "$plist"
  plutil -lint "$plist"
}

sign() { # APP
  local work
  work=$(mktemp -d)
  security cms -D -i "$IOS_PROFILE" >"$work/profile.plist"
  plutil -extract Entitlements xml1 -o "$work/entitlements.plist" "$work/profile.plist"
  # A profile for all apps says TEAM.*; what is signed must name the app.
  local team
  team=$(plutil -extract TeamIdentifier.0 raw "$work/profile.plist")
  plutil -replace application-identifier -string "$team.$bundle_id" "$work/entitlements.plist"
  cp "$IOS_PROFILE" "$1/embedded.mobileprovision"
  codesign --force --sign "$IOS_IDENTITY" --entitlements "$work/entitlements.plist" --generate-entitlement-der "$1"
  codesign --verify --strict "$1"
  rm -rf "$work"
}

build() {
  build_one "$simulator_target" iPhoneSimulator $out/simulator
  codesign --force --sign - $out/simulator/Onhand.app
  build_one "$device_target" iPhoneOS $out/device
  if [ "${IOS_SIGNING:-}" != none ]; then sign $out/device/Onhand.app; fi

  # A package is the app in a folder of this name, zipped.
  rm -rf $out/Payload $out/onhand.ipa
  mkdir -p $out/Payload
  cp -R $out/device/Onhand.app $out/Payload/
  (cd $out && zip -qry onhand.ipa Payload)
  rm -rf $out/Payload
}

report() {
  printf '\n%s  %s\n' $out/simulator/Onhand.app "$(megabytes "$(bytes_of $out/simulator/Onhand.app)")"
  printf '%s  %s\n' $out/device/Onhand.app "$(megabytes "$(bytes_of $out/device/Onhand.app)")"
  printf '%s  %s' $out/onhand.ipa "$(megabytes "$(bytes_of $out/onhand.ipa)")"
  if [ "${IOS_SIGNING:-}" = none ]; then
    printf ', NOT SIGNED: no phone takes it like this'
  else
    printf ', signed by %s' "$IOS_IDENTITY"
  fi
  printf '\n%s, version %s, code %s' "$bundle_id" "$version" "${VERSION_CODE:-1}"
  if [ -n "$(bundled_models)" ]; then
    printf ', with models %s: %s' "$(megabytes "$(bytes_of models/bundle)")" "$(bundled_models | tr '\n' ' ')"
  fi
  printf '\n\nInto a simulator that runs (open -a Simulator):\n'
  printf '  xcrun simctl install booted %s\n  xcrun simctl launch booted %s\n' $out/simulator/Onhand.app "$bundle_id"
  if [ "${IOS_SIGNING:-}" != none ]; then
    printf 'Onto a phone, by its Identifier in xcrun devicectl list devices:\n'
    printf '  xcrun devicectl device install app --device YOUR-PHONE %s\n' $out/device/Onhand.app
  fi
}

case ${1:-} in
  '')
    check
    build
    report
    ;;
  --check)
    check
    echo "iOS: nothing is missing."
    ;;
  *) sed -n '2,14p' "$0" >&2; exit 2 ;;
esac

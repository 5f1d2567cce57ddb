#!/usr/bin/env bash
# Reads what both phones are told, with the tools that phones' own builds use: the Android manifest and resources through
# aapt2, plists through Python's plistlib, XML and JSON through their parsers.
#
#   scripts/check-manifests.sh PATH/TO/mobile.sh    whose folder holds aapt2 and Android's own resources
set -euo pipefail
cd "$(dirname "$0")/.."
mobile=${1:?the path of mobile.sh}
out=target/manifests
rm -rf "$out"
mkdir -p "$out"

echo "== plists, XML, JSON"
python3 - "$out" <<'PY'
import json, pathlib, plistlib, re, shutil, sys
import xml.etree.ElementTree as xml

out = pathlib.Path(sys.argv[1])
platforms = pathlib.Path("platforms")
for path in [*platforms.rglob("*.xml"), *platforms.rglob("*.svg")]:
    xml.parse(path)
for path in platforms.rglob("Contents.json"):
    for image in json.loads(path.read_text()).get("images", []):
        assert (path.parent / image["filename"]).is_file(), f"{path} names {image['filename']}, which is not there"
plist = plistlib.loads((platforms / "ios/Info.plist").read_bytes())
assert plist["MinimumOSVersion"] and plist["UILaunchScreen"]
for path in platforms.rglob("InfoPlist.strings"):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    rest = re.sub(r'"(?:[^"\\]|\\.)*"\s*=\s*"(?:[^"\\]|\\.)*"\s*;', "", text)
    assert not rest.strip(), f"{path}: {rest.strip()!r} is not “\"key\" = \"text\";”"

# What aapt2 gets: our resources, and a stand-in for what Gradle adds: dx's name of the app, AppCompat's theme.
shutil.copytree(platforms / "android/res", out / "res")
(out / "res/values/standin.xml").write_text("""<resources>
  <string name="app_name">Onhand</string>
  <attr name="colorPrimary" format="color" /><attr name="colorAccent" format="color" />
  <style name="Theme.AppCompat.DayNight.NoActionBar" parent="@android:style/Theme.DeviceDefault.NoActionBar" />
</resources>""")
# The framework here is API 33: what came after is left out, and said.
manifest = (platforms / "android/AndroidManifest.xml").read_text()
newer = ["grammaticalGender"]
for change in newer:
    assert f"{change}|" in manifest, f"{change} is no longer there: take it off this list"
    manifest = manifest.replace(f"{change}|", "")
toml = pathlib.Path("Dioxus.toml").read_text()
number = lambda key: re.search(rf"^{key} = (\d+)", toml, re.M).group(1)
(out / "AndroidManifest.xml").write_text(manifest.replace("<manifest ", '<manifest package="app.onhand" ', 1))
(out / "sdk").write_text(f"{number('min_sdk')} {number('target_sdk')}")
print("left out, as newer than the framework here:", ", ".join(newer))
PY

echo "== the manifest and its resources, through aapt2"
read -r min_sdk target_sdk <"$out/sdk" || true
"$mobile" in bash -ec "cd /src/$out
  aapt2 compile --dir res -o res.zip
  aapt2 link -o app.apk -I /usr/share/android-framework-res/framework-res.apk --manifest AndroidManifest.xml \
    --min-sdk-version $min_sdk --target-sdk-version $target_sdk --version-code 1 --version-name 0 res.zip
  aapt2 dump badging app.apk" >"$out/badging.txt"
grep -E "^(package|sdkVersion|targetSdkVersion|uses-permission|launchable-activity)" "$out/badging.txt"

# What came out asks for what the manifest asks for, and nothing more.
diff <(sed -n "s/^uses-permission: name='\(.*\)'.*/\1/p" "$out/badging.txt" | sort) \
  <(sed -n 's/.*<uses-permission android:name="\(.*\)".*/\1/p' platforms/android/AndroidManifest.xml | sort)

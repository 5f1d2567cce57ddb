#!/usr/bin/env bash
# Draws every size of the app's icon from platforms/icon.svg. Run it after changing the drawing, and commit what it makes.
#
#   scripts/make-icons.sh
#
# Needs rsvg-convert 2.48 or later (Debian and Ubuntu: apt-get install librsvg2-bin; macOS: brew install librsvg).
set -euo pipefail
cd "$(dirname "$0")/.."
svg=platforms/icon.svg
res=platforms/android/res
ios=platforms/ios/Assets.xcassets

if ! command -v rsvg-convert >/dev/null; then
  echo "make-icons: rsvg-convert is missing: apt-get install librsvg2-bin, or brew install librsvg" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The mark alone, in colours of its own where they are given: ring, then voice and light.
mark() { # style.css [RING VOICE]
  printf '#ground { display: none }\n' >"$1"
  if [ $# -eq 3 ]; then
    printf '#mark { stroke: %s }\n.voice { stroke: %s }\n.light { fill: %s }\n' "$2" "$3" "$3" >>"$1"
  fi
}
mark "$work/mark.css"
mark "$work/one-colour.css" '#ffffff' '#ffffff'
mark "$work/on-light.css" '#0a645a' '#0a645a'
mark "$work/on-dark.css" '#e7edea' '#74d3c2'

# Launchers show the middle 72 of an adaptive icon's 108 units, whatever shape they cut: the mark is made smaller for it.
sed 's/viewBox="0 0 1024 1024"/viewBox="-208 -208 1440 1440"/' "$svg" >"$work/adaptive.svg"
# Launch screens show the mark without air around it.
sed 's/viewBox="0 0 1024 1024"/viewBox="192 192 640 640"/' "$svg" >"$work/tight.svg"

draw() { # FROM WIDTH TO [STYLE]
  mkdir -p "$(dirname "$3")"
  rsvg-convert --width "$2" --height "$2" ${4:+--stylesheet "$4"} "$1" --output "$3"
}

for density in mdpi:108 hdpi:162 xhdpi:216 xxhdpi:324 xxxhdpi:432; do
  draw "$work/adaptive.svg" "${density#*:}" "$res/mipmap-${density%:*}/onhand_icon_mark.png" "$work/mark.css"
done
# The system colours this one itself.
draw "$work/adaptive.svg" 432 "$res/mipmap-xxxhdpi/onhand_icon_one_colour.png" "$work/one-colour.css"
draw "$work/tight.svg" 288 "$res/drawable-xxhdpi/onhand_mark.png" "$work/on-light.css"
draw "$work/tight.svg" 288 "$res/drawable-night-xxhdpi/onhand_mark.png" "$work/on-dark.css"

draw "$svg" 1024 "$ios/AppIcon.appiconset/icon.png"
for scale in 2 3; do
  draw "$work/tight.svg" $((96 * scale)) "$ios/LaunchMark.imageset/light@${scale}x.png" "$work/on-light.css"
  draw "$work/tight.svg" $((96 * scale)) "$ios/LaunchMark.imageset/dark@${scale}x.png" "$work/on-dark.css"
done

find "$res" "$ios" -name '*.png' -exec cat {} + | wc -c | awk '{ printf "make-icons: %d KB\n", $1 / 1000 }'

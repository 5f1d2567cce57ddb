#!/usr/bin/env bash
# Links the engine for Android and iOS and runs its tests as 64-bit Arm code on a core without dotprod.
#
#   scripts/check-phones.sh PATH/TO/mobile.sh
set -euo pipefail
mobile=${1:?the path of mobile.sh}
engine=(--locked --no-default-features)

"$mobile" setup
for phone in android ios; do
  echo "== $phone: the engine and onhand-lab, linked"
  "$mobile" "$phone" build "${engine[@]}" --lib --bin onhand-lab
done
echo "== Arm without dotprod: unit tests under qemu"
QEMU_CPU=cortex-a53 "$mobile" arm test "${engine[@]}" --lib

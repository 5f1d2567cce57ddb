#!/usr/bin/env bash
# Links the engine for Android and iOS and runs its tests as 64-bit Arm code on a core without dotprod.
#
#   scripts/check-phones.sh PATH/TO/mobile.sh
set -euo pipefail
mobile=${1:?the path of mobile.sh}
engine=(--locked --no-default-features)

"$mobile" setup
# Only what is reachable counts, as in the library that an app loads: without this the link would keep every function
# of every dependency, and ask the system for what nobody calls.
reachable='target.aarch64-linux-android.rustflags=["-Clink-arg=-Wl,--no-export-dynamic"]'

echo "== Android: the engine and onhand-lab, linked"
"$mobile" android build --config "$reachable" "${engine[@]}" --lib --bin onhand-lab
echo "== iOS: the engine and onhand-lab, linked"
"$mobile" ios build "${engine[@]}" --lib --bin onhand-lab
echo "== Arm without dotprod: unit tests under qemu"
QEMU_CPU=cortex-a53 "$mobile" arm test "${engine[@]}" --lib

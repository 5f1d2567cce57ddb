#!/usr/bin/env bash
# Links the engine for Android and iOS and runs its tests as 64-bit Arm code, on a core without dotprod and on one with it.
#
#   scripts/check-phones.sh PATH/TO/mobile.sh
set -euo pipefail
mobile=${1:?the path of mobile.sh}
engine=(--locked --no-default-features)
out=target/phones
mkdir -p "$out"

"$mobile" setup

# Public in the NDK's libm at API 28, called by our code and what it brings, and not in mobile.sh's own list of names.
for name in atan exp2 hypotf log10 sincos tan; do printf '.globl %s\n.type %s,%%function\n%s: ret\n' "$name" "$name" "$name"; done >"$out/libm.s"
"$mobile" in /opt/mobile/bin/android-cc -c "/src/$out/libm.s" -o "/src/$out/libm.o"
# Only what is reachable counts, as in the library that an app loads: without this the link would keep every function
# of every dependency, and ask the system for what nobody calls.
android='target.aarch64-linux-android.rustflags=["-Clink-arg=-Wl,--no-export-dynamic", "-Clink-arg=/src/'$out'/libm.o"]'

echo "== Android: the engine and onhand-lab, linked"
"$mobile" android build --profile link --config "$android" "${engine[@]}" --lib --bin onhand-lab
echo "== iOS: the engine and onhand-lab, linked"
"$mobile" ios build --profile link "${engine[@]}" --lib --bin onhand-lab
echo "== Arm without dotprod: unit tests under qemu"
# Emulated code is slow: fewer random cases than natively; not the lab, which no phone runs, nor how live words settle,
# which computes nothing of its own.
QEMU_CPU=cortex-a53 "$mobile" arm test --config 'env.PROPTEST_CASES="16"' "${engine[@]}" --lib -- --skip lab:: --skip speech::live::
echo "== Arm with dotprod: the kernels under qemu"
QEMU_CPU=max "$mobile" arm test --config 'env.PROPTEST_CASES="16"' "${engine[@]}" --lib -- kernels::

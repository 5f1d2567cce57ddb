#!/usr/bin/env bash
# Links the app for Android and iOS, holds its manifests against the systems' own tools, and runs the engine's tests as
# 64-bit Arm code, on a core without dotprod and on one with it.
#
#   scripts/check-phones.sh PATH/TO/mobile.sh
set -euo pipefail
mobile=${1:?the path of mobile.sh}
engine=(--locked --no-default-features)
app=(--locked --no-default-features --features mobile --bin onhand)
out=target/phones
mkdir -p "$out"

"$mobile" setup

scripts/check-manifests.sh "$mobile"

# Public in the NDK's libm, libdl and libc at API 28, called by our code and what it brings, and not in mobile.sh's own lists.
for name in atan exp2 exp2f hypotf log10 sincos tan dlopen setpriority; do printf '.globl %s\n.type %s,%%function\n%s: ret\n' "$name" "$name" "$name"; done >"$out/public.s"
"$mobile" in /opt/mobile/bin/android-cc -c "/src/$out/public.s" -o "/src/$out/public.o"
# Only what is reachable counts, as in the library that an app loads: without this the link would keep every function
# of every dependency, and ask the system for what nobody calls.
android='target.aarch64-linux-android.rustflags=["-Clink-arg=-Wl,--no-export-dynamic", "-Clink-arg=/src/'$out'/public.o"]'

echo "== Android: the app, linked"
"$mobile" android build --profile link --config "$android" "${app[@]}"
echo "== iOS: the app, linked"
"$mobile" ios build --profile link "${app[@]}"
echo "== iOS: the app with candle's Metal and Accelerate, linked"
"$mobile" ios build --profile link "${app[@]}" --features metal,accelerate
echo "== Arm without dotprod: unit tests under qemu"
# Emulated code is slow: fewer random cases than natively; not the lab, which no phone runs, nor how live words settle,
# which computes nothing of its own.
QEMU_CPU=cortex-a53 "$mobile" arm test --config 'env.PROPTEST_CASES="16"' "${engine[@]}" --lib -- --skip lab:: --skip speech::live::
echo "== Arm with dotprod: the kernels under qemu"
QEMU_CPU=max "$mobile" arm test --config 'env.PROPTEST_CASES="16"' "${engine[@]}" --lib -- kernels::

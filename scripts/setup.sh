#!/usr/bin/env bash
# Installs what building Onhand needs and this machine lacks. Says what it does, asks for nothing.
#
#   scripts/setup.sh        for the engine and onhand-lab
#   scripts/setup.sh app    for the window too
#   scripts/setup.sh tour   for the tour, too: the window in a virtual display, driven and photographed, with a camera and
#                           a microphone made with PipeWire
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }

# command (what it is for) -> Debian package
missing=()
have() { command -v "$1" >/dev/null 2>&1; }
have cc || missing+=(build-essential)          # linker, and the C in ring and oniguruma
have make || missing+=(make)
have python3 || missing+=(python3)             # models from the Python registry
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)

wants=${1:-}
if [ "$wants" = app ] || [ "$wants" = tour ]; then
  have pkg-config || missing+=(pkg-config)
  pkg-config --exists webkit2gtk-4.1 2>/dev/null || missing+=(libwebkit2gtk-4.1-dev)
  pkg-config --exists openssl 2>/dev/null || missing+=(libssl-dev)
  pkg-config --exists alsa 2>/dev/null || missing+=(libasound2-dev)   # the microphone
  [ -e /usr/include/xdo.h ] || missing+=(libxdo-dev)
  # Reads the kernel's header of cameras while nokhwa is built.
  compgen -G '/usr/lib/llvm-*/lib/libclang.so*' >/dev/null || missing+=(libclang-dev)
fi

if [ "$wants" = tour ]; then
  have Xvfb || missing+=(xvfb)
  have WebKitWebDriver || missing+=(webkit2gtk-driver)
  have setpriv || missing+=(util-linux)
  # What people have who use the app: without them its pictures show boxes.
  have fc-list || missing+=(fontconfig)
  [ -n "$(fc-list :family='Noto Sans' 2>/dev/null)" ] || missing+=(fonts-noto-core)
  [ -n "$(fc-list :lang=ko 2>/dev/null)" ] || missing+=(fonts-noto-cjk)
  # The virtual camera and microphone.
  have dbus-daemon || missing+=(dbus)
  have pipewire || missing+=(pipewire)
  have pipewire-pulse || missing+=(pipewire-pulse)
  have wireplumber || missing+=(wireplumber)
  have pactl || missing+=(pulseaudio-utils)
  have gst-launch-1.0 || missing+=(gstreamer1.0-tools)
  compgen -G '/usr/lib/*/gstreamer-1.0/libgstpipewire.so' >/dev/null || missing+=(gstreamer1.0-pipewire)
  compgen -G '/usr/lib/*/gstreamer-1.0/libgstmultifile.so' >/dev/null || missing+=(gstreamer1.0-plugins-good)
fi

if [ ${#missing[@]} -gt 0 ]; then
  if ! have apt-get; then
    say "this script knows Debian and Ubuntu only. Please install what these packages hold, then run it again: ${missing[*]}"
    exit 1
  fi
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      say "needs root for these packages. Please run: sudo apt-get install ${missing[*]}"
      exit 1
    fi
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! have cargo; then
  say "Rust is missing. Please install it as https://rustup.rs says (1.92 or later), then run this again."
  exit 1
fi

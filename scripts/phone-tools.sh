# What scripts/build-android.sh and scripts/build-ios.sh have in common: the list of what is missing, and the models that
# go along. To be sourced, in the checkout's root. macOS comes with bash 3.2: nothing newer is used.
# shellcheck shell=bash

# The app's diagnostics say which commit it was built from. A copy without git's folder has none to say.
ONHAND_COMMIT=${ONHAND_COMMIT:-$(git rev-parse --short HEAD 2>/dev/null || true)}
export ONHAND_COMMIT

# --- what is missing -----------------------------------------------------------------------------------------------

missing_count=0
missing_text=

missing() { # WHAT, then a line each: how to get it
  missing_count=$((missing_count + 1))
  missing_text="$missing_text
  $1"
  shift
  local line
  for line in "$@"; do
    missing_text="$missing_text
      $line"
  done
}

# Ends the script with the whole list, if there is one: nothing is built by halves.
stop_if_missing() { # FOR, AGAIN
  if [ "$missing_count" -eq 0 ]; then return 0; fi
  local things="$missing_count things are"
  if [ "$missing_count" -eq 1 ]; then things="1 thing is"; fi
  printf '%s: %s missing; nothing was built.\n%s\n\nplatforms/README.md says more. Afterwards: %s\n' \
    "$1" "$things" "$missing_text" "$2" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Unlike head -1 and grep -q these read to the end: a command whose reader leaves early fails, and the line with it.
first_line() { awk 'NR == 1'; }
has_line() { [ "$(grep -cx -- "$1")" -gt 0 ]; }

# at_least 17.5 17.4 is false
at_least() { # WANTED FOUND
  local want_major=${1%%.*} want_minor=0 found_major=${2%%.*} found_minor=0
  case $1 in *.*) want_minor=${1#*.} want_minor=${want_minor%%.*} ;; esac
  case $2 in *.*) found_minor=${2#*.} found_minor=${found_minor%%.*} ;; esac
  case $found_major in '' | *[!0-9]*) return 1 ;; esac
  case $found_minor in '' | *[!0-9]*) return 1 ;; esac
  [ "$found_major" -gt "$want_major" ] || { [ "$found_major" -eq "$want_major" ] && [ "$found_minor" -ge "$want_minor" ]; }
}

# The version of Dioxus in Cargo.toml; dx of another one builds other things.
dioxus_version() { sed -n 's/^dioxus = { version = "\([0-9.]*\)".*/\1/p' Cargo.toml; }

check_dx() {
  local want found=
  want=$(dioxus_version)
  if have dx; then found=$(dx --version 2>/dev/null | sed -n 's/^dioxus \([0-9][0-9.a-z-]*\).*/\1/p'); fi
  if [ "$found" != "$want" ]; then
    missing "dx $want, the command line of Dioxus (found: ${found:-none})" \
      "cargo install dioxus-cli --version $want --locked" "(10 to 30 minutes)"
  fi
}

check_rust() { # TARGET...
  if ! have rustup || ! have cargo; then
    missing "Rust, installed by rustup (phones need its targets)" "https://rustup.rs"
    return 0
  fi
  local installed target
  installed=$(rustup target list --installed 2>/dev/null || true)
  for target in "$@"; do
    if ! printf '%s\n' "$installed" | has_line "$target"; then
      missing "Rust's standard library for $target" "rustup target add $target"
    fi
  done
}

# A number that stores and phones compare; a phone refuses an older one over a newer.
check_version_code() {
  case ${VERSION_CODE:-1} in
    '' | *[!0-9]* | 0*) missing "a VERSION_CODE that is a whole number from 1 on (found: $VERSION_CODE)" "VERSION_CODE=2 $1" ;;
  esac
}

# --- models that go along ------------------------------------------------------------------------------------------

# scripts/bundle-models.sh fills it; the app looks into the folder `models` of what it is installed with.
bundled_models() { find models/bundle -mindepth 2 -maxdepth 2 -name config.json 2>/dev/null | sed 's|^models/bundle/||; s|/config.json$||' | sort; }

lay_models() { # INTO: the folder that becomes `models`
  rm -rf "$1"
  if [ -n "$(bundled_models)" ]; then
    mkdir -p "$1"
    cp -R models/bundle/. "$1/"
    find "$1" -name '.*' -type f -exec rm -f {} +
  fi
}

# --- sizes ---------------------------------------------------------------------------------------------------------

megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.1f MB", bytes / 1000000 }'; }
bytes_of() { find "$1" -type f -exec cat {} + | wc -c | tr -d ' '; }

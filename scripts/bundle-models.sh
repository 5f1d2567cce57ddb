#!/usr/bin/env bash
# Copies installed models to where phone builds take them from: models/bundle. `make models-bundle` runs it.
#
#   scripts/bundle-models.sh whisper-tiny.en mobilenet-v3-small   these and no others
#   scripts/bundle-models.sh                                      none
#
# ONHAND_MODELS names the folder of installed models; models/installed if it is not set. ONHAND_LAB names the program that
# verifies them; built if it is not set.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/phone-tools.sh
. scripts/phone-tools.sh

from=${ONHAND_MODELS:-models/installed}
bundle=models/bundle
fail() { printf 'models-bundle: %s\n' "$*" >&2; exit 1; }

if [ $# -eq 0 ]; then
  rm -rf "$bundle"
  echo "models-bundle: none; the app fetches its models."
  exit 0
fi

absent=
for id in "$@"; do
  case $id in '' | . | .. | */*) fail "$id is no model's name; MODELS=\"whisper-tiny.en mobilenet-v3-small\" names two" ;; esac
  [ -f "$from/$id/config.json" ] || absent="$absent $id"
done
lab=(cargo run --release --locked --no-default-features --bin onhand-lab --)
[ -z "$absent" ] || fail "not installed in $from:$absent; nothing was changed. What is missing is installed by
  ${lab[*]} models fetch --models \"$from\"$absent"

verify() {
  if [ -n "${ONHAND_LAB:-}" ]; then
    "$ONHAND_LAB" models verify "$@"
  else
    CARGO_TERM_QUIET=true "${lab[@]}" models verify "$@"
  fi
}
ONHAND_MODELS=$from verify "$@" || fail "one of these is damaged (see above); nothing was changed"

# Beside, then renamed: a build that starts meanwhile finds all or nothing.
rm -rf "$bundle.new"
mkdir -p "$bundle.new"
for id in "$@"; do cp -RL "$from/$id" "$bundle.new/"; done
rm -rf "$bundle"
mv "$bundle.new" "$bundle"

for id in "$@"; do printf '%10s  %s\n' "$(megabytes "$(bytes_of "$bundle/$id")")" "$id"; done
printf '%10s  is what the app grows by; the next make android or make ios takes them along\n' "$(megabytes "$(bytes_of "$bundle")")"

#!/usr/bin/env bash
# Makes models/sentiment-mini, the text model that is compiled into the app: distilled from a large one, then in bytes.
# What was cut is gone on with. The steps, and what came of them: docs/compression.md.
#
#   scripts/make-sentiment-mini.sh SST2-TRAIN.tsv [TEACHER]
#
# SST2-TRAIN.tsv  SST-2's training phrases: a table with the line `label<tab>sentence` first (GLUE's train.tsv, its two
#                 columns the other way round)
# TEACHER         a model that `onhand-lab models path` finds; distilbert-sst2 if it is not said
set -euo pipefail
if [ $# -lt 1 ] || [ $# -gt 2 ]; then sed -n '2,9p' "$0" >&2; exit 2; fi
data=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."

model=models/sentiment-mini work=target/sentiment-mini
lab() { cargo run --release --locked --no-default-features --bin onhand-lab -- "$@"; }

mkdir -p $work
if [ ! -d $work/distilled ]; then
  lab distil --teacher "${2:-distilbert-sst2}:int8" --student $model/student.json --data "$data" \
    --templates $model/everyday.txt --templated 60000 --variants 4 --epochs 3 --out $work/distilled
fi
rm -rf $work/bytes
lab quantize $work/distilled --to int8 --method dynamic --out $work/bytes
for file in config.json vocab.txt model.int8.safetensors provenance.json; do cp $work/bytes/$file $model/; done
# What it was made in has served; left there, it would be taken for the work of the next time.
rm -rf $work

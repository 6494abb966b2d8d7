#!/bin/sh
# Brings mserve/views/locale/*.po to what templates, scripts and Python say now; what is new in
# them is to be translated then.
set -eu
pybabel="$1"
pot="$(mktemp)"
trap 'rm -f "$pot"' EXIT
cd "$(dirname "$0")/.."
map="$PWD/babel.toml"
(cd mserve/views && "$pybabel" -q extract -F "$map" --no-wrap --sort-by-file --add-location=file \
    --project=mserve --version="" --omit-header -o "$pot" .)
for file in mserve/views/locale/*.po; do
    language="$(basename "$file" .po)"
    "$pybabel" -q update -D mserve -l "$language" -i "$pot" -o "$file" \
        --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
done

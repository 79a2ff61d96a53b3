#!/bin/sh
# The footer reader against two independent Parquet libraries, from the npm registry. They are installed once, under the
# build directory.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
need_tool node
need_tool npm
packages=$PARQUET_PACKAGES
if [ ! -e "$packages/done" ]; then
    mkdir -p "$packages"
    echo '{"private": true, "type": "module"}' >"$packages/package.json"
    # Versions are fixed: the test is of the footer reader, not of what the libraries become.
    (cd "$packages" && npm install --no-audit --no-fund --fetch-retries=0 --fetch-timeout=30000 \
        hyparquet@1.31.5 hyparquet-writer@0.17.0 parquet-wasm@0.8.0 apache-arrow@21.2.0) >"$packages/npm.log" 2>&1 ||
        skip "the packages could not be had: $(tail -n 1 "$packages/npm.log")"
    : >"$packages/done"
fi
# Node looks for packages beside the script.
cp "$here/parquet_libraries.mjs" "$packages/parquet_libraries.mjs"
code=0
node "$packages/parquet_libraries.mjs" "$work" "$FOOTER_PRINT" >"$work/out" 2>"$work/err" || code=$?
cat "$work/out" "$work/err"
is 'every column of every file: the same rows, row groups, smallest and largest value' 0 "$code"
finish

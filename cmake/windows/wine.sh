#!/bin/sh
# Runs a Windows program under wine: the emulator of the preset "windows". The prefix is the build's own, so that
# nobody's settings come into it; WINEPREFIX names another.
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
export WINEPREFIX="${WINEPREFIX:-$top/build/wine}"
export WINEDEBUG="${WINEDEBUG:--all}"
# No questions about browsers and .NET when a prefix is made, no entries in the desktop's menus.
export WINEDLLOVERRIDES="${WINEDLLOVERRIDES:-mscoree,mshtml=;winemenubuilder.exe=d}"
# The 64-bit loader itself where there is one: Debian's script asks for 32-bit packages that are not needed.
for wine in /usr/lib/wine/wine64 wine64 wine; do
    command -v "$wine" >/dev/null 2>&1 && exec "$wine" "$@"
done
echo 'wine.sh: wine is not installed' >&2
exit 127

#!/bin/sh
# Cross-builds what the program needs on Windows from Debian's source packages, as static libraries:
#   dependencies.sh PREFIX
# The packages come with their checksums and Debian's patches; the system's own package configuration is not touched.
# PREFIX/versions says what was built; a prefix that was built by this very script is left alone.
set -eu

prefix=$1
sources='libuv1 cjson cmocka'
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
recipe=$(cksum <"$here/dependencies.sh")
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

if [ "$(cat "$prefix/recipe" 2>/dev/null)" = "$recipe" ]; then exit 0; fi

rm -rf "$prefix"
mkdir -p "$prefix"
prefix=$(CDPATH='' cd -- "$prefix" && pwd)
work=$prefix/work
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/src"

# The system's own mirrors, for sources. Security last: of two equal versions apt takes the first, and the security
# archive drops what the next release of the distribution has taken over.
# shellcheck disable=SC2016 # apt's own variables
format='deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)'
apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian' | sort -u >"$work/targets"
[ -s "$work/targets" ] || {
    echo 'no Debian mirror is configured here, and the dependencies come from Debian source packages' >&2
    exit 1
}
{ grep -v -- -security "$work/targets"; grep -- -security "$work/targets" || :; } >"$work/sources.list"

apt() {
    apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
        -o Acquire::Retries=3 "$@"
}

cd "$work/src"
apt update
# shellcheck disable=SC2086 # names without blanks
apt source --only-source $sources
# The directory of a source package: its name, a dash, the version.
unpacked() { find . -maxdepth 1 -type d -name "$1-*" | head -n 1; }

for name in $sources; do
    printf '%s %s\n' "$name" "$(sed -n 's/^Version: //p' "$name"_*.dsc | head -n 1)"
done >"$prefix/versions"

with_cmake() { # SOURCE OPTIONS...
    dir=$(unpacked "$1")
    shift
    cmake -S "$dir" -B "$dir/build-windows" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
        -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF "$@"
    cmake --build "$dir/build-windows" -j "$jobs"
    cmake --install "$dir/build-windows"
}

with_cmake libuv1 -DLIBUV_BUILD_SHARED=OFF -DLIBUV_BUILD_TESTS=OFF -DBUILD_TESTING=OFF
with_cmake cjson -DENABLE_CJSON_TEST=OFF -DENABLE_CJSON_UTILS=OFF -DENABLE_CUSTOM_COMPILER_FLAGS=OFF
with_cmake cmocka -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF -DWITH_STATIC_LIB=ON
# Under the name that the linker looks for; its package file for CMake knows of the shared one only.
mv "$prefix/lib/libcmocka-static.a" "$prefix/lib/libcmocka.a"
rm -rf "$prefix/lib/libcmocka.dll.a" "$prefix/lib/cmake/cmocka" "$prefix/bin"/*cmocka*

cd "$prefix"
rm -rf "$work"
printf '%s\n' "$recipe" >"$prefix/recipe"

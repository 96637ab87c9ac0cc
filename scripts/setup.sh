#!/usr/bin/env bash
# Makes a bare Debian fit to run NoScope: Node itself, and the shared libraries that the prebuilt binaries inside npm
# packages (FFmpeg in node-av, ONNX Runtime, Skia in @napi-rs/canvas, Dawn in webgpu) take from the system. Everything
# else they need is glibc, which Node needs as well. Installs what is missing and says so; otherwise changes nothing.
# With --tests also Chromium, in which the tests look at pages.
set -euo pipefail

major_minor=$(node -p 'process.versions.node.split(".").slice(0, 2).join(" ")' 2>/dev/null) || {
  echo "setup: there is no Node; install Node 20.19 or later from https://nodejs.org" >&2
  exit 1
}
read -r major minor <<<"$major_minor"
if ((major < 20 || (major == 20 && minor < 19))); then
  echo "setup: this is Node $(node -v); Node 20.19 or later is needed" >&2
  exit 1
fi

# Not read from a system other than Linux: macOS and Windows bring these libraries.
[[ $(uname -s) == Linux ]] || exit 0

# library:Debian package
needed=(libstdc++.so.6:libstdc++6 libgcc_s.so.1:libgcc-s1)
known=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p)
missing=()
for pair in "${needed[@]}"; do
  grep -qF "${pair%%:*}" <<<"$known" || missing+=("${pair##*:}")
done
if [[ ${1:-} == --tests ]] && ! command -v chromium >/dev/null; then missing+=(chromium); fi
if ((${#missing[@]} == 0)); then
  echo "setup: Node $(node -v), nothing to install"
  exit 0
fi
if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
  echo "setup: missing ${missing[*]}; install them as root and run this again" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"

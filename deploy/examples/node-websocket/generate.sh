#!/bin/sh
# Writes logs/server.log anew: Node itself runs src/ under /srv/app/src, stdout and stderr go to one file.
# Needs root on Debian with Node 20, and the ports 8790, 8791 and 5002 of 127.0.0.1.
# /srv is a scratch file system that only this script sees; outside it, nothing but /tmp is written.
# Usage: generate.sh [FOLDER]     log and counts go to FOLDER, default /tmp/larkline-node
set -eu

if [ "${IN_SCRATCH:-}" != yes ]; then
    exec env IN_SCRATCH=yes unshare --mount --pid --fork --mount-proc --propagation private "$0" "$@"
fi

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-/tmp/larkline-node}
mkdir -p "$out"
mount -t tmpfs scratch /srv
mkdir -p /srv/app
cp -r "$here/src" /srv/app/src
node "$here/drive.mjs" "$out/server.log" > "$out/expected.json"
ls -l "$out"

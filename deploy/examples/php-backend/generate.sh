#!/bin/sh
# Writes logs/php_error.log anew: PHP itself runs src/ under /var/www/html and fills its error log.
# Needs root on Debian with: apt-get install --no-install-recommends php8.2-cli php8.2-sqlite3 faketime
# /var is a scratch file system that only this script sees; outside it, nothing but /tmp is written.
# Usage: generate.sh [FOLDER]     log and counts go to FOLDER, default /tmp/larkline-php
set -eu

if [ "${IN_SCRATCH:-}" != yes ]; then
    exec env IN_SCRATCH=yes unshare --mount --propagation private "$0" "$@"
fi

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-/tmp/larkline-php}
mkdir -p "$out"
rm -f "$out/php_error.log"
mount -t tmpfs scratch /var
mkdir -p /var/www /var/lib/larkline /var/cache/larkline
cp -r "$here/src" /var/www/html
php "$here/drive.php" "$out/php_error.log" > "$out/expected.json"
ls -l "$out"

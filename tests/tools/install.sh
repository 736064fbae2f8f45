#!/bin/sh
# The system programs that the tests drive: a PostgreSQL server, Chromium, a Chinese font.
# Installs what is missing when run as root on a system with apt-get; names it otherwise.
set -eu

has_postgresql() {
    [ -n "${DELPHI_TEST_POSTGRES_URL:-}" ] && return 0
    command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1 && return 0
    for program in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$program" ] && return 0
    done
    return 1
}

has_chromium() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1
}

has_chinese_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ]
}

missing=""
has_postgresql || missing="$missing postgresql"
has_chromium || missing="$missing chromium"
has_chinese_font || missing="$missing fontconfig fonts-noto-cjk"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need these packages; please install them:$missing" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || { sleep 5; apt-get update -qq; }
# Unquoted: one word a package.
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null

has_postgresql && has_chromium && has_chinese_font || {
    echo "Some of these are still missing after the installation:$missing" >&2
    exit 1
}

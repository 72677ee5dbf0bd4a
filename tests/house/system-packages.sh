#!/bin/sh
# Installs what the tests need from the distribution: a browser, Chinese fonts, PostgreSQL, and what reads old office files and RAR.
# Does nothing where all is there already.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing="$missing fonts-noto-cjk fontconfig"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-writer-nogui libreoffice-calc-nogui"
ldconfig -p | grep -q 'libarchive\.so\.13' || missing="$missing libarchive13"
[ -z "$missing" ] && exit 0
as_root=""; [ "$(id -u)" = 0 ] || as_root="sudo"
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of package names
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null

#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# 护基：用自带的 glibc 与程序库运行，不用系统的（系统的多旧都行，内核 3.2 起）。
here=$0
while [ -h "$here" ]; do
    link=$(readlink "$here")
    case $link in /*) here=$link ;; *) here=$(dirname "$here")/$link ;; esac
done
here=$(cd "$(dirname "$here")" && pwd)
GCONV_PATH=$here/lib/gconv
export GCONV_PATH
exec "$here/lib/@LOADER@" --inhibit-cache --library-path "$here/lib" "$here/bin/huji" "$@"

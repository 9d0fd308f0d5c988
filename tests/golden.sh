#!/bin/bash
# SPDX-License-Identifier: MulanPSL-2.0
# The command line as people see it. tools/golden says how sessions are written and updated.
exec tools/golden

// SPDX-License-Identifier: MulanPSL-2.0
export const states: { code: string; title: string }[] = []

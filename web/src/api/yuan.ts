// SPDX-License-Identifier: MulanPSL-2.0
/** Yuan as typed -> whole fen; null when it is no amount. */
export function fenOf(yuan: string | number | null | undefined): number | null {
  const m = /^\s*(-?)([\d,]{1,15})(?:\.(\d{1,2}))?\s*$/.exec(String(yuan ?? ''))
  if (!m) return null
  const fen = Number(m[2].replace(/,/g, '')) * 100 + Number((m[3] ?? '').padEnd(2, '0'))
  return m[1] ? -fen : fen
}
/** Fen -> "12.34", for a field that one types into. */
export function yuanOf(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return ''
  const cents = Math.abs(fen)
  return `${fen < 0 ? '-' : ''}${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}

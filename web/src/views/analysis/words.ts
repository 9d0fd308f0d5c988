// SPDX-License-Identifier: MulanPSL-2.0
// What the analyst's pages share.
export interface Dimension {
  name: string
  title: string
  lines: boolean
}
export interface AnalysisWords {
  dimensions: Dimension[]
  span: { first_month: string; last_month: string }
}
export interface PivotRow {
  k1: string
  l1: string
  k2?: string
  l2?: string
  visits: number
  stays?: number
  lines?: number
  persons: number
  medfee_fen: number
  fund_fen?: number
  self_fen?: number
  inscp_fen?: number
  mean_fen: number | null
  peers: number
  peer_mean_fen: number | null
  ratio: number | null
}
/** Thousandths as a share: 1234 -> "+23.4%", of a ratio 1234 -> "1.23". */
export function change(permille: number | null | undefined): string {
  if (permille === null || permille === undefined) return '—'
  return `${permille > 0 ? '+' : ''}${(permille / 10).toFixed(1)}%`
}
export function times(permille: number | null | undefined): string {
  return permille === null || permille === undefined ? '—' : (permille / 1000).toFixed(2)
}
export function monthAfter(month: string, n: number): string {
  const [y, m] = month.split('-').map(Number)
  const t = y * 12 + m - 1 + n
  return `${Math.floor(t / 12)}-${String((t % 12) + 1).padStart(2, '0')}`
}

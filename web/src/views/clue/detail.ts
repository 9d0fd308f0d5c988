// SPDX-License-Identifier: MulanPSL-2.0
// What /api/clues/{id} and its parts say, beyond the row of the ledger.
import type { Clue } from '@/api/clue'

export interface Explain {
  message: string
  person: string
  visit: string
  value: number | null
  threshold: number | null
  official: string[]
  clears: string[]
  false_positives: string[]
  evidence: {
    id: string
    role: number
    when: string
    what: string
    lineage: string
    amount_yuan: number
    fund_yuan: number
  }[]
  score: number
  expected_yuan: number
  weights?: {
    rule_id: string
    family: string
    strength: number
    score_without: number
    expected_yuan_without: number
  }[]
  ask: string
  sql: string
  library_version: string
}

export interface ClueOne extends Clue {
  explain: Explain | null
}

export interface Line {
  event: string
  setl_id: string | null
  fee_ocur_time: string
  hilist_code: string | null
  hilist_name: string | null
  cnt: string
  pric: string
  det_item_fee_sumamt_fen: number
  bilg_dept_name: string | null
  bilg_dr_name: string | null
  file: string | null
  row: number | null
  void: number
}

export interface Lines {
  evidence: { event: string; role: number; amount_fen: number; fund_fen: number; gone: boolean }[]
  lines: Line[]
}

export interface HistoryRow {
  id: number
  at: string
  actor: string
  actor_name: string
  kind: string
  note: string
}

/** JSON's yuan to fen: two digits, so rounding is exact. */
export function fenOf(yuan: number): number {
  return Math.round(yuan * 100)
}

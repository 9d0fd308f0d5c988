// SPDX-License-Identifier: MulanPSL-2.0
// Shapes of /api/clues as the server gives them.

export interface Clue {
  id: number
  clue_no: string
  source: string
  title: string
  class: string
  score: number
  rules: string
  n_rules: number
  fixmedins_code: string
  fixmedins_name: string
  psn_no: string
  psn_name: string
  mdtrt_id: string
  event_date: string
  amount_fen: number
  fund_fen: number
  expected_fen: number
  confirmed_fen: number | null
  state: string
  verdict: string | null
  verdict_reason: string | null
  assignee: string | null
  assignee_name: string | null
  due: string | null
  version: number
}

export interface Law {
  ref: string
  gist: string
  leads_to: string
}

export interface Finding {
  finding_id: string
  rule_id: string
  rule_name: string
  rule_version: number
  class: string
  message: string
  value: number | null
  threshold: number | null
  amount_fen: number
  fund_fen: number
  laws: Law[]
  officials: string[]
  clears: string[]
  false_positives: string[]
  question: string
  evidence: Evidence[]
  more: number
}

export interface Evidence {
  id: string
  role: number
  when: string
  what: string
  lineage: string
  amount_fen: number
  fund_fen: number
}

export interface Weight {
  rule_id: string
  rule_name: string
  family: string
  strength: number
  score_without: number
  expected_fen_without: number
}

export const stateLook: Record<string, 'info' | 'warning' | 'success' | 'danger' | 'primary'> = {
  待分派: 'warning',
  待核: 'primary',
  核查中: 'primary',
  已判定: 'success',
  已办结: 'info',
  不予处理: 'info',
}

// SPDX-License-Identifier: MulanPSL-2.0
// Shapes of /api/clues as the server gives them.

export interface Clue {
  id: number
  finding_id: string | null
  source: string
  title: string
  rule_id: string
  rule_name: string
  rule_version: number
  owner_type: string
  owner_id: string
  psn_no: string | null
  mdtrt_id: string | null
  fixmedins_code: string | null
  fixmedins_name: string
  event_date: string | null
  value: number | null
  threshold: number | null
  amount_fen: number
  fund_fen: number
  expected_fen: number
  strength: number
  class: string
  found: boolean
  content_changed: boolean
  state: string
  verdict: string | null
  verdict_reason: string | null
  verdict_by: string | null
  verdict_at: string | null
  assignee: string | null
  assignee_name: string | null
  due: string | null
  merged_into: number | null
  created_at: string
  updated_at: string
  version: number
  /** 定性: code, '' none yet; its name and article. */
  nature: string
  intent: boolean
  nature_title: string
  nature_article: string
}

export interface Totals {
  count: number
  institutions: number
  amount_fen: number
  fund_fen: number
  expected_fen: number
  overdue: number
  states: Record<string, number>
  verdicts: Record<string, number>
  classes: Record<string, number>
}

export interface Law {
  ref: string
  gist: string
  leads_to: string
}

/** 线索号 as people say it. */
export function clueNo(id: number): string {
  return 'XS' + String(id).padStart(6, '0')
}

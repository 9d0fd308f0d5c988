// SPDX-License-Identifier: MulanPSL-2.0
// Shapes of /api/rules.
import type { Law } from './clue'

export interface RuleRow {
  rule_id: string
  base_id: string
  variant: string
  name: string
  version: number
  state: 'draft' | 'trial' | 'active' | 'retired'
  state_title: string
  kind: string
  kind_title: string
  of: string
  family: string
  classes: string[]
  judged: string
  phases: string[]
  law: string[]
  official: string[]
  tags: string[]
  hits: number
  acquitted: number
  institutions: number
  fund_fen: number
  confirmed: number
  rejected: number
  doubtful: number
  precision: number | null
  precision_low: number | null
  precision_high: number | null
}

export interface RuleDetail extends RuleRow {
  plain: { label: string; plain: string; text: string }[]
  says: string
  laws: Law[]
  params: { name: string; value: string; plain: string }[]
  clears: string[]
  false_positives: string[]
  serves: string[]
  examples: { name: string; kind: string; text: string }[]
  variants: string[]
  sql: string
  file: string
  line: number
  library_version: string
}

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
  /** The state is the bureau's own decision, not the rule's text. */
  decided: boolean
  own: boolean
  internal: boolean
  trial_hits: number
  trial_fund_fen: number
  trial_institutions: number
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
  variants: { rule_id: string; name: string }[]
  sql: string
  file: string
  line: number
  library_version: string
}

export interface EffectSum {
  key: string
  name: string
  new: number
  lost: number
  changed: number
  same: number
  others: number
  fund_before_fen: number
  fund_after_fen: number
}
/** What a change does to the last twelve months' findings. */
export interface Effect {
  from: string | null
  to: string | null
  new: number
  lost: number
  changed: number
  same: number
  fund_before_fen: number
  fund_after_fen: number
  institutions_before: number
  institutions_after: number
  vanished: number
  n_institutions: number
  institutions: EffectSum[]
  rules: EffectSum[]
  examples: { kind: 'new' | 'lost'; rule: string; fixmedins_code: string; day: string; message: string; fund_fen: number }[]
}
export interface RuleChange {
  id: number
  kind: string
  rule: string
  title: string
  what: Record<string, unknown>
  because: string
  state: 'computing' | 'open' | 'failed' | 'approved' | 'refused' | 'withdrawn'
  effect: Effect | null
  error: string
  job: string | null
  proposer_name: string
  at: string
  decided_name: string | null
  decided_at: string | null
  note: string
  mine: boolean
  may_decide: boolean
  may_withdraw: boolean
}
export interface HistoryEntry {
  no: number
  at: string
  title: string
  by: string
  approver?: string
  because: string
  effect: Effect | null
  before: string
  after: string
  sound: boolean
}
export interface RuleLifeInfo {
  base_id: string
  version: number
  state: string
  decided: boolean
  own: boolean
  source: string
  versions: { version: number; text: string }[]
  history: HistoryEntry[]
  draft: string | null
}
export const changeStates: Record<RuleChange['state'], string> = {
  computing: '在算影响',
  open: '等批准',
  failed: '没算成',
  approved: '已批准',
  refused: '不批准',
  withdrawn: '已撤回',
}

// SPDX-License-Identifier: MulanPSL-2.0
// Shapes of /api/knowledge, and of a change to a table.
export interface KnowledgeTable {
  name: string
  title: string
  law: string
  note: string
  /** Rows hold for all days; one that was ended is out for all days. */
  undated: boolean
  rows: number
  own: number
  dated: boolean
  region: string
  rules: { rule_id: string; name: string; state: string }[]
  changed_at: string | null
  changed_by: string | null
}
export interface KnowledgeColumn {
  name: string
  title: string
  type: 'text' | 'code' | 'number' | 'integer' | 'day'
  key: boolean
  day: boolean
  /** What its codes are called: {d: 天}. */
  words: Record<string, string>
  /** Of no use to people. */
  hidden: boolean
}
export interface KnowledgeRow {
  no: number
  cells: string[]
  name: string
  own: boolean
  state: 'valid' | 'coming' | 'ended'
}
export interface KnowledgeOne extends KnowledgeTable {
  columns: KnowledgeColumn[]
  list: KnowledgeRow[]
  total: number
  next: string | null
}
export interface Fault {
  column: number
  what: string
}
export interface RowChange {
  op: 'add' | 'change' | 'end'
  was?: string[]
  cells?: string[]
  from?: string
  to?: string
}
export interface Compared {
  unknown: string[]
  counts: { new: number; changed: number; same: number; rejected: number }
  rows: { row: number; status: 'new' | 'changed' | 'same' | 'rejected'; cells: string[]; was: string[] | null; faults: Fault[]; note: string | null }[]
}

export const stateWord = { valid: '有效', coming: '未开始', ended: '已终止' }
export const opWord = { add: '新增', change: '改', end: '终止' }
export const opType = { add: 'success', change: 'warning', end: 'info' } as const

/** A cell as people read it. */
export function cellWord(c: KnowledgeColumn, cell: string): string {
  return c.words[cell] ?? cell
}
/** "每日限量 3 → 5；计价单位 次 → 天" */
export function difference(columns: KnowledgeColumn[], was: string[], now: string[]): string {
  return columns
    .map((c, k) => (c.day || was[k] === now[k] ? '' : `${c.title} ${cellWord(c, was[k]) || '空'} → ${cellWord(c, now[k]) || '空'}`))
    .filter(Boolean)
    .join('；')
}
export function summary(columns: KnowledgeColumn[], c: RowChange): string {
  const cells = c.cells ?? c.was ?? []
  const row = columns.map((x, k) => (cells[k] && !x.hidden ? `${x.title} ${cellWord(x, cells[k])}` : '')).filter(Boolean)
  if (c.op === 'end') return `${(c.was ?? []).map((x, k) => cellWord(columns[k], x)).filter(Boolean).slice(0, 3).join(' ')}，到 ${c.to} 为止`
  if (c.op === 'change') return `${cells[0]}：${difference(columns, c.was ?? [], cells) || '只改日期'}，自 ${c.from} 起`
  return row.join('，')
}

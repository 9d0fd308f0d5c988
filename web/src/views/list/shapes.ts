// SPDX-License-Identifier: MulanPSL-2.0
// Shapes of /api/lists and /api/handed.
export interface Back {
  row: number
  status: string
  message: string
  no?: number
  clue?: number | null
  key: string | null
  cells?: string[]
  answer?: string[]
}
export interface BackFile {
  id: number
  filename: string
  digest: string
  state: string
  actor_name: string
  at: string
  taken: number
  taken_by: string | null
  report: Back[]
}
export interface List {
  id: number
  kind: string
  kind_title: string
  title: string
  fixmedins_name: string
  state: string
  due: string | null
  day: string | null
  actor_name: string
  at: string
  columns: string[]
  answers: string[]
  rows: { no: number; clue: number | null; cells: string[]; answer: string[] | null; adopted_at: string | null; state: string | null; verdict: string | null }[]
  handed?: { filename: string; sheet: string; mapping: { in: Record<string, number>; out: Record<string, number> } }
  files: BackFile[]
  rows_answered: number
  rows_out: number
}

export interface Handed {
  id: number
  title: string
  filename: string
  sheets: string[]
  sheet: string
  heading_row: number
  headings: string[]
  samples: string[][]
  rows: number
  mapping: { in: Record<string, number>; out: Record<string, number> }
  in: { code: string; title: string }[]
  out: { code: string; title: string }[]
}
export interface HandedRow {
  row: number
  status: string
  message: string
  upper_no: string
  fixmedins_name: string
  problem: string
  fen?: number
  choice: number | string | null
  as?: number
  new: object | null
  candidates?: { id: number; title: string; fund_fen: number; state: string }[]
}

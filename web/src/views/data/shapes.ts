// SPDX-License-Identifier: MulanPSL-2.0
// Answers of /api/imports, /api/uploads, /api/quality.
export interface DataState {
  files: number
  lines: number
  last: number
  undoable: boolean
  demo: boolean
  screened: boolean
  stale: boolean
  imported_at: string
  undone_at: string
  next: 'import' | 'screen' | 'clues'
}
export interface ImportRow {
  id: number
  at: string
  files: number
  rows_read: number
  rows_kept: number
  rows_rejected: number
  fen_kept: number
  names: string
  undone_at: string | null
  undone_by: string | null
  actor_name: string | null
}
export interface SheetColumn {
  col: string
  heading: string
  field: string
  title: string
  sure: string
  samples: string[]
}
export interface Sheet {
  fingerprint: string
  inner: string
  sheet: string
  table: string
  row: string
  columns: SheetColumn[]
}
export interface Proposal {
  name: string
  table: string | null
  title: string | null
  unreadable: string | null
  sheets: Sheet[]
}
export interface TableInfo {
  table: string
  title: string
  own: boolean
  /** name, title, class of what a row must have (0: it may lack it; one column of each class is enough) */
  columns: [string, string, number][]
}
export interface Grid {
  title: string
  head: string[]
  number: boolean[]
  rows: string[][]
}

export function bytesText(n: number): string {
  return n < 1024 ? `${n} B` : n < 1048576 ? `${(n / 1024).toFixed(0)} KB` : n < 1073741824 ? `${(n / 1048576).toFixed(1)} MB` : `${(n / 1073741824).toFixed(2)} GB`
}

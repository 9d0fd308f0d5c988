// SPDX-License-Identifier: MulanPSL-2.0
// What a column of DataTable is.
/** A row as the server gave it; pages know its fields. */
export type Row = Record<string, any>

export interface Column {
  /** Field of the row; also the name of the slot that draws the cell (#cell-KEY). */
  key: string
  title: string
  width?: number
  minWidth?: number
  /** The server sorts by this name (`sort=name`, `sort=-name`); true: by `key`. */
  sort?: string | true
  /** Fen, shown in 元 or 万元. */
  money?: boolean
  align?: 'left' | 'center' | 'right'
  /** Shown only when asked for in 显隐列. */
  hidden?: boolean
  fixed?: 'left' | 'right'
  /** Two lines instead of one with dots: the slot draws them (class `two`, with a title). */
  wrap?: boolean
}

export interface SavedView {
  name: string
  filters: Record<string, unknown>
  sort: string
  hidden: string[]
}

// SPDX-License-Identifier: MulanPSL-2.0
// The list one came from, so that 下一条 goes on where one is: ids of the page last shown, and how to ask for more.
import { defineStore } from 'pinia'
import { http, type Page, type Query } from '@/api/http'
import type { Clue } from '@/api/clue'

export const useQueue = defineStore('queue', {
  state: () => ({ ids: [] as number[], query: {} as Query, next: null as string | null }),
  actions: {
    take(ids: number[], query: Query, next: string | null) {
      this.ids = ids
      this.query = query
      this.next = next
    },
    /** The clue behind this one; null at the end. */
    async after(id: number): Promise<number | null> {
      const i = this.ids.indexOf(id)
      if (i >= 0 && i + 1 < this.ids.length) return this.ids[i + 1]
      if (i < 0 && this.ids.length) return this.ids[0]
      if (!this.next) return null
      const page = await http.get<Page<Clue>>('/api/clues', { ...this.query, after: this.next })
      this.ids = this.ids.concat(page.rows.map((r) => r.id))
      this.next = page.next
      return page.rows[0]?.id ?? null
    },
    before(id: number): number | null {
      const i = this.ids.indexOf(id)
      return i > 0 ? this.ids[i - 1] : null
    },
  },
})

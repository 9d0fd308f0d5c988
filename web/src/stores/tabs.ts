// SPDX-License-Identifier: MulanPSL-2.0
// The pages opened so far, as tabs above the page.
import { defineStore } from 'pinia'
import type { RouteLocationNormalized } from 'vue-router'

export interface Tab {
  path: string
  fullPath: string
  title: string
  name: string
  fixed: boolean
}

const MOST = 12

export const useTabs = defineStore('tabs', {
  state: () => ({ list: [] as Tab[] }),
  getters: {
    /** Names of the list pages to keep alive: their filters and place are as one left them. */
    kept: (s) => s.list.map((t) => t.name),
  },
  actions: {
    open(to: RouteLocationNormalized) {
      if (!to.meta.title || !to.meta.inShell) return
      const known = this.list.find((t) => t.path === to.path)
      if (known) {
        known.fullPath = to.fullPath
        return
      }
      this.list.push({
        path: to.path,
        fullPath: to.fullPath,
        title: String(to.meta.title),
        name: String(to.name),
        fixed: to.path === '/workbench',
      })
      if (this.list.length > MOST) {
        const oldest = this.list.findIndex((t) => !t.fixed)
        this.list.splice(oldest, 1)
      }
    },
    rename(path: string, title: string) {
      const t = this.list.find((x) => x.path === path)
      if (t) t.title = title
    },
    /** Answers where to go when the closed tab was the one shown. */
    close(path: string): string | null {
      const i = this.list.findIndex((t) => t.path === path)
      if (i < 0 || this.list[i].fixed) return null
      this.list.splice(i, 1)
      const next = this.list[i] ?? this.list[i - 1]
      return next?.fullPath ?? '/workbench'
    },
    closeOthers(path: string) {
      this.list = this.list.filter((t) => t.fixed || t.path === path)
    },
    clear() {
      this.list = []
    },
  },
})

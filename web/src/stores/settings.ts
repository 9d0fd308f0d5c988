// SPDX-License-Identifier: MulanPSL-2.0
// What one likes on one's own machine: 元 or 万元, the menu folded, the organisation tree shown, how dense tables are.
import { defineStore } from 'pinia'

const KEY = 'huji.settings'

interface Settings {
  wan: boolean
  folded: boolean
  tree: boolean
  dense: boolean
}

function load(): Settings {
  const usual: Settings = { wan: false, folded: false, tree: window.innerWidth >= 1500, dense: true }
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
  } catch {
    return usual
  }
}

export const useSettings = defineStore('settings', {
  state: load,
  getters: {
    unit: (s) => (s.wan ? '万元' : '元'),
  },
  actions: {
    set(change: Partial<Settings>) {
      Object.assign(this, change)
      localStorage.setItem(
        KEY,
        JSON.stringify({ wan: this.wan, folded: this.folded, tree: this.tree, dense: this.dense }),
      )
    },
  },
})

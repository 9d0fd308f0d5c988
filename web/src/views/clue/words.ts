// SPDX-License-Identifier: MulanPSL-2.0
// Codes of clues and their names: the server's table (/api/clues/words), asked once.
import { computed, ref } from 'vue'
import { http } from '@/api/http'

export interface Nature {
  code: string
  title: string
  group: string
  article: string
  /** May be done in order to defraud, and then stands under another paragraph. */
  takes_intent: boolean
}
export interface Words {
  states: { code: string; title: string; open: boolean }[]
  sources: { code: string; title: string }[]
  verdicts: { code: string; title: string }[]
  natures: Nature[]
}

export const words = ref<Words>({ states: [], sources: [], verdicts: [], natures: [] })
/** 定性 by group, in the order of the articles. */
export const natureGroups = computed(() => [...new Set(words.value.natures.map((n) => n.group))].map((group) => ({ group, list: words.value.natures.filter((n) => n.group === group) })))
let asked: Promise<void> | null = null

export function loadWords(): Promise<void> {
  asked ??= http
    .get<Words>('/api/clues/words')
    .then((w) => {
      words.value = w
    })
    .catch(() => {
      asked = null
    })
  return asked
}
export function stateTitle(code: string): string {
  return words.value.states.find((s) => s.code === code)?.title ?? code
}
export function isOpen(code: string): boolean {
  return words.value.states.find((s) => s.code === code)?.open ?? true
}
export function verdictTitle(code: string | null): string {
  return words.value.verdicts.find((s) => s.code === code)?.title ?? ''
}
export function sourceTitle(code: string): string {
  return words.value.sources.find((s) => s.code === code)?.title ?? code
}
export function natureOf(code: string | null | undefined): Nature | undefined {
  return words.value.natures.find((n) => n.code === code)
}

// SPDX-License-Identifier: MulanPSL-2.0
// Codes of clues and their names: the server's table (/api/clues/words), asked once.
import { ref } from 'vue'
import { http } from '@/api/http'

export interface Words {
  states: { code: string; title: string; open: boolean }[]
  sources: { code: string; title: string }[]
  verdicts: { code: string; title: string }[]
}

export const words = ref<Words>({ states: [], sources: [], verdicts: [] })
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

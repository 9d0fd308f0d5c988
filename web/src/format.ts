// SPDX-License-Identifier: MulanPSL-2.0
// Money and times as officers write them. Money comes in whole fen; nothing is added up in floating point here.
import { useSettings } from '@/stores/settings'

function thousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 1824000 -> "18,240.00" (元), "1.82" (万元). */
export function moneyText(fen: number | null | undefined, wan: boolean): string {
  if (fen === null || fen === undefined) return '—'
  const sign = fen < 0 ? '-' : ''
  let cents = Math.abs(fen)
  if (wan) cents = Math.floor((cents + 5000) / 10000)
  const whole = Math.floor(cents / 100)
  return `${sign}${thousands(String(whole))}.${String(cents % 100).padStart(2, '0')}`
}

/** In the unit chosen above; without its name. */
export function money(fen: number | null | undefined): string {
  return moneyText(fen, useSettings().wan)
}

export function moneyUnit(fen: number | null | undefined): string {
  const s = useSettings()
  return `${moneyText(fen, s.wan)} ${s.unit}`
}

export function count(n: number | null | undefined): string {
  return n === null || n === undefined ? '—' : thousands(String(n))
}

export function percent(v: number | null | undefined, digits = 1): string {
  return v === null || v === undefined ? '—' : (v * 100).toFixed(digits) + '%'
}

const DAY = 86_400_000

export function dayNumber(date: string): number {
  return Math.round(Date.parse(date.slice(0, 10) + 'T00:00:00Z') / DAY)
}

export function dayText(n: number): string {
  return new Date(n * DAY).toISOString().slice(0, 10)
}

/** "剩 3 天", "今天到期", "超期 2 天"; empty without a date. */
export function dueText(date: string | null | undefined, today: string): string {
  if (!date) return ''
  const left = dayNumber(date) - dayNumber(today)
  if (left > 0) return `剩 ${left} 天`
  return left === 0 ? '今天到期' : `超期 ${-left} 天`
}

export function todayText(): string {
  const d = new Date()
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
}

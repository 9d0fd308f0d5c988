// SPDX-License-Identifier: MulanPSL-2.0
// No page shows a raw code where people read words: every page of the menu as each role, every rule in plain Chinese, every
// knowledge table. What stands in <pre>, in inputs and in .mono is text of the machine and may be.
import { readFileSync } from 'node:fs'
import { base, go, login, ok, openPage, screen, settled, test } from './lib.mjs'

const paths = [...readFileSync(new URL('../../web/src/pages.ts', import.meta.url), 'utf8').matchAll(/path: '([^':]+)',[\s\S]*?title: '([^']+)'/g)].map((m) => m[1])
const roles = { kezhang: null, xitong: null, anquan: null, shenji: null, jiandu: null }
// Words of the trade, products, units, and what the county's accounts are called.
const known = new Set(
  'kezhang xitong anquan shenji jiandu xinren fenxi zhifa juzhang sanfang start huji Huji Excel Word Chromium Edge Windows Linux Python Java Vue Element Plus ECharts DuckDB SQLite PostgreSQL OpenAPI OpenSSL docs root Ctrl Tab libmicrohttpd GnuTLS jansson Argon2id MulanPSL kg g mg ml mm cm http https localhost MiB KiB GiB ms px curl x X-Huji-Key start.sh init'.split(' '),
)

/** Words in Latin letters that no officer would know. */
export function raw(text) {
  return [...text.matchAll(/[A-Za-z_][A-Za-z0-9_.*/-]*/g)]
    .map((m) => m[0].replace(/[.*/-]+$/, ''))
    .filter((w) => !(w.length < 2 || /\d/.test(w) || w === w.toUpperCase() || known.has(w) || /^[A-Z]\d\d(\.\w+)?$/.test(w) || /\.(yaml|csv|xlsx|docx|json|pdf)$/.test(w)))
}

/** What is on the page, but for what the machine speaks. */
async function said(page) {
  return page.evaluate(() => {
    const out = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let n; (n = walk.nextNode()); ) {
      const e = n.parentElement
      if (!e || e.closest('pre, code, textarea, script, style, .mono, .sql') || !e.checkVisibility({ checkVisibilityCSS: true })) continue
      if (n.nodeValue.trim()) out.push(n.nodeValue.trim())
    }
    return out
  })
}

async function look(page, path, found) {
  await go(page, path)
  const texts = await said(page)
  // SQL that somebody typed is told in his words
  for (const t of texts.filter((t) => !t.startsWith('分析台 SQL 查询：'))) for (const w of raw(t)) found.set(`${path} ${w}`, t.slice(0, 120))
}

export default async function (context) {
  const page = await openPage(context)
  for (const user of Object.keys(roles)) {
    await page.evaluate(async () => {
      const s = await fetch('/api/session').then((r) => (r.ok ? r.json() : null)).catch(() => null)
      if (s?.csrf) await fetch('/api/session', { method: 'DELETE', headers: { 'X-Huji-Csrf': s.csrf } })
    }).catch(() => {})
    await page.goto('about:blank') // the page forgets who was signed in
    await login(page, user)
    await test(page, `页面用词：${user}`, async () => {
      const found = new Map()
      if (user === 'kezhang') await screen(page)
      const mine = await page.evaluate(() => fetch('/api/session').then((r) => r.json()))
      const links = new Set(await page.locator('nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href').replace(/^#/, ''))))
      for (const path of paths.filter((p) => links.has(p) || p === '/profile' || p === '/guide')) await look(page, path, found)
      if (user === 'kezhang') await details(page, found)
      ok(`页面用词：${user} 没有代码（${mine.name ?? user}）`, !found.size, [...found].map(([k, v]) => `${k}：${v}`).join('\n'))
    })
  }
  await page.close()
}

async function get(page, path) {
  return page.evaluate((p) => fetch(p).then((r) => r.json()), path)
}

async function details(page, found) {
  const clues = (await get(page, '/api/clues?limit=5')).rows
  for (const c of clues.slice(0, 2)) await look(page, `/clues/${c.id}`, found)
  await look(page, `/institutions/${clues[0].fixmedins_code}`, found)
  const person = (await get(page, '/api/clues?limit=100')).rows.find((c) => c.psn_no)
  await look(page, `/persons/${person.psn_no}`, found)
  const tables = (await get(page, '/api/knowledge')).rows
  for (const t of tables) {
    const one = await get(page, `/api/knowledge/${t.name}?limit=60`)
    for (const r of one.list)
      r.cells.forEach((cell, k) => {
        const c = one.columns[k]
        for (const w of c.hidden ? [] : raw(c.words[cell] ?? cell)) found.set(`知识表 ${t.name} ${c.name} ${w}`, cell)
      })
  }
  await look(page, '/knowledge/day_limit', found)
  const rules = (await get(page, '/api/rules')).rows
  const names = new Map()
  for (const r of rules) {
    if (names.has(r.name)) found.set(`规则同名 ${r.rule_id}`, names.get(r.name))
    names.set(r.name, r.rule_id)
    const one = await get(page, `/api/rules/${r.rule_id}`)
    for (const p of one.plain) for (const w of raw(p.plain)) found.set(`规则 ${r.rule_id} ${p.label} ${w}`, p.plain.slice(0, 200))
  }
  for (const id of ['B13.fund', 'A01', 'E17.both']) await look(page, `/rules/${id}`, found)
  await settled(page)
}

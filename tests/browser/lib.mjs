// SPDX-License-Identifier: MulanPSL-2.0
// What a page's test needs: a browser as officers have it, steps that print ok / not ok, pictures kept.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// playwright-core lives with the page's other packages.
const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')

export const base = process.env.HUJI_URL
export const shots = process.env.HUJI_SHOTS ?? 'build/browser/shots'
export const password = process.env.HUJI_PASSWORD
mkdirSync(shots, { recursive: true })

let failed = 0
let passed = 0

export function ok(name, truth, why = '') {
  if (truth) passed++
  else failed++
  console.log(`${truth ? 'ok' : 'not ok'} ${name}${truth || !why ? '' : `\n    ${String(why).replace(/\n/g, '\n    ')}`}`)
  return !!truth
}
export function result() {
  return { passed, failed }
}

export async function openBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'huji-browser-'))
  // 1366x768 is the screen that bureaus have.
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1366, height: 768 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    acceptDownloads: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  context.setDefaultTimeout(15_000)
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** A page that remembers what went wrong in it: console errors, failed requests, anything asked of another host. */
export async function openPage(context) {
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (e) => page.faults.push('error: ' + e.message))
  page.on('console', (m) => {
    // A refused sign-in is a 4xx that the browser reports too.
    if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) page.faults.push('console: ' + m.text())
  })
  page.on('response', (r) => {
    if (r.status() >= 500 || (r.status() === 404 && r.url().includes('/api/')))
      page.faults.push(`${r.status()} ${r.request().method()} ${r.url()}`)
  })
  // What is under way: settled() waits for it. Playwright's networkidle is told once, when a page is opened, and is true for ever after.
  page.asking = new Set()
  page.on('request', (r) => {
    if (r.resourceType() !== 'eventsource') page.asking.add(r)
  })
  page.on('response', (r) => page.asking.delete(r.request()))
  page.on('requestfailed', (r) => page.asking.delete(r))
  page.on('request', (r) => {
    if (!r.url().startsWith(base) && !/^(data|blob):/.test(r.url())) page.faults.push('foreign: ' + r.url())
  })
  return page
}

export async function login(page, user) {
  await page.goto(base + '/#/login')
  await page.getByLabel('用户名').fill(user)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: /登\s*录/ }).click()
  await page.waitForURL(/#\/workbench/)
}

export async function go(page, path) {
  await page.goto(base + '/#' + path)
  await settled(page)
}

/** Until nothing is being read any more: what was clicked has been drawn, nothing is under way for a moment, no mask is left. */
export async function settled(page) {
  await page.waitForLoadState('load')
  const end = Date.now() + 15_000
  for (let quiet = 0; quiet < 3; ) {
    if (Date.now() > end) throw new Error('still asking: ' + [...page.asking].map((r) => r.url()).join(' '))
    // Two frames: a click's change is drawn, and asks its question, in the next one.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20)))))
    quiet = page.asking?.size ? 0 : quiet + 1
  }
  await page.waitForFunction(() => !document.querySelector('.el-loading-mask:not([style*="display: none"])'))
}

export async function shot(page, name) {
  await page.screenshot({ path: join(shots, name + '.png') })
}

/** Does the number of matches come to be as it should? A page draws its rows when they arrive, not when it is opened. */
export async function counted(locator, fits) {
  for (let i = 0; i < 50; i++) {
    if (fits(await locator.count())) return true
    await new Promise((done) => setTimeout(done, 100))
  }
  return false
}

/** Neither the page nor a table in it has to be pushed sideways; a table cut off is named. */
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const main = document.querySelector('main')
    const out = []
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth) out.push('page')
    if (main && main.scrollWidth > main.clientWidth + 1) out.push('main')
    for (const t of document.querySelectorAll('main .el-table')) {
      const w = t.querySelector('.el-table__body-wrapper .el-scrollbar__wrap')
      // may slide: a table under its fixed last column, and one that shows somebody's whole Excel sheet
      if (t.matches('.sheet') || t.querySelector('.el-table-fixed-column--right')) continue
      if (w && w.clientWidth && w.scrollWidth > w.clientWidth + 1)
        out.push(`${w.scrollWidth - w.clientWidth} px of ${t.querySelector('thead')?.innerText.replace(/\s+/g, ' ')}`)
    }
    return out
  })
  if (wide.length) console.log('# too wide: ' + wide.join('; '))
  return !wide.length
}

export async function download(page, act) {
  const [d] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: d.suggestedFilename(), bytes: readFileSync(await d.path()) }
}

/** One test: its name, what it does; a thrown error is one failure with a picture. */
export async function test(page, name, act) {
  page.faults.length = 0
  try {
    await act()
  } catch (e) {
    ok(name, false, e.message)
    await shot(page, 'FAILED-' + name.replace(/[^\p{L}\p{N}]+/gu, '-')).catch(() => {})
    return
  }
  ok(`${name}: 页面无错误、无外部请求`, page.faults.length === 0, page.faults.join('\n'))
}

/** A whole screening, its findings raised as clues: for pages that are about something else. */
export async function screen(page) {
  await page.evaluate(async () => {
    const csrf = (await (await fetch('/api/session')).json()).csrf
    const a = await (await fetch('/api/screens', { method: 'POST', headers: { 'X-Huji-Csrf': csrf, 'Content-Type': 'application/json' }, body: '{}' })).json()
    for (;;) {
      const j = await (await fetch('/api/jobs/' + a.job)).json()
      if (!['queued', 'running'].includes(j.state)) return j.state
      await new Promise((f) => setTimeout(f, 100))
    }
  })
}

// SPDX-License-Identifier: MulanPSL-2.0
// The guide's pictures, from a demo county as an officer sees it, and the guide as PDF. Called by tools/guide.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { base, go, login, openBrowser, openPage, settled, shot, shots } from '../../tests/browser/lib.mjs'

async function api(page, method, path, data = {}) {
  const s = await (await page.request.get(base + '/api/session')).json()
  const r = await page.request.fetch(base + path, { method, headers: { 'X-Huji-Csrf': s.csrf }, ...(method === 'GET' ? {} : { data }) })
  if (!r.ok()) throw new Error(`${method} ${path}: ${r.status()} ${await r.text()}`)
  return r.json()
}

const browser = await openBrowser()
try {
  const page = await openPage(browser.context)
  await page.goto(base + '/#/login')
  await page.getByLabel('用户名').waitFor()
  await shot(page, 'login')
  await login(page, 'kezhang')

  // A week that has something in it.
  const { job } = await api(page, 'POST', '/api/screens')
  for (let i = 0; i < 600; i++) {
    const j = await api(page, 'GET', '/api/jobs/' + job)
    if (j.state === 'done') break
    if (j.state !== 'queued' && j.state !== 'running') throw new Error('screen: ' + JSON.stringify(j))
    await page.waitForTimeout(200)
  }
  const clues = (await api(page, 'GET', '/api/clues?limit=200')).rows.filter((c) => c.fixmedins_code && c.fund_fen > 0)
  const many = {}
  for (const c of clues) many[c.fixmedins_code] = (many[c.fixmedins_code] ?? 0) + 1
  const inst = Object.keys(many).sort((a, b) => many[b] - many[a])[0]
  const list = await api(page, 'POST', '/api/lists', { kind: 'clue', fixmedins_code: inst })
  for (const c of clues.slice(0, 3)) {
    const now = await api(page, 'GET', '/api/clues/' + c.id)
    await api(page, 'POST', `/api/clues/${c.id}/verdict`, { verdict: 'confirmed', reason: '与病历、费用清单核对属实', version: now.version })
  }
  await go(page, '/weeks')
  await page.getByRole('button', { name: '新一期' }).click()
  await page.getByText('排查效果').waitFor()

  const pictures = [
    ['workbench', '/workbench'],
    ['ledger', '/clues'],
    ['clue', '/clues/' + (clues.find((c) => c.mdtrt_id) ?? clues[0]).id],
    ['list', '/lists/' + list.id],
    ['week', '/weeks'],
    ['institution', '/institutions/' + inst],
  ]
  for (const [name, path] of pictures) {
    await go(page, path)
    await page.mouse.move(760, 4)
    await page.waitForTimeout(700) // charts draw themselves
    await settled(page)
    await shot(page, name)
  }
  const menu = page.getByRole('link', { name: '数据接入' })
  if (await menu.count()) {
    await menu.first().click()
    await settled(page)
    await shot(page, 'data')
  }

  // The guide itself: its pictures lie beside it.
  const guide = await browser.context.newPage()
  await guide.setViewportSize({ width: 680, height: 1009 }) // A4 less its margins, at 96 dpi
  await guide.goto('file://' + resolve(shots, 'guide.zh-CN.html'))
  await guide.waitForFunction(() => [...document.images].every((i) => i.complete))
  const broken = await guide.evaluate(() => [...document.images].filter((i) => !i.naturalWidth && !i.dataset.optional).map((i) => i.src))
  if (broken.length) throw new Error('pictures missing: ' + broken.join())
  await guide.evaluate(() => document.querySelectorAll('img[data-optional]').forEach((i) => i.naturalWidth || i.closest('figure').remove()))
  // Each section is one page: what runs over would be cut off.
  const over = await guide.evaluate(() => [...document.querySelectorAll('section')].filter((s) => s.scrollHeight > s.clientHeight + 1).map((s) => s.querySelector('h1, h2').textContent))
  if (over.length) throw new Error('longer than a page: ' + over.join())
  await guide.pdf({ path: join(shots, 'guide.zh-CN.pdf'), format: 'A4', printBackground: true, preferCSSPageSize: true })
  console.log('pictures: ' + readdirSync(shots).filter((f) => f.endsWith('.png')).join(' '))
} finally {
  await browser.close()
}

// SPDX-License-Identifier: MulanPSL-2.0
// A clue by telephone: who reported is sealed, and seen only after somebody else agreed.
import { fits, go, login, ok, openBrowser, openPage, settled, shot, test } from './lib.mjs'

export default async function () {
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await login(page, 'kezhang')
    await test(page, '举报人', async () => {
      const id = await page.evaluate(async () => {
        const me = await (await fetch('/api/session')).json()
        const r = await fetch('/api/clues', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Huji-Csrf': me.csrf },
          body: JSON.stringify({ source: 'phone', title: '群众反映多收床位费', basis: '来电，记录在案', received_on: '2026-11-20', amount_fen: 10000 }),
        })
        return (await r.json()).id
      })
      await go(page, '/clues/' + id)
      const card = page.locator('section.card').filter({ has: page.getByRole('heading', { name: '举报人' }) })
      await card.getByText('没有登记').waitFor()
      await card.getByRole('button', { name: '登记' }).click()
      const d = page.getByRole('dialog')
      await d.getByLabel('姓名').fill('钱多多')
      await d.getByLabel('电话').fill('13812345678')
      await d.getByRole('button', { name: '保存' }).click()
      await card.getByText('已加密保存').waitFor()
      ok('举报人：登记后页面上看不到是谁', !(await page.locator('main').innerText()).includes('钱多多'))
      await card.getByRole('button', { name: '查看' }).click()
      await page.locator('.el-message-box textarea').fill('需要回访举报人核实')
      await page.locator('.el-message-box').getByRole('button', { name: '确定' }).click()
      await page.getByText('须第二人同意：已提交复核').waitFor()
      ok('举报人：查看要第二人同意', true)
      await settled(page)
      ok('举报人：1366x768 不横向滚动', await fits(page))
      await card.scrollIntoViewIfNeeded()
      await shot(page, '34-reporter')
    })
  } finally {
    await browser.close()
  }
}

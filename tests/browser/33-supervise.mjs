// SPDX-License-Identifier: MulanPSL-2.0
// The supervisor looks: each section opens, nothing can be changed, and the looking stands in the audit log.
import { counted, fits, go, login, ok, openBrowser, openPage, settled, shot, test } from './lib.mjs'

export default async function () {
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await login(page, 'jiandu')
    await test(page, '监督视图', async () => {
      await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '监督视图' }).click()
      const side = page.getByRole('navigation', { name: '监督视图的各栏' })
      await side.getByRole('button').first().waitFor()
      const names = await side.getByRole('button').allInnerTexts()
      ok('监督视图：十一栏', names.length === 11, names.join())
      for (const n of names) {
        await side.getByRole('button', { name: n, exact: true }).click()
        await page.getByRole('heading', { name: n, exact: true }).waitFor()
        await settled(page)
        ok(`监督视图：${n} 打得开、不横向滚动`, (await counted(page.locator('main [role=alert]'), (n) => n === 0)) && (await fits(page)))
      }
      await side.getByRole('button', { name: '从未筛到、从未查过' }).click()
      await page.locator('.el-table__body tr').first().waitFor()
      await settled(page)
      await shot(page, '33-supervise')
      await go(page, '/clues')
      // Of the ledger: the view just left has a button 导出, too.
      const ledger = page.locator('.table-page')
      await ledger.getByRole('button', { name: '显隐列' }).waitFor()
      ok('监督视图：台账只读，没有批量操作', (await counted(ledger.getByRole('button', { name: '批量排除' }), (n) => n === 0)) && (await counted(ledger.getByRole('button', { name: '导出', exact: true }), (n) => n === 0)))
      await go(page, '/system/audit')
      await page.getByRole('cell', { name: '看监督视图' }).first().waitFor()
      ok('监督视图：看过哪一栏在审计日志里', true)
    })
  } finally {
    await browser.close()
  }
}

// SPDX-License-Identifier: MulanPSL-2.0
// 检查计划: proposed by the ledger and by draw, changed, worked through, on paper.
import { counted, download, fits, go, login, ok, openBrowser, openPage, screen, settled, shot, test } from './lib.mjs'

export default async function () {
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await login(page, 'kezhang')
    await screen(page)
    await test(page, '检查计划', async () => {
      await go(page, '/plans')
      await page.getByText('还没有检查计划').waitFor()
      await shot(page, '39-plan-empty')
      await page.getByRole('button', { name: '编新计划' }).click()
      const d = page.getByRole('dialog', { name: '编检查计划' })
      await d.getByLabel('检查人员').fill('张三')
      await d.getByRole('button', { name: '排计划' }).click()
      await d.getByText('不得少于两人').waitFor()
      await d.getByLabel('检查人员').fill('张三、李四')
      await shot(page, '39-plan-new')
      await d.getByRole('button', { name: '排计划' }).click()
      await d.waitFor({ state: 'hidden' })
      const rows = page.locator('.el-table__body-wrapper tbody tr')
      ok('检查计划：排进了机构', await counted(rows, (n) => n > 1))
      const n = await rows.count()
      ok('检查计划：有随机抽取的', (await rows.filter({ hasText: '随机抽取' }).count()) > 0)
      await page.getByRole('button', { name: '移出' }).nth(2).click()
      await page.locator('.el-message-box').getByRole('button', { name: '移出' }).click()
      ok('检查计划：移出一家', await counted(rows, (k) => k === n - 1))
      await rows.first().getByRole('button', { name: '已查' }).click()
      const v = page.getByRole('dialog').filter({ hasText: '检查日期' })
      await v.getByText('全面核查').click()
      await shot(page, '39-plan-checked')
      await v.getByRole('button', { name: '保存' }).click()
      await rows.first().getByText('全面核查').waitFor()
      ok('检查计划：记为已查', (await rows.first().innerText()).includes('已查'))
      await settled(page)
      ok('检查计划：1366x768 不横向滚动', await fits(page))
      await page.locator('.el-message').first().waitFor({ state: 'detached' }).catch(() => {})
      await shot(page, '39-plan')
      const file = await download(page, () => page.getByRole('button', { name: '导出 XLSX' }).click())
      ok('检查计划：XLSX', file.name.endsWith('检查计划.xlsx') && file.bytes.length > 4000, file.name)
    })
  } finally {
    await browser.close()
  }
}

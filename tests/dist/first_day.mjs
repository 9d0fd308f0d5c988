// SPDX-License-Identifier: MulanPSL-2.0
// From start.sh's last words to the first clue, in a browser, with nothing but the archive: its server, its page, its rules.
import { fits, login, ok, openBrowser, openPage, result, settled, shot, test } from '../browser/lib.mjs'

const browser = await openBrowser()
try {
  const page = await openPage(browser.context)
  await test(page, '第一天：登录', async () => {
    await login(page, 'head') // the name that start.sh proposes
    await settled(page)
    await shot(page, 'first-1-workbench')
  })
  await test(page, '第一天：演示数据到疑点', async () => {
    await page.locator('nav').getByRole('link', { name: '数据接入', exact: true }).click()
    await settled(page)
    await shot(page, 'first-2-data')
    await page.getByRole('button', { name: '先用演示数据练手' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '放入', exact: true }).click()
    await page.getByText(/读入 [\d,]+ 行 = 保留/).first().waitFor({ timeout: 120_000 })
    await page.getByRole('button', { name: '开始筛查' }).click()
    await page.getByText(/筛查完成/).waitFor({ timeout: 120_000 })
    await shot(page, 'first-3-screened')
    await page.locator('nav').getByRole('link', { name: '线索台账', exact: true }).click()
    await page.locator('.el-table__body tr').first().waitFor()
    await settled(page)
    await shot(page, 'first-4-clues')
    ok('第一天：台账 1366x768 不横向滚动', await fits(page))
  })
  await test(page, '第一天：第一条线索', async () => {
    await page.locator('.el-table__body tr a').first().click()
    await page.getByText('依据', { exact: false }).first().waitFor()
    await settled(page)
    await shot(page, 'first-5-clue')
    const said = await page.locator('main').innerText()
    ok('第一天：线索有依据与金额', /条例/.test(said) && /元/.test(said), said.slice(0, 300))
  })
  await page.close()
} finally {
  await browser.close()
}
process.exit(result().failed ? 1 : 0)

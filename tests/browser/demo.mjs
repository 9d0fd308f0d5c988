// SPDX-License-Identifier: MulanPSL-2.0
// A new officer practises: an empty county, practice data by one button, a banner on every page, marked exports.
import { counted, download, fits, go, login, ok, openBrowser, openPage, result, settled, shot, test } from './lib.mjs'

const browser = await openBrowser()
try {
  const page = await openPage(browser.context)
  await login(page, 'kezhang')
  await test(page, '演示数据：放进空县', async () => {
    await go(page, '/data')
    ok('演示数据：放之前没有条幅', (await counted(page.locator('.demo'), (n) => n === 0)))
    await page.getByRole('button', { name: '先用演示数据练手' }).click()
    await shot(page, '05-demo-ask')
    await page.getByRole('dialog').getByRole('button', { name: '放入', exact: true }).click()
    await page.getByText(/读入 [\d,]+ 行 = 保留/).first().waitFor({ timeout: 120_000 })
    await page.locator('.demo').waitFor()
    ok('演示数据：条幅出来了', (await page.locator('.demo').innerText()).includes('演示数据'))
    await page.getByRole('button', { name: '开始筛查' }).click()
    await page.getByText(/筛查完成/).waitFor({ timeout: 120_000 })
    await shot(page, '05-demo-data')
    ok('演示数据：1366x768 不横向滚动', await fits(page))
  })
  await test(page, '演示数据：每一页都标着', async () => {
    for (const path of ['/workbench', '/clues', '/institutions', '/rules', '/weeks', '/screen', '/lists', '/data']) {
      await go(page, path)
      if (!(await page.locator('.demo').isVisible())) ok('演示数据：条幅 ' + path, false)
    }
    await page.reload()
    await settled(page)
    ok('演示数据：刷新后条幅还在', await page.locator('.demo').isVisible())
    await go(page, '/clues')
    await page.locator('.el-table__body tr').first().waitFor()
    await shot(page, '05-demo-clues')
    const file = await download(page, () => page.getByRole('button', { name: '导出', exact: true }).click())
    ok('演示数据：导出的文件名写明', file.name.startsWith('演示数据-'), file.name)
  })
  await page.close()
} finally {
  await browser.close()
}
process.exit(result().failed ? 1 : 0)

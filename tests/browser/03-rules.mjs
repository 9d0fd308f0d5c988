// SPDX-License-Identifier: MulanPSL-2.0
import { counted, fits, go, login, ok, openPage, settled, shot, test } from './lib.mjs'

export default async function (context) {
  const page = await openPage(context)
  await login(page, 'kezhang')
  await test(page, '规则库', async () => {
    await go(page, '/rules')
    await page.getByRole('link', { name: 'B02', exact: true }).waitFor()
    const all = await page.locator('.el-table__body tr').count()
    ok('规则库：列出七十条以上', all >= 70, all)
    ok('规则库：1366x768 不横向滚动', await fits(page))
    await shot(page, '03-rules')
    await page.getByLabel('查找').fill('分解')
    await page.waitForFunction(() => document.querySelectorAll('.el-table__body tr').length < 10)
    ok('规则库：按名称找到分解住院', await page.getByRole('link', { name: '分解住院' }).first().isVisible())
  })

  await test(page, '规则', async () => {
    await go(page, '/rules/B02')
    const text = await page.locator('table.plain').innerText()
    ok('规则：用中文说清问谁、看什么', text.includes('每名参保人') && text.includes('住院'), text)
    ok('规则：参数 15 d 说成 15 天', text.includes('15 天'), text)
    ok('规则：法条与处理', await page.getByText('条例 38(1)').first().isVisible())
    await page.getByRole('button', { name: '现场运行例子' }).click()
    await page.getByText(/^([4-9]|\d\d) \/ \1 通过/).waitFor() // all, however many they have become
    ok('规则：例子现场运行，全部通过', true)

    await page.locator('.curve .el-slider').waitFor()
    await settled(page)
    const said = page.locator('.curve p[aria-live]')
    const before = await said.innerText()
    await shot(page, '03-rule')
    await page.locator('.curve .el-slider__button-wrapper').focus()
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft')
    const after = await said.innerText()
    ok('规则：滑动阈值，命中与金额随之改变', before !== after && /命中/.test(after), before + '\n' + after)
    await shot(page, '03-rule-slider')
  })

  await test(page, '机构画像', async () => {
    await go(page, '/institutions')
    const rows = page.locator('.el-table__body tr')
    await rows.first().waitFor()
    ok('机构画像：有机构', (await counted(rows, (n) => n >= 10)))
    ok('机构画像：列表 1366x768 不横向滚动', await fits(page))
    await shot(page, '04-institutions')
    await rows.first().getByRole('button', { name: '画像' }).click()
    await page.getByRole('heading', { name: '与同类机构比' }).waitFor()
    await settled(page)
    ok('机构画像：画了走势图', (await counted(page.locator('main svg'), (n) => n >= 3)))
    ok('机构画像：1366x768 不横向滚动', await fits(page))
    await shot(page, '04-institution')
    await page.locator('main').evaluate((m) => m.scrollTo(0, 900))
    await shot(page, '04-institution-2')

    // 万元 at one click, everywhere.
    const yuan = await page.getByText(/[\d,]+\.\d\d 元/).first().innerText()
    await page.getByText('万元', { exact: true }).click()
    const wan = await page.getByText(/[\d,]+\.\d\d 万元/).first().innerText()
    ok('元与万元切换', yuan !== wan, yuan + ' ' + wan)
    await page.getByText('元', { exact: true }).click()
  })

  await test(page, '人员画像', async () => {
    // A hospital with findings about single persons, found by its name.
    await go(page, '/institutions')
    await page.getByLabel('机构', { exact: true }).fill('中医医院')
    await page.getByRole('button', { name: '搜索', exact: true }).click()
    await settled(page)
    await page.locator('.el-table__body tr').first().getByRole('button', { name: '画像' }).click()
    await page.locator('a[href*="#/persons/"]').first().click()
    await page.getByRole('heading', { name: '时间轴' }).waitFor()
    await settled(page)
    const name = await page.locator('main h2').first().innerText()
    ok('人员画像：姓名已遮盖', /\*|无姓名/.test(name), name)
    ok('人员画像：时间轴标出疑点涉及的就诊', (await counted(page.locator('.strip .item.hot'), (n) => n >= 1)))
    ok('人员画像：时间轴有就诊', (await counted(page.locator('.strip .item'), (n) => n >= 1)))
    await page.locator('.strip .item').first().focus()
    await page.keyboard.press('Enter')
    ok('人员画像：键盘选中时间轴上的一次，表里对应的行标出', (await counted(page.locator('tr.picked'), (n) => n >= 1)))
    ok('人员画像：1366x768 不横向滚动', await fits(page))
    await shot(page, '05-person')
  })
  await page.close()
}

// SPDX-License-Identifier: MulanPSL-2.0
// A rule of the bureau's own: a pattern, another threshold, what it would find as one types, saved as a draft, proposed.
import { counted, fits, go, login, ok, openPage, settled, shot, test } from './lib.mjs'

export default async function (context) {
  const page = await openPage(context)
  await login(page, 'fenxi')
  await test(page, '新建规则', async () => {
    await go(page, '/rules')
    await page.getByRole('button', { name: '新建规则' }).click()
    await page.locator('.el-radio-button', { hasText: '间隔' }).waitFor()
    const ways = async () => [...new Set(await page.locator('.el-radio-button').allInnerTexts())]
    for (let i = 0; i < 50 && (await ways()).length < 6; i++) await page.waitForTimeout(100)
    ok('新建规则：六种问法可选', (await ways()).length >= 6, (await ways()).join(' '))
    await page.locator('.el-radio-button', { hasText: '间隔' }).click()
    await page.getByRole('combobox', { name: '照着哪条' }).click()
    await page.locator('.el-select-dropdown__item:visible', { hasText: 'B02' }).first().click()
    await page.locator('.big').waitFor()
    const before = await page.locator('.big').innerText()
    ok('新建规则：随即算出命中', /[1-9]\d* 条/.test(before), before)
    await page.getByLabel('参数 max').fill('1 d')
    await page.keyboard.press('Tab')
    await page.waitForFunction((t) => document.querySelector('.big') && document.querySelector('.big').innerText !== t, before)
    ok('新建规则：改阈值，命中随之改变', true)
    ok('新建规则：例子因此不通过，说得出哪几个', (await counted(page.locator('li.bad'), (n) => n >= 1)))
    await page.getByLabel('参数 max').fill('15 d')
    await page.keyboard.press('Tab')
    await page.waitForFunction((t) => document.querySelector('.big')?.innerText === t, before)
    ok('新建规则：1366x768 不横向滚动', await fits(page))
    await shot(page, '36-new')
    await page.getByRole('button', { name: '存为草稿' }).click()
    await page.locator('.head .el-tag', { hasText: '草稿' }).waitFor()
    ok('新建规则：存成草稿，到了它的页', page.url().includes('/rules/X01'))
    await settled(page)
    await page.getByRole('button', { name: '启用', exact: true }).click()
    const dialog = page.locator('.el-dialog:visible')
    await dialog.getByLabel('理由').fill('专项')
    await dialog.getByRole('button', { name: '提出，先看影响' }).click()
    await dialog.locator('.effect').waitFor()
    ok('新建规则：提出启用，看得到新增多少', /新增 [1-9]/.test(await dialog.innerText()))
    await dialog.getByRole('button', { name: '撤回，不改了' }).click()
  })
  await page.close()
}

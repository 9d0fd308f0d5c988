// SPDX-License-Identifier: MulanPSL-2.0
import { base, counted, fits, login, ok, openPage, password, settled, shot, test } from './lib.mjs'

export default async function (context) {
  const page = await openPage(context)
  await test(page, '登录', async () => {
    await page.goto(base + '/')
    await page.waitForURL(/#\/login/)
    await shot(page, '01-login')
    await page.getByLabel('用户名').fill('kezhang')
    await page.getByLabel('密码', { exact: true }).fill('not-this-one-1A!')
    await page.getByRole('button', { name: /登\s*录/ }).click()
    await page.getByRole('alert').waitFor()
    const said = await page.getByRole('alert').innerText()
    ok('登录：密码错时说明，且不说是哪一样错', said.includes('用户名') || said.includes('密码'), said)
    await shot(page, '01-login-wrong')

    // With the keyboard alone.
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/workbench/)
    await settled(page)
    ok('登录：回车即可进入工作台', true)
    ok('工作台：1366x768 不横向滚动', await fits(page))
    ok('顶栏有姓名', await page.getByText('陈科长').first().isVisible())
  })

  await test(page, '外壳', async () => {
    const menu = page.getByRole('navigation', { name: '主菜单' })
    ok('菜单里有线索台账', await menu.getByRole('link', { name: '线索台账' }).isVisible())
    ok('科长的菜单里没有用户管理', (await counted(menu.getByRole('link', { name: '用户' }), (n) => n === 0)))
    await page.keyboard.press('/')
    ok('按 / 到搜索框', await page.evaluate(() => document.activeElement?.getAttribute('placeholder')?.includes('搜索')))
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '收起菜单' }).click()
    await shot(page, '01-folded')
    await page.getByRole('button', { name: '展开菜单' }).click()
  })

  await test(page, '退出', async () => {
    await page.getByText('陈科长').first().click()
    await page.getByText('退出登录').click()
    await page.waitForURL(/#\/login/)
    await page.goto(base + '/#/clues')
    await page.waitForURL(/#\/login/)
    ok('退出后进不去台账', true)
    await login(page, 'kezhang')
  })
  await page.close()
}

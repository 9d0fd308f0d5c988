// SPDX-License-Identifier: MulanPSL-2.0
// The three administrators, each with what is theirs and nothing else.
import { counted, download, fits, go, login, ok, openBrowser, openPage, password, settled, shot, test } from './lib.mjs'

async function as(user, act) {
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await login(page, user)
    await act(page)
  } finally {
    await browser.close()
  }
}

export default async function () {
  await as('xitong', async (page) => {
    await test(page, '系统管理员', async () => {
      const menu = page.getByRole('navigation', { name: '主菜单' })
      ok('系统管理员：菜单里没有业务', (await counted(menu.getByRole('link', { name: '线索台账' }), (n) => n === 0)))
      await go(page, '/clues')
      ok('系统管理员：台账进不去', await page.getByText('您没有查看它的权限').isVisible())
      await go(page, '/system/users')
      await page.getByRole('button', { name: '新增用户' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('登录名').fill('xinren')
      await dialog.getByLabel('姓名').fill('新人')
      await dialog.getByRole('button', { name: '确定' }).click()
      await dialog.getByRole('alert').waitFor()
      ok('用户：漏填机构时说明', true)
      await dialog.getByRole('combobox', { name: '机构' }).click({ force: true })
      await page.getByRole('option').first().click()
      await dialog.getByRole('button', { name: '确定' }).click()
      await page.getByRole('cell', { name: 'xinren' }).waitFor()
      await settled(page)
      ok('用户：建好，停用，未授角色', /xinren[\s\S]*未授[\s\S]*停用/.test(await page.locator('.el-table__body').innerText()))
      ok('用户：1366x768 不横向滚动', await fits(page))
      await shot(page, '06-users')
      await go(page, '/system/orgs')
      await page.getByRole('button', { name: '新增机构' }).waitFor()
      await shot(page, '06-orgs')
      await go(page, '/system/params')
      await page.getByRole('heading', { name: '安全策略' }).waitFor()
      ok('参数：系统管理员改不了安全策略', (await counted(page.locator('section.card').first().getByRole('textbox'), (n) => n === 0)))
      ok('参数：1366x768 不横向滚动', await fits(page))
      await shot(page, '06-params')
      await go(page, '/system/about')
      await page.getByText('MulanPSL-2.0').waitFor()
      await shot(page, '06-about')
    })
  })

  await as('anquan', async (page) => {
    await test(page, '安全管理员', async () => {
      await go(page, '/system/users')
      const row = page.locator('.el-table__body tr').filter({ hasText: 'xinren' })
      await row.getByRole('button', { name: '角色' }).click()
      await page.getByRole('dialog').getByText('执法人员').click()
      await page.getByRole('dialog').getByText('系统管理员').click()
      await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
      await page.getByRole('dialog').getByRole('alert').waitFor()
      ok('角色：系统管理员不得兼任业务角色', /兼任/.test(await page.getByRole('dialog').innerText()))
      await shot(page, '06-grant')
      await page.getByRole('dialog').getByText('系统管理员').click()
      await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
      await page.getByText('已授角色').waitFor()
      await row.getByRole('button', { name: '重设密码' }).click()
      await page.locator('.el-message-box input').fill(password)
      await page.locator('.el-message-box').getByRole('button', { name: '确定' }).click()
      await page.getByText('已重设').waitFor()
      await row.getByRole('button', { name: '启用' }).click()
      await page.getByText('已启用').first().waitFor()
      ok('用户：授角色、设密码、启用', true)
      await go(page, '/system/roles')
      await page.getByRole('rowheader', { name: '看疑点线索' }).waitFor()
      ok('角色：1366x768 不横向滚动', await fits(page))
      await shot(page, '06-roles')
    })
  })

  // The new one comes in with the password for once, and has to change it first.
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await test(page, '首次登录', async () => {
      await page.goto(process.env.HUJI_URL + '/#/login')
      await page.getByLabel('用户名').fill('xinren')
      await page.getByLabel('密码', { exact: true }).fill(password)
      await page.getByRole('button', { name: /登\s*录/ }).click()
      await page.waitForURL(/#\/profile/)
      ok('首次登录：先到改密码', await page.getByText('请先改掉一次性密码').isVisible())
      await shot(page, '06-profile')
      await page.getByLabel('原密码').fill(password)
      await page.getByLabel(/^新密码/).fill(password + 'Zz9!')
      await page.getByLabel('再输一遍').fill(password + 'Zz9!')
      await page.getByRole('button', { name: '改密码' }).click()
      await page.waitForURL(/#\/login/)
      await page.getByLabel('用户名').fill('xinren')
      await page.getByLabel('密码', { exact: true }).fill(password + 'Zz9!')
      await page.getByRole('button', { name: /登\s*录/ }).click()
      await page.waitForURL(/#\/workbench/)
      ok('首次登录：改过密码进工作台', true)
    })
  } finally {
    await browser.close()
  }

  await as('shenji', async (page) => {
    await test(page, '审计管理员', async () => {
      await go(page, '/system/audit')
      await page.locator('.el-table__body tr').first().waitFor()
      await page.getByRole('button', { name: '核对整条链' }).click()
      await page.getByText(/^完整：/).waitFor()
      ok('审计：整条链完整，给出短码', /校验短码/.test(await page.locator('.verdict').innerText()))
      ok('审计：1366x768 不横向滚动', await fits(page))
      const codes = (await page.locator('.el-table__body td').allInnerTexts()).filter((t) => /^[a-z_]+\.[a-z_]+$/.test(t.trim()))
      ok('审计：做了什么说中文', codes.length === 0 && (await page.getByRole('cell', { name: '登录', exact: true }).first().isVisible()), codes.join(' '))
      await shot(page, '06-audit')
      const file = await download(page, () => page.getByRole('button', { name: '导出整条链' }).click())
      ok('审计：导出文件名为中文，一行一条', /审计日志/.test(file.name) && file.bytes.toString().split('\n').length > 10, file.name)
    })
  })
}

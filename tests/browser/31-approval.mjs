// SPDX-License-Identifier: MulanPSL-2.0
// Two persons for one act: an analyst dismisses many and exports much, the section head agrees, the bureau's head waives.
import { counted, download, fits, go, login, ok, openBrowser, openPage, settled, shot, test } from './lib.mjs'

async function as(user, act) {
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await login(page, user)
    await test(page, '复核：' + user, () => act(page))
  } finally {
    await browser.close()
  }
}
async function box(page, text, button) {
  const b = page.locator('.el-message-box')
  await b.locator('textarea').fill(text)
  await b.getByRole('button', { name: button }).click()
}
/** A parameter by the security administrator, through the API of his own page. */
async function param(page, key, value) {
  return page.evaluate(
    async ([k, v]) => {
      const me = await (await fetch('/api/session')).json()
      const r = await fetch('/api/params/' + k, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', 'X-Huji-Csrf': me.csrf },
        body: JSON.stringify({ value: v }),
      })
      return r.status
    },
    [key, value],
  )
}

export default async function () {
  await as('anquan', async (page) => {
    ok('复核：安全管理员定行数', (await param(page, 'bulk_dismiss_rows', '5')) === 200 && (await param(page, 'export_rows', '10')) === 200)
  })

  await as('fenxi', async (page) => {
    await go(page, '/screen')
    await page.evaluate(async () => {
      const me = await (await fetch('/api/session')).json()
      const r = await fetch('/api/clues/raise', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Huji-Csrf': me.csrf }, body: '{}' })
      const { job } = await r.json()
      for (let i = 0; i < 200; i++) {
        const j = await (await fetch('/api/jobs/' + job)).json()
        if (!['queued', 'running'].includes(j.state)) return
        await new Promise((f) => setTimeout(f, 100))
      }
    })
    await go(page, '/clues')
    await page.locator('.el-table__body tr').first().waitFor()
    await page.locator('.el-table__header .el-checkbox').first().click()
    await page.getByRole('button', { name: '批量排除' }).click()
    await box(page, '单据齐全，逐条核对过', '确定')
    await page.getByText('已提交复核').waitFor()
    ok('复核：批量排除 50 条要等第二人', /须第二人同意/.test(await page.locator('.el-notification').innerText()))
    await page.getByRole('button', { name: '导出', exact: true }).click()
    await page.locator('.el-message-box').getByText('超过 10 行').waitFor()
    await shot(page, '31-export-needs-second')
    await box(page, '报送市局核对', '提交复核')
    await page.getByText('已提交，同意后').waitFor()
    await go(page, '/approvals')
    await page.getByRole('cell', { name: '等复核' }).first().waitFor()
    ok('复核：我提出的两件', (await counted(page.getByRole('cell', { name: '等复核' }), (n) => n === 2)))
  })

  await as('kezhang', async (page) => {
    await page.getByRole('button', { name: /消息，\d+ 条未看/ }).click()
    await page.locator('.notice').filter({ hasText: '请您复核' }).first().click()
    await page.waitForURL(/#\/approvals/)
    await settled(page)
    ok('复核：1366x768 不横向滚动', await fits(page))
    await shot(page, '31-approvals')
    const row = page.locator('.el-table__body tr').filter({ hasText: '批量排除' })
    await row.getByRole('button', { name: '不同意' }).click()
    await box(page, '请先看过再排除', '不同意')
    await page.getByText('已回复不同意').waitFor()
    await page.locator('.el-table__body tr').filter({ hasText: '导出' }).getByRole('button', { name: '同意', exact: true }).click()
    await box(page, '', '同意')
    await page.getByText('已同意').first().waitFor()
    ok('复核：科长一件不同意、一件同意', true)
  })

  await as('fenxi', async (page) => {
    await go(page, '/approvals')
    await page.getByRole('cell', { name: '已同意' }).waitFor()
    const file = await download(page, () => page.getByRole('button', { name: '下载' }).click())
    ok('复核：同意后下载', /台账/.test(file.name) && file.bytes.subarray(0, 2).toString() === 'PK', file.name)
    await settled(page)
    await shot(page, '31-own')
  })

  await as('juzhang', async (page) => {
    await go(page, '/approvals')
    await page.getByRole('button', { name: '免除一类复核' }).click()
    const d = page.getByRole('dialog')
    await d.getByRole('combobox', { name: '类别' }).click({ force: true })
    ok('复核：法规要求的两人不在可免之列', (await counted(page.getByRole('option', { name: '查看举报人身份' }), (n) => n === 0)))
    await page.getByRole('option', { name: '批量排除线索' }).click()
    await d.locator('textarea').fill('本局只有三人，监管科仅一人在岗')
    const day = new Date(Date.now() + 20 * 86400e3).toISOString().slice(0, 10)
    await d.getByPlaceholder('最长一年').fill(day)
    await d.getByPlaceholder('最长一年').press('Enter')
    await d.getByRole('button', { name: '确定' }).click()
    await page.getByRole('cell', { name: '免除中' }).waitFor()
    ok('复核：局长免除，有理由和期限', true)
    ok('水印：姓名、登录名在整页上', decodeURIComponent(await page.locator('.watermark').getAttribute('style')).includes('刘局长 juzhang'))
    await settled(page)
    await shot(page, '31-waiver')
    await page.getByRole('button', { name: '结束' }).click()
    await page.getByRole('cell', { name: '已结束' }).waitFor()
  })

  await as('anquan', async (page) => {
    ok('复核：行数改回', (await param(page, 'bulk_dismiss_rows', '20')) === 200 && (await param(page, 'export_rows', '1000')) === 200)
  })
}

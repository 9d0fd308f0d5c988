// SPDX-License-Identifier: MulanPSL-2.0
// 知识表 as a grid: a row added, changed, ended in place; faults beside their cell; an Excel looked at before it is taken; proposed with
// its effect, approved by another one, used by the screening, taken back. With the keyboard where hands stay on it.
import { counted, download, fits, go, login, ok, openBrowser, openPage, settled, shot, test } from './lib.mjs'

const dialog = (page) => page.locator('.el-dialog:visible')
const grid = (page) => page.locator('.el-table').first()
const hits = (page, base) =>
  page.evaluate(async (b) => (await (await fetch('/api/rules')).json()).rows.filter((r) => r.base_id === b).reduce((n, r) => n + r.hits, 0), base)

async function screen(page) {
  await page.evaluate(async () => {
    const csrf = (await (await fetch('/api/session')).json()).csrf
    const a = await (await fetch('/api/screens', { method: 'POST', headers: { 'X-Huji-Csrf': csrf, 'Content-Type': 'application/json' }, body: '{}' })).json()
    for (;;) {
      const j = await (await fetch('/api/jobs/' + a.job)).json()
      if (!['queued', 'running'].includes(j.state)) return j.state
      await new Promise((f) => setTimeout(f, 100))
    }
  })
}
async function propose(page, why) {
  await page.getByRole('button', { name: '提出变更' }).click()
  await dialog(page).getByLabel('理由').fill(why)
  await dialog(page).getByRole('button', { name: '提出，先看影响' }).click()
  await dialog(page).locator('.effect').waitFor()
  await settled(page)
}
async function approve(head) {
  await go(head, '/rule-changes')
  await head.getByRole('button', { name: '刷新' }).click()
  await head.locator('.pending .effect').first().waitFor()
  await head.getByRole('button', { name: '批准，当即生效' }).first().click()
  await head.locator('.el-message', { hasText: '已批准' }).waitFor()
  await settled(head)
}

export default async function (context) {
  const other = await openBrowser()
  const page = await openPage(context)
  const head = await openPage(other.context)
  await login(page, 'fenxi')
  await login(head, 'kezhang')
  await screen(head)
  const before = await hits(page, 'C04')

  await test(page, '知识表：列表', async () => {
    await go(page, '/knowledge')
    await grid(page).locator('tbody tr').first().waitFor()
    ok('知识表：五十多张表都列出', (await counted(grid(page).locator('tbody tr'), (n) => n > 50)))
    await page.getByLabel('找知识表').fill('C04')
    await page.waitForFunction(() => document.querySelectorAll('.el-table tbody tr').length === 1)
    ok('知识表：按规则编号找得到', (await grid(page).locator('tbody tr').first().innerText()).includes('每日限量'))
    await page.getByLabel('找知识表').fill('')
    ok('知识表：1366x768 不横向滚动', await fits(page))
    await shot(page, '37-tables')
  })
  await test(page, '知识表：逐格校验', async () => {
    await go(page, '/knowledge/day_limit')
    await page.getByRole('button', { name: '增一行' }).click()
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === '医保目录编码')
    ok('知识表：增一行，光标就在第一格', true)
    await page.keyboard.type('静脉输液')
    await page.keyboard.press('Tab')
    await page.keyboard.type('三')
    await page.keyboard.press('Enter')
    await page.locator('.bad[role=alert]').first().waitFor()
    const bad = (await page.locator('.bad[role=alert]').allInnerTexts()).join('|')
    ok('知识表：错在哪格、应是什么，写在那一格下面', bad.includes('编码') && bad.includes('应为数字'), bad)
    await shot(page, '37-faults')
    await page.locator('.editing input').nth(0).fill('0031*')
    await page.locator('.editing input').nth(1).fill('1')
    await page.locator('.editing input').nth(2).fill('次')
    await page.keyboard.press('Enter')
    await page.locator('.basket').waitFor()
    ok('知识表：键盘填完一行，进了待提出的改动', (await page.locator('.basket li').innerText()).includes('0031*'))
  })
  await test(page, '知识表：改一行、终止一行', async () => {
    const rows = grid(page).locator('.el-table__body tbody tr')
    await rows.nth(0).getByRole('button', { name: '改' }).click()
    await page.locator('.editing input').nth(1).fill('7')
    await page.getByLabel('自哪一天起').fill('2023-07-01')
    await page.keyboard.press('Enter')
    await page.locator('.basket li').nth(1).waitFor()
    await rows.nth(1).getByRole('button', { name: '终止' }).click()
    await page.getByLabel('到哪一天').fill('2023-12-31')
    await page.keyboard.press('Enter')
    await page.locator('.basket li').nth(2).waitFor()
    const text = await page.locator('.basket').innerText()
    ok('知识表：三处改动各说清楚', text.includes('→ 7') && text.includes('自 2023-07-01 起') && text.includes('到 2023-12-31 为止'), text)
    ok('知识表：表里标着待改、待终止', (await counted(grid(page).getByText('待改'), (n) => n === 1)) && (await counted(grid(page).getByText('待终止'), (n) => n === 1)))
    ok('知识表：有改动时 1366x768 不横向滚动', await fits(page))
    await shot(page, '37-basket')
  })
  await test(page, '知识表：提出，先看影响', async () => {
    await propose(page, '本市规定')
    ok('知识表：影响说出新增多少', /新增 [1-9]/.test(await dialog(page).innerText()), (await dialog(page).innerText()).slice(0, 200))
    ok('知识表：提出的人不能批准', (await counted(dialog(page).getByRole('button', { name: /批准/ }), (n) => n === 0)))
    await shot(page, '37-effect')
    await dialog(page).getByRole('button', { name: '知道了' }).click()
    await page.locator('.pending').waitFor()
    ok('知识表：等批准的留在表下面', (await counted(page.locator('.basket'), (n) => n === 0)))
    ok('知识表：没批准前表没有变', (await page.evaluate(async () => (await (await fetch('/api/knowledge/day_limit')).json()).own)) === 0)
  })
  await test(head, '知识表：另一人批准', async () => {
    await approve(head)
    await screen(head)
    ok('知识表：加的一行在筛查里出了疑点', (await hits(head, 'C04')) > before)
  })
  await test(page, '知识表：生效后的样子', async () => {
    await go(page, '/workbench')
    await go(page, '/knowledge/day_limit')
    await page.getByText('只看本局的').click()
    await page.waitForFunction(() => [...document.querySelectorAll('.el-table__body tbody tr')].length >= 3)
    await settled(page)
    const text = await grid(page).innerText()
    ok('知识表：看得到本局的行、起止和状态', text.includes('0031*') && text.includes('2023-06-30') && text.includes('已终止'), text)
    await shot(page, '37-own')
  })
  await test(page, '知识表：从 Excel 导入', async () => {
    const t = await download(page, () => page.getByRole('button', { name: '下载模板' }).click())
    ok('知识表：模板是 XLSX', t.bytes.subarray(0, 2).toString() === 'PK' && t.name.includes('每日限量'), t.name)
    const x = await download(page, () => page.getByRole('button', { name: '导出', exact: true }).click())
    ok('知识表：导出是 XLSX', x.bytes.subarray(0, 2).toString() === 'PK', x.name)
    await page.getByRole('button', { name: '从 Excel 导入' }).click()
    const csv = '医保目录编码,每日限量,计价单位,备注\n0031*,2,次,x\n00330*,1,次,\n输液,1,次,\n0032*,许多,次,\n'
    await dialog(page).getByLabel('Excel 文件').setInputFiles({ name: '本市限量.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await dialog(page).getByText('不收 2').waitFor()
    ok('知识表：新增、改动、不收分开数', (await dialog(page).innerText()).includes('新增 1') && (await dialog(page).innerText()).includes('改动 1'))
    await dialog(page).getByText('不收 2').click()
    ok('知识表：不收的说出原因', (await dialog(page).innerText()).includes('应为数字'))
    await shot(page, '37-import')
    await dialog(page).getByRole('button', { name: /放进待提出的改动（2 行）/ }).click()
    ok('知识表：进了待提出的改动', (await counted(page.locator('.basket li'), (n) => n === 2)))
    await page.getByRole('button', { name: '全部移出' }).click()
  })
  await test(page, '知识表：退回', async () => {
    const row = grid(page).locator('.el-table__body tbody tr', { hasText: '0031*' }).first()
    await row.getByRole('button', { name: '终止' }).click()
    await page.getByLabel('到哪一天').fill('2000-01-01')
    await page.keyboard.press('Enter')
    await propose(page, '规定撤销')
    ok('知识表：终止也先看影响', /消失 [1-9]/.test(await dialog(page).innerText()))
    await dialog(page).getByRole('button', { name: '知道了' }).click()
    await approve(head)
    await screen(head)
    ok('知识表：终止后疑点消失', (await hits(head, 'C04')) <= before)
  })
  await page.close()
  await head.close()
  await other.close()
}

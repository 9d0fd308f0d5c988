// SPDX-License-Identifier: MulanPSL-2.0
// From a screening run to a verdict, as two officers do it: the head screens and assigns, the officer judges.
import { counted, download, fits, go, login, ok, openBrowser, openPage, settled, shot, test } from './lib.mjs'

export default async function (context) {
  const page = await openPage(context)
  await login(page, 'kezhang')
  await test(page, '智能筛查', async () => {
    await go(page, '/screen')
    ok('智能筛查：1366x768 不横向滚动', await fits(page))
    await page.getByRole('button', { name: /用 \d+ 条规则筛查/ }).click()
    await page.getByText('已完成').waitFor({ timeout: 120_000 })
    await settled(page)
    const rows = await page.locator('.el-table__body tr').count()
    ok('智能筛查：跑完后按规则列出结果', rows >= 20, rows)
    ok('智能筛查：与上次比（同一数据，不变）', (await counted(page.getByText('不变'), (n) => n >= 10)))
    await shot(page, '02-screen')
    const whole = await page.locator('.el-table__body tr').allInnerTexts()
    // One area: its tree, what was asked said above the results, everything else as it was.
    await page.getByRole('combobox', { name: '辖区' }).click({ force: true })
    const areas = page.locator('.el-select-dropdown .el-tree-node__content:visible')
    ok('智能筛查：辖区是一棵树，每个有几家机构', (await counted(areas, (n) => n >= 2)) && /（\d+ 家）/.test(await areas.first().innerText()))
    await areas.filter({ hasText: '429801' }).first().click()
    await page.getByText('只更新所选范围内的疑点').waitFor()
    await shot(page, '02-screen-area')
    await page.getByRole('button', { name: /用 \d+ 条规则筛查/ }).click()
    await page.getByText(/只筛了/).waitFor({ timeout: 120_000 })
    await settled(page)
    const after = await page.locator('.el-table__body tr').allInnerTexts()
    ok('智能筛查：只筛一个辖区，别处的结果都在', after.join() === whole.join(), after.length + ' ' + whole.length)
    ok('智能筛查：筛过辖区后 1366x768 不横向滚动', await fits(page))
    await shot(page, '02-screen-area-done')
    await page.getByText('按机构', { exact: true }).click()
    ok('智能筛查：按机构', (await counted(page.locator('.el-table__body tr'), (n) => n >= 5)))
  })

  let first = ''
  await test(page, '线索台账', async () => {
    await go(page, '/clues')
    await page.locator('.el-table__body tr').first().waitFor()
    const strip = await page.locator('.strip').first().innerText()
    ok('台账：合计条数、机构、金额、超期', /合计 \d+ 条.*机构.*基金.*超期/.test(strip.replace(/\n/g, '')), strip)
    ok('台账：1366x768 不横向滚动', await fits(page))
    await shot(page, '02-ledger')
    const total = Number(/合计 ([\d,]+) 条/.exec(strip.replace(/\n/g, ''))[1].replace(',', ''))

    // Paging by cursor: two pages have no row in common.
    const ids = async () => page.locator('.el-table__body tr td a[href*="#/clues/"]').allInnerTexts()
    const one = await ids()
    await page.getByRole('button', { name: '下一页' }).click()
    await settled(page)
    const two = await ids()
    ok('台账：翻页没有重复', two.length > 0 && !two.some((x) => one.includes(x)), `${one.length} ${two.length} 共 ${total}`)
    await page.getByRole('button', { name: '首页' }).click()
    await settled(page)

    // A filter narrows what is counted; 重置 widens it again.
    await page.getByText('更多 ▼').click()
    await page.getByRole('combobox', { name: '等级' }).click({ force: true })
    await page.getByRole('option', { name: '明确' }).click()
    await page.getByRole('button', { name: '搜索', exact: true }).click()
    await settled(page)
    const classes = await page.locator('.el-table__body tr .class').allInnerTexts()
    ok('台账：按等级筛选只剩明确', classes.length > 0 && classes.every((c) => c.includes('明确')), classes.join())
    await shot(page, '02-ledger-filter')
    const file = await download(page, () => page.getByRole('button', { name: '导出', exact: true }).click())
    ok('台账：导出 XLSX，中文文件名', /^疑点线索台账-.*\.xlsx$/.test(file.name) && file.bytes.subarray(0, 2).toString() === 'PK', file.name)
    // In the background: progress, then the same file.
    await page.getByRole('button', { name: '后台导出' }).click()
    await page.getByRole('dialog').getByText('已完成').waitFor({ timeout: 60_000 })
    await shot(page, '02-ledger-export-job')
    const later = await download(page, () => page.getByRole('dialog').getByRole('button', { name: '下载文件' }).click())
    ok('台账：后台导出，做完下载', /^疑点线索台账-.*\.xlsx$/.test(later.name) && later.bytes.subarray(0, 2).toString() === 'PK', later.name)
    ok('台账：下载后窗口关了', await counted(page.getByRole('dialog'), (n) => n === 0))
    await page.getByRole('button', { name: '重置' }).click()
    await settled(page)
    const again = (await page.locator('.strip').first().innerText()).replace(/\n/g, '')
    ok('台账：重置后回到全部', again.includes(`合计 ${total}`) || again.includes(total.toLocaleString('en')), again)

    // The tree: an institution picked narrows the list to it, the organisation above it widens again.
    await page.getByRole('button', { name: '机构树' }).click()
    const leaf = page.locator('aside.tree .el-tree-node.is-expanded .el-tree-node .el-tree-node__label').first()
    await leaf.waitFor()
    const inst = (await leaf.innerText()).replace(/\s*\d+$/, '').trim()
    await leaf.click()
    await settled(page)
    const names = await page.locator('.el-table__body tr td:nth-child(5)').allInnerTexts()
    const narrowed = (await page.locator('.strip').first().innerText()).replace(/\n/g, '')
    ok('台账：机构树点一家机构，只看它的', names.length > 0 && names.every((x) => x.trim() === inst) && !narrowed.includes(`合计 ${total} 条`), inst + '：' + names.slice(0, 3).join())
    ok('台账：机构树打开时 1366x768 不横向滚动', await fits(page))
    await shot(page, '02-ledger-tree')
    await page.getByRole('button', { name: '看全部' }).click()
    await settled(page)
    ok('台账：看全部后回到全部', (await page.locator('.strip').first().innerText()).replace(/\n/g, '').includes(`合计 ${total}`))
    await page.getByRole('button', { name: '机构树' }).click()

    // A saved view comes back with its conditions.
    await page.locator('.filters').getByText('仅超期').click()
    await page.getByRole('button', { name: '视图' }).click()
    await page.getByText('把现在的条件存为视图…').click()
    await page.getByRole('dialog').getByRole('textbox').fill('超期的')
    await page.getByRole('dialog').getByRole('button', { name: /确定|OK/ }).click()
    await page.getByRole('button', { name: '重置' }).click()
    await settled(page)
    await page.getByRole('button', { name: '视图' }).click()
    await page.getByRole('menuitem', { name: /超期的/ }).first().click()
    await settled(page)
    ok('台账：存的视图一点就来', await page.getByRole('checkbox', { name: '仅超期' }).isChecked())
    await page.getByRole('button', { name: '重置' }).click()
    await settled(page)

    // 元 / 万元.
    const yuan = (await page.locator('.strip').first().innerText()).replace(/\n/g, '')
    await page.getByText('万元', { exact: true }).click()
    const wan = (await page.locator('.strip').first().innerText()).replace(/\n/g, '')
    ok('台账：元 / 万元', /元/.test(yuan) && /万元/.test(wan) && yuan !== wan, wan)
    await page.getByText('元', { exact: true }).first().click()

    // A column put away stays away after a reload.
    await page.getByRole('button', { name: '显隐列' }).click()
    await page.locator('.el-popover').getByText('期限').click()
    await page.keyboard.press('Escape')
    await page.reload()
    await page.locator('.el-table__body tr').first().waitFor()
    ok('台账：收起的列记得住', (await counted(page.locator('.el-table__header th').filter({ hasText: '期限' }), (n) => n === 0)))
    await page.getByRole('button', { name: '显隐列' }).click()
    await page.locator('.el-popover').getByText('期限').click()
    await page.keyboard.press('Escape')

    // Bulk: three to the officer.
    for (const i of [0, 1, 2]) await page.locator('.el-table__body tr').nth(i).locator('.el-checkbox').click()
    await page.getByRole('button', { name: '批量分派' }).click()
    await page.getByRole('dialog').getByRole('combobox', { name: '承办人' }).click({ force: true })
    await page.getByRole('option', { name: /周执法/ }).click()
    await shot(page, '02-assign')
    await page.getByRole('dialog').getByRole('button', { name: '分派' }).click()
    await page.getByText('已分派 3 条').waitFor()
    await settled(page)
    first = await page.locator('.el-table__body tr td a[href*="#/clues/"]').first().innerText()
    ok('台账：批量分派后行上有承办人', (await page.locator('.el-table__body tr').first().innerText()).includes('周执法'))
  })
  await page.close()

  // The officer, in a browser of their own.
  const other = await openBrowser()
  try {
    await officer(await openPage(other.context), first)
  } finally {
    await other.close()
  }
}

async function officer(page, first) {
  await login(page, 'zhifa')
  await test(page, '工作台', async () => {
    await settled(page)
    await page.getByText('我该办的').waitFor()
    const mine = await page.locator('a.card').first().innerText()
    ok('工作台：我的在办 3 条', /我的在办\s*3/.test(mine), mine)
    ok('工作台：铃上有 3 条', await page.getByRole('button', { name: '消息，3 条未看' }).isVisible())
    ok('工作台：1366x768 不横向滚动', await fits(page))
    await shot(page, '02-workbench')
  })

  await test(page, '线索详情', async () => {
    await page.getByRole('link', { name: first }).first().click()
    await page.getByRole('heading', { name: '时间轴' }).waitFor()
    await settled(page)
    // The parts of the page come one by one.
    await page.locator('.strip .item.hot').first().waitFor()
    await page.getByRole('heading', { name: '依据' }).waitFor()
    ok('线索详情：时间轴画出违规项', (await counted(page.locator('.strip .item.hot'), (n) => n >= 1)))
    ok('线索详情：证据标出违规项与出处', /▶ 违规[\s\S]*第 \d+ 行/.test(await page.locator('main').innerText()))
    ok('线索详情：法条与什么能说明它不是', (await page.getByText('什么能说明它不是').isVisible()) && (await page.getByRole('heading', { name: '依据' }).isVisible()))
    ok('线索详情：分量条', (await counted(page.locator('.fill'), (n) => n >= 1)))
    ok('线索详情：1366x768 不横向滚动', await fits(page))
    ok('线索详情：不滚动就看得见“提交并看下一条”', await page.getByRole('button', { name: '提交并看下一条' }).evaluate((b) => b.getBoundingClientRect().bottom <= window.innerHeight))
    await shot(page, '02-clue')
    await page.locator('main').evaluate((m) => m.scrollTo(0, 700))
    await shot(page, '02-clue-2')
    await page.locator('main').evaluate((m) => m.scrollTo(0, 0))

    await page.getByRole('button', { name: '提交并看下一条' }).click()
    ok('线索详情：没选结论时说明', await page.getByText('请先选择结论').isVisible())
    await page.getByLabel('评论').fill('请 @kezhang 看一下病历')
    await page.getByRole('button', { name: '发送' }).click()
    await page.getByText('请 @kezhang 看一下病历').last().waitFor()
    ok('线索详情：评论留下', true)

    await page.getByText('✓ 查实').click()
    await page.getByLabel('理由').fill('病历与费用不符，机构已认可')
    await page.getByRole('button', { name: '只提交' }).click()
    await page.getByText('已判定：查实').waitFor()
    await page.locator('.said').waitFor()
    ok('线索详情：判定后显示结论与理由', (await page.locator('.said').innerText()).includes('机构已认可'))
    ok('线索详情：经过里有判定', /判定/.test(await page.locator('ol').innerText()))
    await shot(page, '02-judged')
  })

  await test(page, '别人先改了', async () => {
    await go(page, '/clues?assignee=me')
    const rows = page.locator('.table-page .el-table__body tr')
    await rows.first().waitFor()
    await settled(page)
    const mine = await rows.count()
    ok('从链接来的筛选：仅我的', mine === 3, `${mine} 行`)
    await rows.filter({ hasNotText: '查实' }).first().getByRole('button', { name: '办理' }).click()
    await page.getByRole('button', { name: '提交并看下一条' }).waitFor()
    await settled(page)
    // Another window of the same person starts it meanwhile.
    await page.evaluate(async () => {
      const id = location.hash.split('/').pop()
      const me = await (await fetch('/api/session')).json()
      const c = await (await fetch('/api/clues/' + id)).json()
      await fetch(`/api/clues/${id}/start`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Huji-Csrf': me.csrf },
        body: JSON.stringify({ version: c.version }),
      })
    })
    await page.getByText('✗ 误报').click()
    await page.getByLabel('理由').fill('有转院记录')
    await page.getByRole('button', { name: '只提交' }).click()
    await page.getByText('请看过再提交').waitFor()
    ok('别人先改了：不覆盖，换成最新内容，写的理由还在', (await page.getByLabel('理由').inputValue()) === '有转院记录')
    await page.getByRole('button', { name: '只提交' }).click()
    await page.getByText('已判定：误报').waitFor()
    ok('别人先改了：看过后再交，成了', true)
  })

  await test(page, '全局搜索', async () => {
    await page.getByLabel('全局搜索').fill(first)
    await page.locator('.search-popper li').first().waitFor()
    await page.locator('.search-popper li').first().click()
    await page.waitForURL(/#\/clues\/\d+/)
    ok('全局搜索：按线索号直达', true)
  })
}

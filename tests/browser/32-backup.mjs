// SPDX-License-Identifier: MulanPSL-2.0
// The system administrator says where backups go, makes one and has it checked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fits, go, login, ok, openBrowser, openPage, settled, shot, test } from './lib.mjs'

export default async function () {
  const disk = mkdtempSync(join(tmpdir(), 'huji-disk-'))
  const browser = await openBrowser()
  try {
    const page = await openPage(browser.context)
    await login(page, 'xitong')
    await test(page, '备份', async () => {
      await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '备份' }).click()
      await page.getByText('还没有设。').waitFor()
      await page.getByRole('button', { name: '设置' }).click()
      await page.getByLabel('备份目录').fill('disk')
      await page.getByRole('button', { name: '保存' }).click()
      await page.getByText('要写全路径').waitFor()
      ok('备份：不是全路径时说明', true)
      await page.getByLabel('备份目录').fill(disk)
      await page.getByLabel('留几份').fill('3')
      await page.getByRole('button', { name: '保存' }).click()
      await page.getByText('留最近 3 份').or(page.getByText('没有开')).first().waitFor()
      await page.getByRole('button', { name: '现在备份' }).click()
      await page.getByRole('cell', { name: /^huji-\d{8}-\d{6}$/ }).waitFor()
      ok('备份：做成一份，列在表里', true)
      await page.getByRole('button', { name: '核对' }).click()
      await page.getByText('已完成').or(page.getByText('完成')).first().waitFor()
      await settled(page)
      ok('备份：1366x768 不横向滚动', await fits(page))
      await shot(page, '32-backup')
    })
  } finally {
    await browser.close()
    rmSync(disk, { recursive: true, force: true })
  }
}

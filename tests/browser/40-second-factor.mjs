// SPDX-License-Identifier: MulanPSL-2.0
// The second factor as its owner sets it up: the key shown as a square and as letters, proven by a code, asked for at sign-in.
import { createHmac } from 'node:crypto'
import { base, fits, go, login, ok, openPage, password, settled, shot, test } from './lib.mjs'

/** What an authenticator shows (RFC 6238): the test is the phone. */
function shown(secret, at = Date.now()) {
  let bits = ''
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)))
  const mac = createHmac('sha1', key).update(step).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}

export default async function (context) {
  const page = await openPage(context)
  await page.evaluate(() => sessionStorage.clear()).catch(() => {})
  await context.clearCookies()
  await login(page, 'fenxi')
  let secret = ''
  await test(page, '第二重验证：设上', async () => {
    await go(page, '/profile')
    await page.getByRole('button', { name: '生成密钥' }).click()
    await page.getByRole('img', { name: '动态口令密钥的二维码' }).waitFor()
    secret = (await page.locator('.secret').innerText()).replace(/\s/g, '')
    ok('第二重验证：二维码和 32 位密钥都在', /^[A-Z2-7]{32}$/.test(secret), secret)
    ok('第二重验证：1366x768 不横向滚动', await fits(page))
    await shot(page, '40-key')
    const code = page.getByLabel('二、验证器现在显示的 6 位数字')
    await code.fill(shown(secret) === '000000' ? '111111' : '000000')
    await page.getByLabel('三、您的密码').fill(password)
    await page.getByRole('button', { name: '启用' }).click()
    await page.getByRole('alert').waitFor()
    ok('第二重验证：数字不对时说明', (await page.getByRole('alert').innerText()).includes('核对手机时间'))
    await code.fill(shown(secret))
    await page.getByRole('button', { name: '启用' }).click()
    await page.getByText('动态口令已启用').waitFor()
  })
  await test(page, '第二重验证：登录', async () => {
    await context.clearCookies()
    await page.goto('about:blank')
    await page.goto(base + '/#/login')
    await page.getByLabel('用户名').fill('fenxi')
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: /登\s*录/ }).click()
    const code = page.getByLabel('动态口令（手机上的 6 位数字）')
    await code.waitFor()
    ok('第二重验证：密码对了才问，光标就在那一格', await code.evaluate((x) => document.activeElement === x))
    await shot(page, '40-login-code')
    // A code counts once: the one that proved the key may be used up, the next one is not.
    await code.fill(shown(secret, Date.now() + 30_000))
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/workbench/)
    await settled(page)
    ok('第二重验证：输对就进', true)
  })
  await context.clearCookies()
  await page.close()
}

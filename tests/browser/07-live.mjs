// SPDX-License-Identifier: MulanPSL-2.0
// 接入管理, 接口运行, 事前审核: a hospital is connected, sends an order, is reminded, and somebody tries an order by hand.
import { base, counted, fits, go, login, ok, openPage, settled, shot, test } from './lib.mjs'

const order = { rx_id: 'RX1', hilist_code: '', cnt: '2', pric: '18', sumamt: '36', drord_begn_date: '2023-04-01 08:30:00', curr_drord_flag: '1' }
function message(infno, inst, person, item, msgid) {
  return {
    infno, msgid, mdtrtarea_admvs: inst.slice(1, 7), fixmedins_code: inst,
    input: { data: { trig_scen: '1', patient_dtos: [{ patn_id: person, gend: '1', brdy: '1960-05-01', curr_mdtrt_id: 'V1', fsi_encounter_dtos: [{
      mdtrt_id: 'V1', medins_id: inst, med_type: '21', adm_date: '2023-03-29 08:00:00', dscg_date: '9999-12-31 00:00:00', dscg_main_dise_codg: 'I10.x00',
      fsi_order_dtos: [{ ...order, hilist_code: item }] }] }] } },
  }
}

export default async function (context) {
  const page = await openPage(context)
  await login(page, 'kezhang')
  let inst = ''
  let key = ''

  await test(page, '接入管理', async () => {
    await go(page, '/live/access')
    await page.getByText('还没有发放过接入').waitFor()
    ok('接入管理：1366x768 不横向滚动', await fits(page))
    await page.getByRole('button', { name: '发放接入' }).click()
    const box = page.getByRole('dialog')
    await box.getByRole('combobox', { name: '机构' }).click()
    await page.locator('.el-select-dropdown__item:visible').first().click()
    await box.getByText('正式', { exact: true }).click()
    await box.getByRole('button', { name: '发放' }).click()
    await box.getByText('正式接入须写明来源地址').waitFor()
    ok('接入管理：正式接入没有地址不发', true)
    await box.getByRole('textbox', { name: '来源地址' }).fill('127.0.0.1，10.1.0.0/16')
    await box.getByRole('textbox', { name: '备注' }).fill('信息科 张工')
    await shot(page, '07-access-issue')
    await box.getByRole('button', { name: '发放' }).click()
    key = await box.getByRole('textbox', { name: '接入口令' }).inputValue()
    ok('接入管理：口令显示一次', /^hj_[0-9a-f]{36}$/.test(key), key)
    await shot(page, '07-access-key')
    await box.getByRole('button', { name: '我已保存' }).click()
    await settled(page)
    const row = page.locator('.el-table__body tr').first()
    ok('接入管理：列出尾号，没有口令', (await row.innerText()).includes('…' + key.slice(-4)) && !(await page.content()).includes(key))
    inst = await row.locator('span[title^="H"], span[title^="P"]').first().getAttribute('title')
    await shot(page, '07-access')
    await page.getByRole('button', { name: '发放接入' }).click()
    await box.getByRole('combobox', { name: '机构' }).click()
    await page.locator('.el-select-dropdown__item:visible').first().click()
    await box.getByText('客户端证书（医院自己的）').click()
    await box.getByRole('textbox', { name: '来源地址' }).fill('10.1.2.3')
    await box.getByRole('button', { name: '登记' }).click()
    await box.getByText('把医院交来的证书整段贴进来').waitFor()
    await box.getByLabel('证书文件').setInputFiles({ name: 'huji.pem', mimeType: 'text/plain', buffer: Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n') })
    await page.waitForFunction(() => document.querySelector('textarea[aria-label="证书"]')?.value)
    ok('接入管理：证书从文件取来', /BEGIN CERTIFICATE/.test(await box.getByRole('textbox', { name: '证书', exact: true }).inputValue()))
    await box.getByRole('button', { name: '登记' }).click()
    await box.getByText('没有开 TLS').waitFor()
    ok('接入管理：没有 TLS 不登记证书，说明为什么', true)
    await shot(page, '07-access-certificate')
    await box.getByRole('button', { name: '取消' }).click()
  })

  await test(page, '规则方式', async () => {
    await page.getByRole('tab', { name: /规则方式/ }).click()
    await settled(page)
    const rows = page.locator('.el-table__body tr:visible')
    await page.getByRole('textbox', { name: '找规则' }).fill('C03')
    const row = rows.filter({ hasText: 'C03' }).first()
    await row.waitFor()
    ok('规则方式：从记录开始，不能直接拦截', await row.getByRole('button', { name: '拦截' }).isDisabled())
    await row.getByRole('button', { name: '提醒' }).click()
    await page.locator('.el-message-box input').fill('记录两周，没有误报')
    await page.getByRole('button', { name: '确定' }).click()
    await page.getByText('已改，从下一条报文起作用').waitFor()
    ok('规则方式：改为提醒', (await row.innerText()).includes('全部机构本规则'))
    ok('规则方式：1366x768 不横向滚动', await fits(page))
    await page.getByRole('textbox', { name: '找规则' }).fill('')
    await shot(page, '07-modes')
    await page.getByRole('tab', { name: '接入指南' }).click()
    await page.getByRole('heading', { name: '医院系统接入指南' }).waitFor()
    ok('接入指南：样例用的是这台服务器的地址', (await page.locator('.guide').innerText()).includes('HUJI=' + base))
    ok('接入指南：没有回答就继续', await page.getByRole('heading', { name: /没有回答时：继续/ }).isVisible())
    await shot(page, '07-guide')
  })

  await test(page, '接口运行', async () => {
    const send = (m) => page.request.post(`${base}/fsi/${m.infno}`, { data: m, headers: { 'X-Huji-Key': key } }).then((r) => r.json())
    const sign = await send({ infno: '9001', msgid: 'S1', fixmedins_code: inst, input: { signIn: { opter_no: '1' } } })
    ok('接口：签到', sign.infcode === 0, JSON.stringify(sign))
    for (let i = 0; i < 5; i++) {
      const a = await send(message('3102', inst, 'P0001', '001102000010000', 'B' + i))
      ok(`接口：第 ${i + 1} 条有回答`, a.infcode === 0, JSON.stringify(a))
    }
    const bad = await page.request.post(`${base}/fsi/3102`, { data: message('3102', inst, 'P0001', 'X', 'C1'), headers: { 'X-Huji-Key': 'hj_wrong' } }).then((r) => r.json())
    ok('接口：错口令 HJ11', bad.infcode === -1 && bad.err_msg.startsWith('HJ11'), JSON.stringify(bad))
    await go(page, '/live/traffic')
    const row = page.locator('.el-table__body tr').first()
    await row.waitFor()
    const text = await row.innerText()
    ok('接口运行：正式、调用 6 次、医嘱 5 条', /正式/.test(text) && /\b6\b/.test(text) && /\b5\b/.test(text), text)
    ok('接口运行：没放进来的另算', await page.getByText('有 1 次调用没有放进来').isVisible())
    ok('接口运行：1366x768 不横向滚动', await fits(page))
    await shot(page, '07-traffic')
    await row.getByRole('link').click()
    await page.getByRole('heading', { name: '按规则' }).waitFor()
    await settled(page)
    ok('接口运行：一家机构有逐日图', (await counted(page.locator('main svg'), (n) => n >= 1)))
    ok('接口运行：一家机构 1366x768 不横向滚动', await fits(page))
    await shot(page, '07-traffic-one')
  })

  await test(page, '事前审核', async () => {
    await go(page, '/precheck')
    const where = page.getByRole('combobox', { name: '机构' })
    await where.click()
    await where.fill(inst)
    await page.locator('.el-select-dropdown__item:visible', { hasText: inst }).first().click()
    // the list lies over the next field until it has faded
    await counted(page.locator('.el-select__popper:visible'), (n) => n === 0)
    await page.getByRole('textbox', { name: '人员编号' }).fill('NOBODY')
    await page.getByRole('combobox', { name: '性别' }).click({ force: true })
    await page.locator('.el-select-dropdown__item:visible', { hasText: '男' }).click()
    await page.locator('.el-select-dropdown__item', { hasText: '男' }).waitFor({ state: 'hidden' })
    await page.getByText('审核', { exact: true }).last().click()
    await page.getByText('至少要有一个项目').waitFor()
    ok('事前审核：缺什么说什么', true)
    const item = page.getByRole('combobox', { name: '项目 1' })
    await item.click()
    await item.fill('诊查费')
    await page.locator('.el-select-dropdown__item:visible', { hasText: '诊查费' }).first().click()
    await page.getByRole('textbox', { name: '单价 1' }).fill('18')
    await shot(page, '07-precheck-form')
    await page.getByRole('button', { name: '审核', exact: true }).click()
    await page.getByText(/1 条医嘱/).waitFor()
    ok('事前审核：没有这个人的记录，说出来', await page.getByText('本系统没有这个人的记录').first().isVisible())
    ok('事前审核：1366x768 不横向滚动', await fits(page))
    await shot(page, '07-precheck-clean')

    // A man, and an item for women only: certain without any history.
    await page.getByRole('button', { name: '看成报文' }).click()
    const area = page.getByRole('textbox', { name: '报文' })
    ok('事前审核：填的能看成报文', (await area.inputValue()).includes('"fsi_order_dtos"'))
    await area.fill('{')
    await page.getByRole('button', { name: '审核', exact: true }).click()
    ok('事前审核：粘错了说出来', await page.getByText('不是完整的 JSON').isVisible())
    const m = message('3102', inst, 'NOBODY', '001102000010000', 'P1')
    const o = m.input.data.patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[0]
    m.input.data.patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos = [o, { ...o, rx_id: 'RX2' }]
    await area.fill(JSON.stringify(m))
    await page.getByRole('button', { name: '审核', exact: true }).click()
    await page.locator('.found').first().waitFor()
    const said = await page.locator('.found').first().innerText()
    ok('事前审核：规则、依据、牵涉的医嘱', /C03/.test(said) && /依据/.test(said) && /本次/.test(said), said)
    await shot(page, '07-precheck')
  })
  await page.close()
}

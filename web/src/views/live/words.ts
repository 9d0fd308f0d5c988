// SPDX-License-Identifier: MulanPSL-2.0
// What codes of hospitals' connections are called.
export const accessState: Record<string, { title: string; look: 'success' | 'warning' | 'danger' | 'info' }> = {
  on: { title: '正式', look: 'success' },
  test: { title: '测试', look: 'warning' },
  expired: { title: '已到期', look: 'danger' },
  revoked: { title: '已撤销', look: 'info' },
  none: { title: '没有口令', look: 'info' },
}
export const modes = ['记录', '提醒', '拦截'] as const
export const saidBy: Record<string, string> = {
  own: '本机构本规则',
  inst: '本机构全部规则',
  rule: '全部机构本规则',
  all: '全部机构全部规则',
  '': '没有设过',
}
export const infnoTitle: Record<string, string> = {
  '3101': '3101 事前',
  '3102': '3102 结算前',
  '3103': '3103 医生的处理',
  '9001': '9001 签到',
  '9002': '9002 签退',
}
/** 1234 -> "1.2 毫秒" */
export function millis(us: number | null | undefined): string {
  if (us === null || us === undefined) return '—'
  const ms = us / 1000
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms))
}
export const sevTitle: Record<string, string> = { '1': '明确', '2': '高疑', '3': '可疑' }

// SPDX-License-Identifier: MulanPSL-2.0
// What codes of 往返表 are called.
export const kindTitle: Record<string, string> = { clue: '疑点清单', presence: '在院核查单' }
export const stateTitle: Record<string, string> = { out: '待收回', part: '部分收回', in: '已收回', void: '已作废' }
/** Order in which they are shown: what needs a decision first. */
export const statuses: { code: string; title: string; look: 'success' | 'warning' | 'danger' | 'info' | 'primary'; hint: string }[] = [
  { code: 'ok', title: '可收进', look: 'success', hint: '' },
  { code: 'changed', title: '锁定列被改', look: 'warning', hint: '收进时锁定列以发出的为准' },
  { code: 'double', title: '答了两次', look: 'danger', hint: '选一行' },
  { code: 'answered', title: '与以前答复不同', look: 'warning', hint: '勾选后按新的答复' },
  { code: 'invalid', title: '填写有误', look: 'danger', hint: '退回改正后再收' },
  { code: 'unknown', title: '不是本清单的行', look: 'danger', hint: '不会收进' },
  { code: 'blank', title: '没填', look: 'info', hint: '' },
  { code: 'missing', title: '文件里缺', look: 'info', hint: '' },
  { code: 'same', title: '已收过，相同', look: 'info', hint: '' },
]

// SPDX-License-Identifier: MulanPSL-2.0
// What codes of 往返表 are called.
export const kindTitle: Record<string, string> = { clue: '疑点清单', presence: '在院核查单', handed: '上级下发' }
export const stateTitle: Record<string, string> = { out: '待收回', part: '部分收回', in: '已收回', void: '已作废', map: '待对列' }
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
/** Rows of a list from above: what needs a person first. */
export const handedStatuses: typeof statuses = [
  { code: 'invalid', title: '填写有误', look: 'danger', hint: '只列在清单里，不能登记成线索' },
  { code: 'changed', title: '以前下发过，有改动', look: 'warning', hint: '仍用原来的线索' },
  { code: 'double', title: '本文件里重复', look: 'warning', hint: '与前一行用同一条线索' },
  { code: 'unknown', title: '本地没有', look: 'danger', hint: '机构、人员、就诊都查不到；可登记，也可不关联' },
  { code: 'many', title: '有几条线索', look: 'warning', hint: '选一条，或另登记' },
  { code: 'new', title: '要登记的', look: 'primary', hint: '收进时登记成来源为“上级下发”的线索' },
  { code: 'before', title: '以前下发过，相同', look: 'info', hint: '' },
  { code: 'one', title: '已有线索', look: 'success', hint: '' },
]

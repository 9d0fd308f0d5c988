// SPDX-License-Identifier: MulanPSL-2.0
// What a rule's parameters are called, and their values as people say them; the rule's own word stays in the title.

const names: Record<string, string> = {
  max: '上限',
  min: '下限',
  within: '时限',
  days: '天数',
  after: '其后天数',
  pre: '院前天数',
  idle: '空白天数',
  long_idle: '空白天数（精神、康复）',
  grace: '宽限',
  slack: '余量',
  limit: '上限（分钟）',
  share: '占比',
  exam: '检查化验占比',
  treat: '治疗用药占比',
  percent: '百分比',
  persons: '人数',
  people: '人数',
  size: '规模',
  kinds: '种类数',
  max_kinds: '种类上限',
  floor: '起点金额',
  much: '高额界限',
  sure: '必属拖欠的天数',
}
export const units: Record<string, string> = { d: '天', h: '小时', min: '分钟' }

/** "max" -> "上限 max"; a name not in the list stays what it is. */
export function paramName(name: string): string {
  return names[name] ? `${names[name]} ${name}` : name
}

/** "15 d" -> "15 天" */
export function paramValue(value: string): string {
  return value.replace(/^(-?[\d.]+) *(d|h|min)$/, (_, n: string, u: string) => `${n} ${units[u]}`)
}

// SPDX-License-Identifier: MulanPSL-2.0
// What a rule's parameters and the numbers of its question are called, and their values as people say them.

const names: Record<string, string> = {
  max: '上限',
  min: '下限',
  within: '时限',
  days: '天数',
  months: '月数',
  times: '倍数上限',
  after: '其后天数',
  pre: '院前天数',
  idle: '空白天数',
  long_idle: '空白天数（精神、康复）',
  grace: '宽限',
  slack: '余量',
  limit: '限额',
  least: '起算金额',
  more: '高出多少算',
  share: '占比',
  exam: '检查化验占比',
  treat: '治疗用药占比',
  percent: '百分比',
  persons: '人数',
  people: '人数',
  acts: '件数',
  institutions: '机构数',
  size: '规模',
  kinds: '种类数',
  max_kinds: '种类上限',
  floor: '起点',
  much: '高额界限',
  sure: '必属拖欠的天数',
  at_least: '达到多少算',
  more_than: '超过多少算',
  at_least_by: '至少高出',
  tau: '偏离程度（稳健 z 值）',
  ratio: '倍数',
  window: '窗口',
  window_of_median: '窗口占中位数',
  of_bucket: '占同组的比例',
  min_n: '最少例数',
  min_peers: '最少同类家数',
  shrink: '小样本收缩',
  history: '最少往期数',
  season: '同比周期（月）',
  late: '补记宽限',
  lo: '开头除去',
  hi: '结尾除去',
  decay: '每日消耗',
  tolerance: '容差',
  cosine: '相似度',
  lawful: '其中合规的个数',
}
export const units: Record<string, string> = { d: '天', h: '小时', min: '分钟' }

/** "max" -> "上限"; a bureau's own name is what it is. */
export function paramName(name: string): string {
  return names[name] ?? name
}

/** "15 d" -> "15 天" */
export function paramValue(value: string): string {
  return value.replace(/^(-?[\d.]+) *(d|h|min)$/, (_, n: string, u: string) => `${n} ${units[u]}`)
}

// SPDX-License-Identifier: MulanPSL-2.0
// A rule's text made from a form, a field a line, so that what is wrong in a line is told beside its field.
export interface Word {
  word: string
  title: string
}
export interface KindParam {
  name: string
  title: string
  as: 'expr' | 'cond' | 'number' | 'word' | 'count' | 'measure' | 'days' | 'map'
  needed: boolean
  unit: string | null
  default: string | null
  choices: Word[]
  /** Only with these words of mode or form. */
  modes: string | null
}
export interface Kind {
  name: string
  title: string
  question: string
  form: boolean
  params: KindParam[]
}
export interface Kinds {
  kinds: Kind[]
  sources: { word: string; title: string; item: boolean; fields: Word[] }[]
  tables: Word[]
  measures: Word[]
  sets: Word[]
  at_of: Word[]
  at_amount: Word[]
  judged: Word[]
  classes: string[]
  laws: Word[]
  who: Word[]
  fake: Word[]
}
export interface Clause {
  source: string
  table: string
  where: string
}
export interface Form {
  kind: string
  id: string
  name: string
  of: string
  a: Clause
  b: Clause
  ask: Record<string, string>
  except: string[]
  at_of: string
  amount: string
  class: string
  judged: string
  law: string[]
  who: string[]
  fake: string[]
  says: string
  clears: string
  false_positives: string
  serves: string
  effective: string
  examples: string
}

/** How a rule of each kind mostly begins; everything can be changed. */
export const starts: Record<string, Partial<Form> & { from: string }> = {
  forbid: { from: 'line', of: 'person', at_of: 'cur', amount: 'all', says: '{item:name} {cnt} 次，{amount} 元' },
  pair: { from: 'line', of: 'person', at_of: 'b', amount: 'all', says: '{item:name} 与另一项同日收费' },
  quota: { from: 'line', of: 'person / day', at_of: 'members', amount: 'excess', says: '一天 {value} 次，超过 {threshold} 次' },
  gap: { from: 'stay', of: 'person / fixmedins_code', at_of: 'cur', amount: 'all', says: '出院 {value} 天后再次入院' },
  level: { from: 'line', of: 'person', at_of: 'members', amount: 'excess', says: '结存 {value}，界限 {threshold}' },
  outlier: { from: 'stay', of: 'institution', at_of: 'members', amount: 'none', says: '指标 {value}，为参照的 {threshold} 倍' },
}

const q = (s: string) => JSON.stringify(s)
const list = (s: string) => s.split(/[、，,；;\n]/).map((x) => x.trim()).filter(Boolean)

export function clauseText(c: Clause): string {
  return c.source + (c.table ? ` with ${c.table}` : '') + (c.where.trim() ? ` where ${c.where.trim()}` : '')
}
export function shownParams(kind: Kind | undefined, ask: Record<string, string>): KindParam[] {
  const mode = ask.mode ?? ask.form
  return (kind?.params ?? []).filter((p) => p.as !== 'map' && (!p.modes || (!!mode && p.modes.split(' ').includes(mode))))
}

/** The text, and which field each of its lines (from 1) is. */
export function compose(f: Form, kind: Kind | undefined): { text: string; fields: Record<number, string> } {
  const lines: string[] = []
  const fields: Record<number, string> = {}
  const put = (field: string, line: string) => {
    lines.push(line)
    fields[lines.length] = field
  }
  put('id', `${f.id}:`)
  put('name', `  name: ${q(f.name)}`)
  put('version', '  version: 1')
  put('state', '  state: draft')
  if (f.of) put('of', `  of: ${q(f.of)}`)
  if (f.kind === 'pair' && f.ask.mode !== 'discount') {
    put('a', '  from:')
    put('a', `    a: ${q(clauseText(f.a))}`)
    put('b', `    b: ${q(clauseText(f.b))}`)
  } else if (f.kind !== 'outlier') put('a', `  from: ${q(clauseText(f.a))}`)
  if (f.except.length) put('except', `  except: [${f.except.join(', ')}]`)
  // Numbers are the rule's parameters: a region may have its own, the slider moves them.
  const numbers = shownParams(kind, f.ask).filter((p) => p.as === 'number' && f.kind !== 'outlier' && (f.ask[p.name] ?? '').trim())
  if (numbers.length) {
    put('kind', '  param:')
    for (const p of numbers) put(`ask.${p.name}`, `    ${p.name}: ${q(f.ask[p.name].trim())}`)
  }
  put('kind', '  ask:')
  put('kind', `    ${f.kind}:`)
  for (const p of shownParams(kind, f.ask)) {
    const v = (f.ask[p.name] ?? '').trim()
    if (v && numbers.includes(p)) put(`ask.${p.name}`, `      ${p.name}: $${p.name}`)
    else if (v) put(`ask.${p.name}`, p.as === 'days' ? `      ${p.name}: [${list(v).map(q).join(', ')}]` : `      ${p.name}: ${q(v)}`)
  }
  if (lines[lines.length - 1] === `    ${f.kind}:`) lines[lines.length - 1] = `    ${f.kind}: {}`
  put('at_issue', `  at_issue: {of: ${f.at_of}, amount: ${/^\w+$/.test(f.amount) ? f.amount : q(f.amount)}}`)
  put('class', `  class: ${f.class}`)
  put('judged', `  judged: ${f.judged}`)
  put('phases', '  phases: [事后]')
  put('law', `  law: [${f.law.map(q).join(', ')}]`)
  put('serves', `  serves: [${list(f.serves).map(q).join(', ')}]`)
  put('tags', `  tags: {三假: [${f.fake.join(', ')}], field: [], who: [${f.who.join(', ')}], release: internal}`)
  put('effective', `  effective: {from: ${f.effective}}`)
  put('says', `  says: ${q(f.says)}`)
  put('clears', `  clears: [${list(f.clears).map(q).join(', ')}]`)
  put('false_positives', `  false_positives: [${list(f.false_positives).map(q).join(', ')}]`)
  if (f.examples.trim()) {
    put('examples', '  examples:')
    for (const l of f.examples.replace(/\s+$/, '').split('\n')) put('examples', l)
  }
  return { text: lines.join('\n') + '\n', fields }
}

function days(from: string, n: number): string {
  const d = new Date(from + 'T00:00:00Z')
  d.setUTCDate(d.getUTCDate() + n)
  return d.toISOString().slice(0, 10)
}
const plural: Record<string, string> = { stay: 'stays', visit: 'visits', settlement: 'settlements', line: 'lines', operation: 'operations', stock: 'stock', sale: 'sales', trace: 'traces', check: 'checks', refund: 'refunds', reg: 'regs' }

/** Four examples to fill in: what must be found, what just must not, the boundary, what is missing. Numbers are the form's own. */
export function sampleExamples(f: Form): string {
  const src = f.a.source
  const key = plural[src] ?? src + 's'
  const max = Math.max(1, parseInt(f.ask.max ?? '') || 15)
  const limit = Math.max(1, parseInt(f.ask.more_than ?? f.ask.at_least ?? '') || 1)
  const out: string[] = []
  const one = (name: string, kind: string, rows: string[], finds: string) => {
    out.push(`    - name: ${name}`, `      kind: ${kind}`)
    if (src === 'line') out.push('      visits:', '        - {id: v1, t: 2023-03-01}')
    out.push(`      ${key}:`, ...rows.map((r) => `        - {${r}}`), `      finds: ${finds}`)
  }
  const item = '"001109000010000"'
  const line = (id: string, cnt: number, more = '') => `id: ${id}, visit: v1, t: 2023-03-01 09:00:00, item: ${item}, cnt: ${cnt}, pric: 10, amt: ${cnt * 10}.00${more}`
  const stay = (id: string, begin: string, end: string, more = '') => `id: ${id}, begin: ${begin}, end: ${end}, dx: I10.x00, amt: 4000.00, fund: 2600.00${more}`
  if (f.kind === 'gap' && (src === 'stay' || src === 'visit')) {
    const first = stay('s1', '2023-03-01', '2023-03-08')
    const after = (n: number) => stay('s2', days('2023-03-08', n), days('2023-03-08', n + 7))
    one(`隔 ${Math.max(1, max - 5)} 天`, 'hit', [first, after(Math.max(1, max - 5))], '[{at: s2}]')
    one(`隔 ${max + 1} 天，不算`, 'near', [first, after(max + 1)], '[]')
    one(`正好 ${max} 天，算`, 'boundary', [first, after(max)], `[{at: s2, value: ${max}}]`)
    one('只有一次', 'missing', [first], '[]')
  } else if (src === 'line') {
    const many = (n: number) => (f.kind === 'quota' ? [line('l1', n)] : [line('l1', n), ...(f.kind === 'forbid' ? [] : [line('l2', 1)])])
    one('该发现的', 'hit', many(limit + 1), '[{}]')
    one('差一点，不该发现', 'near', many(Math.max(1, limit - 1)), '[]')
    one('正在界限上', 'boundary', many(limit), '[]')
    one('数据缺了一项', 'missing', [line('l1', limit + 1).replace(`item: ${item}`, 'item: ""')], '[]')
  } else {
    const row = src === 'stay' || src === 'visit' ? stay('s1', '2023-03-01', '2023-03-08') : 'id: e1, t: 2023-03-01 09:00:00'
    one('该发现的', 'hit', [row], '[{}]')
    one('差一点，不该发现', 'near', [row], '[]')
    one('正在界限上', 'boundary', [row], '[]')
    one('数据缺了一项', 'missing', [row], '[]')
  }
  return out.join('\n')
}

// SPDX-License-Identifier: MulanPSL-2.0
// As much of Markdown as docs/access.zh-CN.md uses: headings, paragraphs, lists, tables, code.
export type Block =
  | { kind: 'h'; level: number; text: string }
  | { kind: 'p'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'code'; text: string }

const cells = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((c) => c.trim())

export function blocks(source: string): Block[] {
  const lines = source.split('\n')
  const out: Block[] = []
  let i = 0
  const take = (test: RegExp) => {
    const from = i
    while (i < lines.length && test.test(lines[i])) i++
    return lines.slice(from, i)
  }
  while (i < lines.length) {
    const line = lines[i]
    const heading = /^(#+) (.*)/.exec(line)
    if (!line.trim()) i++
    else if (heading) {
      out.push({ kind: 'h', level: heading[1].length, text: heading[2] })
      i++
    } else if (line.startsWith('```')) {
      const from = ++i
      while (i < lines.length && !lines[i].startsWith('```')) i++
      out.push({ kind: 'code', text: lines.slice(from, i++).join('\n') })
    } else if (line.startsWith('|')) {
      const rows = take(/^\|/).map(cells)
      out.push({ kind: 'table', head: rows[0], rows: rows.slice(2) })
    } else if (/^(- |\d+\. )/.test(line)) {
      const ordered = /^\d/.test(line)
      out.push({ kind: 'list', ordered, items: take(/^(- |\d+\. )/).map((l) => l.replace(/^(- |\d+\. )/, '')) })
    } else out.push({ kind: 'p', text: take(/^(?!#|```|\||- |\d+\. )\S/).join('') })
  }
  return out
}

/** `code` and **strong** inside a line. */
export function spans(text: string): { kind: 'text' | 'code' | 'strong'; text: string }[] {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter(Boolean)
    .map((t) =>
      t.startsWith('`') ? { kind: 'code', text: t.slice(1, -1) } : t.startsWith('**') ? { kind: 'strong', text: t.slice(2, -2) } : { kind: 'text', text: t },
    )
}

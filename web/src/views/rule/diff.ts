// SPDX-License-Identifier: MulanPSL-2.0
// Two texts, line by line: what went, what came, and two lines around it.

export interface DiffLine {
  kind: 'same' | 'add' | 'gone' | 'cut'
  sign: string
  text: string
}

/** Longest common subsequence; a rule's text is some hundred lines. */
export function lineDiff(a: string, b: string, around = 2): DiffLine[] {
  const x = a.trimEnd().split('\n')
  const y = b.trimEnd().split('\n')
  const w = y.length + 1
  const len = new Uint32Array((x.length + 1) * w)
  for (let i = x.length - 1; i >= 0; i--)
    for (let k = y.length - 1; k >= 0; k--)
      len[i * w + k] = x[i] === y[k] ? len[(i + 1) * w + k + 1] + 1 : Math.max(len[(i + 1) * w + k], len[i * w + k + 1])
  const all: DiffLine[] = []
  let i = 0
  let k = 0
  while (i < x.length || k < y.length) {
    if (i < x.length && k < y.length && x[i] === y[k]) {
      all.push({ kind: 'same', sign: ' ', text: x[i] })
      i++
      k++
    } else if (i < x.length && (k >= y.length || len[(i + 1) * w + k] >= len[i * w + k + 1])) all.push({ kind: 'gone', sign: '−', text: x[i++] })
    else all.push({ kind: 'add', sign: '+', text: y[k++] })
  }
  const near = all.map((_, n) => all.slice(Math.max(0, n - around), n + around + 1).some((l) => l.kind !== 'same'))
  const out: DiffLine[] = []
  all.forEach((l, n) => {
    if (near[n]) out.push(l)
    else if (!out.length || out[out.length - 1].kind !== 'cut') out.push({ kind: 'cut', sign: ' ', text: '⋯' })
  })
  return all.some((l) => l.kind !== 'same') ? out : [{ kind: 'cut', sign: ' ', text: '两版文字相同' }]
}

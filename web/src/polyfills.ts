// SPDX-License-Identifier: MulanPSL-2.0
// What the libraries call and Chromium 86 lacks (each came with the version named).

function add(target: object, name: string, value: unknown) {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true })
}

function at<T>(this: ArrayLike<T>, n: number): T | undefined {
  const i = Math.trunc(n) || 0
  return this[i < 0 ? this.length + i : i]
}

add(Array.prototype, 'at', at) // 92
add(String.prototype, 'at', at) // 92
add(Object, 'hasOwn', (o: object, k: PropertyKey) => Object.prototype.hasOwnProperty.call(o, k)) // 93
add(Array.prototype, 'findLast', function <T>(this: T[], f: (v: T, i: number, a: T[]) => boolean) { // 97
  for (let i = this.length - 1; i >= 0; i--) if (f(this[i], i, this)) return this[i]
  return undefined
})
add(Array.prototype, 'findLastIndex', function <T>(this: T[], f: (v: T, i: number, a: T[]) => boolean) { // 97
  for (let i = this.length - 1; i >= 0; i--) if (f(this[i], i, this)) return i
  return -1
})

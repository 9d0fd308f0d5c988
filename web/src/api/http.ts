// SPDX-License-Identifier: MulanPSL-2.0
// One way to the server: JSON in and out, the session's CSRF header on every change, errors as Problem.

export interface FieldError {
  field: string
  message: string
}

/** What the server says when it refuses (application/problem+json), or what went wrong on the way. */
export class Problem extends Error {
  status: number
  title: string
  detail: string
  requestId: string
  fields: FieldError[]
  /** The whole body: 409 carries the current row. */
  body: Record<string, unknown>

  constructor(status: number, body: Record<string, unknown>) {
    const title = String(body.title ?? (status ? `服务器答复 ${status}` : '连不上服务器'))
    const detail = String(body.detail ?? '')
    super(detail || title)
    this.status = status
    this.title = title
    this.detail = detail
    this.requestId = String(body.request_id ?? '')
    this.fields = (body.fields as FieldError[]) ?? []
    this.body = body
  }
}

let csrf = ''
let onUnauthorized: () => void = () => {}

export function setCsrf(token: string) {
  csrf = token
}
export function setUnauthorized(f: () => void) {
  onUnauthorized = f
}

export type Query = Record<string, unknown>

/** Empty values are left out; lists become a,b,c. */
export function queryString(q: Query): string {
  const p = new URLSearchParams()
  for (const [k, v] of Object.entries(q)) {
    if (v === undefined || v === null || v === '' || v === false) continue
    if (Array.isArray(v)) {
      if (v.length) p.set(k, v.join(','))
    } else p.set(k, v === true ? '1' : String(v))
  }
  const s = p.toString()
  return s ? '?' + s : ''
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  let payload: BodyInit | undefined
  if (method !== 'GET' && csrf) headers['X-Huji-Csrf'] = csrf
  if (body instanceof Blob || body instanceof FormData) payload = body
  else if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    payload = JSON.stringify(body)
  }
  let r: Response
  try {
    r = await fetch(path, { method, headers, body: payload, credentials: 'same-origin', signal })
  } catch (e) {
    if ((e as Error).name === 'AbortError') throw e
    throw new Problem(0, { title: '连不上服务器', detail: '请看网络和 huji serve 是否还在运行，然后重试' })
  }
  if (r.ok) return r
  const text = await r.text()
  let parsed: Record<string, unknown> = {}
  try {
    parsed = JSON.parse(text)
  } catch {
    parsed = { detail: text.slice(0, 200) }
  }
  if (r.status === 401 && path !== '/api/session') onUnauthorized()
  throw new Problem(r.status, parsed)
}

async function json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const r = await send(method, path, body, signal)
  const text = await r.text()
  return (text ? JSON.parse(text) : null) as T
}

export const http = {
  get: <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
    json<T>('GET', path + queryString(query), undefined, signal),
  post: <T>(path: string, body: unknown = {}) => json<T>('POST', path, body),
  put: <T>(path: string, body: unknown = {}) => json<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown = {}) => json<T>('PATCH', path, body),
  delete: <T>(path: string, body?: unknown) => json<T>('DELETE', path, body),
  /** A file as it is, streamed; `progress` with the bytes that are there so far. */
  upload<T>(path: string, query: Query, file: Blob, progress?: (sent: number) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const x = new XMLHttpRequest()
      x.open('POST', path + queryString(query))
      x.setRequestHeader('Content-Type', 'application/octet-stream')
      if (csrf) x.setRequestHeader('X-Huji-Csrf', csrf)
      x.upload.onprogress = (e) => progress?.(e.loaded)
      x.onerror = () => reject(new Problem(0, { title: '连不上服务器', detail: '上传中断，请重试' }))
      x.onload = () => {
        let body: Record<string, unknown> = {}
        try {
          body = JSON.parse(x.responseText)
        } catch {
          body = { detail: x.responseText.slice(0, 200) }
        }
        if (x.status === 401) onUnauthorized()
        if (x.status >= 200 && x.status < 300) resolve(body as T)
        else reject(new Problem(x.status, body))
      }
      x.send(file)
    })
  },
  /** Saves an attachment under the name the server gave it. */
  async download(path: string, query: Query = {}): Promise<string> {
    const r = await send('GET', path + queryString(query))
    const name = fileName(r.headers.get('Content-Disposition') ?? '') || '下载'
    const url = URL.createObjectURL(await r.blob())
    const a = document.createElement('a')
    a.href = url
    a.download = name
    document.body.appendChild(a)
    a.click()
    a.remove()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
    return name
  },
}

/** RFC 5987: filename*=UTF-8''... before filename="...". */
function fileName(header: string): string {
  const star = /filename\*=UTF-8''([^;]+)/i.exec(header)
  if (star) return decodeURIComponent(star[1])
  return /filename="([^"]+)"/i.exec(header)?.[1] ?? ''
}

export interface Page<T> {
  rows: T[]
  next: string | null
  total: number
}

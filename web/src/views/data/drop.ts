// SPDX-License-Identifier: MulanPSL-2.0
// Files out of what was dropped or chosen: folders are walked, their names kept as "folder/file".
export interface Chosen {
  name: string
  file: File
}

interface Entry {
  isFile: boolean
  isDirectory: boolean
  fullPath: string
  file(ok: (f: File) => void, bad: (e: unknown) => void): void
  createReader(): { readEntries(ok: (e: Entry[]) => void, bad: (e: unknown) => void): void }
}

const hidden = (name: string) => name.split('/').some((p) => p.startsWith('.') || p.startsWith('~$') || p === '__MACOSX')

async function walk(e: Entry, out: Chosen[]): Promise<void> {
  if (e.isFile) {
    const file = await new Promise<File>((ok, bad) => e.file(ok, bad))
    out.push({ name: e.fullPath.replace(/^\/+/, ''), file })
  } else if (e.isDirectory) {
    const reader = e.createReader()
    for (;;) {
      const some = await new Promise<Entry[]>((ok, bad) => reader.readEntries(ok, bad))
      if (!some.length) break
      for (const one of some) await walk(one, out)
    }
  }
}

export async function dropped(data: DataTransfer): Promise<Chosen[]> {
  const entries = Array.from(data.items)
    .map((i) => i.webkitGetAsEntry?.() as unknown as Entry | null)
    .filter((e): e is Entry => !!e)
  const out: Chosen[] = []
  if (entries.length) for (const e of entries) await walk(e, out)
  else for (const f of Array.from(data.files)) out.push({ name: f.name, file: f })
  return out.filter((c) => !hidden(c.name))
}

export function picked(files: FileList | null): Chosen[] {
  return Array.from(files ?? [])
    .map((f) => ({ name: (f as File & { webkitRelativePath?: string }).webkitRelativePath || f.name, file: f }))
    .filter((c) => !hidden(c.name))
}

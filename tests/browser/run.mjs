// SPDX-License-Identifier: MulanPSL-2.0
// Every page in Chromium, in the order of the files' names. HUJI_ONLY=clue runs those whose name has "clue".
import { readdirSync } from 'node:fs'
import { ok, openBrowser, result } from './lib.mjs'

const only = process.env.HUJI_ONLY ?? ''
const files = readdirSync(new URL('.', import.meta.url))
  .filter((f) => /^\d\d-.*\.mjs$/.test(f) && f.includes(only))
  .sort()

const browser = await openBrowser()
try {
  for (const f of files) {
    try {
      await (await import('./' + f)).default(browser.context)
    } catch (e) {
      ok(f, false, e.stack)
    }
  }
} finally {
  await browser.close()
}
process.exit(result().failed ? 1 : 0)

// SPDX-License-Identifier: MulanPSL-2.0
// Who is at work here, and what they may do. The server decides; this only hides what it would refuse.
import { defineStore } from 'pinia'
import { http, Problem, setCsrf } from '@/api/http'

export interface Session {
  user: string
  name: string
  roles: string[]
  permissions: string[]
  org: { code: string; name: string }
  csrf: string
  must_change_password: boolean
  demo: boolean
}

export const useSession = defineStore('session', {
  state: () => ({ me: null as Session | null, asked: false }),
  getters: {
    may: (s) => (permission?: string | string[]) =>
      !permission || [permission].flat().some((p) => s.me?.permissions.includes(p)),
  },
  actions: {
    take(me: Session | null) {
      this.me = me
      this.asked = true
      setCsrf(me?.csrf ?? '')
    },
    /** Once per page load: is there a session already? */
    async restore() {
      if (this.asked) return
      try {
        this.take(await http.get<Session>('/api/session'))
      } catch (e) {
        if (e instanceof Problem && e.status !== 401) throw e
        this.take(null)
      }
    },
    /** What may change while one is signed in: practice data came in. */
    async again() {
      this.take(await http.get<Session>('/api/session'))
    },
    async login(user: string, password: string, code?: string) {
      this.take(await http.post<Session>('/api/session', code ? { user, password, code } : { user, password }))
    },
    async logout() {
      try {
        await http.delete('/api/session')
      } finally {
        this.take(null)
      }
    },
  },
})

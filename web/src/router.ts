// SPDX-License-Identifier: MulanPSL-2.0
import { createRouter, createWebHashHistory } from 'vue-router'
import { pages } from '@/pages'
import { useSession } from '@/stores/session'
import { useTabs } from '@/stores/tabs'

// With # in the address: the server needs to know one page only, and a bookmark works behind any proxy.
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    {
      path: '/login',
      name: 'Login',
      component: () => import('@/views/login/Login.vue'),
      meta: { title: '登录', open: true },
    },
    {
      path: '/',
      component: () => import('@/layout/Shell.vue'),
      redirect: '/workbench',
      children: [
        ...pages.map((p) => ({
          path: p.path,
          name: p.name,
          component: p.component,
          meta: { title: p.title, permission: p.permission, menu: p.menu ?? p.path, inShell: true },
        })),
        {
          path: '/:rest(.*)*',
          name: 'NotFound',
          component: () => import('@/views/NotFound.vue'),
          meta: { title: '没有此页' },
        },
      ],
    },
  ],
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.meta.open) return true
  try {
    await session.restore()
  } catch {
    // The server can't be reached: the login page says so when one tries.
  }
  if (!session.me) return { name: 'Login', query: to.fullPath === '/workbench' ? {} : { to: to.fullPath } }
  if (session.me.must_change_password && to.name !== 'Profile') return { name: 'Profile' }
  if (to.name !== 'NotFound' && !session.may(to.meta.permission)) return { name: 'NotFound', params: { rest: ['no'] } }
  return true
})

router.afterEach((to) => {
  document.title = `${to.meta.title ?? ''} · 护基`
  useTabs().open(to)
})

// SPDX-License-Identifier: MulanPSL-2.0
import './polyfills'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import ElementPlus from 'element-plus'
import zhCn from 'element-plus/es/locale/lang/zh-cn'
import 'element-plus/dist/index.css'
import App from './App.vue'
import { setUnauthorized } from './api/http'
import { router } from './router'
import { useSession } from './stores/session'
import { useTabs } from './stores/tabs'
import './styles.css'

const app = createApp(App)
app.use(createPinia())
app.use(router)
app.use(ElementPlus, { locale: zhCn })

// Idle for too long, or logged in elsewhere: back to the login page, and after it to where one was.
setUnauthorized(() => {
  const session = useSession()
  if (!session.me) return
  session.take(null)
  useTabs().clear()
  void router.push({ name: 'Login', query: { to: router.currentRoute.value.fullPath, why: 'expired' } })
})

app.mount('#app')

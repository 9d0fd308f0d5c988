// SPDX-License-Identifier: MulanPSL-2.0
/// <reference types="vite/client" />
import 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    inShell?: boolean
    permission?: string | string[]
    /** Which menu entry is lit while this page is shown. */
    menu?: string
    open?: boolean
  }
}

// SPDX-License-Identifier: MulanPSL-2.0
import { ElMessage } from 'element-plus'

/** Into the clipboard; the clipboard's own API wants https. */
export function copyText(text: string) {
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  document.body.appendChild(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (done) ElMessage.success('已复制')
  else ElMessage.warning('没有复制成，请选中后按 Ctrl+C')
}

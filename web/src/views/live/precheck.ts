// SPDX-License-Identifier: MulanPSL-2.0
// An order as filled in on the page -> the national message that a hospital's system would send.
export interface Order {
  code: string
  name: string
  cnt: string
  pric: string
  at: string
}
export interface Form {
  infno: '3101' | '3102'
  fixmedins_code: string
  patn_id: string
  gend: string
  brdy: string
  med_type: string
  adm_date: string
  dx: string[]
  orders: Order[]
}
export interface Member {
  is_new: boolean
  event: string
  role: number
  amount_fen: number
  day?: string
  hilist_code?: string
  hilist_name?: string
  cnt?: string
  fixmedins_name?: string
}
export interface Found {
  rule_id: string
  rule_name: string
  message: string
  law: string
  sev_deg: string
  amount_fen: number
  members: Member[]
}
export interface Judged {
  results: Found[]
  note: string | null
  known: boolean
  orders: number
  answer: Record<string, unknown>
}

const two = (n: number) => String(n).padStart(2, '0')
export function nowText(): string {
  const d = new Date()
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:00`
}
export const emptyOrder = (): Order => ({ code: '', name: '', cnt: '1', pric: '', at: nowText() })

export function messageOf(f: Form) {
  const at = nowText()
  const visit = 'YSJ' + at.replace(/\D/g, '')
  const inpatient = f.med_type.startsWith('2')
  return {
    infno: f.infno,
    msgid: f.fixmedins_code + at.replace(/\D/g, '') + '0001',
    mdtrtarea_admvs: f.fixmedins_code.slice(1, 7),
    inf_time: at,
    fixmedins_code: f.fixmedins_code,
    input: {
      data: {
        trig_scen: '1',
        patient_dtos: [
          {
            patn_id: f.patn_id,
            gend: f.gend,
            brdy: f.brdy,
            curr_mdtrt_id: visit,
            fsi_encounter_dtos: [
              {
                mdtrt_id: visit,
                medins_id: f.fixmedins_code,
                med_type: f.med_type,
                adm_date: f.adm_date || f.orders[0]?.at || at,
                dscg_date: inpatient ? '9999-12-31 00:00:00' : f.adm_date || at,
                dscg_main_dise_codg: f.dx[0] ?? '',
                fsi_diagnose_dtos: f.dx.map((d, i) => ({ dise_codg: d, maindise_flag: i ? '0' : '1' })),
                fsi_order_dtos: f.orders.map((o, i) => ({
                  rx_id: `${visit}-${i + 1}`,
                  rxno: String(i + 1),
                  hilist_code: o.code,
                  hilist_name: o.name,
                  cnt: o.cnt,
                  pric: o.pric || '0',
                  sumamt: (Number(o.cnt) * Number(o.pric || 0)).toFixed(2),
                  drord_begn_date: o.at,
                  curr_drord_flag: '1',
                })),
              },
            ],
          },
        ],
      },
    },
  }
}

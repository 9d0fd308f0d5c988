// SPDX-License-Identifier: MulanPSL-2.0
// The pages there are. Menu, routes, tabs and titles come from this table; a page that isn't here doesn't exist.
// `name` is also the component's name (defineOptions), by which a list page is kept alive while its tab is open.
import type { Component } from 'vue'
import {
  DataBoard,
  Document,
  Memo,
  OfficeBuilding,
  Calendar,
  Connection,
  CircleCheck,
  Sort,
  InfoFilled,
  Link,
  Odometer,
  EditPen,
  Key,
  Operation,
  Search,
  Setting,
  Tickets,
  User,
} from '@element-plus/icons-vue'

export interface PageEntry {
  path: string
  name: string
  title: string
  component: () => Promise<unknown>
  /** One of these is enough. */
  permission?: string | string[]
  /** Group of the left menu; none: reached from other pages only. */
  group?: string
  icon?: Component
  /** Menu entry lit while a page without group is open. */
  menu?: string
}

export const groups: { title: string; icon: Component }[] = [
  { title: '日常工作', icon: DataBoard },
  { title: '画像', icon: OfficeBuilding },
  { title: '规则与筛查', icon: Memo },
  { title: '事前事中', icon: Link },
  { title: '系统管理', icon: Setting },
]

export const pages: PageEntry[] = [
  {
    path: '/workbench',
    name: 'Workbench',
    title: '工作台',
    component: () => import('@/views/workbench/Workbench.vue'),
    group: '日常工作',
    icon: DataBoard,
  },
  {
    path: '/clues',
    name: 'ClueList',
    title: '线索台账',
    component: () => import('@/views/clue/ClueList.vue'),
    permission: 'clue.read',
    group: '日常工作',
    icon: Document,
  },
  {
    path: '/clues/:id',
    name: 'ClueDetail',
    title: '线索详情',
    component: () => import('@/views/clue/ClueDetail.vue'),
    permission: 'clue.read',
    menu: '/clues',
  },
  {
    path: '/lists',
    name: 'ListPage',
    title: '往返表',
    component: () => import('@/views/list/ListPage.vue'),
    permission: 'list.read',
    group: '日常工作',
    icon: Sort,
  },
  {
    path: '/lists/:id',
    name: 'ListDetail',
    title: '清单',
    component: () => import('@/views/list/ListDetail.vue'),
    permission: 'list.read',
    menu: '/lists',
  },
  {
    path: '/weeks',
    name: 'WeekPage',
    title: '周报',
    component: () => import('@/views/week/WeekPage.vue'),
    permission: 'report.read',
    group: '日常工作',
    icon: Calendar,
  },
  {
    path: '/approvals',
    name: 'ApprovalPage',
    title: '复核',
    component: () => import('@/views/approval/ApprovalPage.vue'),
    permission: ['clue.dismiss', 'clue.export', 'list.write', 'approval.decide', 'rule.write', 'waiver.write'],
    group: '日常工作',
    icon: CircleCheck,
  },
  {
    path: '/institutions',
    name: 'InstitutionList',
    title: '机构画像',
    component: () => import('@/views/portrait/InstitutionList.vue'),
    permission: 'claims.read',
    group: '画像',
    icon: OfficeBuilding,
  },
  {
    path: '/institutions/:code',
    name: 'InstitutionDetail',
    title: '机构',
    component: () => import('@/views/portrait/InstitutionDetail.vue'),
    permission: 'claims.read',
    menu: '/institutions',
  },
  {
    path: '/persons/:psn_no',
    name: 'PersonDetail',
    title: '参保人',
    component: () => import('@/views/portrait/PersonDetail.vue'),
    permission: 'claims.read',
    menu: '/institutions',
  },
  {
    path: '/screen',
    name: 'ScreenPage',
    title: '智能筛查',
    component: () => import('@/views/screen/ScreenPage.vue'),
    permission: 'screen.read',
    group: '规则与筛查',
    icon: Search,
  },
  {
    path: '/rules',
    name: 'RuleList',
    title: '规则库',
    component: () => import('@/views/rule/RuleList.vue'),
    permission: 'rule.read',
    group: '规则与筛查',
    icon: Memo,
  },
  {
    path: '/rules/:id',
    name: 'RuleDetail',
    title: '规则',
    component: () => import('@/views/rule/RuleDetail.vue'),
    permission: 'rule.read',
    menu: '/rules',
  },
  {
    path: '/live/access',
    name: 'AccessPage',
    title: '接入管理',
    component: () => import('@/views/live/AccessPage.vue'),
    permission: 'live.read',
    group: '事前事中',
    icon: Link,
  },
  {
    path: '/live/traffic',
    name: 'TrafficPage',
    title: '接口运行',
    component: () => import('@/views/live/TrafficPage.vue'),
    permission: 'live.read',
    group: '事前事中',
    icon: Odometer,
  },
  {
    path: '/live/traffic/:code',
    name: 'TrafficDetail',
    title: '接口',
    component: () => import('@/views/live/TrafficDetail.vue'),
    permission: 'live.read',
    menu: '/live/traffic',
  },
  {
    path: '/precheck',
    name: 'PrecheckPage',
    title: '事前审核',
    component: () => import('@/views/live/PrecheckPage.vue'),
    permission: 'precheck.run',
    group: '事前事中',
    icon: EditPen,
  },
  {
    path: '/system/users',
    name: 'UserPage',
    title: '用户',
    component: () => import('@/views/system/UserPage.vue'),
    permission: 'account.read',
    group: '系统管理',
    icon: User,
  },
  {
    path: '/system/orgs',
    name: 'OrgPage',
    title: '组织机构',
    component: () => import('@/views/system/OrgPage.vue'),
    permission: 'org.read',
    group: '系统管理',
    icon: Connection,
  },
  {
    path: '/system/roles',
    name: 'RolePage',
    title: '角色',
    component: () => import('@/views/system/RolePage.vue'),
    permission: 'account.read',
    group: '系统管理',
    icon: Key,
  },
  {
    path: '/system/audit',
    name: 'AuditPage',
    title: '审计日志',
    component: () => import('@/views/system/AuditPage.vue'),
    permission: 'audit.read',
    group: '系统管理',
    icon: Tickets,
  },
  {
    path: '/system/params',
    name: 'ParamPage',
    title: '参数',
    component: () => import('@/views/system/ParamPage.vue'),
    permission: 'param.read',
    group: '系统管理',
    icon: Operation,
  },
  {
    path: '/system/about',
    name: 'AboutPage',
    title: '关于',
    component: () => import('@/views/system/AboutPage.vue'),
    group: '系统管理',
    icon: InfoFilled,
  },
  {
    path: '/profile',
    name: 'Profile',
    title: '个人信息',
    component: () => import('@/views/profile/Profile.vue'),
  },
]

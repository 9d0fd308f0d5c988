// SPDX-License-Identifier: MulanPSL-2.0
// Only the parts of ECharts that pages draw with.
import { BarChart, LineChart, PieChart, ScatterChart, CustomChart } from 'echarts/charts'
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([
  BarChart,
  LineChart,
  PieChart,
  ScatterChart,
  CustomChart,
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  SVGRenderer,
])

/** Told apart by lightness too, for those who see red and green alike. */
export const palette = ['#1d5fb4', '#d98324', '#5b8c5a', '#8c4a8f', '#4fa3b5', '#b3261e', '#8a7a4c', '#5f6b7a']

export { echarts }

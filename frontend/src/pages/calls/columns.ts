import type { Key } from '../../lib/i18n/catalog'

export interface Column {
  id:
    | 'state'
    | 'time'
    | 'model'
    | 'answer'
    | 'key'
    | 'attempts'
    | 'tokens'
    | 'cost'
    | 'first'
    | 'total'
  title: Key
  width: string
  /** Left out when the list is narrower, in px. */
  from: number
  end?: boolean
}

const columns: Column[] = [
  { id: 'state', title: 'column.status', width: '140px', from: 0 },
  { id: 'time', title: 'calls.time', width: '84px', from: 0 },
  { id: 'model', title: 'calls.model', width: 'minmax(90px,0.8fr)', from: 0 },
  { id: 'answer', title: 'calls.answer', width: 'minmax(180px,2.6fr)', from: 0 },
  { id: 'key', title: 'calls.key', width: 'minmax(80px,0.8fr)', from: 1000 },
  { id: 'attempts', title: 'calls.attempts', width: '88px', from: 760, end: true },
  { id: 'tokens', title: 'calls.tokens', width: '120px', from: 880, end: true },
  { id: 'cost', title: 'calls.cost', width: '104px', from: 740, end: true },
  { id: 'first', title: 'calls.first_token', width: '92px', from: 1080, end: true },
  { id: 'total', title: 'calls.total', width: '98px', from: 0, end: true },
]

export const columnsFor = (width: number) => columns.filter(({ from }) => width >= from)
export const minWidth = 640
